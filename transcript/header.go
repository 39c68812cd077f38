package transcript

import (
	"strconv"
	"time"

	"ticketbot/internal/say"
	"ticketbot/ticket"
)

// header says which ticket this is, whose, when, and what its form was answered with.
func (p *page) header() {
	defer p.in("header")()
	p.masthead()
	p.facts()
	if p.c.Ticket.CloseReason != "" {
		p.remark(say.T("transcript.header.reason"), []string{p.c.Ticket.CloseReason})
	}
	for _, a := range p.c.Ticket.Answers {
		p.remark(a.Question, a.Values)
	}
}

func (p *page) masthead() {
	defer p.in("div", class("masthead"))()
	if p.o.Icon != "" {
		p.void("img", class("icon"), attr{"src", p.o.Icon}, attr{"alt", ""}, number("width", 48), number("height", 48))
	} else {
		p.leaf("span", initial(p.server()), class("icon"), attr{"aria-hidden", "true"})
	}
	defer p.in("div")()
	p.leaf("bdi", p.server(), class("server"))
	defer p.in("h1")()
	p.text(say.T("transcript.header.ticket", "ticket", p.c.Ticket.Name()))
	if p.c.Category != nil {
		p.leaf("bdi", p.c.Category.Name, class("category"))
	}
	state, label := p.state()
	p.leaf("span", label, class("state", state))
}

func (p *page) state() (name, string) {
	switch p.c.Ticket.State {
	case ticket.Closed:
		return "closed", say.T("transcript.state.closed")
	case ticket.Closing:
		return "closed", say.T("transcript.state.closing")
	case ticket.Void:
		return "closed", say.T("transcript.state.void")
	}
	return "open", say.T("transcript.state.open")
}

// facts are short pairs: who, when, how much.
func (p *page) facts() {
	defer p.in("dl", class("facts"))()
	t := p.c.Ticket
	p.factOf(say.T("transcript.header.opener"), t.Opener)
	p.factOf(say.T("transcript.header.claimer"), t.Claimer)
	p.factOf(say.T("transcript.header.closer"), t.Closer)
	p.fact(say.T("transcript.header.opened"), func() { p.moment(t.OpenedAt, short) })
	if !t.ClosedAt.IsZero() {
		p.fact(say.T("transcript.header.closed"), func() {
			p.moment(t.ClosedAt, short)
			p.leaf("span", say.T("transcript.header.after", "time", span(max(t.ClosedAt.Sub(t.OpenedAt), time.Second))), class("aside"))
		})
	}
	p.fact(say.T("transcript.header.messages"), p.counts)
}

func (p *page) factOf(label string, who ticket.PersonID) {
	if who == 0 {
		return
	}
	p.fact(label, func() {
		v := p.person(who)
		p.portrait(v, 20)
		p.named(v)
	})
}

func (p *page) fact(label string, value func()) {
	defer p.in("div")()
	p.leaf("dt", label)
	defer p.in("dd")()
	value()
}

// counts says how many messages there are, and how many of them somebody changed or took back.
func (p *page) counts() {
	edited, deleted := 0, 0
	for i := range p.c.Messages {
		m := &p.c.Messages[i]
		if isEdited(m) {
			edited++
		}
		if !m.DeletedAt.IsZero() {
			deleted++
		}
	}
	p.text(strconv.Itoa(len(p.c.Messages)))
	if edited > 0 {
		p.leaf("span", say.T("transcript.header.edited", "n", edited), class("aside"))
	}
	if deleted > 0 {
		p.leaf("span", say.T("transcript.header.deleted", "n", deleted), class("aside", "gone"))
	}
}

// remark is something the opener or the closer wrote into a form.
func (p *page) remark(label string, values []string) {
	defer p.in("section", class("remark"))()
	p.leaf("h2", label, attr{"dir", "auto"})
	if len(values) == 0 {
		p.leaf("p", say.T("transcript.header.unanswered"), class("none"))
	}
	for _, v := range values {
		p.leaf("p", v, attr{"dir", "auto"})
	}
}
