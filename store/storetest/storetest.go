//go:build unix

// Package storetest gives each test a real, migrated database of its own, in about 20 ms.
//
//	/dev/shm/ticketbot-test-UID/           in memory when there is room, else below /tmp
//	├── slot-0.lock                        held by one test binary for its life
//	├── slot-0/                            a private PostgreSQL (pglocal), without fsync
//	│     template_SCHEMA ──copy──▶ test_1, test_2, …   one a test, dropped after it
//	└── slot-1/ …                          for a second binary that runs at the same time
//
// Test binaries run side by side and know nothing of each other, so each takes the first free slot. Its server ends with
// it; the cluster and the template stay, so that only the first run ever waits for them.
package storetest

import (
	"context"
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"ticketbot/internal/clock"
	"ticketbot/keys"
	"ticketbot/privacy"
	"ticketbot/store"
	"ticketbot/ticket"
)

// Start is when the clock of New stands.
var Start = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// New is an empty store. Its clock stands at Start unless one is given.
func New(t testing.TB, clk ...clock.Clock) *store.Store {
	t.Helper()
	return NewHome(t).Open(t, clk...)
}

// Join brings the bot into a guild.
func Join(t testing.TB, s *store.Store, id ticket.GuildID) ticket.Guild {
	t.Helper()
	g, err := s.ChangeMembership(t.Context(), id, func(known privacy.Membership) privacy.Change {
		return privacy.Change{Begin: known.State != privacy.StateActive, JoinedAt: Start.Add(-time.Hour)}
	})
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// Leave ends the bot's membership in a guild, whose data then waits to be forgotten.
func Leave(t testing.TB, s *store.Store, id ticket.GuildID) {
	t.Helper()
	_, err := s.ChangeMembership(t.Context(), id, func(privacy.Membership) privacy.Change {
		return privacy.Change{Seal: privacy.EvidenceEvent, Forget: true}
	})
	if err != nil {
		t.Fatal(err)
	}
}

// NewURL is the address of a database that is migrated and empty.
func NewURL(t testing.TB) string {
	t.Helper()
	s, err := ourSlot()
	if err != nil {
		t.Fatal(err)
	}
	name, err := s.clone(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.drop(context.Background(), name); err != nil {
			t.Errorf("drop %s: %v", name, err)
		}
	})
	return s.cluster.URL(name)
}

// Home is what outlives a process: a database, a keyring and files. A test that restarts opens its home again.
type Home struct {
	URL string
	Dir string

	open *store.Store
	ring *keys.Ring
}

// NewHome is a home in which nobody has lived yet.
func NewHome(t testing.TB) *Home {
	t.Helper()
	return &Home{URL: NewURL(t), Dir: t.TempDir()}
}

// Open opens the store at home, as the only process there. A store that is open is closed first.
func (h *Home) Open(t testing.TB, clk ...clock.Clock) *store.Store {
	t.Helper()
	h.Close()
	var c clock.Clock = clock.NewManual(Start)
	if len(clk) > 0 {
		c = clk[0]
	}
	log := slog.New(slog.DiscardHandler)
	ring, err := keys.Open(filepath.Join(h.Dir, "keys"), keys.Options{Clock: c, Logger: log})
	if err != nil {
		t.Fatal(err)
	}
	h.ring = ring
	t.Cleanup(h.Close)
	h.open, err = store.Open(t.Context(), store.Options{
		URL: h.URL, BlobURL: store.BlobDir(filepath.Join(h.Dir, "files")), Keys: ring, Clock: c, Logger: log, MaxConns: 8, Sole: true,
	})
	if err != nil {
		t.Fatal(err)
	}
	return h.open
}

// Keys is the keyring of the open store.
func (h *Home) Keys() *keys.Ring { return h.ring }

// Close closes what is open.
func (h *Home) Close() {
	if h.open != nil {
		h.open.Close()
		h.open = nil
	}
	if h.ring != nil {
		_ = h.ring.Close() // it only gives up a directory that the test throws away
		h.ring = nil
	}
}
