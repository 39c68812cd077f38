package transcript

import (
	"fmt"
	"io"
	"strings"

	"ticketbot/internal/say"
	"ticketbot/ticket"
)

// RenderText writes the conversation as plain text: one message begins with its time and its author, what follows of it
// is indented. Markdown stays as it was typed.
func RenderText(w io.Writer, c *ticket.Conversation, o Options) error {
	p := newPage(w, c, o)
	p.entry("%s - %s", p.server(), say.T("transcript.header.ticket", "ticket", c.Ticket.Name()))
	for _, a := range c.Ticket.Answers {
		p.entry("%s %s", a.Question, strings.Join(a.Values, ", "))
	}
	for i := range c.Messages {
		p.textMessage(&c.Messages[i])
	}
	if err := p.w.Flush(); err != nil {
		return fmt.Errorf("write transcript as text: %w", err)
	}
	return nil
}

// entry writes a line. Lines after the first of what was said are indented, so that nobody can forge a message.
func (p *page) entry(format string, args ...any) {
	p.markup(indent(fmt.Sprintf(format, args...)), "\n")
}

func indent(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case r == '\u2028' || r == '\u2029' || r == '\r' || r == '\v' || r == '\f' || r == '\u0085':
			return '\n'
		case r < ' ' && r != '\n' && r != '\t' || r == 0x7f:
			return -1
		}
		return r
	}, s)
	return strings.ReplaceAll(s, "\n", "\n    ")
}

func (p *page) textMessage(m *ticket.Message) {
	s := &said{Content: &m.Content, people: m.People}
	marks := ""
	if isEdited(m) {
		marks += " " + say.T("transcript.message.edited")
	}
	if !m.DeletedAt.IsZero() {
		marks += " [" + say.T("transcript.message.deleted") + "]"
	}
	at := p.local(m.At).Format("2006-01-02 15:04:05")
	if isSystem(s.Type) {
		p.entry("[%s] *%s %s", at, marks, p.saidPlainly(m, s))
		return
	}
	p.entry("[%s] %s%s: %s", at, p.author(m).name, marks, p.saidPlainly(m, s))
}

// saidPlainly is the text of a message, or a sentence in its place.
func (p *page) saidPlainly(m *ticket.Message, s *said) string {
	switch {
	case m.Erased || isEmpty(s.Content) && p.person(m.Author).erased:
		return say.T("transcript.message.erased")
	case m.Author == 0:
		return say.T("transcript.message.unseen")
	}
	if isSystem(s.Type) {
		key, _ := event(s.Type)
		return say.T(key, "name", p.author(m).name, "other", p.at(s, 1).name, "type", s.Type, "text", p.withNames(s.Text, s))
	}
	return strings.TrimSpace(p.plainly(s))
}

// plainly is everything a content says that words can say.
func (p *page) plainly(s *said) string {
	text := p.withNames(s.Text, s)
	if s.Forward != nil && s.depth < maxForwards {
		text += "\n" + say.T("transcript.message.forwarded") + ": " +
			p.plainly(&said{Content: s.Forward, people: s.people, depth: s.depth + 1})
	}
	for i := range s.Embeds {
		text += "\n" + p.withNames(s.Embeds[i].Title+"\n"+s.Embeds[i].Description, s)
	}
	eachComponent(s.Components, func(c *ticket.Component) {
		if c.Text != "" {
			text += "\n" + p.withNames(c.Text, s)
		}
	})
	for _, a := range s.Attachments {
		text += fmt.Sprintf("\n[%s, %s]", a.Name, sizeOf(a.Size))
	}
	for _, one := range s.Stickers {
		text += "\n[" + say.T("transcript.sticker", "name", one.Name) + "]"
	}
	return text
}

// withNames puts names in the place of marks.
func (p *page) withNames(text string, s *said) string {
	var b strings.Builder
	ticket.Mentions(text, func(t string) { b.WriteString(t) }, func(i int) { b.WriteString("@" + p.at(s, i).name) })
	return b.String()
}

// eachComponent visits a tree of components, as deep as the page shows them.
func eachComponent(all []ticket.Component, visit func(*ticket.Component)) {
	var walk func(all []ticket.Component, depth int)
	walk = func(all []ticket.Component, depth int) {
		if depth > maxNesting {
			return
		}
		for i := range all {
			visit(&all[i])
			walk(all[i].Children, depth+1)
			if all[i].Accessory != nil {
				walk([]ticket.Component{*all[i].Accessory}, depth+1)
			}
		}
	}
	walk(all, 0)
}
