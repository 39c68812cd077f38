package privacy

import (
	"context"
	"errors"
	"fmt"
	"time"

	"ticketbot/internal/fault"
	"ticketbot/keys"
	"ticketbot/ticket"
)

// ticketRows is what the database does to forget a ticket.
type ticketRows interface {
	// EmptyTicket deletes a batch of a ticket, its files before their rows; done when nothing is left but its row and the
	// places of our messages about it. Since is when that began.
	EmptyTicket(ctx context.Context, g ticket.Guild, id ticket.ID) (since time.Time, done bool, err error)
	// ForgetTicketRows deletes what is left, and what came late; done when it is gone. Its events keep their places in the
	// guild's chain, and nothing else.
	ForgetTicketRows(ctx context.Context, g ticket.Guild, id ticket.ID) (done bool, err error)
}

// postsWait is how long the places of our messages about a forgotten ticket are kept for a Discord that does not let us
// delete them now, or that our own settings keep us from.
const postsWait = 7 * 24 * time.Hour

// ForgetTicket forgets a ticket that is over: its leaf, and with it all that was said in it, then its content and files, then
// our messages about it, and its row last. Cut short, or while Discord does not answer, it is asked for again; only the row
// and the places of messages wait for Discord. A ticket that is gone is no error.
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
	since, err := s.emptyTicket(ctx, g, id)
	if err != nil {
		return err
	}
	if err := s.deletePosts(ctx, g, id, s.now().Sub(since) < postsWait); err != nil {
		return fmt.Errorf("take down what was posted about a ticket: %w", err)
	}
	for {
		done, err := s.store.ForgetTicketRows(ctx, g, id)
		if err != nil || done {
			return err
		}
	}
}

func (s *Service) emptyTicket(ctx context.Context, g ticket.Guild, id ticket.ID) (since time.Time, err error) {
	for done := false; !done && err == nil; {
		since, done, err = s.store.EmptyTicket(ctx, g, id)
	}
	return since, err
}

// deletePosts takes down what we wrote about a ticket. What Discord refuses for good is left, since a log channel must not
// keep a ticket beyond its time; any other failure keeps the places while it is worth waiting, and the error says to ask again.
func (s *Service) deletePosts(ctx context.Context, g ticket.Guild, id ticket.ID, wait bool) error {
	posts, err := s.store.PostsOfTicket(ctx, g, id)
	if err != nil {
		return err
	}
	left := 0
	var failed error
	for _, p := range posts {
		err := s.discord.DeleteMessage(ctx, p.At.Channel, p.At.Message)
		switch {
		case err == nil, outOfReach(err):
			failed = errors.Join(failed, s.store.DeletePost(ctx, g, p.At))
		case refused(err), !wait:
			left++
		default:
			failed = errors.Join(failed, err)
		}
	}
	if left > 0 {
		s.log.Warn("some messages about a forgotten ticket are still on Discord", "guild", g.ID, "messages", left)
	}
	return failed
}
