package store_test

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"testing"

	planted "ticketbot/internal/canary"
	"ticketbot/internal/clock"
	"ticketbot/internal/pglocal"
	"ticketbot/keys"
	"ticketbot/store"
	"ticketbot/store/storetest"
	"ticketbot/ticket"
)

// cut is a context that ends when the database has been spoken to a number of times: each statement asks for Done.
type cut struct {
	context.Context
	mu    sync.Mutex
	left  int
	ended chan struct{}
}

func (c *cut) Done() <-chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.left--; c.left == 0 {
		close(c.ended)
	}
	return c.ended
}

func (c *cut) Err() error {
	select {
	case <-c.ended:
		return context.Canceled
	default:
		return nil
	}
}

// TestRestoreCutShort ends the start after a restore at many places, and each time the next start must finish it: the same
// is forgotten, and numbers are passed over once.
func TestRestoreCutShort(t *testing.T) {
	h := newHouse(t)
	old := h.copyDatabase(t)
	h.start(t)
	h.forgetAll(t)
	keyring := h.copyKeyring(t)
	cuts := 0
	for n := 1; ; n += 17 {
		h.putBackDatabase(t, old)
		h.putBackKeyring(t, keyring)
		if h.openCut(t, n) == nil {
			break
		}
		cuts++
		h.start(t)
		h.wantReadable(t, "ada, ticket 1", "ada, ticket 2")
		equal(t, h.world(t).openTicket(t, bob, 2001, 561).Number, 1004)
		if t.Failed() {
			t.Fatalf("after a start that was cut short at %d", n)
		}
	}
	if cuts < 10 {
		t.Errorf("cut short %d times only", cuts)
	}
}

func (h *house) openCut(t *testing.T, after int) error {
	t.Helper()
	ring, err := keys.Open(filepath.Join(h.Dir, "keys"), keys.Options{})
	must(t, err)
	defer ring.Close()
	s, err := store.Open(&cut{Context: t.Context(), left: after, ended: make(chan struct{})}, store.Options{
		URL: h.URL, BlobURL: store.BlobDir(filepath.Join(h.Dir, "files")), Keys: ring, Clock: clock.NewManual(storetest.Start),
		Logger: slog.New(slog.DiscardHandler), Sole: true,
	})
	if err == nil {
		s.Close()
	}
	return err
}

// TestRestoreOfACluster does as an operator does: PostgreSQL is stopped, its directory copied, and put back later.
func TestRestoreOfACluster(t *testing.T) {
	top, err := os.MkdirTemp("/tmp", "restore-test-") // t.TempDir is closed to the database's user
	must(t, err)
	t.Cleanup(func() { _ = os.RemoveAll(top) })
	must(t, os.Chmod(top, 0o755))
	data, backup := filepath.Join(top, "db"), filepath.Join(top, "backup")
	var cluster *pglocal.Cluster
	h := &house{words: planted.New()}
	up := func() {
		cluster, err = pglocal.Start(t.Context(), pglocal.Options{Dir: data, Unsafe: true})
		must(t, err)
		must(t, store.Migrate(t.Context(), cluster.URL("postgres"), slog.New(slog.DiscardHandler)))
		h.Home = &storetest.Home{URL: cluster.URL("postgres"), Dir: filepath.Join(top, "home")}
	}
	down := func() {
		h.Close()
		must(t, cluster.Stop(context.Background()))
	}
	up()
	h.furnish(t)
	h.wantReadable(t, everything...)
	down()
	copyTree(t, data, backup)
	up()
	h.start(t)
	h.forgetAll(t)
	down()
	copyTree(t, backup, data)
	up()
	defer down()
	h.start(t)
	h.wantReadable(t, "ada, ticket 1", "ada, ticket 2")
	equal(t, h.world(t).openTicket(t, bob, 2001, 561).Number, 1004)
}

// BenchmarkReconcile is a start: with a database that has not seen the last 1,000 lines of the ledger, half of them people
// with ten messages each and half tickets with five; and with one of 1,000 guilds in which tickets may have been lost.
func BenchmarkReconcile(b *testing.B) {
	b.Run("nothing to do", func(b *testing.B) { newHouse(b).benchmark(b, func() {}) })
	b.Run("1000 lines", func(b *testing.B) {
		h := newHouse(b)
		w := h.world(b)
		var lines []keys.Puncture
		for i := range 500 {
			w.ticket = w.openTicket(b, ada, 3000+uint64(i), ticket.ChannelID(3000+i))
			who := ticket.User{ID: ticket.UserID(9000 + i), Username: "somebody"}
			var said []ticket.Sighting
			for j := range 15 {
				by := ada
				if j < 10 {
					by = who
				}
				said = append(said, w.said(ticket.MessageID(1000000+100*i+j), "some words", by, 10))
			}
			w.save(b, said...)
			path, _, err := h.Keys().Person(uint64(w.g.ID), w.g.Epoch, uint64(who.ID))
			must(b, err)
			lines = append(lines, keys.Puncture{Guild: uint64(w.g.ID), Epoch: 1, Path: path},
				keys.Puncture{Guild: uint64(w.g.ID), Epoch: 1, Path: keys.TicketPath(w.ticket.Number)})
		}
		h.benchmark(b, func() { must(b, h.Keys().Forget(b.Context(), lines)) })
	})
	b.Run("1000 guilds", func(b *testing.B) {
		h := newHouse(b)
		for i := range 1000 {
			storetest.Join(b, h.s, guildID+ticket.GuildID(100+i))
		}
		h.benchmark(b, func() { must(b, h.Keys().Rotate(b.Context())) })
		b.ReportMetric(float64(h.Keys().State().Forgotten)/1002, "lines/guild")
	})
}

// benchmark times the start with a database from before change.
func (h *house) benchmark(b *testing.B, change func()) {
	b.Helper()
	old := h.copyDatabase(b)
	h.start(b)
	change()
	keyring := h.copyKeyring(b)
	for b.Loop() {
		b.StopTimer()
		h.putBackDatabase(b, old)
		h.putBackKeyring(b, keyring)
		b.StartTimer()
		h.start(b)
	}
}
