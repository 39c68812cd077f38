package store

import (
	"context"
	"errors"
	"time"

	"ticketbot/internal/fault"
	"ticketbot/store/db"
	"ticketbot/ticket"

	"github.com/jackc/pgx/v5"
)

// EmptyTicket deletes a batch of what a ticket whose key is gone consists of; done when only its row and the places of our
// messages about it are left. Since is when that began. Its events keep their places in the guild's chain.
func (s *Store) EmptyTicket(ctx context.Context, g ticket.Guild, id ticket.ID) (since time.Time, done bool, err error) {
	err = s.inTx(ctx, func(tx pgx.Tx) error {
		if err := s.hold(ctx, tx, g); err != nil {
			return err
		}
		if err := s.q.EraseEventsOfTicket(ctx, tx, db.EraseEventsOfTicketParams{GuildID: g.ID, Epoch: g.Epoch, TicketID: &id}); err != nil {
			return err
		}
		since, err = s.q.EmptyTicket(ctx, tx, db.EmptyTicketParams{GuildID: g.ID, Epoch: g.Epoch, ID: id, Now: s.clock.Now()})
		return err
	})
	if errors.Is(err, pgx.ErrNoRows) { // somebody else was faster
		return since, true, nil
	}
	if err != nil {
		return since, false, explain("empty a ticket", err)
	}
	ids := []int64{int64(id)}
	done, err = s.deleteContent(ctx, g, ids, func(tx pgx.Tx) error {
		around := db.DeleteEffectsOfTicketsParams{GuildID: g.ID, Epoch: g.Epoch, TicketIds: ids}
		return errors.Join(s.deleteAround(ctx, tx, around), s.copyLedger(ctx, tx))
	})
	return since, done, err
}

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
