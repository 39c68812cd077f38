package api

import (
	"context"
	"fmt"
	"time"

	"ticketbot/internal/fault"
	"ticketbot/ticket"
)

type myTicketsAnswer struct {
	Body struct {
		Tickets []ticketLine `json:"tickets" nullable:"false"`
	}
}

// ticketLine is a ticket in a list.
type ticketLine struct {
	ID         string     `json:"id" doc:"Opaque, and the same everywhere"`
	Name       string     `json:"name" example:"#0042" doc:"What people on the server call it"`
	Server     serverView `json:"server"`
	Category   string     `json:"category"`
	Subject    string     `json:"subject" doc:"What the opener answered to the form's first short question; empty without one"`
	State      string     `json:"state" enum:"opening,open,closing,closed,void"`
	OpenedAt   time.Time  `json:"opened_at"`
	ClosedAt   *time.Time `json:"closed_at,omitempty"`
	Transcript string     `json:"transcript" doc:"Path of its transcript"`
}

// serverView is a Discord server as pages show it.
type serverView struct {
	ID   string `json:"id" doc:"Discord's id"`
	Name string `json:"name" doc:"Empty while Discord does not tell"`
	Icon string `json:"icon,omitempty" format:"uri"`
}

// myTickets is what the person opened, in all servers, also in those they have left.
func (s *Server) myTickets(ctx context.Context, _ *struct{}) (*myTicketsAnswer, error) {
	all, err := s.Tickets.TicketsOf(ctx, visiting(ctx).user, nil)
	if err != nil {
		return nil, fmt.Errorf("list my tickets: %w", err)
	}
	answer := &myTicketsAnswer{}
	answer.Body.Tickets = make([]ticketLine, 0, len(all))
	look := s.newLookup(ctx)
	for _, t := range all {
		if t.State == ticket.Void { // Discord refused the channel: there is nothing to read
			continue
		}
		category, err := look.category(t)
		if err != nil {
			return nil, err
		}
		answer.Body.Tickets = append(answer.Body.Tickets, lineOf(t, look.server(t.Guild.ID), category))
	}
	return answer, nil
}

func lineOf(t *ticket.Ticket, server serverView, category string) ticketLine {
	line := ticketLine{
		ID: t.PublicID, Name: t.Name(), Server: server, Category: category, Subject: subject(t),
		State: string(t.State), OpenedAt: t.OpenedAt, Transcript: transcriptPath(t.PublicID),
	}
	if !t.ClosedAt.IsZero() {
		line.ClosedAt = &t.ClosedAt
	}
	return line
}

// subject is what tells one ticket from another in a list.
func subject(t *ticket.Ticket) string {
	for _, a := range t.Answers {
		if a.Kind == ticket.Short && len(a.Values) > 0 {
			return a.Values[0]
		}
	}
	return ""
}

// lookup finds each name once a request.
type lookup struct {
	s          *Server
	ctx        context.Context
	servers    map[ticket.GuildID]serverView
	categories map[categoryKey]string
}

type categoryKey struct {
	guild ticket.Guild
	id    ticket.CategoryID
}

func (s *Server) newLookup(ctx context.Context) *lookup {
	l := &lookup{s: s, ctx: ctx, servers: map[ticket.GuildID]serverView{}, categories: map[categoryKey]string{}}
	who, _ := s.identities.Get(visiting(ctx).session)
	for _, g := range who.Guilds {
		l.servers[g.ID] = s.view(g)
	}
	return l
}

// server never fails: a list without a server's name is better than none.
func (l *lookup) server(id ticket.GuildID) serverView {
	if v, ok := l.servers[id]; ok {
		return v
	}
	g, err := l.s.Directory.Guild(l.ctx, id)
	if err != nil {
		g = Guild{}
	}
	g.ID = id
	l.servers[id] = l.s.view(g)
	return l.servers[id]
}

func (s *Server) view(g Guild) serverView {
	return serverView{ID: g.ID.String(), Name: g.Name, Icon: s.pictures().icon(g)}
}

// category is "" once it is gone.
func (l *lookup) category(t *ticket.Ticket) (string, error) {
	key := categoryKey{t.Guild, t.Category}
	if name, ok := l.categories[key]; ok {
		return name, nil
	}
	c, err := l.s.Tickets.Category(l.ctx, t.Guild, t.Category)
	switch {
	case fault.KindOf(err) == fault.NotFound:
		l.categories[key] = ""
	case err != nil:
		return "", fmt.Errorf("look up category: %w", err)
	default:
		l.categories[key] = c.Name
	}
	return l.categories[key], nil
}
