//go:build linux

package main

import (
	"context"
	"strings"
	"testing"
	"time"

	"ticketbot/discord"
	"ticketbot/discordsim"
	"ticketbot/internal/canary"
)

// attackTown is two servers with the same bot, in which everything that people can write is a word that nobody could
// guess. Mia is a member of both. She, one ticket of Leo's, and the whole second server are going to be forgotten.
type attackTown struct {
	*ground
	second *ground
	t      *testing.T
	ctx    context.Context

	mia, ticket, guild *canary.Plantation // of the victims
	others             *canary.Plantation // of everybody else
}

func newAttackTown(ctx context.Context, t *testing.T) *attackTown {
	t.Helper()
	a := &attackTown{
		ground: newGround(t, discordsim.Options{NoRateLimits: true}), t: t, ctx: ctx,
		mia: canary.New(), ticket: canary.New(), guild: canary.New(), others: canary.New(),
	}
	world, err := a.sim.Support(discordsim.SupportOptions{Seed: 2})
	must(t, err)
	must(t, a.sim.AddBot(a.world.App.ID, world.Guild, discordsim.Permissions(discord.Invited())))
	must(t, a.sim.Join(a.world.Mia, world.Guild))
	log, err := a.sim.NewChannel(world.Guild, discordsim.ChannelOptions{Name: "log"}) // the first log is for the bot that came with it
	must(t, err)
	world.TicketLog = log.ID
	a.second = &ground{demo: demo{sim: a.sim, world: world, settings: a.settings}}
	return a
}

// settle sets the bot up in both servers, and gives people their names.
func (a *attackTown) settle() {
	w := a.world
	must(a.t, a.sim.Rename(w.Mia, a.mia.Plant("user name"), a.mia.Plant("display name")))
	must(a.t, a.sim.SetNick(w.Mia, w.Guild, a.mia.Plant("nickname")))
	must(a.t, a.sim.SetNick(w.Mia, a.second.world.Guild, a.mia.Plant("nickname in the second server")))
	must(a.t, a.sim.SetNick(w.Sam, w.Guild, a.others.Plant("nickname of staff")))
	must(a.t, a.sim.SetNick(w.Ava, w.Guild, a.others.Plant("nickname of a member")))
	must(a.t, a.sim.SetNick(a.second.world.Leo, a.second.world.Guild, a.guild.Plant("nickname")))
	a.category(a.ground, a.others.Plant("category"))
	a.category(a.second, a.guild.Plant("category"))
}

func (a *attackTown) category(g *ground, name string) {
	a.t.Helper()
	patience := time.After(2 * time.Minute)
	for {
		answer, err := answered(a.ctx)(g.sim.Command(g.world.Olivia, g.world.Support, "setup", map[string]any{
			"staff": g.world.SupportRole, "log": g.world.TicketLog, "parent": g.world.Tickets, "name": name,
		}))
		must(a.t, err)
		if _, _, err := g.panel(g.world.Olivia); err == nil {
			return
		}
		select {
		case <-patience:
			a.t.Fatalf("/setup was answered with %q", answer.Message.Content)
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// talk is one ticket from the form to the close. Its opener's words are planted in theirs, the staff's in staff's.
func (a *attackTown) talk(g *ground, opener discordsim.ID, theirs, staffs *canary.Plantation, name string) {
	a.t.Helper()
	own := func(place string) string { return theirs.Plant(place + " of " + name) }
	staff := func(place string) string { return staffs.Plant(place + " of " + name) }
	channel, err := g.open(a.ctx, opener, [3]string{own("subject"), own("details"), "low"})
	must(a.t, err)
	sam := g.world.Sam
	a.do(g.sim.Command(sam, channel, "claim", nil))
	first := a.say(opener, channel, discordsim.SayOptions{Content: "hello, " + own("message")})
	a.say(sam, channel, discordsim.SayOptions{Content: "an answer: " + staff("reply"), ReplyTo: first})
	edited := a.say(opener, channel, discordsim.SayOptions{Content: own("earlier wording")})
	_, err = a.sim.Edit(opener, edited, own("later wording"))
	must(a.t, err)
	must(a.t, a.sim.Delete(opener, a.say(opener, channel, discordsim.SayOptions{Content: own("deleted message")})))
	a.say(opener, channel, discordsim.SayOptions{Files: []discordsim.File{{
		Name: own("file name") + ".txt", Data: []byte(strings.Repeat(own("file content")+"\n", 500)), Description: own("file description"),
	}}})
	a.say(sam, channel, discordsim.SayOptions{Content: staff("last message")})
	a.do(g.sim.Command(sam, channel, "close", map[string]any{"reason": staff("close reason")}))
	must(a.t, g.waitClosed(a.ctx, sam, channel))
}

func (a *attackTown) say(who, channel discordsim.ID, o discordsim.SayOptions) discordsim.ID {
	a.t.Helper()
	m, err := a.sim.Say(who, channel, o)
	must(a.t, err)
	return m.ID
}

func (a *attackTown) do(i *discordsim.Interaction, err error) {
	a.t.Helper()
	_, err = answered(a.ctx)(i, err)
	must(a.t, err)
}

// everybody is all plantations, by whose they are.
func (a *attackTown) everybody() map[string]*canary.Plantation {
	return map[string]*canary.Plantation{"Mia": a.mia, "the ticket": a.ticket, "the second server": a.guild, "everybody else": a.others}
}
