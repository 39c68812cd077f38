package gateway

import (
	"cmp"
	"context"
	"slices"
	"sync"
)

// point follows one session's sequence numbers and knows the resume point: the highest number below which everything
// is committed. Numbers are begun in ascending order and done in any.
type point struct {
	mu      sync.Mutex
	last    int64     // received; at least the last one begun
	open    []ongoing // begun, with the oldest not yet done; ascending
	drained bell
}

type ongoing struct {
	seq  int64
	done bool
}

// newPoint starts with everything up to seq committed.
func newPoint(seq int64) *point { return &point{last: seq} }

// pass notes an event that implies nothing.
func (p *point) pass(seq int64) {
	p.mu.Lock()
	p.last = max(p.last, seq)
	p.mu.Unlock()
}

// begin notes an event that holds the resume point until it is done.
func (p *point) begin(seq int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if seq <= p.last {
		return
	}
	p.last = seq
	p.open = append(p.open, ongoing{seq: seq})
}

// done says that everything event seq implies is committed.
func (p *point) done(seq int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	i, found := slices.BinarySearchFunc(p.open, seq, func(o ongoing, seq int64) int { return cmp.Compare(o.seq, seq) })
	if !found {
		return
	}
	p.open[i].done = true
	finished := 0
	for finished < len(p.open) && p.open[finished].done {
		finished++
	}
	p.open = p.open[finished:]
	if len(p.open) == 0 {
		p.open = nil
		p.drained.ring()
	}
}

// committed is the resume point.
func (p *point) committed() int64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.open) > 0 {
		return p.open[0].seq - 1
	}
	return p.last
}

// received is the highest number seen, what a heartbeat carries and where this process itself resumes.
func (p *point) received() int64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.last
}

// drain waits until nothing is open, or until ctx ends.
func (p *point) drain(ctx context.Context) error {
	for {
		p.mu.Lock()
		if len(p.open) == 0 {
			p.mu.Unlock()
			return nil
		}
		changed := p.drained.wait()
		p.mu.Unlock()
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-changed:
		}
	}
}

// bell wakes everybody who waits for a change. Its owner's lock guards it.
type bell struct{ ch chan struct{} }

func (b *bell) wait() <-chan struct{} {
	if b.ch == nil {
		b.ch = make(chan struct{})
	}
	return b.ch
}

func (b *bell) ring() {
	if b.ch != nil {
		close(b.ch)
		b.ch = nil
	}
}
