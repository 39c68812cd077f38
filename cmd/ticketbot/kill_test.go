package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"ticketbot/discordsim"
	"ticketbot/internal/clock"
	"ticketbot/ticket"
)

// TestKilledAtAnyMomentNothingIsLost runs a conversation in several tickets that open and close all the while, kills the
// process with SIGKILL again and again, and then holds the archive against the oracle: the simulator's own log of what
// really happened.
func TestKilledAtAnyMomentNothingIsLost(t *testing.T) {
	kills := 20
	if os.Getenv("TICKETBOT_TEST_SIZE") == "soak" {
		kills = 500
	}
	seed := uint64(time.Now().UnixNano())
	if s, err := strconv.ParseUint(os.Getenv("TICKETBOT_TEST_SEED"), 10, 64); err == nil {
		seed = s
	}
	t.Logf("seed %d, %d kills", seed, kills)
	ctx, cancel := context.WithTimeout(t.Context(), time.Duration(kills)*20*time.Second)
	defer cancel()

	g := newGround(t, discordsim.Options{NoRateLimits: true})
	bot := start(t, g.env, "run")
	bot.ready(ctx)
	if err := g.setUp(ctx); err != nil {
		t.Fatalf("%v\n%s", err, bot.output())
	}
	town := &town{ground: g, seed: seed}
	people := town.live(ctx)
	random := rand.New(rand.NewPCG(seed, 0))
	for range kills {
		select {
		case <-ctx.Done():
			t.Fatal("out of time")
		case <-time.After(time.Duration(200+random.IntN(1800)) * time.Millisecond):
		}
		bot.kill()
		bot = start(t, g.env, "run")
		bot.ready(ctx)
	}
	town.over.Store(true)
	people.Wait()
	g.closeAll(ctx, t)
	bot.stop()
	if strings.Contains(bot.output(), `"level":"ERROR"`) {
		t.Errorf("errors in the log of the last process:\n%s", bot.output())
	}
	g.compare(ctx, t, town)
}

// town is people who open tickets, talk, change their minds, and close.
type town struct {
	*ground
	seed uint64
	over atomic.Bool
	said atomic.Int64
}

func (w *town) live(ctx context.Context) *sync.WaitGroup {
	var all sync.WaitGroup
	for i, who := range []discordsim.ID{w.world.Mia, w.world.Leo, w.world.Ava, w.world.Noah} {
		all.Go(func() { w.member(ctx, who, rand.New(rand.NewPCG(w.seed, uint64(i+1)))) })
	}
	return &all
}

// member lives until the town is over. Whatever fails, fails because the bot is dead just then, and is tried again.
func (w *town) member(ctx context.Context, who discordsim.ID, random *rand.Rand) {
	for !w.over.Load() && ctx.Err() == nil {
		var channel discordsim.ID
		for id := range w.ticketChannels(who) {
			channel = id
		}
		if channel == 0 {
			short, cancel := context.WithTimeout(ctx, 5*time.Second)
			_, _ = w.open(short, who, [3]string{"help", "please", "low"})
			cancel()
			continue
		}
		w.talk(who, channel, random)
		if random.IntN(12) == 0 {
			short, cancel := context.WithTimeout(ctx, 5*time.Second)
			_, _ = answered(short)(w.sim.Command(w.world.Sam, channel, "close", map[string]any{"reason": "done"}))
			cancel()
		}
	}
}

func (w *town) talk(who, channel discordsim.ID, random *rand.Rand) {
	for range 1 + random.IntN(4) {
		speaker := who
		if random.IntN(3) == 0 {
			speaker = w.world.Sam
		}
		n := w.said.Add(1)
		m, err := w.sim.Say(speaker, channel, discordsim.SayOptions{Content: fmt.Sprintf("line %d", n)})
		if err != nil {
			return // closed under our hands
		}
		switch random.IntN(8) {
		case 0:
			_, _ = w.sim.Edit(speaker, m.ID, fmt.Sprintf("line %d, better", n))
		case 1:
			_ = w.sim.Delete(speaker, m.ID)
		}
		time.Sleep(time.Duration(random.IntN(40)) * time.Millisecond) // people type
	}
}

// closeAll closes what is open and waits until the last channel is gone.
func (g *ground) closeAll(ctx context.Context, t *testing.T) {
	t.Helper()
	for {
		changed := g.sim.Changed()
		left := g.ticketChannels(g.world.Olivia)
		if len(left) == 0 {
			return
		}
		for channel := range left {
			short, cancel := context.WithTimeout(ctx, 5*time.Second)
			_, _ = answered(short)(g.sim.Command(g.world.Olivia, channel, "close", nil))
			cancel()
		}
		select {
		case <-ctx.Done():
			t.Fatalf("%d ticket channels are left", len(left))
		case <-changed:
		}
	}
}

// truth is what the oracle says of one message.
type truth struct {
	id      discordsim.ID
	text    string
	created int64
	deleted int64 // 0: never
}

// compare holds the stopped installation's archive against the oracle.
func (g *ground) compare(ctx context.Context, t *testing.T, w *town) {
	t.Helper()
	v, err := openVault(ctx, g.settings.place, clock.System{}, newLog(program{os.Stdout, os.Stderr}, false))
	if err != nil {
		t.Fatal(err)
	}
	defer v.close(ctx, newLog(program{os.Stdout, os.Stderr}, false))
	tenant, err := v.store.Tenant(ctx, ticket.GuildID(g.world.Guild))
	if err != nil {
		t.Fatal(err)
	}
	channels, lostSessions := g.tellTruth()
	rows := map[ticket.ChannelID]*ticket.Ticket{}
	messages, deleted := 0, 0
	for channel, truths := range channels {
		row, err := v.store.TicketByChannel(ctx, tenant, ticket.ChannelID(channel))
		if err != nil {
			t.Errorf("channel %s has no row: %v", channel, err)
			continue
		}
		rows[row.Channel] = row
		if row.State != ticket.Closed {
			t.Errorf("ticket %s is %s although its channel is gone", row.Name(), row.State)
		}
		archived, err := v.store.Messages(ctx, tenant, row.ID)
		if err != nil {
			t.Fatal(err)
		}
		messages += len(archived)
		deleted += compareChannel(t, row, archived, truths, lostSessions)
	}
	g.noRowWithoutChannel(ctx, t, tenant, v, rows)
	resumed, identified := g.sessions()
	t.Logf("%d lines said, %d tickets, %d messages archived (%d of them deleted later), %d sessions resumed, %d begun anew",
		w.said.Load(), len(channels), messages, deleted, resumed, identified)
	if len(channels) < 4 || messages < 50 {
		t.Errorf("too little happened to mean anything: %d tickets, %d messages", len(channels), messages)
	}
}

// noRowWithoutChannel: every ticket is over, and has had a channel unless Discord refused it.
func (g *ground) noRowWithoutChannel(ctx context.Context, t *testing.T, tenant ticket.Guild, v *vault, known map[ticket.ChannelID]*ticket.Ticket) {
	t.Helper()
	for _, who := range []discordsim.ID{g.world.Mia, g.world.Leo, g.world.Ava, g.world.Noah} {
		tickets, err := v.store.TicketsOf(ctx, ticket.UserID(who), []ticket.GuildID{tenant.ID})
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range tickets {
			if row.State != ticket.Void && known[row.Channel] == nil {
				t.Errorf("ticket %s (%s) has channel %s, which the oracle does not know", row.Name(), row.State, row.Channel)
			}
			if row.State.Alive() {
				t.Errorf("ticket %s is still %s", row.Name(), row.State)
			}
		}
	}
}

// compareChannel: every observable message is there once, in order, with its last wording.
func compareChannel(t *testing.T, row *ticket.Ticket, archived []ticket.Message, truths []truth, lost []int64) (deleted int) {
	t.Helper()
	have := map[discordsim.ID]ticket.Message{}
	for i, m := range archived {
		if i > 0 && archived[i-1].ID >= m.ID {
			t.Errorf("%s: message %s is out of order or there twice", row.Name(), m.ID)
		}
		have[discordsim.ID(m.ID)] = m
	}
	for _, want := range truths {
		m, there := have[want.id]
		delete(have, want.id)
		if !there {
			if !want.unobservable(lost) {
				t.Errorf("%s: message %s (%q) is missing", row.Name(), want.id, want.text)
			}
			continue
		}
		if got, want := anonymous(m.Content.Text), anonymous(want.text); m.Author != 0 && got != want {
			t.Errorf("%s: message %s says %q, want %q", row.Name(), m.ID, got, want)
		}
		observable := !want.unobservable(lost)
		if m.Author == 0 && observable {
			t.Errorf("%s: of message %s (%q) only the deletion is known", row.Name(), want.id, want.text)
		}
		if marked := !m.DeletedAt.IsZero(); marked && want.deleted == 0 || !marked && want.deleted != 0 && observable {
			t.Errorf("%s: message %s is marked deleted: %t, and was deleted at %d (0: never)", row.Name(), m.ID, marked, want.deleted)
		}
		if want.deleted != 0 {
			deleted++
		}
	}
	for id := range have {
		t.Errorf("%s: message %s was never written", row.Name(), id)
	}
	return deleted
}

var mention = regexp.MustCompile(`<@\d+>|\x00\d+\x00`)

// anonymous is a text with mentions of people left out, which are references in the archive.
func anonymous(text string) string { return mention.ReplaceAllString(text, "@somebody") }

// unobservable: it was deleted before a session began that replays nothing, so no connection could ever tell of it.
func (w truth) unobservable(lost []int64) bool {
	return w.deleted != 0 && slices.ContainsFunc(lost, func(seq int64) bool { return seq > w.deleted })
}

// tellTruth reads the oracle: the messages of each ticket's channel, and when sessions began that replayed nothing.
func (g *ground) tellTruth() (channels map[discordsim.ID][]truth, lost []int64) {
	channels = map[discordsim.ID][]truth{}
	at := map[discordsim.ID]int{}
	for _, f := range g.sim.Facts(0) {
		switch {
		case f.Kind == "channel_create" && strings.HasPrefix(f.Body, "ticket-") && f.User == g.world.App.ID:
			channels[f.Channel] = []truth{}
		case f.Kind == "gateway_ready":
			lost = append(lost, f.Seq)
		}
		list, ours := channels[f.Channel]
		if !ours || f.Message == 0 {
			continue
		}
		switch f.Kind {
		case "message_create":
			at[f.Message] = len(list)
			channels[f.Channel] = append(list, truth{id: f.Message, text: f.Body, created: f.Seq})
		case "message_edit":
			list[at[f.Message]].text = f.Body
		case "message_delete":
			list[at[f.Message]].deleted = f.Seq
		}
	}
	return channels, lost
}

func (g *ground) sessions() (resumed, begun int) {
	for _, f := range g.sim.Facts(0) {
		switch f.Kind {
		case "gateway_resumed":
			resumed++
		case "gateway_ready":
			begun++
		}
	}
	return resumed, begun
}
