package keys

import (
	"context"
	"crypto/rand"
	"slices"
	"sync"
	"time"

	"ticketbot/internal/clock"
)

// Other processes borrow trees for leaseTime. Each asks for the news in a long poll: the answer says which trees to drop
// and renews its lease, and the next question says that they are dropped. So a forgetting knows when nobody can use what
// was forgotten: each holder has said so, or its lease is over and it refuses by itself.
const (
	leaseTime = 5 * time.Second

	// leaseGrace is how much longer the owner waits than a holder uses its lease: no two clocks run at the same speed.
	leaseGrace = 100 * time.Millisecond

	pollTime  = time.Second // an answer without news, so that leases are renewed well before they are over
	dropsKept = 10_000
)

// lease ends by itself. Its end is a timer's and not a time of day, so that a clock that is set does not move it.
type lease struct {
	over  <-chan time.Time
	ended bool
}

// hasEnded may be called with the lock of whoever has the lease.
func (l *lease) hasEnded() bool {
	if l == nil || l.ended {
		return true
	}
	select {
	case <-l.over:
		l.ended = true
	default:
	}
	return l.ended
}

// book is what the owner knows of the holders.
type book struct {
	clock clock.Clock
	run   string // tells this process from the one before

	mu      sync.Mutex
	version uint64 // counts trees taken back
	floor   uint64 // drops up to here are not listed any more
	drops   []tenancy
	holders map[string]*holder
	before  *lease        // leases that the process before us gave
	changed chan struct{} // closed and made anew when something was taken back, dropped, or is over
}

type holder struct {
	dropped uint64 // has dropped everything up to here
	lease   *lease
}

func newBook(c clock.Clock) *book {
	b := &book{clock: c, run: rand.Text(), holders: map[string]*holder{}, changed: make(chan struct{})}
	b.before = b.newLease()
	return b
}

func (b *book) newLease() *lease { return &lease{over: b.clock.After(leaseTime + leaseGrace)} }

func (b *book) stir() {
	close(b.changed)
	b.changed = make(chan struct{})
}

// drop takes trees back. The result is closed once no process can use them any more.
func (b *book) drop(trees []tenancy) <-chan struct{} {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.drops = append(b.drops, trees...)
	b.version += uint64(len(trees))
	if excess := len(b.drops) - dropsKept; excess > 0 {
		b.drops = slices.Clone(b.drops[excess:])
		b.floor += uint64(excess)
	}
	b.stir()
	returned := make(chan struct{})
	go b.await(b.version, returned)
	return returned
}

// await closes returned when nobody has anything older than version.
func (b *book) await(version uint64, returned chan<- struct{}) {
	defer close(returned)
	for {
		b.mu.Lock()
		last, changed := b.laggard(version), b.changed
		b.mu.Unlock()
		if last == nil {
			return
		}
		select {
		case <-changed:
		case <-last.over:
			b.mu.Lock()
			last.ended = true
			b.stir() // others may wait for the same lease, and its end is told only once
			b.mu.Unlock()
		}
	}
}

// laggard is a lease under which something older than version can still be used, or nil.
func (b *book) laggard(version uint64) *lease {
	if !b.before.hasEnded() {
		return b.before
	}
	for id, h := range b.holders {
		if h.lease.hasEnded() {
			delete(b.holders, id)
		} else if h.dropped < version {
			return h.lease
		}
	}
	return nil
}

// news is what a holder is told: drop these trees, or with Reset all. What it fetches afterwards is of Version or newer.
type news struct {
	Run     string      `json:"run"`
	Version uint64      `json:"version,string"`
	Reset   bool        `json:"reset,omitempty"`
	Drop    []wireGuild `json:"drop,omitempty"`
}

// poll answers as soon as there is something to drop, or after pollTime, and renews the lease. That the holder asks for
// what came after since says that it has dropped everything before.
func (b *book) poll(ctx context.Context, id, run string, since uint64) (news, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	known := b.knows(run, since)
	if h := b.holders[id]; h != nil && known && since > h.dropped {
		h.dropped = since
		b.stir()
	}
	if known {
		if err := b.hold(ctx, since); err != nil {
			return news{}, err // it hung up, so it gets no lease to wait for
		}
	}
	h := b.holders[id]
	if h == nil {
		h = &holder{}
		b.holders[id] = h
		if known {
			h.dropped = since
		}
	}
	h.lease = b.newLease()
	n := news{Run: b.run, Version: b.version, Reset: !b.knows(run, since)}
	if !n.Reset {
		for _, ten := range b.drops[since-b.floor:] {
			n.Drop = append(n.Drop, wireGuild{ten.guild, ten.epoch})
		}
	}
	return n, nil
}

// hold waits for something newer than since, for a while. It gives up the lock meanwhile.
func (b *book) hold(ctx context.Context, since uint64) error {
	quiet := b.clock.After(pollTime)
	for since == b.version {
		changed := b.changed
		b.mu.Unlock()
		var err error
		waiting := true
		select {
		case <-changed:
		case <-quiet:
			waiting = false
		case <-ctx.Done():
			err = ctx.Err()
		}
		b.mu.Lock()
		if err != nil || !waiting {
			return err
		}
	}
	return nil
}

// knows says whether b can tell what came after since.
func (b *book) knows(run string, since uint64) bool {
	return run == b.run && since >= b.floor && since <= b.version
}

// leave is a holder that has dropped everything and will not ask again.
func (b *book) leave(id string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.holders, id)
	b.stir()
}

// now is where what is fetched at this moment stands.
func (b *book) now() (run string, version uint64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.run, b.version
}
