package main

import (
	"context"
	"sync"
	"time"

	"ticketbot/internal/clock"
)

// demoClock follows the simulator's time, which a visitor may move forward: whoever sleeps wakes when its time has come
// there. It looks every few milliseconds, which is exact enough for people.
type demoClock struct {
	simulated func() time.Time

	mu       sync.Mutex
	sleepers *clock.Manual
}

func newDemoClock(ctx context.Context, simulated func() time.Time) *demoClock {
	c := &demoClock{simulated: simulated, sleepers: clock.NewManual(simulated())}
	go func() {
		tick := time.NewTicker(10 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
				c.catchUp()
			}
		}
	}()
	return c
}

func (c *demoClock) Now() time.Time { return c.simulated().UTC() }

// After counts from now: from the moment of the last look, a leap since then would be over at once.
func (c *demoClock) After(d time.Duration) <-chan time.Time {
	c.catchUp()
	return c.sleepers.After(d)
}

func (c *demoClock) catchUp() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.sleepers.Advance(c.simulated().Sub(c.sleepers.Now()))
}
