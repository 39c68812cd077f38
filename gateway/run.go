package gateway

import (
	"context"
	"sync"
	"time"

	"ticketbot/internal/clock"
)

const (
	// stable is how long a connection must have lasted for the next one to be tried at once.
	stable = 10 * time.Second
	// hopeless is after how many attempts in a row without RESUMED we stop believing in a session.
	hopeless = 5
	// lastWords is what handlers get to notice that their context has ended.
	lastWords = 2 * time.Second
)

// Run keeps the shard connected until ctx ends, and then returns nil, or until Discord says something that only the
// operator can change, and then returns a fault of kind Config. Either way it first takes no more events, lets the
// handlers finish for DrainTimeout at most, saves the resume point, and leaves a session that can be resumed. To be
// called once.
func (c *Client) Run(ctx context.Context) error {
	work, abandon := context.WithCancel(context.WithoutCancel(ctx))
	defer abandon()
	c.running, c.work = ctx, work
	if c.loadSession(ctx) != nil {
		return nil
	}
	saving, stopSaving := context.WithCancel(work)
	defer stopSaving()
	var saver sync.WaitGroup
	saver.Go(func() { c.keepSaving(saving) })

	err := c.stayConnected(ctx)

	c.drain(abandon)
	stopSaving()
	saver.Wait()
	c.save(context.WithoutCancel(ctx))
	c.closing.Wait()
	return err
}

func (c *Client) stayConnected(ctx context.Context) error {
	var pause backoff
	for {
		end, lasted := c.connect(ctx)
		c.ready.Store(false)
		if ctx.Err() != nil {
			return nil
		}
		if end.final != nil {
			return end.final
		}
		wait := end.pause
		if lasted >= stable {
			pause.reset()
		} else {
			wait = max(wait, pause.next())
		}
		c.log.Info("gateway left", "why", end.why, "error", end.err, "lasted", lasted, "again_in", wait)
		if end.forget || c.resumeless >= hopeless {
			c.forget()
		}
		if end.overflow && c.queue.awaitCalm(ctx) != nil {
			return nil
		}
		if clock.Sleep(ctx, c.clock, wait) != nil {
			return nil
		}
	}
}

// forget gives the session up; the next connection identifies.
func (c *Client) forget() {
	if s := c.currentSession(); s != nil {
		c.forgotten = s.point
		c.setSession(nil)
	}
	c.resumeless, c.undialed = 0, 0
}

// drain lets the handlers finish. What is not committed after DrainTimeout is abandoned: it lies beyond the resume
// point and will come again.
func (c *Client) drain(abandon context.CancelFunc) {
	ctx, cancel := c.within(c.work, c.cfg.DrainTimeout)
	defer cancel()
	if c.queue.awaitEmpty(ctx) == nil {
		return
	}
	left, _ := c.queue.size()
	c.log.Warn("handlers did not finish in time, their events will come again", "events", left)
	abandon()
	ctx, cancel = c.within(context.WithoutCancel(ctx), lastWords)
	defer cancel()
	_ = c.queue.awaitEmpty(ctx)
}
