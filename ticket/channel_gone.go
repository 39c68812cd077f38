package ticket

import (
	"context"
	"fmt"

	"ticketbot/internal/fault"
)

// ChannelGone is called when Discord says that a channel was deleted. For a ticket that we were closing it is the
// end of capture; for any other, somebody deleted it by hand: the ticket is closed with what was captured. The channel
// stays a room until that is certain: an event that failed comes again, and is heard only for rooms.
func (s *Service) ChannelGone(ctx context.Context, g Guild, channel ChannelID) error {
	t, err := s.store.TicketByChannel(ctx, g, channel)
	if fault.KindOf(err) == fault.NotFound {
		s.rooms.Remove(channel)
		return nil
	}
	if err != nil {
		return err
	}
	var next []*Effect
	err = s.store.InTx(ctx, g, func(tx Tx) error {
		next = nil
		t, err := tx.LockTicket(ctx, t.ID)
		if err != nil || !t.ChannelGoneAt.IsZero() {
			return err
		}
		byHand := t.State == Open || t.State == Opening
		t.ChannelGoneAt = s.clock.Now()
		if byHand {
			if err := t.become(Closed); err != nil {
				return err
			}
			t.ClosedAt = t.ChannelGoneAt
		}
		if err := tx.SaveTicket(ctx, t); err != nil || !byHand {
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
	s.rooms.Remove(channel)
	if err := s.carryOutAll(ctx, next); err != nil { // jobs go on with them; the event itself is done
		s.log.Warn("not everybody has been told of a closed ticket yet", "guild", g.ID, "ticket", t.ID, "error", err)
	}
	return nil
}
