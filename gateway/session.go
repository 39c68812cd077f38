package gateway

import (
	"context"
	"fmt"
	"strings"
	"time"

	"ticketbot/internal/clock"
)

const (
	saveEvery   = 250 * time.Millisecond
	saveTimeout = 10 * time.Second
)

// session is what Discord remembers us by between connections.
type session struct {
	id, url string
	point   *point
}

// started tells the handling of READY and RESUMED what they began.
type started struct {
	resumed bool
	before  *point // the session that could not be resumed, if there was one
}

func (c *Client) currentSession() *session {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.session
}

func (c *Client) setSession(s *session) {
	c.mu.Lock()
	c.session = s
	c.mu.Unlock()
	c.moved()
}

// loadSession takes up what the last process left.
func (c *Client) loadSession(ctx context.Context) error {
	var pause backoff
	for {
		r, err := c.cfg.States.Load(ctx, c.cfg.ShardID)
		if err == nil {
			c.saved = r
			if id, ok := c.cfg.recall(r.SessionID); ok {
				c.setSession(&session{id: id, url: r.URL, point: newPoint(r.Seq)})
			}
			return nil
		}
		c.log.Warn("cannot load the resume point, trying again", "error", err)
		if err := clock.Sleep(ctx, c.clock, pause.next()); err != nil {
			return err
		}
	}
}

// moved tells the saver that the resume point may have changed.
func (c *Client) moved() {
	if len(c.dirty) > 0 {
		return
	}
	select {
	case c.dirty <- struct{}{}:
	default:
	}
}

// keepSaving saves whenever the resume point has moved, with a rest in between.
func (c *Client) keepSaving(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-c.dirty:
		}
		c.save(c.work)
		if clock.Sleep(ctx, c.clock, saveEvery) != nil {
			return
		}
	}
}

func (c *Client) save(ctx context.Context) {
	r := c.resumePoint()
	if r == c.saved {
		return
	}
	ctx, cancel := c.within(ctx, saveTimeout)
	defer cancel()
	if err := c.cfg.States.Save(ctx, c.cfg.ShardID, r); err != nil {
		c.count.saveErrors.Add(1)
		c.log.Warn("cannot save the resume point", "error", err)
		c.moved()
		return
	}
	c.saved = r
}

// resumePoint is what the next process may start from: nothing, as long as a new session's READY is not handled, so
// that the gap before it is not forgotten.
func (c *Client) resumePoint() Resume {
	s := c.currentSession()
	if s == nil {
		return Resume{}
	}
	seq := s.point.committed()
	if seq == 0 {
		return Resume{}
	}
	return Resume{SessionID: c.cfg.remember(s.id), URL: s.url, Seq: seq}
}

// remember writes beside a session what it was made for. A session keeps its shard count and intents for life, so a
// process that is configured otherwise must not resume it.
func (cfg *Config) remember(session string) string {
	return fmt.Sprintf("%s shards=%d intents=%d", session, cfg.ShardCount, cfg.Intents)
}

// recall is the session that was remembered, if it was made for the same.
func (cfg *Config) recall(remembered string) (session string, ok bool) {
	session, _, _ = strings.Cut(remembered, " ")
	return session, session != "" && remembered == cfg.remember(session)
}

// within ends the context after d on the client's clock.
func (c *Client) within(ctx context.Context, d time.Duration) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	expired := c.clock.After(d)
	go func() {
		select {
		case <-ctx.Done():
		case <-expired:
			cancel()
		}
	}()
	return ctx, cancel
}
