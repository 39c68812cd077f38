package store

import (
	"context"
	"errors"
	"fmt"

	"ticketbot/store/db"

	"github.com/jackc/pgx/v5"
)

// copyLedger notes how far the keyring has come, and what it has forgotten since the database last saw it. It belongs
// into the transaction that follows a forgetting, as its last act: it locks the one row that everybody notes in.
//
// So the rows that a forgetting deletes and the note that it was carried out commit together, and a database that was
// restored from an older copy says itself from where it has to forget again.
func (s *Store) copyLedger(ctx context.Context, tx pgx.Tx) error {
	seen, err := s.lockKeyring(ctx, tx)
	if err != nil {
		return explain("read how far the keyring had come", err)
	}
	state := s.keys.State()
	next := db.SaveKeyringParams{Generation: int64(state.Generation), LedgerSeq: seen.LedgerSeq}
	return explain("note how far the keyring has come", s.q.SaveKeyring(ctx, tx, next))
}

// lockKeyring is what the database has last seen of the keyring.
func (s *Store) lockKeyring(ctx context.Context, tx pgx.Tx) (db.LockKeyringRow, error) {
	seen, err := s.q.LockKeyring(ctx, tx)
	if !errors.Is(err, pgx.ErrNoRows) {
		return seen, err
	}
	if err := s.q.StartKeyring(ctx, tx); err != nil {
		return seen, fmt.Errorf("begin: %w", err)
	}
	return s.q.LockKeyring(ctx, tx)
}
