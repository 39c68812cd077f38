package discord

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"ticketbot/discordsim"
	"ticketbot/internal/fault"
)

// pace is a clock for several workers, each of which either asks Discord or waits on the clock. When all of them wait,
// it moves to the first moment that somebody waits for, and the simulator with it: neither a slow machine nor a fast one
// changes what happens.
type pace struct {
	sim *discordsim.Server

	mu      sync.Mutex
	workers int
	wakes   map[chan time.Time]time.Time
}

func (p *pace) Now() time.Time { return p.sim.Now() }

func (p *pace) After(d time.Duration) <-chan time.Time {
	p.mu.Lock()
	defer p.mu.Unlock()
	wake := make(chan time.Time, 1)
	p.wakes[wake] = p.sim.Now().Add(d)
	p.move()
	return wake
}

func (p *pace) work(do func()) {
	do()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.workers--
	p.move()
}

// move is called with the lock held.
func (p *pace) move() {
	if len(p.wakes) < p.workers || len(p.wakes) == 0 {
		return
	}
	var first time.Time
	for _, at := range p.wakes {
		if first.IsZero() || at.Before(first) {
			first = at
		}
	}
	p.sim.Advance(max(first.Sub(p.sim.Now()), 0))
	for wake, at := range p.wakes {
		if !at.After(p.sim.Now()) {
			wake <- at
			delete(p.wakes, wake)
		}
	}
}

// TestGuard_flat_out: several workers ask as fast as the guard lets them.
func TestGuard_flat_out(t *testing.T) {
	sim := discordsim.New(discordsim.Options{Frozen: true, Start: time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)})
	if err := sim.Start(context.WithoutCancel(t.Context())); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(sim.Close)
	owner := sim.NewUser("olivia", "")
	guild, err := sim.NewGuild(owner.ID, "Northwind")
	if err != nil {
		t.Fatal(err)
	}
	app := sim.NewApplication("Helper", nil)
	if err := sim.AddBot(app.ID, guild, discordsim.PermAdministrator); err != nil {
		t.Fatal(err)
	}
	const channels, workersEach = 10, 8
	p := &pace{sim: sim, wakes: map[chan time.Time]time.Time{}, workers: 1}
	g := newGuard(http.DefaultTransport, p, nil)
	g.limits.most = perSecond
	client := &http.Client{Transport: g}
	ask := func(method, template, major, path, body string) {
		r, err := http.NewRequestWithContext(context.WithValue(t.Context(), routeKey{}, route{method + " " + template, major}), method, sim.URL()+"/api/v10"+path, bytes.NewReader([]byte(body)))
		if err != nil {
			t.Error(err)
			return
		}
		r.Header.Set("Authorization", "Bot "+app.Token)
		r.Header.Set("Content-Type", "application/json")
		answer, err := client.Do(r)
		if err != nil {
			t.Errorf("%s %s: %v", method, path, err)
			return
		}
		text, _ := io.ReadAll(answer.Body)
		_ = answer.Body.Close()
		if answer.StatusCode > 299 {
			t.Errorf("%s %s: %d %s", method, path, answer.StatusCode, text)
		}
	}
	busy := func(c discordsim.ID, times int) {
		id, path := c.String(), "/channels/"+c.String()
		for i := range times {
			ask("POST", "/channels/{channel.id}/messages", id, path+"/messages", fmt.Sprintf(`{"content":"%d"}`, i))
			ask("PATCH", "/channels/{channel.id}", id, path, `{"nsfw":true}`)
			ask("PUT", "/channels/{channel.id}/permissions/{overwrite.id}", id, path+"/permissions/"+guild.String(), `{"type":0}`)
			ask("GET", "/channels/{channel.id}/messages", id, path+"/messages", "")
		}
	}
	since, began := sim.Seq(), sim.Now()
	first := newChannel(t, sim, guild)
	busy(first, 1) // the guard has met each route once
	p.workers = channels * workersEach
	var all sync.WaitGroup
	for range channels {
		c := newChannel(t, sim, guild)
		for range workersEach {
			all.Go(func() { p.work(func() { busy(c, 4) }) })
		}
	}
	all.Wait()
	scopes := map[string]int{}
	for _, call := range sim.Calls(since) {
		if call.Status == http.StatusTooManyRequests {
			scopes[strings.TrimSuffix(call.Method+" "+call.Scope, " ")]++
		}
	}
	if len(scopes) > 0 {
		t.Errorf("429 by scope: %v", scopes)
	}
	t.Logf("%d requests in %s of the simulator's time", len(sim.Calls(since)), sim.Now().Sub(began))
}

func newChannel(t *testing.T, sim *discordsim.Server, guild discordsim.ID) discordsim.ID {
	t.Helper()
	c, err := sim.NewChannel(guild, discordsim.ChannelOptions{Name: "busy"})
	if err != nil {
		t.Fatal(err)
	}
	return c.ID
}

// A limit of names and topics is announced by no header. It stops the renaming, not all else that is asked of the channel.
func TestGuard_a_shared_limit_stops_only_what_it_limits(t *testing.T) {
	answers := []struct {
		status  int
		headers map[string]string
		body    string
	}{
		{429, map[string]string{"X-RateLimit-Scope": "shared", "Retry-After": "600"}, `{"message":"The resource is being rate limited.","retry_after":599.5,"global":false}`},
		{200, nil, `{}`},
	}
	w, c := newWire(t, func(n int, _ *http.Request, _ string) (int, map[string]string, string) {
		a := answers[min(n, 2)-1]
		headers := map[string]string{"Via": "1.1 google", "X-RateLimit-Bucket": "b", "X-RateLimit-Limit": "5", "X-RateLimit-Remaining": "3", "X-RateLimit-Reset-After": "14"}
		for key, value := range a.headers {
			headers[key] = value
		}
		return a.status, headers, a.body
	})
	if err := c.DeleteChannel(t.Context(), 5, "x"); fault.KindOf(err) != fault.Unavailable {
		t.Errorf("the refused one: %v", err)
	}
	if err := c.DeleteChannel(t.Context(), 5, "x"); err != nil || w.count() != 2 {
		t.Errorf("the next: %v after %d requests", err, w.count())
	}
}
