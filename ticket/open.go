package ticket

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"ticketbot/internal/fault"
)

// OpenRequest is a member's wish for a ticket. Request is the interaction's id: delivered twice, it opens one ticket.
type OpenRequest struct {
	Request   uint64
	Category  CategoryID
	Submitted map[string][]string // the form, by question id
}

// Open gives a member a private channel with the right staff. It returns the open ticket, or the ticket as Void and
// the reason when Discord refused.
func (s *Service) Open(ctx context.Context, g Guild, by Actor, req OpenRequest) (*Ticket, error) {
	c, err := s.openable(ctx, g, by, req.Category)
	if err != nil {
		return nil, err
	}
	answers, err := c.Form.Fill(req.Submitted)
	if err != nil {
		return nil, err
	}
	var t *Ticket
	var effect *Effect
	err = s.store.InTx(ctx, g, func(tx Tx) error {
		t, effect = &Ticket{Guild: g, Category: c.ID, State: Opening, OpenedAt: s.clock.Now(), Answers: answers}, nil
		if t.Opener, err = tx.Meet(ctx, by.User); err != nil {
			return err
		}
		if err := tx.LockPerson(ctx, t.Opener); err != nil {
			return err
		}
		if earlier, err := tx.TicketByRequest(ctx, req.Request); err != nil || earlier != nil {
			t = earlier
			return err
		}
		if n, err := tx.CountAlive(ctx, t.Opener, c.ID); err != nil {
			return err
		} else if n >= c.Limit {
			return errLimit
		}
		if err := tx.InsertTicket(ctx, t, req.Request); err != nil {
			return err
		}
		if err := tx.Append(ctx, Event{Verb: VerbOpen, Ticket: t.ID, Person: t.Opener, At: t.OpenedAt}); err != nil {
			return err
		}
		effect = &Effect{Guild: g, Ticket: t.ID, Kind: EffectOpenChannel, At: t.OpenedAt, Detail: EffectDetail{User: by.User.ID}}
		return tx.AddEffect(ctx, effect)
	})
	if errors.Is(err, errLimit) {
		err = s.limitReached(ctx, c, t.Opener)
	}
	if err != nil {
		return nil, fmt.Errorf("open a ticket: %w", err)
	}
	if effect != nil {
		if err := s.CarryOut(ctx, g, effect.ID); err != nil {
			return nil, err
		}
	}
	return s.store.Ticket(ctx, g, t.ID)
}

// openChannel is the effect of Open. Cut short anywhere, it goes on from what it finds: the channel by its marker, the
// greeting by its nonce or by a look.
func (s *Service) openChannel(ctx context.Context, e *Effect) error {
	t, err := s.store.Ticket(ctx, e.Guild, e.Ticket)
	if err != nil {
		return err
	}
	if t.State != Opening {
		return s.done(ctx, e)
	}
	if e.Detail.User == 0 { // whoever wanted it has been forgotten
		return s.giveUp(ctx, e, t)
	}
	c, err := s.store.Category(ctx, e.Guild, t.Category)
	if err != nil {
		return err
	}
	if err := s.ensureChannel(ctx, e, t, c); err != nil {
		return s.voidIfRefused(ctx, e, err)
	}
	w := Welcome{Ticket: t, Category: c, Opener: e.Detail.User}
	welcome, err := s.discord.PostWelcome(ctx, w, e.ID, e.Attempts > 1)
	if err != nil {
		return s.voidIfRefused(ctx, e, err)
	}
	return s.store.InTx(ctx, e.Guild, func(tx Tx) error {
		t, err := tx.LockTicket(ctx, e.Ticket)
		if err != nil {
			return err
		}
		t.Welcome = welcome
		if t.State == Opening { // deleted by hand in between, it is closed already
			if err := t.become(Open); err != nil {
				return err
			}
		}
		if err := tx.SaveTicket(ctx, t); err != nil {
			return err
		}
		return tx.FinishEffect(ctx, e)
	})
}

// ensureChannel makes the ticket's channel unless an earlier try did, and puts its id into t and into the row.
func (s *Service) ensureChannel(ctx context.Context, e *Effect, t *Ticket, c *Category) error {
	if t.Channel != 0 {
		return nil
	}
	if e.Attempts > 1 {
		var err error
		if t.Channel, err = s.discord.FindChannel(ctx, t); err != nil {
			return err
		}
	}
	found := t.Channel != 0
	if !found {
		made, err := s.discord.CreateChannel(ctx, ChannelSpec{Ticket: t, Category: c, Opener: e.Detail.User})
		if err != nil {
			return err
		}
		t.Channel = made.ID
		if len(made.Missing) > 0 {
			return fault.New(fault.Permission, "ticket.open.missing", "permissions", strings.Join(made.Missing, ", "))
		}
	}
	s.rooms.Add(Room{Guild: t.Guild, Ticket: t.ID, Number: t.Number, Channel: t.Channel})
	if found {
		s.rooms.MarkGap(t.Channel) // nobody knows since when people have been writing in it
	}
	return s.saveChannel(ctx, t)
}

// saveChannel writes the channel into the row, unless somebody has, or the ticket has ended meanwhile.
func (s *Service) saveChannel(ctx context.Context, t *Ticket) error {
	return s.store.InTx(ctx, t.Guild, func(tx Tx) error {
		row, err := tx.LockTicket(ctx, t.ID)
		if err != nil {
			return err
		}
		if row.Channel != 0 || !row.State.Alive() {
			return nil
		}
		row.Channel = t.Channel
		return tx.SaveTicket(ctx, row)
	})
}

// voidIfRefused ends an opening that trying again cannot help: the number stays used, the channel, if any, goes.
func (s *Service) voidIfRefused(ctx context.Context, e *Effect, cause error) error {
	refused := fault.From(cause)
	if errors.Is(cause, ErrChannelGone) {
		refused = fault.New(fault.Conflict, "ticket.open.channel_gone")
	}
	if refused == nil || !final(refused) {
		return cause
	}
	t, err := s.store.Ticket(ctx, e.Guild, e.Ticket)
	if err != nil {
		return err
	}
	if err := s.giveUp(ctx, e, t); err != nil {
		return err
	}
	return refused
}

// giveUp ends an opening without a ticket, and without a channel.
func (s *Service) giveUp(ctx context.Context, e *Effect, t *Ticket) error {
	if err := s.leaveNothing(ctx, t); err != nil {
		return fmt.Errorf("remove the channel of a ticket that will not be: %w", err)
	}
	err := s.store.InTx(ctx, e.Guild, func(tx Tx) error {
		t, err := tx.LockTicket(ctx, e.Ticket)
		if err != nil {
			return err
		}
		if t.State == Opening {
			if err := s.void(ctx, tx, t); err != nil {
				return err
			}
		}
		return tx.FinishEffect(ctx, e)
	})
	if err != nil {
		return fmt.Errorf("void ticket: %w", err)
	}
	return nil
}

func (s *Service) void(ctx context.Context, tx Tx, t *Ticket) error {
	if err := t.become(Void); err != nil {
		return err
	}
	t.Channel, t.ClosedAt = 0, s.clock.Now()
	if err := tx.SaveTicket(ctx, t); err != nil {
		return err
	}
	return tx.Append(ctx, Event{Verb: VerbVoid, Ticket: t.ID, At: t.ClosedAt})
}

// leaveNothing deletes the channel of a ticket that will not be. If Discord does not answer, the ticket must stay until it
// does: nothing but its effect knows of the channel.
func (s *Service) leaveNothing(ctx context.Context, t *Ticket) error {
	left := t.Channel
	if left == 0 {
		// The channel may have been made although the answer said no, or the id was not written down yet.
		var err error
		if left, err = s.discord.FindChannel(ctx, t); err != nil && !final(err) {
			return err
		}
	}
	if left == 0 {
		return nil
	}
	room, kept := s.rooms.Room(left)
	s.rooms.Remove(left) // before the event of the deletion, which would take it for one by hand
	err := s.discord.DeleteChannel(ctx, left, t.Name())
	if err == nil || errors.Is(err, ErrChannelGone) || final(err) {
		return nil
	}
	if kept {
		s.rooms.Add(room)
		s.rooms.MarkGap(left)
	}
	return err
}
