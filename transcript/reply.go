package transcript

import (
	"strings"

	"ticketbot/internal/say"
	"ticketbot/ticket"
	"ticketbot/transcript/markdown"
)

// maxExcerpt is how many bytes of the message replied to are read; one line of them is shown.
const maxExcerpt = 400

// use says which command or button the message answers, and whose. A button's message is what Discord has the answer reply
// to: one line says both.
func (p *page) use(s *said) {
	if s.Use == nil {
		return
	}
	if pressed := p.pressed(s); pressed != nil {
		defer p.in("a", class("above"), attr{"href", string(anchor(pressed.ID))})()
	} else {
		defer p.in("div", class("above"))()
	}
	v := p.at(s, s.Use.Person)
	p.portrait(v, 16)
	sentence := say.T("transcript.use.button", "name", ticket.Mention(0))
	if s.Use.Name != "" {
		sentence = say.T("transcript.use.command", "name", ticket.Mention(0), "command", ticket.Mention(1))
	}
	ticket.Mentions(sentence, p.text, func(place int) {
		if place == 0 {
			p.named(v)
		} else {
			p.leaf("bdi", "/"+s.Use.Name, class("mention"))
		}
	})
}

// pressed is the message whose button was pressed, if it is here.
func (p *page) pressed(s *said) *ticket.Message {
	if s.Use == nil || s.Use.Name != "" || s.Reply == nil {
		return nil
	}
	return p.index[s.Reply.Message]
}

// reply shows the message that this one answers, and leads to it.
func (p *page) reply(s *said) {
	if s.Reply == nil || p.pressed(s) != nil {
		return
	}
	answered, here := p.index[s.Reply.Message]
	if !here {
		defer p.in("div", class("above"))()
		p.leaf("span", say.T("transcript.reply.elsewhere"), class("none"))
		return
	}
	defer p.in("a", class("above", when(!answered.DeletedAt.IsZero(), "deleted")), attr{"href", string(anchor(answered.ID))})()
	v := p.author(answered)
	p.portrait(v, 16)
	p.tagged(v)
	p.named(v)
	p.leaf("span", p.excerpt(answered), class("excerpt"), attr{"dir", "auto"})
}

// excerpt is the beginning of a message on one line.
func (p *page) excerpt(m *ticket.Message) string {
	s := &said{Content: &m.Content, people: m.People}
	text := m.Content.Text
	if len(text) > maxExcerpt {
		text = strings.ToValidUTF8(text[:maxExcerpt], "")
	}
	var b strings.Builder
	p.plain(&b, markdown.Parse(text), s)
	if line := strings.Join(strings.Fields(b.String()), " "); line != "" {
		return line
	}
	switch {
	case m.Erased:
		return say.T("transcript.message.erased")
	case m.Author == 0:
		return say.T("transcript.message.unseen")
	case isEmpty(&m.Content):
		return say.T("transcript.reply.empty")
	case len(m.Content.Attachments) > 0:
		return say.T("transcript.reply.attachment")
	}
	return say.T("transcript.reply.content")
}

// plain writes a tree without its styles. What is behind a spoiler stays there.
func (p *page) plain(b *strings.Builder, nodes []markdown.Node, s *said) {
	for i := range nodes {
		switch n := &nodes[i]; n.Kind {
		case markdown.Text, markdown.Code, markdown.CodeBlock:
			ticket.Mentions(n.Text, func(t string) { b.WriteString(t) }, func(i int) { b.WriteString("@" + p.at(s, i).name) })
		case markdown.Spoiler:
			b.WriteString("▇▇▇")
		case markdown.Emoji:
			b.WriteString(":" + n.Text + ":")
		case markdown.Time:
			b.WriteString(p.stamp(n.Number, n.Style))
		case markdown.Link:
			if n.Children == nil {
				b.WriteString(n.URL)
			}
			p.plain(b, n.Children, s)
		case markdown.Person, markdown.Role, markdown.Channel, markdown.Everyone, markdown.Command, markdown.Guide:
			b.WriteString(p.pill(n, s))
		default:
			p.plain(b, n.Children, s)
			if n.Block() {
				b.WriteString("\n")
			}
		}
	}
}
