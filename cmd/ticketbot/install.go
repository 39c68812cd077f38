package main

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"ticketbot/api"
	"ticketbot/bot"
	"ticketbot/discord"
	"ticketbot/gateway"
	"ticketbot/internal/clock"
	"ticketbot/privacy"
	"ticketbot/store"
	"ticketbot/ticket"
	"ticketbot/worker"
)

// intents are what we ask Discord to tell us (DESIGN: guilds, messages, their content, direct messages). Message
// content is privileged: the operator switches it on in the Developer Portal.
const intents = 1<<0 | 1<<9 | 1<<12 | 1<<15

// settings are all that an installation is configured by.
type settings struct {
	place
	discordSettings
	webSettings
}

// installation is the whole program, wired. Data flows from top to bottom:
//
//	Discord ─► shards ─► bot ─► tickets ─► vault.store ─► jobs ─► discord ─► Discord
//	browser ─► site ───────────►   │
type installation struct {
	settings settings
	clock    clock.Clock
	log      *slog.Logger
	figures  *figures

	listener net.Listener
	vault    *vault
	discord  *discord.Client
	tickets  *ticket.Service
	privacy  *privacy.Service
	bot      *bot.Bot
	jobs     *worker.Worker
	site     *api.Server
	invite   string // where an admin adds the bot to a server
	shards   []*gateway.Client
	serving  atomic.Bool
}

// install opens everything and starts nothing that acts on Discord. What fails here fails before anybody is promised
// anything.
func install(ctx context.Context, s settings, clk clock.Clock, log *slog.Logger) (_ *installation, err error) {
	in := &installation{settings: s, clock: clk, log: log, figures: newFigures()}
	defer func() {
		if err != nil {
			in.close(context.WithoutCancel(ctx))
		}
	}()
	if in.listener, err = listen(ctx, s.Listen, "TICKETBOT_LISTEN"); err != nil {
		return nil, err
	}
	in.discord = discord.New(discord.Options{
		Token: s.Token, API: s.API, Dashboard: s.PublicURL, Clock: clk, Logger: log, Count: in.figures.call,
	})
	me, err := reachDiscord(ctx, in.discord, s.API)
	if err != nil {
		return nil, err
	}
	if in.vault, err = openVault(ctx, s.place, clk, log); err != nil {
		return nil, err
	}
	files, err := discord.NewFiles(in.discord, in.vault.store, s.CDN)
	if err != nil {
		return nil, err
	}
	in.tickets = ticket.New(in.vault.store, in.discord, files, clk, log)
	in.tickets.SpeaksAs(me.User)
	in.privacy = in.openPrivacy()
	in.bot = bot.New(bot.Options{
		Tickets: in.tickets, Tenants: in.privacy, Erasures: in.forgetting(), Replier: in.discord,
		Doctor: in.discord.Directory(), Directory: in.discord.Directory(), Website: s.PublicURL, Clock: clk, Logger: log,
	})
	in.jobs, err = worker.New(worker.Options{
		Pool: in.vault.store.Pool(), Tickets: in.tickets, Privacy: in.privacy, Sweep: in.sweep, Clock: clk, Logger: log,
	})
	if err != nil {
		return nil, err
	}
	in.site, err = in.openSite(me)
	return in, err
}

// run serves until ctx ends, then lets everything at hand finish.
func (in *installation) run(ctx context.Context) error {
	recorder, stopRecorder := context.WithCancel(context.WithoutCancel(ctx))
	recorded := make(chan struct{})
	go func() {
		defer close(recorded)
		in.tickets.RunRecorder(recorder)
	}()
	defer func() { stopRecorder(); <-recorded }() // last: whatever still runs may record

	if err := in.tickets.Begin(ctx); err != nil {
		return err
	}
	me, err := in.discord.Me(ctx)
	if err != nil {
		return err
	}
	if err := in.discord.RegisterCommands(ctx, me.Application, bot.Commands()); err != nil {
		return err
	}
	door, err := in.discord.GatewayBot(ctx)
	if err != nil {
		return err
	}
	if err := in.openShards(max(door.Shards, 1)); err != nil {
		return err
	}
	if err := in.jobs.Start(ctx); err != nil {
		return err
	}
	defer in.stopJobs(ctx)

	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return in.site.Serve(ctx, in.listener) })
	for _, shard := range in.shards {
		group.Go(func() error { return shard.Run(ctx) })
	}
	group.Go(func() error { return in.watchDepartures(ctx) })
	group.Go(func() error { return in.vault.watch(ctx) })
	if in.vault.private != nil {
		group.Go(func() error { return in.watchDatabase(ctx) })
	}
	in.serving.Store(true)
	in.log.Info("serving", "website", in.settings.PublicURL, "invite", in.invite, "bot", me.Name, "shards", len(in.shards))
	if err := group.Wait(); err != nil && !errors.Is(err, context.Canceled) {
		return err
	}
	return nil
}

// openShards makes those of the n connections to Discord that this process is to have.
func (in *installation) openShards(n int) error {
	wanted, err := parseShards(in.settings.Shards)
	if err != nil {
		return err
	}
	mine, err := wanted.of(n)
	if err != nil {
		return err
	}
	pacer := gateway.NewPacer(in.clock)
	for _, i := range mine {
		in.shards = append(in.shards, gateway.New(gateway.Config{
			Token: in.settings.Token, Intents: intents, ShardID: i, ShardCount: n,
			GatewayURL: in.discord.GatewayURL, Handler: in.bot, States: resumes{in.vault.store},
			Clock: in.clock, Logger: in.log, OnReady: in.connected(i, n), OnLost: in.lost, Pacer: pacer,
		}))
	}
	in.tickets.Settle(in.settle)
	return nil
}

// settle waits for whichever shard has the channel; to the others it means nothing.
func (in *installation) settle(ctx context.Context, channel ticket.ChannelID) error {
	for _, shard := range in.shards {
		if err := shard.Settle(ctx, uint64(channel)); err != nil {
			return err
		}
	}
	return nil
}

// connected reads again what a shard may have missed, unless Discord replayed it. Which guilds are a shard's is Discord's
// rule.
func (in *installation) connected(shard, of int) func(context.Context, bool) error {
	return func(ctx context.Context, resumed bool) error {
		if resumed {
			return nil
		}
		return in.tickets.MissedEvents(ctx, func(g ticket.GuildID) bool { return uint64(g)>>22%uint64(of) == uint64(shard) })
	}
}

// lost is an event that could not be handled: its channel's history has what it said.
func (in *installation) lost(_ string, _, channel uint64) {
	in.tickets.Rooms().MarkGap(ticket.ChannelID(channel))
}

// watchDatabase ends the program when its own database dies: started again, it repairs and goes on.
func (in *installation) watchDatabase(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return nil
	case <-in.vault.private.Done():
		return errors.New("the private database ended; see postgres.log in the data directory")
	}
}

func (in *installation) stopJobs(ctx context.Context) {
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	if err := in.jobs.Stop(grace); err != nil {
		in.log.Warn("jobs did not end in time; they are done again", "error", err)
	}
}

// close lets go of what install opened.
func (in *installation) close(ctx context.Context) {
	if in.listener != nil {
		in.listener.Close()
	}
	if in.vault != nil {
		in.vault.close(ctx, in.log)
	}
}

// resumes keeps the gateway's resume points.
type resumes struct{ store *store.Store }

func (r resumes) Load(ctx context.Context, shard int) (gateway.Resume, error) {
	id, url, seq, err := r.store.LoadResume(ctx, shard)
	return gateway.Resume{SessionID: id, URL: url, Seq: seq}, err
}

func (r resumes) Save(ctx context.Context, shard int, at gateway.Resume) error {
	return r.store.SaveResume(ctx, shard, at.SessionID, at.URL, at.Seq)
}
