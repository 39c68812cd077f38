package bot_test

import (
	"context"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"ticketbot/bot"
	"ticketbot/discord"
	"ticketbot/discordsim"
	"ticketbot/discordsim/contract"
	"ticketbot/gateway"
	"ticketbot/internal/clock"
	"ticketbot/internal/say"
	"ticketbot/privacy"
	"ticketbot/store"
	"ticketbot/store/storetest"
	"ticketbot/ticket"
)

// house is the whole bot against a simulated Discord: real requests, a real event stream, a real database. Only the job
// queue is left out, so that whatever a test sees was done in the same breath.
type house struct {
	testing.TB
	*discordsim.SupportWorld
	sim  *discordsim.Server
	home *storetest.Home

	store   *store.Store
	tickets *ticket.Service
	privacy *privacy.Service
	gateway *gateway.Client
	away    func() // stops the bot

	mu      sync.Mutex
	handled chan struct{} // closed when an event has been handled
	inWork  int           // events being handled
	lost    []string
}

const patience = 2 * time.Minute

// newHouse is a server whose bot has come up, not set up yet. furnish is done before it comes.
func newHouse(t testing.TB, o discordsim.SupportOptions, furnish ...func(*house)) *house {
	t.Helper()
	sim, err := discordsim.Start(context.Background(), contract.WatchBot(t, discordsim.Options{})) // the bot is away before it closes
	must(t, err)
	t.Cleanup(sim.Close)
	world, err := sim.Support(o)
	must(t, err)
	h := &house{TB: t, SupportWorld: world, sim: sim, home: storetest.NewHome(t), handled: make(chan struct{})}
	for _, f := range furnish {
		f(h)
	}
	h.wake()
	return h
}

// wake starts the bot, as a new process would.
func (h *house) wake() {
	h.Helper()
	clk, log := clock.System{}, slog.New(slog.DiscardHandler)
	h.store = h.home.Open(h, clk)
	client := discord.New(discord.Options{Token: h.App.Token, API: h.sim.URL() + "/api/v10", Dashboard: "http://127.0.0.1", Clock: clk, Logger: log})
	files, err := discord.NewFiles(client, h.store, h.sim.URL())
	must(h, err)
	h.tickets = ticket.New(h.store, client, files, clk, log)
	h.privacy = privacy.New(privacy.Options{
		Store: h.store, Keys: h.home.Keys(), Discord: client, Clock: clk, Logger: log, Ended: h.tickets.EndGuild, Returned: h.returned,
	})
	ctx, leave := context.WithCancel(context.Background())
	recorder, rest := context.WithCancel(context.Background())
	must(h, h.tickets.Begin(ctx))
	must(h, client.RegisterCommands(ctx, uint64(h.App.ID), bot.Commands()))
	self, err := client.Me(ctx)
	must(h, err)
	h.tickets.SpeaksAs(self.User)
	b := bot.New(bot.Options{
		Tickets: h.tickets, Tenants: h.privacy, Erasures: erasures{h.privacy}, Website: website, Replier: client,
		Doctor: client.Directory(), Directory: client.Directory(), Clock: clk, Logger: log,
	})
	h.gateway = gateway.New(gateway.Config{
		Token: h.App.Token, Intents: 1<<0 | 1<<9 | 1<<15, GatewayURL: client.GatewayURL, Handler: &listener{b, h}, States: states{h.store},
		Clock: clk, Logger: log, OnReady: h.begun, OnLost: h.lose,
	})
	var listening, recording sync.WaitGroup
	recording.Go(func() { h.tickets.RunRecorder(recorder) })
	listening.Go(func() {
		if err := h.gateway.Run(ctx); err != nil && ctx.Err() == nil {
			h.Errorf("gateway: %v", err)
		}
	})
	h.away = sync.OnceFunc(func() {
		leave()
		listening.Wait() // until then there may be something to record
		rest()
		recording.Wait()
	})
	h.Cleanup(h.away)
	h.until("the bot knows the server", func() bool {
		_, err := h.store.Tenant(ctx, ticket.GuildID(h.Guild))
		return err == nil && h.gateway.Ready()
	})
}

const website = "https://tickets.example"

type erasures struct{ *privacy.Service }

func (e erasures) ForgetPerson(ctx context.Context, user ticket.UserID) (string, error) {
	asked, err := e.Service.ForgetPerson(ctx, user)
	return asked.Receipt, err
}

// returned listens again to a guild that had been taken for left.
func (h *house) returned(ctx context.Context, id ticket.GuildID) {
	if err := h.tickets.LoadRooms(ctx, id); err != nil {
		h.Errorf("listen again: %v", err)
	}
	h.ring()
}

func (h *house) begun(ctx context.Context, resumed bool) error {
	defer h.ring()
	if resumed {
		return nil
	}
	return h.tickets.MissedEvents(ctx, func(ticket.GuildID) bool { return true })
}

func (h *house) lose(kind string, _, _ uint64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.lost = append(h.lost, kind)
}

// listener tells the house when an event has been handled.
type listener struct {
	*bot.Bot
	h *house
}

func (l *listener) Handle(ctx context.Context, kind string, data []byte) error {
	l.h.mu.Lock()
	l.h.inWork++
	l.h.mu.Unlock()
	defer func() {
		l.h.mu.Lock()
		l.h.inWork--
		l.h.mu.Unlock()
		l.h.ring()
	}()
	return l.Bot.Handle(ctx, kind, data)
}

// calm waits until nothing is being handled, and says where Discord's own log stands.
func (h *house) calm() int64 {
	h.Helper()
	h.until("the bot is done", func() bool {
		h.mu.Lock()
		defer h.mu.Unlock()
		return h.inWork == 0
	})
	return h.sim.Seq()
}

func (h *house) ring() {
	h.mu.Lock()
	defer h.mu.Unlock()
	close(h.handled)
	h.handled = make(chan struct{})
}

type states struct{ *store.Store }

func (s states) Load(ctx context.Context, shard int) (r gateway.Resume, err error) {
	r.SessionID, r.URL, r.Seq, err = s.LoadResume(ctx, shard)
	return r, err
}

func (s states) Save(ctx context.Context, shard int, r gateway.Resume) error {
	return s.SaveResume(ctx, shard, r.SessionID, r.URL, r.Seq)
}

// until waits for something that follows from what happened on Discord or from what the bot has handled.
func (h *house) until(what string, is func() bool) {
	h.Helper()
	ctx, cancel := context.WithTimeout(h.Context(), patience)
	defer cancel()
	for {
		h.mu.Lock()
		handled := h.handled
		h.mu.Unlock()
		changed := h.sim.Changed()
		if is() {
			return
		}
		select {
		case <-changed:
		case <-handled:
		case <-ctx.Done():
			h.Fatalf("it did not come true: %s", what)
		}
	}
}

// answered waits for the bot's word on an interaction.
func (h *house) answered(i *discordsim.Interaction, err error) discordsim.Answer {
	h.Helper()
	must(h, err)
	ctx, cancel := context.WithTimeout(h.Context(), patience)
	defer cancel()
	a, err := i.Wait(ctx)
	if err == nil && a.State == discordsim.StateDeferred {
		a, err = i.WaitFor(ctx, discordsim.StateAnswered)
	}
	must(h, err)
	return a
}

// told is an answer that is a message.
func (h *house) told(i *discordsim.Interaction, err error) string {
	h.Helper()
	a := h.answered(i, err)
	if a.Message == nil {
		h.Fatalf("no message but %+v", a)
	}
	return a.Message.Content
}

// setUp runs /setup as the owner and returns the panel.
func (h *house) setUp(options map[string]any) *discordsim.Message {
	h.Helper()
	with := map[string]any{"staff": h.SupportRole, "parent": h.Tickets, "log": h.TicketLog}
	for name, value := range options {
		with[name] = value
	}
	want := say.T("bot.setup.done", "channel", h.Support, "role", h.SupportRole)
	if got := h.told(h.sim.Command(h.Olivia, h.Support, "setup", with)); got != want {
		h.Fatalf("setup: %s", got)
	}
	return h.bots(h.Olivia, h.Support)
}

// bots is the newest message of the bot's own in a channel, answers left out.
func (h *house) bots(reader, channel discordsim.ID) *discordsim.Message {
	h.Helper()
	all, err := h.sim.Messages(reader, channel, 0, 100)
	must(h, err)
	for _, m := range slices.Backward(all) {
		if m.Author.ID == h.App.ID && m.InteractionDetails == nil {
			return m
		}
	}
	h.Fatalf("the bot has said nothing in %d", channel)
	return nil
}

// button is the custom id of the button that begins so.
func (h *house) button(m *discordsim.Message, prefix string) string {
	h.Helper()
	var found string
	var search func([]discordsim.Object)
	search = func(all []discordsim.Object) {
		for _, c := range all {
			if id, _ := c["custom_id"].(string); strings.HasPrefix(id, prefix) {
				found = id
			}
			if inner, ok := c["components"].([]any); ok {
				search(objects(inner))
			}
			if inner, ok := c["components"].([]discordsim.Object); ok {
				search(inner)
			}
		}
	}
	search(m.Components)
	if found == "" {
		h.Fatalf("no button %s… among %v", prefix, m.Components)
	}
	return found
}

func objects(all []any) []discordsim.Object {
	var out []discordsim.Object
	for _, one := range all {
		if o, ok := one.(discordsim.Object); ok {
			out = append(out, o)
		}
	}
	return out
}

// press clicks the button that begins so.
func (h *house) press(who discordsim.ID, m *discordsim.Message, prefix string) (*discordsim.Interaction, error) {
	h.Helper()
	return h.sim.Click(who, m.ID, h.button(m, prefix))
}

// form is what Mia and the others write into the form.
var form = discordsim.Fields{Values: map[string][]string{
	"subject": {"My save is gone"}, "details": {"After the update."}, "urgency": {"normal"},
}}

// open presses a panel's button, fills in the form, and returns the ticket's channel.
func (h *house) open(who discordsim.ID, panel *discordsim.Message) discordsim.ID {
	h.Helper()
	i, err := h.press(who, panel, "v1:open:")
	if a := h.answered(i, err); a.State != discordsim.StateModal {
		h.Fatalf("no form but %+v", a)
	}
	return h.channelIn(h.told(h.sim.Submit(who, i.ID, form)))
}

// channelIn is the channel that a sentence links to.
func (h *house) channelIn(sentence string) discordsim.ID {
	h.Helper()
	_, after, _ := strings.Cut(sentence, "<#")
	number, _, found := strings.Cut(after, ">")
	id, err := discordsim.ParseID(number)
	if !found || err != nil {
		h.Fatalf("no channel in %q", sentence)
	}
	return id
}

// ticketOf reads the newest ticket of a member.
func (h *house) ticketOf(who discordsim.ID) *ticket.Ticket {
	h.Helper()
	g := h.guild()
	person, err := h.store.PersonID(h.Context(), g, ticket.UserID(who))
	must(h, err)
	all, err := h.store.TicketsOpenedBy(h.Context(), g, person)
	must(h, err)
	if len(all) == 0 {
		h.Fatalf("%d has no ticket", who)
	}
	return slices.MaxFunc(all, func(a, b *ticket.Ticket) int { return int(a.ID - b.ID) })
}

func (h *house) guild() ticket.Guild {
	h.Helper()
	g, err := h.store.Tenant(h.Context(), ticket.GuildID(h.Guild))
	must(h, err)
	return g
}

// archived is what people said in a ticket, as it was kept.
func (h *house) archived(t *ticket.Ticket) []string {
	h.Helper()
	all, err := h.store.Messages(h.Context(), t.Guild, t.ID)
	must(h, err)
	var texts []string
	for _, m := range all {
		if m.Content.Text != "" {
			texts = append(texts, m.Content.Text)
		}
	}
	return texts
}

// ticketChannels are the channels that tickets have on Discord.
func (h *house) ticketChannels() []discordsim.ID {
	h.Helper()
	all, err := h.sim.See(h.Olivia)
	must(h, err)
	var ids []discordsim.ID
	for _, c := range all.Guilds[0].Channels {
		if strings.HasPrefix(c.Name, "ticket-0") {
			ids = append(ids, c.ID)
		}
	}
	return ids
}

func (h *house) say(who, channel discordsim.ID, text string) {
	h.Helper()
	_, err := h.sim.Say(who, channel, discordsim.SayOptions{Content: text})
	must(h, err)
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
