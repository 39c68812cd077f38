package privacy_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"ticketbot/internal/clock"
	"ticketbot/internal/fault"
	"ticketbot/keys"
	"ticketbot/privacy"
	"ticketbot/store"
	"ticketbot/store/storetest"
	"ticketbot/ticket"

	"github.com/jackc/pgx/v5"
)

// world is an installation and what Discord would say about where its bot is.
type world struct {
	*store.Store
	home    *storetest.Home
	clock   *clock.Manual
	svc     *privacy.Service
	discord *truth
	log     *strings.Builder
	ended   []ticket.Guild
	back    []ticket.GuildID
}

// truth is where the bot is.
type truth struct {
	privacy.Discord
	since map[ticket.GuildID]time.Time
	fails error
	hook  func() // while it is asked
	mu    sync.Mutex
}

func (d *truth) Membership(_ context.Context, id ticket.GuildID) (time.Time, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	since, there := d.since[id]
	if d.hook != nil {
		d.hook()
	}
	switch {
	case d.fails != nil:
		return time.Time{}, d.fails
	case !there:
		return time.Time{}, fmt.Errorf("asked: %w", fault.New(fault.NotFound, "discord.membership.none"))
	}
	return since, nil
}

func (d *truth) Guilds(context.Context) (all []ticket.GuildID, err error) {
	for id := range d.since {
		all = append(all, id)
	}
	return all, d.fails
}

var errAway = errors.New("Discord answers with 503")

func newInstallation(t *testing.T) *world {
	t.Helper()
	w := &world{home: storetest.NewHome(t), clock: clock.NewManual(storetest.Start), log: &strings.Builder{}}
	w.discord = &truth{since: map[ticket.GuildID]time.Time{}}
	w.Store = w.home.Open(t, w.clock)
	w.svc = privacy.New(privacy.Options{
		Store: w.Store, Keys: w.home.Keys(), Discord: w.discord, Clock: w.clock, Logger: slog.New(slog.NewTextHandler(w.log, nil)),
		Ended:    func(g ticket.Guild) { w.ended = append(w.ended, g) },
		Returned: func(_ context.Context, id ticket.GuildID) { w.back = append(w.back, id) },
	})
	return w
}

// join brings the bot into a guild, which then has a category.
func (w *world) join(t *testing.T, id ticket.GuildID, at time.Time) ticket.Guild {
	t.Helper()
	w.discord.since[id] = at
	g, err := w.svc.Joined(t.Context(), id, at, ada.ID)
	check(t, err)
	c := &ticket.Category{Guild: g, Name: "Support", CreatedAt: w.clock.Now()}
	check(t, w.InTx(t.Context(), g, func(tx ticket.Tx) error { return tx.InsertCategory(t.Context(), c) }))
	return g
}

// fresh is join, with all that was before forgotten.
func (w *world) fresh(t *testing.T, id ticket.GuildID, at time.Time) ticket.Guild {
	t.Helper()
	w.discord.fails, w.discord.hook = nil, nil
	w.ended, w.back = nil, nil
	w.log.Reset()
	return w.join(t, id, at)
}

// work runs every job of forgetting that waits, each once, and says how many must be tried again.
func (w *world) work(t *testing.T) (failed int) {
	t.Helper()
	rows, err := w.Pool().Query(t.Context(), `delete from river.river_job where queue = 'privacy'
		returning kind, (args->>'guild')::numeric::text, (args->>'epoch')::integer`)
	check(t, err)
	type job struct {
		Kind, Guild string
		Epoch       uint32
	}
	jobs, err := pgx.CollectRows(rows, pgx.RowToStructByPos[job])
	check(t, err)
	for _, j := range jobs {
		g := ticket.Guild{Epoch: j.Epoch}
		_, err := fmt.Sscan(j.Guild, &g.ID)
		check(t, err)
		if j.Kind == (privacy.ConfirmJob{}).Kind() {
			err = w.svc.Confirm(t.Context(), g)
			if err != nil {
				check(t, w.Remind(t.Context(), []ticket.Guild{g}, nil))
			}
		} else {
			err = w.svc.ForgetGuild(t.Context(), g)
			if err != nil {
				check(t, w.Remind(t.Context(), nil, []ticket.Guild{g}))
			}
		}
		if err != nil {
			failed++
		}
	}
	return failed
}

// settle runs jobs until there are none. Those that fail are tried again ten seconds later.
func (w *world) settle(t *testing.T) {
	t.Helper()
	for n := 0; ; n++ {
		var left int
		check(t, w.Pool().QueryRow(t.Context(), "select count(*) from river.river_job where queue = 'privacy'").Scan(&left))
		if left == 0 {
			return
		}
		if n > 20 {
			t.Fatal("jobs go on for ever")
		}
		if w.work(t) > 0 {
			w.clock.Advance(10 * time.Second)
		}
	}
}

// state is where a membership stands, and whether it can be read.
func (w *world) state(t *testing.T, g ticket.Guild) string {
	t.Helper()
	state := "gone"
	err := w.Pool().QueryRow(t.Context(), "select state from guild_tenancy where guild_id = $1 and epoch = $2", g.ID, g.Epoch).Scan(&state)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		t.Fatal(err)
	}
	categories, err := w.Categories(t.Context(), g)
	check(t, err)
	if readable := len(categories) == 1 && categories[0].Name == "Support"; readable != (state == "active") {
		t.Errorf("%v is %s, and readable: %v", g, state, readable)
	}
	if has := w.home.Keys().Has(uint64(g.ID), g.Epoch); has != (state == "active" || state == "sealed") {
		t.Errorf("%v is %s, and has keys: %v", g, state, has)
	}
	return state
}

func (w *world) want(t *testing.T, g ticket.Guild, state string) {
	t.Helper()
	if got := w.state(t, g); got != state {
		t.Errorf("%v is %s, want %s", g, got, state)
	}
}

func TestMembership(t *testing.T) {
	w := newInstallation(t)
	ctx := t.Context()
	next := ticket.GuildID(1000)
	begin := storetest.Start.Add(-time.Hour)
	fresh := func(t *testing.T) ticket.Guild {
		next++
		return w.fresh(t, next, begin)
	}
	away := func(g ticket.Guild) { delete(w.discord.since, g.ID) }

	t.Run("left, it is denied at once and then forgotten", func(t *testing.T) {
		g := fresh(t)
		away(g)
		check(t, w.svc.Left(ctx, g.ID))
		w.want(t, g, "sealed")
		same(t, w.ended, []ticket.Guild{g})
		check(t, w.svc.Left(ctx, g.ID)) // once more
		w.settle(t)
		w.want(t, g, "gone")
		_, err := w.svc.Tenant(ctx, g.ID)
		same(t, fault.KindOf(err), fault.NotFound)
	})
	t.Run("reported to have left by mistake, it goes on", func(t *testing.T) {
		g := fresh(t)
		check(t, w.svc.Left(ctx, g.ID))
		w.want(t, g, "sealed")
		w.settle(t)
		w.want(t, g, "active")
		same(t, w.back, []ticket.GuildID{g.ID})
	})
	t.Run("left and invited again, the old one is forgotten and another begins", func(t *testing.T) {
		g := fresh(t)
		check(t, w.svc.Left(ctx, g.ID))
		w.discord.since[g.ID] = begin.Add(time.Minute)
		w.settle(t)
		w.want(t, g, "gone")
		now, err := w.svc.Tenant(ctx, g.ID)
		check(t, err)
		same(t, now, ticket.Guild{ID: g.ID, Epoch: 2})
	})
	t.Run("the event is believed after a minute without an answer", func(t *testing.T) {
		g := fresh(t)
		w.discord.fails = errAway
		check(t, w.svc.Left(ctx, g.ID))
		w.clock.Advance(59 * time.Second)
		same(t, w.work(t), 1)
		w.want(t, g, "sealed")
		w.clock.Advance(time.Second)
		w.settle(t)
		w.want(t, g, "gone")
	})
	t.Run("what is unclear is denied, and never forgotten without an answer", func(t *testing.T) {
		g := fresh(t)
		w.discord.fails = errAway
		check(t, w.svc.Unclear(ctx, g.ID))
		for range 100 {
			w.clock.Advance(time.Hour)
			same(t, w.work(t), 1)
		}
		w.want(t, g, "sealed")
		w.discord.fails = nil
		away(g)
		w.settle(t)
		w.want(t, g, "gone")
	})
	t.Run("an event that another one contradicts waits for an answer", func(t *testing.T) {
		g := fresh(t)
		w.discord.fails = errAway
		check(t, w.svc.Left(ctx, g.ID))
		_, err := w.svc.Joined(ctx, g.ID, begin, ada.ID)
		same(t, fault.KindOf(err), fault.NotFound)
		w.clock.Advance(time.Hour)
		w.work(t)
		w.want(t, g, "sealed")
		w.discord.fails = nil
		again, err := w.svc.Joined(ctx, g.ID, begin, ada.ID)
		check(t, err)
		same(t, again, g)
		w.want(t, g, "active")
		w.settle(t)
		w.want(t, g, "active")
	})
	t.Run("not listed, it is only asked about", func(t *testing.T) {
		for name, ask := range map[string]func() error{
			"READY":    func() error { return w.svc.Ready(ctx, nil, func(id ticket.GuildID) bool { return id == next }) },
			"the list": func() error { return w.svc.Sweep(ctx) },
		} {
			g := fresh(t)
			delete(w.discord.since, g.ID)
			check(t, ask())
			w.want(t, g, "active")
			w.discord.fails = errAway
			for range 130 {
				w.clock.Advance(time.Minute)
				if n := w.work(t); n != 1 {
					t.Fatalf("%s: %d jobs wait for an answer", name, n)
				}
			}
			w.want(t, g, "active")
			if n := strings.Count(w.log.String(), "level=ERROR"); n != 1 {
				t.Errorf("%s: %d alarms in two hours without an answer, want 1:\n%s", name, n, w.log)
			}
			w.discord.fails = nil
			w.settle(t)
			w.want(t, g, "gone")
		}
	})
	t.Run("not listed by mistake, or another stream's, nothing happens", func(t *testing.T) {
		g := fresh(t)
		check(t, w.svc.Ready(ctx, nil, func(ticket.GuildID) bool { return false }))
		same(t, w.work(t), 0)
		check(t, w.svc.Ready(ctx, nil, func(ticket.GuildID) bool { return true }))
		w.settle(t)
		w.want(t, g, "active")
		same(t, len(w.ended), 0)
	})
	t.Run("invited again while nobody listened, the old one is denied at once", func(t *testing.T) {
		g := fresh(t)
		anew := w.join(t, g.ID, begin.Add(time.Second))
		w.want(t, g, "sealed")
		w.want(t, anew, "active")
		same(t, w.ended, []ticket.Guild{g})
		late, err := w.svc.Joined(ctx, g.ID, begin, ada.ID)
		check(t, err)
		same(t, late, anew)
		w.settle(t)
		w.want(t, g, "gone")
		w.want(t, anew, "active")
	})
	t.Run("an answer from before the event does not undo it", func(t *testing.T) {
		g := fresh(t)
		check(t, w.svc.Ready(ctx, nil, func(id ticket.GuildID) bool { return id == g.ID }))
		w.discord.hook = func() { check(t, w.svc.Left(ctx, g.ID)) } // it leaves while the answer is on its way
		same(t, w.work(t), 1)
		w.want(t, g, "sealed")
		w.discord.hook = nil
		away(g)
		w.settle(t)
		w.want(t, g, "gone")
	})
	t.Run("a server never seen, or seen and forgotten, leaves nothing", func(t *testing.T) {
		var before, after int
		count := "select (select count(*) from guild_tenancy) + (select count(*) from river.river_job)"
		check(t, w.Pool().QueryRow(ctx, count).Scan(&before))
		for _, id := range []ticket.GuildID{5, 1001} {
			check(t, w.svc.Left(ctx, id))
			check(t, w.svc.Unclear(ctx, id))
		}
		check(t, w.Pool().QueryRow(ctx, count).Scan(&after))
		same(t, after, before)
	})
	t.Run("begun again by news that came late, it ends again", func(t *testing.T) {
		g := fresh(t)
		away(g)
		check(t, w.svc.Left(ctx, g.ID))
		w.settle(t)
		late, err := w.svc.Joined(ctx, g.ID, begin, ada.ID)
		check(t, err)
		same(t, late.Epoch, uint32(2))
		w.settle(t)
		_, err = w.svc.Tenant(ctx, g.ID)
		same(t, fault.KindOf(err), fault.NotFound)
	})
	t.Run("numbers that the keyring has used are not used again, and keys without rows go when the bot leaves", func(t *testing.T) {
		ring := w.home.Keys()
		check(t, ring.AddGuild(ctx, 77, 1))
		check(t, ring.AddGuild(ctx, 77, 2))
		check(t, ring.Forget(ctx, []keys.Puncture{{Guild: 77, Epoch: 1, Whole: true}}))
		g := w.join(t, 77, begin)
		same(t, g.Epoch, uint32(3))
		w.want(t, g, "active")
		same(t, ring.Has(77, 2), true)
		away(g)
		check(t, w.svc.Left(ctx, g.ID))
		w.settle(t)
		w.want(t, g, "gone")
		same(t, ring.Has(77, 2), false)
	})
	t.Run("other processes learn what has ended", func(t *testing.T) {
		g := fresh(t)
		stays := fresh(t)
		since := w.clock.Now()
		check(t, w.svc.Left(ctx, g.ID))
		away(g)
		ended, err := w.Ended(ctx, since)
		check(t, err)
		w.settle(t)
		after, err := w.Ended(ctx, since)
		check(t, err)
		for _, all := range [][]ticket.Guild{ended, after} {
			found := false
			for _, e := range all {
				found = found || e == g
				if e == stays {
					t.Errorf("%v has not ended", e)
				}
			}
			if !found {
				t.Errorf("%v has ended, and %v says nothing of it", g, all)
			}
		}
	})
}

// TestEventsInAnyOrder: whatever is heard in whatever order, however often, in the end the database knows what is true, and
// what never ended is never forgotten.
func TestEventsInAnyOrder(t *testing.T) {
	w := newInstallation(t)
	for seed := range uint64(60) {
		random := rand.New(rand.NewPCG(seed, 7))
		id := ticket.GuildID(5000 + seed)
		at := storetest.Start.Add(-time.Hour)
		first := w.join(t, id, at)
		type event func() error
		var events []event
		joined := func(at time.Time) event {
			return func() error {
				_, err := w.svc.Joined(t.Context(), id, at, ada.ID)
				if fault.KindOf(err) == fault.NotFound {
					err = nil
				}
				return err
			}
		}
		leaves := random.IntN(4)
		there := true
		for range leaves {
			there = !there
			if there {
				at = at.Add(time.Minute)
				events = append(events, joined(at))
			} else {
				events = append(events, func() error { return w.svc.Left(t.Context(), id) })
			}
		}
		// Noise that says nothing: what it started with, lists that lack it, doubts.
		events = append(events, joined(storetest.Start.Add(-time.Hour)),
			func() error { return w.svc.Ready(t.Context(), nil, func(i ticket.GuildID) bool { return i == id }) },
			func() error { return w.svc.Unclear(t.Context(), id) })
		events = append(events, events[random.IntN(len(events))], events[random.IntN(len(events))])
		random.Shuffle(len(events), func(i, j int) { events[i], events[j] = events[j], events[i] })

		w.discord.since[id] = at
		if !there {
			delete(w.discord.since, id)
		}
		for _, e := range events {
			check(t, e())
			if random.IntN(2) == 0 {
				w.work(t)
			}
		}
		w.settle(t)
		check(t, w.svc.Sweep(t.Context()))
		w.settle(t)
		m, err := w.LastMembership(t.Context(), id)
		check(t, err)
		if present := m.State == privacy.StateActive; present != there || there && !m.JoinedAt.Equal(at) {
			t.Errorf("seed %d: it is %s since %v; true is %v since %v", seed, m.State, m.JoinedAt, there, at)
		}
		if leaves == 0 {
			w.want(t, first, "active")
		} else {
			w.want(t, first, "gone")
		}
	}
}
