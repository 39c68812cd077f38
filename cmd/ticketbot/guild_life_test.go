package main

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"ticketbot/discord"
	"ticketbot/discordsim"
	"ticketbot/gateway"
	"ticketbot/internal/clock"
)

// resident is the whole program inside the test's own process, where it starts faster than in one of its own.
type resident struct {
	*ground
	t    *testing.T
	in   *installation
	log  *lockedLog
	stop func()
}

// lockedLog is the program's log, read while it is written.
type lockedLog struct {
	mu   sync.Mutex
	text strings.Builder
}

func (l *lockedLog) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *lockedLog) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// moveIn starts the program and waits until it hears Discord.
func (g *ground) moveIn(t *testing.T) *resident { return g.moveInAt(t, clock.System{}) }

func (g *ground) moveInAt(t *testing.T, clk clock.Clock) *resident {
	t.Helper()
	r := &resident{ground: g, t: t, log: &lockedLog{}}
	ctx, cancel := context.WithCancel(context.Background())
	in, err := install(ctx, g.settings, clk, newLog(program{io.Discard, r.log}, false))
	must(t, err)
	r.in = in
	ended := make(chan error, 1)
	go func() { ended <- in.run(ctx) }()
	r.stop = sync.OnceFunc(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("the program ended with: %v", err)
		}
		in.close(context.Background())
	})
	t.Cleanup(r.stop)
	r.eventually("it hears Discord", func() bool {
		return in.serving.Load() && !slices.ContainsFunc(in.shards, func(s *gateway.Client) bool { return !s.Ready() })
	})
	return r
}

// eventually waits for something in the database or the program, which nothing signals to a test.
func (r *resident) eventually(what string, is func() bool) {
	r.t.Helper()
	end := time.After(2 * time.Minute)
	for !is() {
		select {
		case <-end:
			r.t.Fatalf("it did not come true: %s\n%s", what, r.log)
		case <-time.After(5 * time.Millisecond):
		}
	}
}

func (r *resident) count(sql string, args ...any) (n int) {
	r.t.Helper()
	must(r.t, r.in.vault.store.Pool().QueryRow(context.Background(), sql, args...).Scan(&n))
	return n
}

// rowsOf counts the rows of a guild in every table but those that are meant to outlive it.
func (r *resident) rowsOf(guild discordsim.ID, epoch int) map[string]int {
	r.t.Helper()
	rows, err := r.in.vault.store.Pool().Query(context.Background(), `
		select table_name from information_schema.columns
		where table_schema = 'public' and column_name = 'guild_id' and table_name <> 'departed'`)
	must(r.t, err)
	var tables []string
	for rows.Next() {
		var table string
		must(r.t, rows.Scan(&table))
		tables = append(tables, table)
	}
	must(r.t, rows.Err())
	left := map[string]int{}
	for _, table := range tables {
		if n := r.count(fmt.Sprintf("select count(*) from %s where guild_id = $1 and epoch = $2", table), int64(guild), epoch); n > 0 {
			left[table] = n
		}
	}
	return left
}

func seeded(t *testing.T) *rand.Rand {
	seed := uint64(time.Now().UnixNano())
	if s, err := strconv.ParseUint(os.Getenv("TICKETBOT_TEST_SEED"), 10, 64); err == nil {
		seed = s
	}
	t.Logf("seed %d", seed)
	return rand.New(rand.NewPCG(seed, 0))
}

// TestKickedInTheMiddleOfAClose throws the bot out at any moment of closing a ticket, and invites it again: of the
// membership that ended, nothing is left and nothing is said.
func TestKickedInTheMiddleOfAClose(t *testing.T) {
	kicks := 200
	if testing.Short() {
		kicks = 20
	}
	ctx, cancel := context.WithTimeout(t.Context(), 25*time.Minute)
	defer cancel()
	g := newGround(t, discordsim.Options{NoRateLimits: true})
	r := g.moveIn(t)
	random := seeded(t)
	atOnce := time.Second
	if withRace {
		atOnce = 20 * time.Second // the race detector and a busy machine slow down what was under way
	}
	guild, app := g.world.Guild, g.world.App.ID
	midway := map[string]int{}
	for epoch := 1; epoch <= kicks; epoch++ {
		r.eventually("the server is known", func() bool {
			return r.count("select count(*) from guild_tenancy where guild_id = $1 and epoch = $2 and state = 'active'", int64(guild), epoch) == 1
		})
		must(t, g.setUp(ctx))
		channel, err := g.open(ctx, g.world.Mia, [3]string{"help", "please", "low"})
		must(t, err)
		for i := range 5 {
			_, err := g.sim.Say(g.world.Mia, channel, discordsim.SayOptions{Content: fmt.Sprint("line ", i)})
			must(t, err)
		}
		if rows := r.rowsOf(guild, epoch); rows["ticket"] != 1 {
			t.Fatalf("before the kick there are %v: nothing is tested", rows)
		}
		_, err = g.sim.Command(g.world.Sam, channel, "close", map[string]any{"reason": "done"})
		must(t, err)
		time.Sleep(time.Duration(random.IntN(40_000)) * time.Microsecond) // the moment is what the seed chooses
		var state string
		_ = r.in.vault.store.Pool().QueryRow(ctx, "select state from ticket where guild_id = $1 and epoch = $2", int64(guild), epoch).Scan(&state)
		midway[state]++
		must(t, g.sim.KickBot(app, guild))
		at, kicked := g.sim.Seq(), time.Now()
		r.eventually("what is left is that it was", func() bool {
			return r.count("select count(*) from departed where guild_id = $1 and epoch = $2", int64(guild), epoch) == 1
		})
		if rows := r.rowsOf(guild, epoch); len(rows) > 0 {
			t.Fatalf("kick %d: rows are left: %v", epoch, rows)
		}
		if epoch%20 == 0 {
			time.Sleep(1500 * time.Millisecond) // to see what comes late
		}
		for _, c := range g.sim.Calls(at) {
			// An answer Discord takes from any bot that was asked; to open a direct message says nothing yet.
			quiet := strings.HasPrefix(c.Path, "/interactions/") || strings.HasPrefix(c.Path, "/webhooks/") || c.Path == "/users/@me/channels"
			late := c.At.Sub(kicked) > atOnce
			// One that was carried out just before the kick may be written down just after it.
			done := c.Status < 300 && c.At.After(kicked)
			if c.Method != http.MethodGet && (late || done && !quiet) {
				t.Fatalf("kick %d: %v afterwards: %+v", epoch, c.At.Sub(kicked), c)
			}
		}
		g.sweepUp(t)
		must(t, g.sim.AddBot(app, guild, discordsim.Permissions(discord.Invited())))
	}
	t.Logf("the tickets' states at the kick: %v", midway)
	if len(midway) < 2 {
		t.Error("the kicks all hit the same moment")
	}
}

// sweepUp removes what the bot left behind in the server, as an owner would before inviting it again.
func (g *ground) sweepUp(t *testing.T) {
	t.Helper()
	old, err := g.sim.Messages(g.world.Olivia, g.world.Support, 0, 50)
	must(t, err)
	for _, m := range old {
		must(t, g.sim.Delete(g.world.Olivia, m.ID))
	}
	for channel := range g.ticketChannels(g.world.Olivia) {
		must(t, g.sim.DeleteChannel(g.world.Olivia, channel))
	}
}

// TestAnOutageIsNeverADeparture lets a server go through everything that looks like leaving and is not, with restarts in
// between: its conversations stay.
func TestAnOutageIsNeverADeparture(t *testing.T) {
	troubles := 500
	switch {
	case os.Getenv("TICKETBOT_TEST_SIZE") == "soak":
		troubles = 10_000
	case testing.Short():
		troubles = 50
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Duration(troubles)*3*time.Second)
	defer cancel()
	g := newGround(t, discordsim.Options{NoRateLimits: true})
	r := g.moveIn(t)
	must(t, g.setUp(ctx))
	channel, err := g.open(ctx, g.world.Mia, [3]string{"help", "please", "low"})
	must(t, err)
	_, err = g.sim.Say(g.world.Mia, channel, discordsim.SayOptions{Content: "do not forget this"})
	must(t, err)
	random := seeded(t)
	trouble, peace := g.troubles()
	names := make([]string, 0, len(trouble))
	for name := range trouble {
		names = append(names, name)
	}
	slices.Sort(names)
	done := map[string]int{}
	for range troubles {
		name := names[random.IntN(len(names))]
		if random.IntN(8) == 0 {
			name = "restart"
			r.stop()
			r = g.moveIn(t)
		} else {
			trouble[name](random)
		}
		done[name]++
		if n := r.count("select count(*) from guild_tenancy where state = 'shredded'") + r.count("select count(*) from departed"); n > 0 {
			t.Fatalf("after %v the server is gone\n%s", done, r.log)
		}
	}
	peace()
	r.stop()
	r = g.moveIn(t)
	mia := g.logIn(t, g.world.Mia)
	// What was sent last may seal it once more until Discord is asked. What was said while it was taken for left is read, at
	// the latest, when the ticket is closed.
	var asked time.Time
	r.eventually(fmt.Sprintf("after %v the conversation is there", done), func() bool {
		var id string
		if r.count("select count(*) from ticket where state = 'open'") == 1 && time.Since(asked) > 5*time.Second {
			asked = time.Now()
			_, _ = g.sim.Command(g.world.Sam, channel, "close", nil) // what is sealed at that moment does not hear it
		}
		_, mine := mia.look(mia.site + "/api/me/tickets")
		if _, after, found := strings.Cut(mine, `"id":"`); found {
			id, _, _ = strings.Cut(after, `"`)
		}
		status, page := mia.look(mia.site + "/transcripts/" + id)
		return status == http.StatusOK && strings.Contains(page, "do not forget this")
	})
	if n := r.count("select count(*) from guild_tenancy where epoch = 1 and state = 'active'"); n != 1 {
		t.Errorf("%d memberships are the first and active", n)
	}
	t.Logf("%v: nothing was forgotten", done)

	must(t, g.sim.KickBot(g.world.App.ID, g.world.Guild))
	r.eventually("a real departure is one", func() bool { return r.count("select count(*) from departed") == 1 })
}

// troubles are what looks like a departure and is none, and how all of it ends.
func (g *ground) troubles() (begin map[string]func(*rand.Rand), peace func()) {
	app, guild := g.world.App.ID, g.world.Guild
	var faults []func()
	begin = map[string]func(*rand.Rand){
		"outage":          func(*rand.Rand) { _ = g.sim.BeginOutage(guild) },
		"outage over":     func(*rand.Rand) { _ = g.sim.EndOutage(guild) },
		"odd delete":      func(*rand.Rand) { _ = g.sim.SendOddDelete(app, guild) },
		"hidden":          func(*rand.Rand) { _ = g.sim.HideFromReady(app, guild, true) },
		"shown":           func(*rand.Rand) { _ = g.sim.HideFromReady(app, guild, false) },
		"session lost":    func(*rand.Rand) { _ = g.sim.Gateway(app, discordsim.GatewayInvalidate) },
		"connection lost": func(*rand.Rand) { _ = g.sim.Gateway(app, discordsim.GatewayDisconnect) },
		"repeated":        func(*rand.Rand) { _ = g.sim.ResendGuildEvents(app, guild, 0) },
		"REST fails": func(random *rand.Rand) {
			f := discordsim.Fault{Method: http.MethodGet, Path: "/guilds/*", Status: 500 + 3*random.IntN(2), Count: 1 + random.IntN(5)}
			faults = append(faults, g.sim.FailREST(f))
		},
	}
	return begin, func() {
		for _, cancel := range faults {
			cancel()
		}
		_ = g.sim.EndOutage(guild)
		_ = g.sim.HideFromReady(app, guild, false)
	}
}
