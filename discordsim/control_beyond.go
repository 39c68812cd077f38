package discordsim

import (
	"net/http"
	"strconv"
	"time"
)

// This file is what no Discord offers: trouble on demand, the truth, and time.

// disturb does to the sessions of a bot what Discord does on a bad day.
func (c *Control) disturb(r *http.Request) (any, error) {
	var in struct {
		App    ID     `json:"app"`
		Action string `json:"action"`
	}
	if _, err := read(r, &in); err != nil {
		return nil, err
	}
	switch in.Action {
	case GatewayDisconnect, GatewayReconnect, GatewayInvalidate, GatewaySilence:
		return nil, c.sim.Gateway(in.App, in.Action)
	}
	return nil, badRequest("action: one of disconnect, reconnect, invalidate, silence, not %q", in.Action)
}

// facts is the oracle after ?since=; ?tail= keeps only the last ones.
func (c *Control) facts(r *http.Request) (any, error) { return after(r, c.sim.Facts) }

// calls are the REST calls after ?since=; ?tail= keeps only the last ones.
func (c *Control) calls(r *http.Request) (any, error) { return after(r, c.sim.Calls) }

func after[T any](r *http.Request, list func(since int64) []T) (any, error) {
	since, err := numberQuery(r, "since")
	if err != nil {
		return nil, err
	}
	tail, err := numberQuery(r, "tail")
	if err != nil {
		return nil, err
	}
	all := append([]T{}, list(since)...)
	if tail > 0 && int(tail) < len(all) {
		all = all[len(all)-int(tail):]
	}
	return all, nil
}

func numberQuery(r *http.Request, name string) (int64, error) {
	text := r.URL.Query().Get(name)
	if text == "" {
		return 0, nil
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 0 {
		return 0, badRequest("%s is a number that is not negative", name)
	}
	return n, nil
}

func (c *Control) clock(*http.Request) (any, error) { return Object{"now": c.sim.Now()}, nil }

// advance moves the simulator's clock forward.
func (c *Control) advance(r *http.Request) (any, error) {
	var in struct {
		Advance string `json:"advance"`
	}
	if _, err := read(r, &in); err != nil {
		return nil, err
	}
	d, err := time.ParseDuration(in.Advance)
	if err != nil || d < 0 {
		return nil, badRequest("advance is a duration that is not negative, such as 720h")
	}
	c.sim.Advance(d)
	return c.clock(r)
}
