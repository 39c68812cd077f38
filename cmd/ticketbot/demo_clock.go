package main

import (
	"context"
	"time"

	"ticketbot/internal/clock"
)

// demoClock follows the simulator's time, which a visitor may move forward: whoever sleeps wakes when its time has come
// there. It looks every few milliseconds, which is exact enough for people.
type demoClock struct {
	*clock.Manual
	simulated func() time.Time
}

func newDemoClock(ctx context.Context, simulated func() time.Time) demoClock {
	c := demoClock{clock.NewManual(simulated()), simulated}
	go func() {
		tick := time.NewTicker(10 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
				c.Advance(simulated().Sub(c.Manual.Now()))
			}
		}
	}()
	return c
}

func (c demoClock) Now() time.Time { return c.simulated().UTC() }
