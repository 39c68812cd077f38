package transcript

import (
	"time"

	"ticketbot/internal/say"
	"ticketbot/ticket"
	"ticketbot/transcript/markdown"
)

// said is a content with what its indexes mean.
type said struct {
	*ticket.Content
	people []ticket.PersonID
	depth  int // of forwards in forwards
}

// message writes one message; first says that it begins a group, and so bears the name.
func (p *page) message(m *ticket.Message, first bool) {
	s := &said{Content: &m.Content, people: m.People}
	id := attr{"id", "m" + m.ID.String()}
	gone := when(!m.DeletedAt.IsZero(), "deleted")
	if isSystem(m.Content.Type) {
		p.system(m, s, id, gone)
		return
	}
	defer p.in("article", class("message", when(first, "first"), gone), id)()
	author := p.author(m)
	if first {
		p.use(s)
		p.reply(s)
	}
	p.gutter(m, author, first)
	defer p.in("div", class("body"))()
	if first {
		p.byline(m, author)
	}
	if p.content(m, s) {
		p.leaf("p", say.T("transcript.message.empty"), class("none"))
	}
	p.revisions(m)
}

// author is the voice of the message: a person, or the name a webhook took.
func (p *page) author(m *ticket.Message) *voice {
	if m.Author == 0 && m.Erased {
		return &voice{name: say.T("transcript.person.erased"), erased: true, hue: "nobody"}
	}
	v := p.person(m.Author)
	if m.Content.Webhook == "" || v.erased {
		return v
	}
	webhook := *v
	webhook.name, webhook.app = m.Content.Webhook, true
	return &webhook
}

func (p *page) gutter(m *ticket.Message, author *voice, first bool) {
	defer p.in("div", class("gutter"))()
	if first {
		p.portrait(author, 40)
	} else {
		p.moment(m.At, clockOnly)
	}
}

func (p *page) byline(m *ticket.Message, author *voice) {
	defer p.in("h3", class("byline"))()
	p.named(author)
	p.tagged(author)
	p.moment(m.At, short)
	if m.Content.Thread != 0 {
		p.leaf("span", say.T("transcript.message.thread", "thread", p.channel(m.Content.Thread)), class("thread"))
	}
}

// content writes what m says and the marks behind it; it reports whether there was nothing to show.
func (p *page) content(m *ticket.Message, s *said) (empty bool) {
	switch {
	case m.Erased || isEmpty(s.Content) && p.person(m.Author).erased:
		p.leaf("p", say.T("transcript.message.erased"), class("none"))
	case m.Author == 0:
		p.leaf("p", say.T("transcript.message.unseen"), class("none"))
	case isEmpty(s.Content):
		empty = true
	}
	if s.Text != "" {
		p.paragraph(s, func() { p.marks(m) })
	}
	p.parts(s)
	if s.Text == "" {
		p.marks(m)
	}
	return empty
}

// paragraph writes the text of a message, and what stands behind it on the same line.
func (p *page) paragraph(s *said, behind func()) {
	tree := markdown.Parse(s.Text)
	defer p.in("div", class("text", when(onlyEmoji(tree), "large")), attr{"dir", "auto"})()
	p.nodes(tree, s)
	behind()
}

// parts writes everything but the text, in Discord's order.
func (p *page) parts(s *said) {
	p.forward(s)
	p.attachments(s)
	for i := range s.Embeds {
		p.embed(&s.Embeds[i], s)
	}
	p.components(s.Components, s, 0)
	for _, sticker := range s.Stickers {
		p.sticker(sticker)
	}
}

// marks says that a message was edited or deleted, and when.
func (p *page) marks(m *ticket.Message) {
	if isEdited(m) {
		p.mark("edited", say.T("transcript.message.edited"), m.EditedAt)
	}
	if !m.DeletedAt.IsZero() {
		p.mark("gone", say.T("transcript.message.deleted"), m.DeletedAt)
	}
}

func (p *page) mark(kind name, label string, at time.Time) {
	tip := ""
	if !at.IsZero() {
		tip = p.local(at).Format(long)
	}
	p.leaf("span", label, class("mark", kind), title(tip))
}

func isEdited(m *ticket.Message) bool { return !m.EditedAt.IsZero() || len(m.Revisions) > 0 }

func isEmpty(c *ticket.Content) bool {
	return c.Text == "" && c.Forward == nil && len(c.Embeds) == 0 && len(c.Components) == 0 && len(c.Attachments) == 0 && len(c.Stickers) == 0
}

// revisions lists the wordings that edits replaced, behind a line to open.
func (p *page) revisions(m *ticket.Message) {
	if len(m.Revisions) == 0 {
		return
	}
	defer p.in("details", class("past"))()
	p.leaf("summary", count(len(m.Revisions), "transcript.message.version", "transcript.message.versions"))
	for i := range m.Revisions {
		r := &m.Revisions[i]
		p.revision(r)
	}
}

func (p *page) revision(r *ticket.Revision) {
	defer p.in("div", class("version"))()
	p.moment(r.At, short)
	s := &said{Content: &r.Content, people: r.People}
	if s.Text != "" {
		p.paragraph(s, func() {})
	}
	p.parts(s)
}

// maxForwards bounds forwards of forwards; Discord does not nest them.
const maxForwards = 2

// forward writes a forwarded message. Discord withholds who wrote it.
func (p *page) forward(s *said) {
	if s.Forward == nil || s.depth == maxForwards {
		return
	}
	defer p.in("div", class("forward"))()
	p.leaf("div", say.T("transcript.message.forwarded"), class("label"))
	inner := &said{Content: s.Forward, people: s.people, depth: s.depth + 1}
	if inner.Text != "" {
		p.paragraph(inner, func() {})
	}
	p.parts(inner)
}

// count is a sentence for one or for several.
func count(n int, one, more string) string {
	if n == 1 {
		return say.T(one)
	}
	return say.T(more, "n", n)
}
