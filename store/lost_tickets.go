package store

import (
	"context"
	"fmt"
	"slices"

	"ticketbot/keys"
	"ticketbot/store/db"

	"github.com/jackc/pgx/v5"
)

// lostTickets is how many tickets a guild may have opened since the copy that a database was put back from.
const lostTickets = 1000

// batchOfGuilds is how many guilds' numbers the keyring forgets in one change.
const batchOfGuilds = 500

// passOverLost forgets, in each guild, the tickets that may have been opened since the copy, and passes over their
// numbers: their rows are lost, but not from every other copy, and nobody would ever forget them. The numbers are
// passed over in one transaction after all of them are forgotten, so that a second try finds the same ones.
func (s *Store) passOverLost(ctx context.Context) error {
	counters, err := s.q.Counters(ctx, s.pool)
	if err != nil {
		return explain("list where the guilds' tickets end", err)
	}
	counters = slices.DeleteFunc(counters, func(c db.CountersRow) bool { return !s.keys.Has(uint64(c.GuildID), c.Epoch) })
	skip := db.SkipTicketsParams{N: lostTickets}
	for part := range slices.Chunk(counters, batchOfGuilds) {
		var lost []keys.Puncture
		for _, c := range part {
			for _, p := range keys.TicketRange(c.LastTicket+1, c.LastTicket+lostTickets) {
				lost = append(lost, keys.Puncture{Guild: uint64(c.GuildID), Epoch: c.Epoch, Path: p})
			}
			skip.GuildIds = append(skip.GuildIds, int64(c.GuildID))
			skip.Epochs = append(skip.Epochs, int32(c.Epoch))
		}
		if err := s.keys.Forget(ctx, lost); err != nil {
			return fmt.Errorf("forget tickets that may have been lost: %w", err)
		}
	}
	err = s.inTx(ctx, func(tx pgx.Tx) error {
		if err := s.q.SkipTickets(ctx, tx, skip); err != nil {
			return err
		}
		if err := s.q.EndAllLogins(ctx, tx); err != nil { // who has logged out since the copy must not be in again
			return err
		}
		if err := s.q.SaveKeyringTurn(ctx, tx, int64(s.keys.State().Generation)); err != nil {
			return err
		}
		return s.noteKeyring(ctx, tx)
	})
	return explain("pass over the numbers of tickets that may have been lost", err)
}
