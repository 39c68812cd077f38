package store

import (
	"context"
	"errors"
	"fmt"

	"ticketbot/keys"
	"ticketbot/store/db"

	"github.com/jackc/pgx/v5"
)

// copyLedger notes how far the keyring has come, and what it has forgotten since the database last saw it. It belongs
// into the transaction that follows a forgetting, as its last act: it locks the one row that everybody notes in.
//
// So the rows that a forgetting deletes and the note that it was carried out commit together, and a database that was
// restored from an older copy says itself from where it has to forget again. Until that has been done, only Reconcile
// notes anything: what deletes rows then would say that all is done when one line is.
func (s *Store) copyLedger(ctx context.Context, tx pgx.Tx) error {
	if !s.reconciled.Load() {
		return nil
	}
	return s.noteKeyring(ctx, tx)
}

func (s *Store) noteKeyring(ctx context.Context, tx pgx.Tx) error {
	seen, err := s.lockKeyring(ctx, tx)
	if err != nil {
		return explain("read how far the keyring had come", err)
	}
	if s.keys.State().Forgotten <= seen {
		return nil
	}
	entries, err := s.keys.Ledger(seen)
	if err != nil {
		return fmt.Errorf("read the keyring's ledger: %w", err)
	}
	return s.note(ctx, tx, entries)
}

// note keeps entries, in order, and says that the database has seen them.
func (s *Store) note(ctx context.Context, tx pgx.Tx, entries []keys.Entry) error {
	var last int64
	var rows db.CopyLedgerParams
	for _, e := range entries {
		last = int64(e.Seq)
		rows.Seqs = append(rows.Seqs, last)
		rows.Entries = append(rows.Entries, e.Bytes())
	}
	if len(entries) > 0 {
		if err := s.q.CopyLedger(ctx, tx, rows); err != nil {
			return explain("copy the keyring's ledger", err)
		}
	}
	return explain("note how far the keyring has come", s.q.SaveKeyring(ctx, tx, last))
}

// lockKeyring is how much of the ledger the database has seen.
func (s *Store) lockKeyring(ctx context.Context, tx pgx.Tx) (uint64, error) {
	seen, err := s.q.LockKeyring(ctx, tx)
	if errors.Is(err, pgx.ErrNoRows) {
		if err := s.q.StartKeyring(ctx, tx); err != nil {
			return 0, fmt.Errorf("begin: %w", err)
		}
		seen, err = s.q.LockKeyring(ctx, tx)
	}
	return uint64(seen), err
}

// Keyring is the keyring for whoever forgets. The database is told before each change of it: see foresee.
func (s *Store) Keyring() *keys.Ring { return s.keys }
