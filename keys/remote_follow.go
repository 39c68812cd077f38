package keys

import (
	"context"
	"time"

	"ticketbot/internal/clock"
)

const (
	askTime   = leaseTime / 2
	retryTime = 100 * time.Millisecond

	ledgerTime = 30 * time.Second // a long one has to be read from the disk
)

// follow keeps the lease until ctx ends.
func (r *remote) follow(ctx context.Context) {
	defer close(r.stopped)
	away := false
	for ctx.Err() == nil {
		err := r.renew(ctx)
		if ctx.Err() != nil {
			return
		}
		if (err != nil) != away {
			away = err != nil
			r.tell(err)
		}
		if err != nil {
			r.lapse()
			_ = clock.Sleep(ctx, r.clock, retryTime) // ends with ctx, which the loop asks about
		}
	}
}

func (r *remote) tell(err error) {
	if err != nil {
		r.log.Warn("the key process does not answer; keys stay usable for up to five seconds", "error", err)
		return
	}
	r.log.Info("the key process answers again")
}

// renew asks for the news once, does what they say, and has the lease from when it asked. The next question says that it
// is done.
func (r *remote) renew(ctx context.Context) error {
	r.mu.Lock()
	run, version := r.run, r.version
	r.mu.Unlock()
	sent, over := r.clock.Now(), r.clock.After(leaseTime)
	ctx, cancel := r.within(ctx, askTime)
	defer cancel()
	n, err := r.link.changes(ctx, r.id, run, version)
	if err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if n.Reset {
		r.dropAll()
	}
	for _, g := range n.Drop {
		r.drop(tenancy{g.Guild, g.Epoch})
	}
	if r.closed {
		return nil
	}
	r.run, r.version = n.Run, n.Version
	r.sent, r.lease = sent, &lease{over: over}
	close(r.heard)
	r.heard = make(chan struct{})
	return nil
}

// lapse drops what may not be used any more, so that it is not in memory either.
func (r *remote) lapse() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.mayUse() {
		r.dropAll()
	}
}
