package worker_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"ticketbot/internal/clock"
	"ticketbot/store/storetest"
	"ticketbot/ticket"
	"ticketbot/worker"
)

// archive takes errands of forgetting. The first of each kind fails.
type archive struct {
	confirm, forget chan ticket.Guild
	swept           chan struct{}
	failed          map[string]bool
}

func (a *archive) once(kind string) error {
	if a.failed[kind] {
		return nil
	}
	a.failed[kind] = true
	return errors.New(secret)
}

func (a *archive) Confirm(_ context.Context, g ticket.Guild) error {
	defer func() { a.confirm <- g }()
	return a.once("confirm")
}

func (a *archive) ForgetGuild(_ context.Context, g ticket.Guild) error {
	a.forget <- g
	return nil
}

func (a *archive) ContinueErasure(context.Context, int64) error { return nil }

func (a *archive) ContinueErasures(context.Context) error { return nil }

func (a *archive) Sweep(context.Context) error {
	a.swept <- struct{}{}
	return nil
}

func TestForgetting(t *testing.T) {
	clk := clock.NewManual(storetest.Start)
	s := storetest.New(t, clk)
	a := &archive{confirm: make(chan ticket.Guild, 9), forget: make(chan ticket.Guild, 9), swept: make(chan struct{}, 9), failed: map[string]bool{}}
	d := newDesk(func(int) error { return nil })
	w, err := worker.New(worker.Options{
		Pool: s.Pool(), Tickets: d, Privacy: a, Clock: clk, Sweep: func(context.Context) error { return nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	left, gone := ticket.Guild{ID: 1 << 63, Epoch: 3}, ticket.Guild{ID: 7, Epoch: 1}
	if err := s.Remind(t.Context(), []ticket.Guild{left}, []ticket.Guild{gone}); err != nil {
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
	wait(t, "the look at start at where the bot is", a.swept)
	if got := wait(t, "the one to forget", a.forget); got != gone {
		t.Errorf("forgot %v", got)
	}
	if got := wait(t, "the one to confirm", a.confirm); got != left {
		t.Errorf("confirmed %v", got)
	}
	// The clock stands: without an answer it is asked again five seconds later, and not before.
	for asked := false; !asked; {
		clk.Advance(5 * time.Second)
		select {
		case got := <-a.confirm:
			if asked = true; got != left {
				t.Errorf("asked again about %v", got)
			}
		case <-time.After(2 * time.Second): // the failure may not have been written down before the clock moved
		}
		if clk.Now().Sub(storetest.Start) > 2*time.Minute {
			t.Fatal("it is not asked again")
		}
	}
}
