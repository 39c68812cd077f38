package privacy

import (
	"context"
	"fmt"

	"ticketbot/internal/fault"
	"ticketbot/keys"
	"ticketbot/ticket"
)

// ticketRows is what the database does to forget a ticket.
type ticketRows interface {
	// ForgetTicketRows deletes a batch of a ticket, its files before their rows; done when it is gone. Its events keep
	// their places in the guild's chain, and nothing else.
	ForgetTicketRows(ctx context.Context, g ticket.Guild, id ticket.ID) (done bool, err error)
}

// ForgetTicket forgets a ticket that is over: its leaf, and with it all that was said in it, then our messages about it,
// then its rows and files. Cut short, it is asked for again; a ticket that is gone is no error.
func (s *Service) ForgetTicket(ctx context.Context, g ticket.Guild, id ticket.ID) error {
	t, err := s.store.Ticket(ctx, g, id)
	if fault.KindOf(err) == fault.NotFound {
		return nil
	}
	if err != nil {
		return err
	}
	if t.State.Alive() {
		return fault.New(fault.Conflict, "privacy.ticket_alive", "ticket", t.Name())
	}
	leaf := keys.Puncture{Guild: uint64(g.ID), Epoch: g.Epoch, Path: keys.TicketPath(t.Number)}
	if err := s.keys.Forget(ctx, []keys.Puncture{leaf}); err != nil {
		return fmt.Errorf("forget the key of a ticket: %w", err)
	}
	s.deletePosts(ctx, g, id)
	for {
		done, err := s.store.ForgetTicketRows(ctx, g, id)
		if err != nil || done {
			return err
		}
	}
}

// deletePosts takes down what we wrote about a ticket, as far as Discord lets us: a log channel that cannot be reached
// must not keep a ticket beyond its time.
func (s *Service) deletePosts(ctx context.Context, g ticket.Guild, id ticket.ID) {
	posts, err := s.store.PostsOfTicket(ctx, g, id)
	left := 0
	for _, p := range posts {
		if s.discord.DeleteMessage(ctx, p.At.Channel, p.At.Message) != nil {
			left++
		}
	}
	if err != nil || left > 0 {
		s.log.Warn("some messages about a forgotten ticket are still on Discord", "guild", g.ID, "messages", left, "error", err)
	}
}
