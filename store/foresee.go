package store

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
)

// foreseen is how long the database has to note that the keyring is about to change.
const foreseen = 10 * time.Second

// foresee has the database note each change of the keyring before it is made. So one that has seen less than the keyring
// was put back from an older copy, and is not one that a crash cut short, however many were forgetting at the time; and
// what was forgotten and not noted is only forgotten again.
//
// It has a connection of its own: all others may be held by those who wait for the keyring.
func (s *Store) foresee(ctx context.Context) error {
	cfg := s.pool.Config()
	cfg.MaxConns, cfg.MinConns = 1, 0
	var err error
	if s.turns, err = pgxpool.NewWithConfig(ctx, cfg); err != nil {
		return explain("connect", err)
	}
	s.keys.BeforeChange(func(generation uint64) error {
		bounded, cancel := context.WithTimeout(context.WithoutCancel(ctx), foreseen)
		defer cancel()
		return explain("note a change of the keyring", s.q.SaveKeyringTurn(bounded, s.turns, int64(generation)))
	})
	return nil
}

func (s *Store) stopForeseeing() {
	if s.turns != nil {
		s.keys.BeforeChange(nil)
		s.turns.Close()
	}
}
