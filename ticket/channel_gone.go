package ticket

import (
	"context"
	"fmt"

	"ticketbot/internal/fault"
)

// ChannelGone is called when Discord says that a channel was deleted. For a ticket that we were closing it is the
// end of capture; for any other, somebody deleted it by hand: the ticket is closed with what was captured.
func (s *Service) ChannelGone(ctx context.Context, g Guild, channel ChannelID) error {
	defer s.rooms.Remove(channel)
	t, err := s.store.TicketByChannel(ctx, g, channel)
	if fault.KindOf(err) == fault.NotFound {
		return nil
	}
	if err != nil {
		return err
	}
	var next []*Effect
	err = s.store.InTx(ctx, g, func(tx Tx) error {
		next = nil
		t, err := tx.LockTicket(ctx, t.ID)
		if err != nil || (t.State != Open && t.State != Opening) {
			return err
		}
		if err := t.become(Closed); err != nil {
			return err
		}
		t.ClosedAt = s.clock.Now()
		if err := tx.SaveTicket(ctx, t); err != nil {
			return err
		}
		if err := tx.Append(ctx, Event{Verb: VerbChannelGone, Ticket: t.ID, At: t.ClosedAt}); err != nil {
			return err
		}
		next, err = s.addEffects(ctx, tx, t, EffectLog, EffectTell)
		return err
	})
	if err != nil {
		return fmt.Errorf("channel deleted: %w", err)
	}
	return s.carryOutAll(ctx, next)
}
