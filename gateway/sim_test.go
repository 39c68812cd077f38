package gateway

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"ticketbot/discordsim"
	"ticketbot/discordsim/contract"
	"ticketbot/internal/fault"
)

// town is a simulated Discord with one guild, two people and our bot, and a client to it.
type town struct {
	*bench
	t       testing.TB
	sim     *discordsim.Server
	app     discordsim.Application
	guild   discordsim.ID
	channel discordsim.ID
	owner   discordsim.ID
}

func newTown(t *testing.T, o discordsim.Options, change func(*Config)) *town {
	o.NoRateLimits = true // identifying twice within five seconds, on a clock that is faster than theirs
	sim, err := discordsim.Start(context.WithoutCancel(t.Context()), contract.WatchBot(t, o))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(sim.Close)
	d := &town{t: t, sim: sim, app: sim.NewApplication("TicketBot", nil), owner: sim.NewUser("owner", "Owner").ID}
	d.guild, err = sim.NewGuild(d.owner, "Harbour")
	if err != nil {
		t.Fatal(err)
	}
	d.channel = d.newChannel("tickets", 0)
	if err := sim.AddBot(d.app.ID, d.guild, 1<<10|1<<16); err != nil {
		t.Fatal(err)
	}
	b := &bench{events: newRecorder(), shelf: newShelf(), onReady: make(chan bool, 100), log: &logBook{t: t}}
	b.cfg = Config{
		Token: d.app.Token, Intents: 1<<0 | 1<<9 | 1<<15, GatewayURL: d.gatewayBot,
		Handler: b.events, States: b.shelf, Clock: swift{}, Logger: slog.New(slog.NewTextHandler(b.log, nil)),
		OnReady: func(_ context.Context, resumed bool) error { b.onReady <- resumed; return nil },
	}
	if change != nil {
		change(&b.cfg)
	}
	d.bench = b
	b.start(t)
	return d
}

// gatewayBot is GET /gateway/bot, the way any library would do it.
func (d *town) gatewayBot(ctx context.Context) (url string, remaining int, resetAfter time.Duration, concurrency int, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, d.sim.URL()+"/api/v10/gateway/bot", nil)
	if err != nil {
		return "", 0, 0, 0, err
	}
	req.Header.Set("Authorization", "Bot "+d.app.Token)
	rsp, err := http.DefaultClient.Do(req)
	if err != nil {
		return "", 0, 0, 0, err
	}
	defer rsp.Body.Close()
	var body struct {
		URL   string `json:"url"`
		Limit struct {
			Remaining      int   `json:"remaining"`
			ResetAfter     int64 `json:"reset_after"`
			MaxConcurrency int   `json:"max_concurrency"`
		} `json:"session_start_limit"`
	}
	err = json.NewDecoder(rsp.Body).Decode(&body)
	return body.URL, body.Limit.Remaining, time.Duration(body.Limit.ResetAfter) * time.Millisecond, body.Limit.MaxConcurrency, err
}

func (d *town) newChannel(name string, kind int) discordsim.ID {
	d.t.Helper()
	c, err := d.sim.NewChannel(d.guild, discordsim.ChannelOptions{Name: name, Type: kind})
	if err != nil {
		d.t.Fatal(err)
	}
	return c.ID
}

func (d *town) say(channel discordsim.ID, text string) string {
	d.t.Helper()
	m, err := d.sim.Say(d.owner, channel, discordsim.SayOptions{Content: text})
	if err != nil {
		d.t.Fatal(err)
	}
	return "MESSAGE_CREATE " + m.ID.String()
}

func (d *town) disturb(action string) {
	d.t.Helper()
	if err := d.sim.Gateway(d.app.ID, action); err != nil {
		d.t.Fatal(err)
	}
}

// awaitReady waits for OnReady.
func (d *town) awaitReady(resumed bool) {
	d.t.Helper()
	if got := receive(d.t, d.onReady, "OnReady"); got != resumed {
		d.t.Fatalf("resumed = %v", got)
	}
}

// awaitMessage waits for that event, whatever else comes before.
func (d *town) awaitMessage(want string) {
	d.t.Helper()
	for d.events.next(d.t) != want {
	}
}

func TestSimulator(t *testing.T) {
	for _, how := range []Compression{ZstdStream, NoCompression} {
		t.Run(string(how)+"/guild and messages arrive", func(t *testing.T) {
			d := newTown(t, discordsim.Options{}, func(cfg *Config) { cfg.Compression = how })
			d.awaitReady(false)
			if got, want := d.events.next(t), "GUILD_CREATE "+d.guild.String(); got != want {
				t.Fatalf("got %s, want %s", got, want)
			}
			for i := range 100 {
				want := d.say(d.channel, fmt.Sprint("message \"", i, "\" \\ {[ é"))
				d.awaitMessage(want)
			}
		})
	}
	t.Run("op 7 resumes", func(t *testing.T) {
		d := newTown(t, discordsim.Options{}, nil)
		d.awaitReady(false)
		d.disturb(discordsim.GatewayReconnect)
		d.awaitReady(true)
		d.awaitMessage(d.say(d.channel, "still here"))
	})
	t.Run("op 9 false identifies", func(t *testing.T) {
		d := newTown(t, discordsim.Options{}, nil)
		d.awaitReady(false)
		d.disturb(discordsim.GatewayInvalidate)
		d.awaitReady(false)
		d.awaitMessage(d.say(d.channel, "still here"))
	})
	t.Run("silence is noticed", func(t *testing.T) {
		d := newTown(t, discordsim.Options{HeartbeatInterval: 5 * time.Second}, nil) // 50 ms on our clock
		d.awaitReady(false)
		d.disturb(discordsim.GatewaySilence)
		d.awaitReady(true)
		if n := d.Stats().Zombies; n != 1 {
			t.Errorf("%d zombies", n)
		}
	})
	t.Run("intents that are switched off", func(t *testing.T) {
		d := newTown(t, discordsim.Options{}, nil)
		d.awaitReady(false)
		if err := d.sim.SetIntents(d.app.ID, 0); err != nil {
			t.Fatal(err)
		}
		d.disturb(discordsim.GatewayInvalidate)
		if f := fault.From(receive(t, d.result, "Run")); f == nil || f.Key != "gateway.refused.privileged" {
			t.Fatal(f)
		}
		d.result <- nil
	})
	t.Run("unknown channel type and event cost nothing", func(t *testing.T) {
		d := newTown(t, discordsim.Options{}, nil)
		d.awaitReady(false)
		odd := d.newChannel("odd", 99)
		d.awaitMessage("CHANNEL_CREATE " + odd.String())
		d.sim.Announce(d.guild, "FUTURE_THING", discordsim.Object{"id": "1", "future": true})
		d.awaitMessage("FUTURE_THING 1")
		d.awaitMessage(d.say(d.channel, "still here"))
		if s := d.Stats(); s.Connections != 1 || s.Identifies != 1 {
			t.Errorf("%+v", s)
		}
	})
}

// TestSimulator_loses_nothing talks in five channels while connections are cut and processes end in the middle of
// their work: each message is handled, in the order of its channel, with one IDENTIFY for all processes together.
func TestSimulator_loses_nothing(t *testing.T) {
	const messages, processes = 600, 6
	d := newTown(t, discordsim.Options{}, func(cfg *Config) { cfg.DrainTimeout = time.Millisecond })
	var mu sync.Mutex
	handled := map[string][]string{} // by channel, in the order of their first handling
	d.events.does(func(ctx context.Context, kind string, data []byte) error {
		if kind != "MESSAGE_CREATE" {
			return nil
		}
		select {
		case <-ctx.Done(): // the process dies here
			return ctx.Err()
		case <-time.After(rand.N(2 * time.Millisecond)):
		}
		mu.Lock()
		defer mu.Unlock()
		in, id := field(data, "channel_id"), field(data, "id")
		if !slices.Contains(handled[in], id) {
			handled[in] = append(handled[in], id)
		}
		return nil
	})
	d.awaitReady(false)
	channels := []discordsim.ID{d.channel}
	for i := range 4 {
		channels = append(channels, d.newChannel(fmt.Sprint("more-", i), 0))
	}
	d.shelf.awaitSaved(t)

	said := map[string][]string{}
	var last string
	identifies := uint64(0)
	for i := range messages {
		in := channels[rand.N(len(channels))]
		last = d.say(in, fmt.Sprint(i))
		said[in.String()] = append(said[in.String()], last[len("MESSAGE_CREATE "):])
		switch {
		case i%(messages/processes) == messages/processes/2:
			identifies += d.Stats().Identifies
			d.restart(t)
		case rand.N(60) == 0:
			d.disturb(discordsim.GatewayDisconnect)
		}
		time.Sleep(rand.N(time.Millisecond))
	}
	for deadline := time.Now().Add(patience); ; time.Sleep(10 * time.Millisecond) {
		mu.Lock()
		n := 0
		for _, ids := range handled {
			n += len(ids)
		}
		mu.Unlock()
		if n >= messages || time.Now().After(deadline) {
			break
		}
	}
	mu.Lock()
	defer mu.Unlock()
	for in, want := range said {
		if !slices.Equal(handled[in], want) {
			t.Errorf("channel %s: %d messages said, %d handled, or in another order", in, len(want), len(handled[in]))
		}
	}
	if identifies += d.Stats().Identifies; identifies != 1 {
		t.Errorf("identified %d times", identifies)
	}
	t.Logf("%d messages, %d processes, last process: %+v", messages, processes+1, d.Stats())
}
