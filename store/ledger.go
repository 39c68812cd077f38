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
	state := s.keys.State() // before the ledger: what it counts is in there
	var entries []keys.Entry
	if state.Forgotten > uint64(seen.LedgerSeq) {
		if entries, err = s.keys.Ledger(uint64(seen.LedgerSeq)); err != nil {
			return fmt.Errorf("read the keyring's ledger: %w", err)
		}
	}
	return s.note(ctx, tx, state.Generation, entries)
}

// note keeps entries, in order, and says that the database has seen them and the generation.
func (s *Store) note(ctx context.Context, tx pgx.Tx, generation uint64, entries []keys.Entry) error {
	next := db.SaveKeyringParams{Generation: int64(generation)}
	var rows db.CopyLedgerParams
	for _, e := range entries {
		next.LedgerSeq = int64(e.Seq)
		rows.Seqs = append(rows.Seqs, next.LedgerSeq)
		rows.Entries = append(rows.Entries, e.Bytes())
	}
	if len(entries) > 0 {
		if err := s.q.CopyLedger(ctx, tx, rows); err != nil {
			return explain("copy the keyring's ledger", err)
		}
	}
	return explain("note how far the keyring has come", s.q.SaveKeyring(ctx, tx, next))
}

// lockKeyring is what the database has last seen of the keyring; zero for nothing.
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

// foresee notes that the keyring is about to change. Before every change of it, in a transaction of its own: then a
// database that has seen less than the keyring was put back from an older copy, and is not one that a crash cut short.
func (s *Store) foresee(ctx context.Context) error {
	next := int64(s.keys.State().Generation) + 1
	return explain("note a change of the keyring", s.q.SaveKeyring(ctx, s.pool, db.SaveKeyringParams{Generation: next}))
}

// Keyring is the keyring for whoever forgets: the database foresees each change of it.
type Keyring struct {
	*keys.Ring
	store *Store
}

// Keyring is how the keyring is to be used together with this database.
func (s *Store) Keyring() Keyring { return Keyring{s.keys, s} }

// Forget is that of the keyring.
func (k Keyring) Forget(ctx context.Context, what []keys.Puncture) error {
	if err := k.store.foresee(ctx); err != nil {
		return err
	}
	return k.Ring.Forget(ctx, what)
}
