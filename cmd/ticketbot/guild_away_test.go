package main

import (
	"sync/atomic"
	"testing"
	"time"

	"ticketbot/discord"
	"ticketbot/discordsim"
)

// TestWhatHappenedWhileTheBotWasAway: a departure that nobody heard of is noticed at the next start, and so is a departure
// followed by a new invitation.
func TestWhatHappenedWhileTheBotWasAway(t *testing.T) {
	for _, c := range []struct {
		name  string
		away  func(t *testing.T, g *ground)
		epoch int  // of the membership that is active then; 0 is none
		twice bool // Discord is asked twice before it is forgotten
	}{
		{"kicked", func(t *testing.T, g *ground) {
			must(t, g.sim.KickBot(g.world.App.ID, g.world.Guild))
		}, 0, true},
		{"kicked, and Discord does not answer at first", func(t *testing.T, g *ground) {
			must(t, g.sim.KickBot(g.world.App.ID, g.world.Guild))
			g.sim.FailREST(discordsim.Fault{Method: "GET", Path: "/guilds/*", Status: 500, Count: 2})
		}, 0, true},
		{"kicked and invited again", func(t *testing.T, g *ground) {
			must(t, g.sim.KickBot(g.world.App.ID, g.world.Guild))
			must(t, g.sim.AddBot(g.world.App.ID, g.world.Guild, discordsim.Permissions(discord.Invited())))
		}, 2, false},
		{"nothing", func(*testing.T, *ground) {}, 1, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			g := newGround(t, discordsim.Options{})
			r := g.moveIn(t)
			must(t, g.setUp(t.Context()))
			channel, err := g.open(t.Context(), g.world.Mia, [3]string{"help", "please", "low"})
			must(t, err)
			_, err = g.sim.Say(g.world.Mia, channel, discordsim.SayOptions{Content: "said before"})
			must(t, err)
			r.stop()
			c.away(t, g)

			var ahead atomic.Int64
			clk := newDemoClock(t.Context(), func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) })
			r = g.moveInAt(t, clk)
			guild := int64(g.world.Guild)
			if c.twice {
				r.eventually("nobody reads it any more", func() bool {
					return r.count("select count(*) from guild_tenancy where guild_id = $1 and state = 'sealed' and not condemned", guild) == 1
				})
				if !r.in.vault.ring.Has(uint64(guild), 1) {
					t.Error("one answer has forgotten it")
				}
				ahead.Store(int64(time.Minute))
			}
			if c.epoch != 1 {
				r.eventually("the old membership is forgotten", func() bool {
					return r.count("select count(*) from departed where guild_id = $1 and epoch = 1", guild) == 1
				})
				if rows := r.rowsOf(g.world.Guild, 1); len(rows) > 0 {
					t.Errorf("rows are left: %v", rows)
				}
				if r.in.vault.ring.Has(uint64(guild), 1) {
					t.Error("its keys are left")
				}
			}
			r.eventually("the present is as it is", func() bool {
				return r.count("select coalesce(max(epoch), 0) from guild_tenancy where guild_id = $1 and state = 'active'", guild) == c.epoch
			})
			wantRows := 0
			if c.epoch == 1 {
				wantRows = 1
			}
			if n := r.count("select count(*) from ticket where guild_id = $1", guild); n != wantRows {
				t.Errorf("%d tickets", n)
			}
			r.stop()
		})
	}
}
