package keys

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"sync"
	"time"

	"ticketbot/internal/clock"
	"ticketbot/internal/fault"
)

// ErrUnavailable: this process borrows its keys and has had no contact with the key process for so long that it may not
// use them. Nothing is lost; it goes on when the key process answers again.
var ErrUnavailable = errors.New("no contact with the key process")

func unavailable(cause error) error {
	return fault.New(fault.Unavailable, "keys.unavailable").Because(errors.Join(ErrUnavailable, cause))
}

// remote is the home of a ring whose directory another process owns. It fetches what is left of a guild's tree once and
// computes from it, for as long as its lease lasts.
type remote struct {
	link   *link
	clock  clock.Clock
	log    *slog.Logger
	leaves *leafCache
	id     string // this holder

	stop    context.CancelFunc
	stopped chan struct{}

	mu      sync.Mutex
	run     string // the owner's process that version counts for
	version uint64 // everything taken back up to here is dropped
	sent    time.Time
	lease   *lease // counted from sent: when we asked, and not when we were told
	trees   map[tenancy]*tree
	heard   chan struct{} // closed and made anew with each answer
	last    State
	closed  bool
}

func newRemote(l *link, leaves *leafCache, opts Options) *remote {
	return &remote{
		link: l, clock: opts.Clock, log: opts.Logger, leaves: leaves, id: rand.Text(), stopped: make(chan struct{}),
		trees: map[tenancy]*tree{}, heard: make(chan struct{}),
	}
}

// tree is the guild's tree, fetched if need be.
func (r *remote) tree(ten tenancy) (*tree, error) {
	for {
		t, heard, err := r.held(ten)
		if t != nil || err != nil {
			return t, err
		}
		t, run, version, err := r.fetch(ten)
		if err != nil {
			return nil, err
		}
		if t, ok := r.keep(ten, t, run, version); ok {
			return t, nil
		}
		// Something was taken back since, or there is a new owner, of whom the next answer tells.
		select {
		case <-heard:
		case <-r.clock.After(retryTime):
		}
	}
}

// held is the tree if we have it; without a lease nothing is given out.
func (r *remote) held(ten tenancy) (t *tree, heard <-chan struct{}, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case r.closed:
		return nil, nil, ErrClosed
	case !r.mayUse():
		return nil, nil, unavailable(nil)
	}
	return r.trees[ten], r.heard, nil
}

// mayUse asks two clocks. The lease's timer does not count while the machine sleeps, and the time of day may be set.
func (r *remote) mayUse() bool {
	now := r.clock.Now()
	return !r.lease.hasEnded() && !now.Before(r.sent) && now.Before(r.sent.Add(leaseTime))
}

func (r *remote) fetch(ten tenancy) (t *tree, run string, version uint64, err error) {
	ctx, cancel := r.within(context.Background(), askTime)
	defer cancel()
	t, run, version, err = r.link.cover(ctx, ten)
	return t, run, version, err
}

// keep takes a tree that is not older than what we were told to drop.
func (r *remote) keep(ten tenancy, t *tree, run string, version uint64) (*tree, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed || !r.mayUse() || run != r.run || version < r.version {
		return nil, false
	}
	if faster := r.trees[ten]; faster != nil {
		return faster, true
	}
	r.trees[ten] = t
	return t, true
}

func (r *remote) submit(ctx context.Context, c *change) error { return r.link.change(ctx, c) }

// state is the owner's, or the last one heard of while it does not answer.
func (r *remote) state() State { return r.ask().State }

func (r *remote) ask() wireState {
	ctx, cancel := r.within(context.Background(), askTime)
	defer cancel()
	s, err := r.link.state(ctx)
	r.mu.Lock()
	defer r.mu.Unlock()
	if err != nil {
		return wireState{State: r.last}
	}
	r.last = s.State
	return s
}

// mirrored is false while the owner does not answer: nobody may promise what cannot be known.
func (r *remote) mirrored() bool { return r.ask().Mirrored }

func (r *remote) entries(after uint64) ([]Entry, error) {
	ctx, cancel := r.within(context.Background(), ledgerTime)
	defer cancel()
	return r.link.entries(ctx, after)
}

// beforeChange is the owner's affair.
func (r *remote) beforeChange(func(uint64) error) {}

// close drops every key and tells the owner, so that no forgetting waits for a lease that nobody uses.
func (r *remote) close() error {
	r.mu.Lock()
	first := !r.closed
	r.closed = true
	r.dropAll()
	r.mu.Unlock()
	if !first {
		return nil
	}
	r.stop()
	<-r.stopped
	ctx, cancel := r.within(context.Background(), retryTime)
	defer cancel()
	if err := r.link.leave(ctx, r.id); err != nil {
		r.log.Info("the key process was not told that its keys are given back; it waits until they are not valid", "error", err)
	}
	r.link.close()
	return nil
}

func (r *remote) dropAll() {
	for ten := range r.trees {
		r.drop(ten)
	}
}

func (r *remote) drop(ten tenancy) {
	if t := r.trees[ten]; t != nil {
		delete(r.trees, ten)
		r.leaves.drop(t)
	}
}

// within is ctx for d on the ring's clock.
func (r *remote) within(ctx context.Context, d time.Duration) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancelCause(ctx)
	timer := r.clock.After(d)
	go func() {
		select {
		case <-timer:
			cancel(context.DeadlineExceeded)
		case <-ctx.Done():
		}
	}()
	return ctx, func() { cancel(nil) }
}
