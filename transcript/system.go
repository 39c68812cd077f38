package transcript

import (
	"cmp"

	"ticketbot/internal/say"
	"ticketbot/ticket"
)

// Discord's message types that somebody wrote; all others are Discord's own words.
var written = map[int]bool{0: true, 19: true, 20: true, 23: true}

func isSystem(kind int) bool { return !written[kind] }

// event is the sentence for a type of message that Discord writes, and its sign.
func event(kind int) (key string, sign name) {
	switch kind {
	case 1:
		return "transcript.system.add", "in"
	case 2:
		return "transcript.system.remove", "out"
	case 3:
		return "transcript.system.call", "sign"
	case 4:
		return "transcript.system.rename", "pen"
	case 5:
		return "transcript.system.icon", "pen"
	case 6:
		return "transcript.system.pin", "pin"
	case 7:
		return "transcript.system.join", "in"
	case 8, 9, 10, 11:
		return "transcript.system.boost", "sign"
	case 12:
		return "transcript.system.follow", "sign"
	case 18:
		return "transcript.system.thread", "branch"
	case 21:
		return "transcript.system.starter", "branch"
	case 24:
		return "transcript.system.automod", "shield"
	case 36, 37, 38, 39:
		return "transcript.system.incident", "shield"
	case 46:
		return "transcript.system.poll", "sign"
	}
	return "transcript.system.unknown", "sign"
}

// system writes a message that Discord wrote: "Sam pinned a message".
func (p *page) system(m *ticket.Message, s *said, id attr, gone name) {
	defer p.in("article", class("message", "system", "first", gone), id)()
	key, sign := event(m.Content.Type)
	gutter := p.in("div", class("gutter"))
	p.leaf("span", "", class("sign", sign), attr{"aria-hidden", "true"})
	gutter()
	defer p.in("div", class("body"))()
	sentence := p.in("div", class("text"))
	p.sentence(say.T(key, "name", ticket.Mention(0), "other", ticket.Mention(1), "type", m.Content.Type, "text", ticket.Mention(2)), m, s)
	p.moment(m.At, short, class("aside"))
	p.marks(m)
	sentence()
	if key == "transcript.system.unknown" && s.Text != "" {
		p.paragraph(s, func() {})
	}
	p.parts(s)
}

// sentence writes a catalogue sentence with the author's name, another person's and the message's text in their places.
func (p *page) sentence(text string, m *ticket.Message, s *said) {
	ticket.Mentions(text, p.text, func(place int) {
		switch place {
		case 0:
			p.named(p.author(m))
		case 1:
			p.named(p.at(s, 1))
		case 2:
			bold := p.in("strong")
			p.words(cmp.Or(s.Text, "…"), s)
			bold()
		}
	})
}
