package store

import (
	"context"
	"fmt"

	"ticketbot/ticket"

	"github.com/jackc/pgx/v5"
)

// maxRuns is how often a transaction is run that loses against another one.
const maxRuns = 4

// tx is one transaction of a guild.
type tx struct {
	s   *Store
	tx  pgx.Tx
	g   ticket.Guild
	met []acquaintance // remembered once the transaction is committed
}

var (
	_ ticket.Store = (*Store)(nil)
	_ ticket.Tx    = (*tx)(nil)
)

// InTx runs fn in one transaction that holds the guild's membership. It may run fn again.
func (s *Store) InTx(ctx context.Context, g ticket.Guild, fn func(ticket.Tx) error) error {
	var t *tx
	err := s.inTx(ctx, func(p pgx.Tx) error {
		t = &tx{s: s, tx: p, g: g}
		if err := s.hold(ctx, p, g); err != nil {
			return err
		}
		return fn(t)
	})
	if err != nil {
		return explain("database transaction", err)
	}
	s.met.remember(t.met)
	return nil
}

func (s *Store) inTx(ctx context.Context, fn func(pgx.Tx) error) error {
	var err error
	for range maxRuns {
		if err = pgx.BeginFunc(ctx, s.pool, fn); !worthRetrying(err) {
			return err
		}
	}
	return fmt.Errorf("after %d tries: %w", maxRuns, err)
}
