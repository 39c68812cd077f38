package worker_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"ticketbot/internal/clock"
	"ticketbot/internal/fault"
	"ticketbot/store"
	"ticketbot/store/storetest"
	"ticketbot/ticket"
	"ticketbot/worker"
)

const secret = "what somebody wrote"

// errand is what the worker asked for.
type errand struct {
	guild ticket.Guild
	id    int64
}

// desk takes the worker's errands and answers them as a test wants.
type desk struct {
	effects, files chan errand
	caughtUp       chan struct{}
	answer         func(n int) error
	n              atomic.Int32
}

func newDesk(answer func(n int) error) *desk {
	return &desk{effects: make(chan errand, 100), files: make(chan errand, 100), caughtUp: make(chan struct{}, 100), answer: answer}
}

func (d *desk) CarryOut(_ context.Context, g ticket.Guild, id ticket.EffectID) error {
	defer func() { d.effects <- errand{g, int64(id)} }()
	return d.answer(int(d.n.Add(1)))
}

func (d *desk) CopyFile(_ context.Context, g ticket.Guild, id ticket.AttachmentID) error {
	d.files <- errand{g, int64(id)}
	return nil
}

func (d *desk) CatchUp(context.Context) error {
	d.caughtUp <- struct{}{}
	return nil
}

func wait[T any](t *testing.T, what string, c <-chan T) T {
	t.Helper()
	select {
	case v := <-c:
		return v
	case <-time.After(2 * time.Minute):
		t.Fatalf("waited in vain for %s", what)
		panic("unreachable")
	}
}

// begin starts a worker over a store in which one effect waits, whose time has come.
func begin(t *testing.T, d *desk) (*store.Store, *clock.Manual, errand) {
	t.Helper()
	clk := clock.NewManual(storetest.Start)
	s := storetest.New(t, clk)
	g := storetest.Join(t, s, 1)
	effect := &ticket.Effect{Guild: g, Kind: ticket.EffectPostPanel, At: clk.Now(), Detail: ticket.EffectDetail{Panel: 3}}
	if err := s.InTx(t.Context(), g, func(tx ticket.Tx) error { return tx.AddEffect(t.Context(), effect) }); err != nil {
		t.Fatal(err)
	}
	clk.Advance(time.Minute)
	swept := make(chan struct{}, 100)
	w, err := worker.New(worker.Options{Pool: s.Pool(), Tickets: d, Clock: clk, Sweep: func(context.Context) error {
		swept <- struct{}{}
		return nil
	}})
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Start(context.WithoutCancel(t.Context())); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := w.Stop(context.Background()); err != nil {
			t.Error(err)
		}
	})
	wait(t, "the sweep at start", swept)
	wait(t, "catching up at start", d.caughtUp)
	return s, clk, errand{g, int64(effect.ID)}
}

func TestEffects(t *testing.T) {
	t.Run("are carried out although the process that wrote them did not", func(t *testing.T) {
		d := newDesk(func(int) error { return nil })
		_, _, want := begin(t, d)
		if got := wait(t, "the effect", d.effects); got != want {
			t.Errorf("carried out %+v, want %+v", got, want)
		}
	})
	for name, failure := range map[string]func() error{
		"a failure": func() error { return fmt.Errorf("post: %w", errors.New(secret)) },
		"a refusal": func() error { return fault.New(fault.Permission, "discord.missing.channel", "where", secret) },
		"a panic":   func() error { panic(secret) },
	} {
		t.Run(name+" is tried again, and nothing that somebody wrote is stored", func(t *testing.T) {
			d := newDesk(func(n int) error {
				if n == 1 {
					return failure()
				}
				return nil
			})
			s, clk, want := begin(t, d)
			wait(t, "the first try", d.effects)
			stored := storedErrors(t, s)
			if strings.Contains(stored, "somebody") || len(stored) < 10 {
				t.Errorf("stored %s", stored)
			}
			clk.Advance(time.Minute)
			if got := wait(t, "the second try", d.effects); got != want {
				t.Errorf("tried %+v", got)
			}
		})
	}
}

// storedErrors waits until the failed try is written down, and reads all of the job.
func storedErrors(t *testing.T, s *store.Store) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	for {
		var row string
		var failed bool
		err := s.Pool().QueryRow(ctx, `SELECT river_job::text, coalesce(array_length(errors, 1), 0) > 0 FROM river.river_job WHERE kind = 'effect'`).Scan(&row, &failed)
		if err != nil {
			t.Fatal(err)
		}
		if failed {
			return row
		}
	}
}
