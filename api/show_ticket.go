package api

import (
	"context"
	"fmt"

	"ticketbot/internal/fault"
	"ticketbot/ticket"
)

type ticketInput struct {
	ID string `path:"id" doc:"The ticket's opaque id"`
}

type ticketAnswer struct{ Body ticketView }

// ticketView is a ticket in short.
type ticketView struct {
	ticketLine
	Opener      *personView `json:"opener,omitempty" doc:"Absent once they were forgotten"`
	Claimer     *personView `json:"claimer,omitempty"`
	Closer      *personView `json:"closer,omitempty"`
	CloseReason string      `json:"close_reason,omitempty"`
	Messages    int         `json:"messages"`
	Files       int         `json:"files"`
}

// showTicket is what the head of a transcript says.
func (s *Server) showTicket(ctx context.Context, in *ticketInput) (*ticketAnswer, error) {
	c, err := s.conversation(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	category := ""
	if c.Category != nil {
		category = c.Category.Name
	}
	t := c.Ticket
	server := s.newLookup(ctx).server(t.Guild.ID)
	if err := s.stillThere(ctx, t); err != nil {
		return nil, err
	}
	return &ticketAnswer{Body: ticketView{
		ticketLine:  lineOf(t, server, category),
		Opener:      s.person(c, t.Opener),
		Claimer:     s.person(c, t.Claimer),
		Closer:      s.person(c, t.Closer),
		CloseReason: t.CloseReason,
		Messages:    len(c.Messages),
		Files:       len(c.Files),
	}}, nil
}

func (s *Server) person(c *ticket.Conversation, id ticket.PersonID) *personView {
	p, ok := c.People[id]
	if !ok || p.Erased {
		return nil
	}
	u := p.Profile
	return &personView{
		ID: u.ID.String(), Name: u.DisplayName(), Username: u.Username,
		Avatar: s.picturesIn(c.Ticket.Guild.ID).avatar(u),
	}
}

// conversation is a ticket's, if the visitor may read it: asked of Discord at this moment, decided by ticket.May. That
// there is no such ticket and that it is not for them is the same answer.
func (s *Server) conversation(ctx context.Context, public string) (*ticket.Conversation, error) {
	c, err := s.read(ctx, public)
	switch fault.KindOf(err) {
	case fault.NotFound, fault.Forbidden:
		return nil, fault.New(fault.NotFound, "ticket.not_found")
	}
	return c, err
}

func (s *Server) read(ctx context.Context, public string) (*ticket.Conversation, error) {
	t, err := s.Tickets.TicketByPublicID(ctx, public)
	if err != nil {
		return nil, fmt.Errorf("find ticket: %w", err)
	}
	actor, err := s.Directory.Actor(ctx, t.Guild, visiting(ctx).user)
	if err != nil {
		return nil, fmt.Errorf("look up who reads: %w", err)
	}
	c, err := s.Reader.Read(ctx, actor, t)
	if err != nil {
		return nil, fmt.Errorf("read conversation: %w", err)
	}
	return c, nil
}
