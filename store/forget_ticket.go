package store

import (
	"context"

	"ticketbot/internal/fault"
	"ticketbot/store/db"
	"ticketbot/ticket"

	"github.com/jackc/pgx/v5"
)

// ForgetTicketRows deletes a batch of a ticket whose key is gone; done when there is nothing left of it. Its events are
// taken out of it first: the guild's chain needs their places.
func (s *Store) ForgetTicketRows(ctx context.Context, g ticket.Guild, id ticket.ID) (done bool, err error) {
	err = s.inTx(ctx, func(tx pgx.Tx) error {
		if err := s.hold(ctx, tx, g); err != nil {
			return err
		}
		return s.q.EraseEventsOfTicket(ctx, tx, db.EraseEventsOfTicketParams{GuildID: g.ID, Epoch: g.Epoch, TicketID: &id})
	})
	if err != nil {
		return false, explain("forget a ticket's events", err)
	}
	if err := s.deletePart(ctx, g, []int64{int64(id)}); err != nil {
		return false, err
	}
	_, err = s.Ticket(ctx, g, id)
	if fault.KindOf(err) == fault.NotFound {
		return true, explain("forget a ticket", s.inTx(ctx, func(tx pgx.Tx) error { return s.copyLedger(ctx, tx) }))
	}
	return false, err
}
