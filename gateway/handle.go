package gateway

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"runtime/debug"

	"ticketbot/internal/clock"
	"ticketbot/internal/fault"
)

// wants asks the handler; one that panics wants nothing.
func (c *Client) wants(e *event) (yes bool) {
	defer func() {
		if p := recover(); p != nil {
			c.lose(e, panicked{p, debug.Stack()})
		}
	}()
	return c.cfg.Handler.Wants(e.kind, e.guild, e.channel)
}

// screen lets an event pass that nobody wants.
func (c *Client) screen(e *event) {
	c.count.screened.Add(1)
	e.point.pass(e.seq)
	c.moved()
}

// handle is the error boundary: whatever becomes of an event, it costs that event at most. Only when the process is
// being stopped does it leave one open, for the next process to receive again, and is false.
func (c *Client) handle(e *event) bool {
	if c.work.Err() != nil || !c.carryOut(e) || !c.announce(e.started) {
		return false
	}
	e.point.done(e.seq)
	c.moved()
	return true
}

// carryOut is false if the process stops before the event is committed or given up.
func (c *Client) carryOut(e *event) bool {
	if !e.asked && !c.wants(e) {
		c.count.screened.Add(1)
		return true
	}
	var pause backoff
	for {
		err := c.handOver(c.work, e)
		switch {
		case err == nil:
			c.count.handled.Add(1)
			return true
		case c.work.Err() != nil:
			return false
		case fault.KindOf(err) != fault.Unavailable:
			c.lose(e, err)
			return true
		}
		c.count.retried.Add(1)
		if clock.Sleep(c.running, c.clock, pause.next()) != nil {
			return false
		}
	}
}

// handOver calls Handle when there is a free slot for it. Waiting for better times takes none, so that the trouble of
// some channels does not become everybody's.
func (c *Client) handOver(ctx context.Context, e *event) (err error) {
	if !e.urgent {
		c.slots <- struct{}{}
		defer func() { <-c.slots }()
	}
	defer func() {
		if p := recover(); p != nil {
			err = panicked{p, debug.Stack()}
		}
	}()
	return c.cfg.Handler.Handle(ctx, e.kind, e.data)
}

// announce tells OnReady that a connection has begun, until it has understood; false if the process stops before. A
// new session waits for the events of the one before it: its resume point will replace theirs.
func (c *Client) announce(s *started) bool {
	if s == nil {
		return true
	}
	if s.before != nil && s.before.drain(c.running) != nil {
		return false
	}
	var pause backoff
	for {
		err := c.cfg.OnReady(c.running, s.resumed)
		if err == nil {
			return true
		}
		c.log.Warn("work after connecting failed, trying again", "resumed", s.resumed, "error", nameOf(err))
		if clock.Sleep(c.running, c.clock, pause.next()) != nil {
			return false
		}
	}
}

// lose gives an event up. The log names it and the sort of error; an error's text may quote what people wrote.
func (c *Client) lose(e *event, err error) {
	c.count.failed.Add(1)
	attrs := []any{
		slog.String("kind", e.kind), slog.Uint64("guild", e.guild), slog.Uint64("channel", e.channel),
		slog.Int64("seq", e.seq), slog.String("error", nameOf(err)),
	}
	var p panicked
	if errors.As(err, &p) {
		attrs = append(attrs, slog.String("stack", string(p.stack)))
	}
	c.log.Error("event lost", attrs...)
	c.cfg.OnLost(e.kind, e.guild, e.channel)
}

type panicked struct {
	value any
	stack []byte
}

// Error quotes what the runtime says, which knows no content, and nothing else.
func (p panicked) Error() string {
	if err, ok := p.value.(runtime.Error); ok {
		return "panic: " + err.Error()
	}
	return fmt.Sprintf("panic with a %T", p.value)
}

// nameOf names an error without quoting it: the fault's key, PostgreSQL's code, or the innermost type.
func nameOf(err error) string {
	var p panicked
	if errors.As(err, &p) {
		return p.Error()
	}
	if f := fault.From(err); f != nil {
		return f.Kind.String() + " " + f.Key
	}
	var sql interface{ SQLState() string }
	if errors.As(err, &sql) {
		return "SQLSTATE " + sql.SQLState()
	}
	for {
		inner := errors.Unwrap(err)
		if inner == nil {
			return fmt.Sprintf("%T", err)
		}
		err = inner
	}
}
