package main

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"ticketbot/discordsim"
)

// deferAfter is when the bot tells Discord that the answer will take longer, which Discord asks for within 3 seconds. Only
// a machine that is far too busy, or slowed by the race detector, gets there.
const deferAfter = 2 * time.Second

// TestATicketCostsFewRequests counts, as Discord does, what the whole program asks of it from one deed to the next,
// jobs and afterthoughts included.
func TestATicketCostsFewRequests(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	g := newGround(t, discordsim.Options{})
	bot := start(t, g.env, "run")
	bot.ready(ctx)
	must(t, g.setUp(ctx))
	g.hasSwept(ctx, t)
	w := g.world
	var channel discordsim.ID
	for _, deed := range []struct {
		what string
		most int
		do   func() error
	}{
		{"open with a form", 4, func() (err error) {
			channel, err = g.open(ctx, w.Mia, [3]string{"help", "please", "low"})
			return err
		}},
		{"claim", 2, func() error { _, err := answered(ctx)(g.sim.Command(w.Sam, channel, "claim", nil)); return err }},
		{"fifty messages, an edit and a delete", 0, func() error { return g.chat(channel, 50) }},
		{"close, with log and direct message", 5, func() error {
			_, err := answered(ctx)(g.sim.Command(w.Sam, channel, "close", map[string]any{"reason": "done"}))
			g.gone(ctx, t, channel)
			return err
		}},
	} {
		mark, began := g.sim.Seq(), time.Now()
		must(t, deed.do())
		if took := time.Since(began); took >= deferAfter {
			t.Logf("%s took %s on this machine, so its answer may have been deferred: one request more", deed.what, took)
			deed.most++
		}
		g.calm(ctx, t)
		if strings.HasPrefix(deed.what, "close") {
			bot.stop() // with all that it still meant to do
		}
		calls := g.sim.CallCounts(mark)
		n := 0
		for _, c := range calls {
			n += c
		}
		t.Logf("%s: %d", deed.what, n)
		for _, route := range slices.Sorted(maps.Keys(calls)) {
			t.Logf("    %d × %s", calls[route], route)
		}
		if n > deed.most {
			t.Errorf("%s: %d requests, at most %d wanted", deed.what, n, deed.most)
		}
		if deed.most > 0 && n == 0 {
			t.Errorf("%s: no request was counted, so that the count means nothing", deed.what)
		}
	}
	g.wasTold(t)
}

// chat is talk that costs no request.
func (g *ground) chat(channel discordsim.ID, lines int) error {
	var last *discordsim.Message
	for i := range lines {
		var err error
		if last, err = g.sim.Say(g.world.Mia, channel, discordsim.SayOptions{Content: fmt.Sprint("line ", i)}); err != nil {
			return err
		}
	}
	if _, err := g.sim.Edit(g.world.Mia, last.ID, "better"); err != nil {
		return err
	}
	return g.sim.Delete(g.world.Mia, last.ID)
}

// hasSwept returns when the program has asked for the list of its servers, which it does once after each start whatever
// else happens, and which therefore is no part of any deed.
func (g *ground) hasSwept(ctx context.Context, t *testing.T) {
	t.Helper()
	for g.sim.CallCounts(0)["GET /users/@me/guilds"] == 0 {
		select {
		case <-ctx.Done():
			t.Fatal("it never asks for the list of its servers")
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// calm returns when nothing has happened for a while: what else a deed leads to follows at once.
func (g *ground) calm(ctx context.Context, t *testing.T) {
	t.Helper()
	for {
		select {
		case <-ctx.Done():
			t.Fatal("it never becomes calm")
		case <-g.sim.Changed():
		case <-time.After(500 * time.Millisecond):
			return
		}
	}
}

// wasTold: few requests are no merit if somebody was not told.
func (g *ground) wasTold(t *testing.T) {
	t.Helper()
	logged, err := g.sim.Messages(g.world.Olivia, g.world.TicketLog, 0, 50)
	must(t, err)
	dm, err := g.sim.OpenDM(g.world.Mia, g.world.App.ID)
	must(t, err)
	told, err := g.sim.Messages(g.world.Mia, dm.ID, 0, 50)
	must(t, err)
	if len(logged) != 1 || len(told) != 1 {
		t.Errorf("%d messages in the log, %d to the opener; want one each", len(logged), len(told))
	}
}
