package ticket

import (
	"context"
	"errors"
	"strings"

	"ticketbot/internal/fault"
)

// BeforeOpen is asked when a member is about to fill in a form: it returns the category, or why Open would refuse, so
// that nobody writes in vain. Open decides again.
func (s *Service) BeforeOpen(ctx context.Context, g Guild, by Actor, id CategoryID) (*Category, error) {
	c, err := s.openable(ctx, g, by, id)
	if err != nil {
		return nil, err
	}
	if err := s.who(ctx, g, &by); err != nil || by.Person == 0 {
		return c, err
	}
	alive, err := s.alive(ctx, c, by.Person)
	if err != nil {
		return nil, err
	}
	if len(alive) >= c.Limit {
		return nil, c.limitFault(alive)
	}
	return c, nil
}

// Categories are the kinds of ticket that a guild has.
func (s *Service) Categories(ctx context.Context, g Guild) ([]*Category, error) {
	return s.store.Categories(ctx, g)
}

func (s *Service) openable(ctx context.Context, g Guild, by Actor, id CategoryID) (*Category, error) {
	c, err := s.store.Category(ctx, g, id)
	if fault.KindOf(err) == fault.NotFound {
		// A panel outlives its category: messages stay when the bot is invited anew.
		return nil, fault.New(fault.NotFound, "ticket.open.category_gone")
	}
	if err != nil {
		return nil, err
	}
	return c, May(by, VerbOpen, nil, c)
}

// errLimit leaves the transaction; limitReached then says where the member's tickets are.
var errLimit = errors.New("as many open tickets as allowed")

func (s *Service) limitReached(ctx context.Context, c *Category, opener PersonID) error {
	alive, err := s.alive(ctx, c, opener)
	if err != nil {
		return err
	}
	return c.limitFault(alive)
}

// alive lists a person's tickets of a category that are not over.
func (s *Service) alive(ctx context.Context, c *Category, opener PersonID) ([]*Ticket, error) {
	all, err := s.store.TicketsOpenedBy(ctx, c.Guild, opener)
	var alive []*Ticket
	for _, t := range all {
		if t.Category == c.ID && t.State.Alive() {
			alive = append(alive, t)
		}
	}
	return alive, err
}

func (c *Category) limitFault(alive []*Ticket) *fault.Fault {
	var channels []string
	for _, t := range alive {
		if t.Channel != 0 {
			channels = append(channels, "<#"+t.Channel.String()+">")
		}
	}
	switch {
	case len(channels) == 0: // the first click is still being carried out
		return fault.New(fault.Limit, "ticket.open.limit_opening")
	case c.Limit == 1:
		return fault.New(fault.Limit, "ticket.open.limit_one", "channel", channels[0])
	}
	return fault.New(fault.Limit, "ticket.open.limit", "limit", c.Limit, "category", c.Name, "channels", strings.Join(channels, ", "))
}
