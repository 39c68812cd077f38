package store

import (
	"context"
	"errors"
	"fmt"

	"ticketbot/internal/fault"
	"ticketbot/keys"

	"github.com/jackc/pgx/v5"
)

// Reconcile makes one of the database and the keyring, when either was put back from an older copy. Nothing is served
// before it has returned nil. Cut short, it is finished by the next start; docs/backup.md has the orders for operators.
//
//	older       known by                         what is done
//	database    its note of the ledger is        what the rest of the ledger names is deleted: a guild is sealed and
//	            shorter than the ledger          left to its job, a person's rows lose what they said, a ticket's go
//	database    its note of the generation is    besides, in every guild the next 1,000 ticket numbers are passed over
//	            lower than the keyring's         and forgotten, so that lost tickets are, and no number is used twice
//	keyring     its ledger is shorter than the   it takes over the rest from the database and forgets it again; guilds
//	            database's copy                  that it does not know are left out, and never given new keys
//	both        nothing                          nothing: what was forgotten since is back
//
// Ledgers that contradict each other are refused.
func (s *Store) Reconcile(ctx context.Context) error {
	if s.keys.Borrowed() { // the owner has done it, and lends nothing before
		s.reconciled.Store(true)
		return nil
	}
	seen, err := s.lastSeen(ctx)
	if err != nil {
		return err
	}
	if err := s.compareLedgers(ctx, seen.ledger); err != nil {
		return err
	}
	if err := s.bringKeyringUp(ctx, seen.ledger); err != nil {
		return err
	}
	state := s.keys.State()
	older := !seen.nothing && seen.generation < state.Generation
	if older {
		s.log.Warn("the database was put back from an older copy: forgetting again what was forgotten since",
			"forgotten_since", int64(state.Forgotten)-int64(seen.ledger))
	}
	if err := s.forgetAgain(ctx, seen.ledger); err != nil {
		return err
	}
	if older {
		if err := s.passOverLost(ctx); err != nil {
			return err
		}
	}
	if err := s.reportKeyless(ctx); err != nil {
		return err
	}
	// Not before: cut short above, it has to be found out again that the database is older.
	if err := s.foresee(ctx); err != nil {
		return err
	}
	if err := s.leaveMark(ctx, seen.generation); err != nil {
		return err
	}
	s.reconciled.Store(true)
	return nil
}

// seenKeyring is what the database knows of the keyring.
type seenKeyring struct {
	ledger     uint64 // how many lines of it
	generation uint64
	nothing    bool // it has never seen a keyring, so it cannot be told to be older
}

func (s *Store) lastSeen(ctx context.Context) (seen seenKeyring, err error) {
	err = s.inTx(ctx, func(tx pgx.Tx) error {
		if seen.ledger, err = s.lockKeyring(ctx, tx); err != nil {
			return err
		}
		generation, err := s.q.KeyringTurn(ctx, tx)
		seen.generation, seen.nothing = uint64(generation), errors.Is(err, pgx.ErrNoRows)
		if seen.nothing {
			return nil
		}
		return err
	})
	return seen, explain("read how far the keyring had come", err)
}

// compareLedgers refuses two ledgers of which neither goes on where the other ends. Of lines that are the same up to some
// number, the last is enough to know.
func (s *Store) compareLedgers(ctx context.Context, seen uint64) error {
	both := min(seen, s.keys.State().Forgotten)
	if both == 0 {
		return nil
	}
	ours, err := s.q.LedgerEntry(ctx, s.pool, int64(both))
	if err != nil {
		return explain("read the copy of the keyring's ledger", err)
	}
	theirs, err := s.keys.Ledger(both - 1)
	if err != nil {
		return fmt.Errorf("read the keyring's ledger: %w", err)
	}
	if len(theirs) == 0 || string(theirs[0].Bytes()) != string(ours) {
		return fault.New(fault.Config, "store.ledgers_differ", "entry", both)
	}
	return nil
}

// bringKeyringUp gives a keyring that is older than the database what it has to forget again.
func (s *Store) bringKeyringUp(ctx context.Context, seen uint64) error {
	known := s.keys.State().Forgotten
	if known >= seen {
		return nil
	}
	rows, err := s.q.LedgerAfter(ctx, s.pool, int64(known))
	if err != nil {
		return explain("read the copy of the keyring's ledger", err)
	}
	entries := make([]keys.Entry, len(rows))
	for i, row := range rows {
		if entries[i], err = keys.ParseEntry(row.Entry); err != nil {
			return fmt.Errorf("read line %d of the copy of the keyring's ledger: %w", row.Seq, err)
		}
	}
	s.log.Warn("the keyring was put back from an older copy: forgetting again what was forgotten since", "entries", len(entries))
	err = s.keys.Replay(ctx, entries)
	if errors.Is(err, keys.ErrAnotherLedger) {
		return fault.New(fault.Config, "store.ledgers_differ", "entry", known).Because(err)
	}
	if err != nil {
		return fmt.Errorf("forget again what an older keyring still knew: %w", err)
	}
	return nil
}

// reportKeyless names the guilds whose keys are not in the keyring. They are left out of service and as they are: a newer
// copy of the keyring may turn up, and new keys would only hide that their content is lost.
func (s *Store) reportKeyless(ctx context.Context) error {
	rows, err := s.q.ActiveTenancies(ctx, s.pool)
	if err != nil {
		return explain("look for guilds without keys", err)
	}
	for _, row := range rows {
		if !s.keys.Has(uint64(row.GuildID), row.Epoch) {
			s.log.Error("the keyring has no keys for this server, so it is left out and nothing of it can be read: put back the keyring "+
				"that was last used with this database, or remove the bot from the server and invite it again",
				"guild", row.GuildID, "epoch", row.Epoch)
		}
	}
	return nil
}

// maxTurns bounds how far leaveMark goes after a note that is far ahead, as beside a keyring from an older copy.
const maxTurns = 16

// leaveMark lets the keyring turn over to a generation that no copy of the database from before this start has seen.
func (s *Store) leaveMark(ctx context.Context, seen uint64) error {
	now := s.keys.State().Generation
	mark := now + 1
	if seen > now {
		mark = min(seen+1, now+maxTurns)
	}
	for ; now < mark; now++ {
		if err := s.keys.Rotate(ctx); err != nil {
			return fmt.Errorf("turn the keyring over: %w", err)
		}
	}
	return nil
}
