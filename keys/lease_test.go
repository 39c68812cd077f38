package keys

import (
	"context"
	"errors"
	"testing"
	"time"

	"ticketbot/internal/clock"
)

var leaseNoon = time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC)

// dayClock has a time of day that can be set without time passing, and timers of its own.
type dayClock struct {
	*clock.Manual
	set time.Duration
}

func (c *dayClock) Now() time.Time { return c.Manual.Now().Add(c.set) }

func TestLeaseEndsByEitherClock(t *testing.T) {
	for _, one := range []struct {
		name        string
		passes, set time.Duration
		may         bool
	}{
		{"just renewed", 0, 0, true},
		{"almost over", leaseTime - 1, 0, true},
		{"over", leaseTime, 0, false},
		{"the time of day was put forward, or the machine slept", 0, leaseTime, false},
		{"over, and the time of day was put back meanwhile", leaseTime, -4 * time.Second, false},
		{"the time of day was put back before the lease began", 0, -time.Second, false},
	} {
		t.Run(one.name, func(t *testing.T) {
			c := &dayClock{Manual: clock.NewManual(leaseNoon)}
			r := newRemote(nil, newLeafCache(1), Options{Clock: c}.complete())
			if r.mayUse() {
				t.Error("usable before anything was heard")
			}
			r.sent, r.lease = c.Now(), &lease{over: c.After(leaseTime)}
			c.Advance(one.passes)
			c.set = one.set
			if got := r.mayUse(); got != one.may {
				t.Errorf("mayUse = %v, want %v", got, one.may)
			}
		})
	}
}

// A tree that was on its way while something was taken back is not kept: it may hold what was forgotten.
func TestTreeThatWasOvertakenIsNotKept(t *testing.T) {
	c := clock.NewManual(leaseNoon)
	r := newRemote(nil, newLeafCache(1), Options{Clock: c}.complete())
	r.run, r.version = "run", 7
	r.sent, r.lease = c.Now(), &lease{over: c.After(leaseTime)}
	ten, t1 := tenancy{1, 1}, &tree{cover: newCover()}
	for _, one := range []struct {
		name    string
		run     string
		version uint64
		kept    bool
	}{{"older", "run", 6, false}, {"of another owner", "other", 9, false}, {"as new", "run", 7, true}, {"newer", "run", 8, true}} {
		_, kept := r.keep(ten, t1, one.run, one.version)
		if kept != one.kept || (r.trees[ten] != nil) != one.kept {
			t.Errorf("%s: kept = %v, want %v", one.name, kept, one.kept)
		}
		clear(r.trees)
	}
	c.Advance(leaseTime)
	if _, kept := r.keep(ten, t1, "run", 8); kept {
		t.Error("kept without a lease")
	}
}

func TestBookTellsWhatToDrop(t *testing.T) {
	ctx := t.Context()
	b := newBook(clock.NewManual(leaseNoon))
	first, err := b.poll(ctx, "a", "", 0)
	if err != nil || !first.Reset {
		t.Fatalf("a stranger is told %+v, %v; want to drop everything", first, err)
	}
	b.drop([]tenancy{{1, 1}, {2, 1}})
	b.drop([]tenancy{{3, 2}})
	n, err := b.poll(ctx, "a", first.Run, first.Version)
	if err != nil || n.Reset || n.Version != 3 || len(n.Drop) != 3 || n.Drop[2] != (wireGuild{3, 2}) {
		t.Errorf("told %+v, %v", n, err)
	}
	if n, _ := b.poll(ctx, "b", first.Run, 2); n.Reset || len(n.Drop) != 1 {
		t.Errorf("whoever knows the first two is told %+v", n)
	}
	if n, _ := b.poll(ctx, "c", "the owner before", 2); !n.Reset {
		t.Errorf("whoever counts after another owner is told %+v", n)
	}
	if n, _ := b.poll(ctx, "c", first.Run, 99); !n.Reset {
		t.Errorf("whoever is ahead of us is told %+v", n)
	}
	for range dropsKept {
		b.drop([]tenancy{{4, 1}})
	}
	if n, _ := b.poll(ctx, "a", first.Run, 2); !n.Reset || len(n.Drop) > 0 {
		t.Errorf("whoever missed more than is remembered is told %+v", n.Reset)
	}
}

func TestForgettingWaitsForEachHolderUntilItHasDroppedOrCannotUseIt(t *testing.T) {
	ctx := t.Context()
	c := clock.NewManual(leaseNoon)
	b := newBook(c)
	returned := func(ch <-chan struct{}) bool {
		select {
		case <-ch:
			return true
		case <-time.After(50 * time.Millisecond): // long enough for a mistake to show
			return false
		}
	}
	early := b.drop([]tenancy{{1, 1}})
	if returned(early) {
		t.Error("nobody waited for the leases of the process before")
	}
	c.Advance(leaseTime + leaseGrace)
	<-early
	n, _ := b.poll(ctx, "a", "", 0)
	m, _ := b.poll(ctx, "b", "", 0)
	gone := b.drop([]tenancy{{1, 1}})
	if returned(gone) {
		t.Error("nobody waited for two holders")
	}
	after := n.Version + 1
	n, _ = b.poll(ctx, "a", n.Run, n.Version)
	if returned(gone) {
		t.Error("a holder that was told was taken for one that has dropped")
	}
	hangUp, cancel := context.WithCancel(ctx)
	cancel()
	if _, err := b.poll(hangUp, "a", n.Run, after); !errors.Is(err, context.Canceled) {
		t.Errorf("poll of one that hung up: %v", err)
	}
	if returned(gone) {
		t.Error("nobody waited for the second holder")
	}
	c.Advance(leaseTime - 1)
	if returned(gone) {
		t.Error("nobody waited until the second holder's lease was over")
	}
	c.Advance(leaseGrace + 1)
	<-gone
	_ = m
}
