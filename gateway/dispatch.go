package gateway

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

// connectionKey is the line of READY and RESUMED; no snowflake is that large.
const connectionKey = ^uint64(0)

// longestPause is how long the connection may stand still for handlers to catch up.
const longestPause = 10 * time.Second

// dispatch takes one event off the read loop. It returns an ending only if the connection cannot go on.
func (a *attempt) dispatch(ctx context.Context, f *frame) *ending {
	c := a.client
	c.count.events.Add(1)
	kind := c.names.of(f.kind)
	switch kind {
	case "READY":
		return a.readyNow(f)
	case "RESUMED":
		return a.resumedNow(f)
	}
	s := a.session
	if s == nil {
		c.count.malformed.Add(1) // an event before READY belongs to no session
		return nil
	}
	if f.seq != 0 && f.seq <= s.point.received() {
		c.count.repeated.Add(1)
		return nil
	}
	e := event{kind: kind, seq: f.seq, point: s.point, urgent: kind == "INTERACTION_CREATE"}
	e.guild, e.channel = f.place(kind)
	key := cmp.Or(e.channel, e.guild)
	if !c.queue.busy(key) {
		if !c.wants(&e) {
			c.screen(&e)
			return nil
		}
		e.asked = true
	}
	return a.accept(ctx, key, e, f.data)
}

// place says which guild and channel an event is about.
func (f *frame) place(kind string) (guild, channel uint64) {
	guild, channel = f.guild, f.channel
	switch {
	case channel == 0 && (strings.HasPrefix(kind, "CHANNEL_") || strings.HasPrefix(kind, "THREAD_")):
		channel = f.id
	case guild == 0 && (kind == "GUILD_CREATE" || kind == "GUILD_UPDATE" || kind == "GUILD_DELETE"):
		guild = f.id
	}
	return guild, channel
}

// accept queues an event. When the handlers are too slow it stops reading for a moment, which Discord's buffers bear;
// not for long, since heartbeats are acknowledged on this connection too: then it leaves and comes back later to
// resume after the last event it took.
func (a *attempt) accept(ctx context.Context, key uint64, e event, data []byte) *ending {
	c := a.client
	if !c.queue.hasRoom(len(data)) {
		pause, cancel := c.within(ctx, min(longestPause, a.heart.interval/2))
		defer cancel()
		if c.queue.awaitRoom(pause, len(data)) != nil {
			c.count.overflows.Add(1)
			return &ending{why: "handlers do not keep up", overflow: true}
		}
	}
	e.data = bytes.Clone(data)
	e.point.begin(e.seq)
	if e.urgent {
		c.queue.addAlone(&e, c.handle)
	} else {
		c.queue.add(key, &e, c.handle)
	}
	return nil
}

// readyNow begins a session.
func (a *attempt) readyNow(f *frame) *ending {
	var ready struct {
		SessionID string `json:"session_id"`
		URL       string `json:"resume_gateway_url"`
	}
	if err := json.Unmarshal(f.data, &ready); err != nil || ready.SessionID == "" {
		return &ending{why: "READY makes no sense", err: fmt.Errorf("read READY: %w", err), forget: true}
	}
	c := a.client
	if old := c.currentSession(); old != nil {
		c.forgotten = old.point
	}
	a.session = &session{id: ready.SessionID, url: ready.URL, point: newPoint(0)}
	c.setSession(a.session)
	a.begun(f, &started{before: c.forgotten})
	return nil
}

// resumedNow goes on with a session.
func (a *attempt) resumedNow(f *frame) *ending {
	if a.session == nil {
		a.client.count.malformed.Add(1)
		return nil
	}
	a.client.count.resumes.Add(1)
	a.begun(f, &started{resumed: true})
	return nil
}

// begun says that events are flowing and puts READY or RESUMED in a line of their own.
func (a *attempt) begun(f *frame, what *started) {
	c := a.client
	a.readyAt = c.clock.Now()
	c.resumeless = 0
	c.ready.Store(true)
	c.log.Info("gateway ready", "resumed", what.resumed, "after_events", a.session.point.received())
	e := &event{kind: c.names.of(f.kind), seq: f.seq, data: bytes.Clone(f.data), point: a.session.point, started: what}
	e.point.begin(e.seq)
	c.queue.add(connectionKey, e, c.handle)
}
