// Package clock is the one way the program learns the time.
//
// Everything that waits or stamps takes a [Clock], so that the demo and the tests can move time; a check in
// internal/archtest fails when production code outside cmd asks the time package directly.
package clock

import (
	"context"
	"sync"
	"time"
)

// Clock tells the time and wakes sleepers.
type Clock interface {
	Now() time.Time
	// After delivers the time once d has passed on this clock. The timer behind it lives until then.
	After(d time.Duration) <-chan time.Time
}

// System is the machine's clock.
type System struct{}

func (System) Now() time.Time                         { return time.Now().UTC() }
func (System) After(d time.Duration) <-chan time.Time { return time.After(d) }

// Sleep waits for d on c, or until ctx ends, whose error it then returns.
func Sleep(ctx context.Context, c Clock, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-c.After(d):
		return nil
	}
}

// Manual stands still until somebody advances it. The zero value stands at the zero time.
type Manual struct {
	mu       sync.Mutex
	now      time.Time
	sleepers []sleeper
	changed  chan struct{}
}

type sleeper struct {
	at   time.Time
	wake chan time.Time
}

// NewManual returns a clock that stands at t.
func NewManual(t time.Time) *Manual { return &Manual{now: t.UTC()} }

func (m *Manual) Now() time.Time {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.now
}

func (m *Manual) After(d time.Duration) <-chan time.Time {
	m.mu.Lock()
	defer m.mu.Unlock()
	wake := make(chan time.Time, 1)
	if d <= 0 {
		wake <- m.now
		return wake
	}
	m.sleepers = append(m.sleepers, sleeper{m.now.Add(d), wake})
	if m.changed != nil {
		close(m.changed)
		m.changed = nil
	}
	return wake
}

// Advance moves the clock by d and wakes everybody whose time has come.
func (m *Manual) Advance(d time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.now = m.now.Add(d)
	kept := m.sleepers[:0]
	for _, s := range m.sleepers {
		if s.at.After(m.now) {
			kept = append(kept, s)
			continue
		}
		s.wake <- m.now
	}
	m.sleepers = kept
}

// AwaitSleepers returns once n waits are pending on the clock: the signal a test needs before it advances.
func (m *Manual) AwaitSleepers(ctx context.Context, n int) error {
	for {
		m.mu.Lock()
		if len(m.sleepers) >= n {
			m.mu.Unlock()
			return nil
		}
		if m.changed == nil {
			m.changed = make(chan struct{})
		}
		changed := m.changed
		m.mu.Unlock()
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-changed:
		}
	}
}
