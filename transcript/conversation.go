package transcript

import (
	"time"

	"ticketbot/internal/say"
	"ticketbot/ticket"
)

// groupSpan is how long Discord puts messages of one author under one name.
const groupSpan = 7 * time.Minute

// conversation writes the messages in order, with a line where a day begins.
func (p *page) conversation() {
	if len(p.c.Messages) == 0 {
		p.leaf("p", say.T("transcript.nothing"), class("none"))
	}
	var before *ticket.Message
	for i := range p.c.Messages {
		m := &p.c.Messages[i]
		newDay := before == nil || !p.sameDay(before.At, m.At)
		if newDay {
			p.day(m.At)
		}
		p.message(m, newDay || !goesOn(before, m))
		before = m
	}
}

func (p *page) sameDay(a, b time.Time) bool {
	a, b = p.local(a), p.local(b)
	return a.Year() == b.Year() && a.YearDay() == b.YearDay()
}

func (p *page) day(t time.Time) {
	defer p.in("div", class("day"), attr{"role", "separator"})()
	p.leaf("span", p.local(t).Format(dayOnly))
}

// goesOn reports whether m stands under the same name as the message before it.
func goesOn(before, m *ticket.Message) bool {
	b, c := &before.Content, &m.Content
	return before.Author == m.Author && m.Author != 0 && b.Webhook == c.Webhook && b.Thread == c.Thread &&
		!isSystem(b.Type) && !isSystem(c.Type) && c.Reply == nil && c.Use == nil && m.At.Sub(before.At) < groupSpan
}
