package main

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sync/errgroup"

	"ticketbot/discord"
	"ticketbot/discordsim"
)

type demoCommand struct {
	Data    string `placeholder:"DIR" help:"Keep what ticketbot stores in this directory. Default: a temporary one, deleted at the end."`
	Listen  string `default:"127.0.0.1:8080" env:"TICKETBOT_LISTEN" help:"Address of ticketbot's website."`
	Client  string `default:"127.0.0.1:8090" help:"Address of the simulated Discord's client."`
	Discord string `default:"127.0.0.1:0" help:"Address of the simulated Discord itself."`
	Empty   bool   `help:"Do not set the server up: do it yourself with /setup."`
	Faults  string `placeholder:"SEED:RATE" help:"Let the simulated Discord misbehave; rate 1 is a bad day. A third part names the faults: 7:0.1:event_twice,rest_502."`
	Debug   bool   `help:"Log everything."`
}

// Run shows the product without Discord: everything is the real thing but Discord, which is simulated on loopback.
func (c demoCommand) Run(ctx context.Context, p program) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	began := time.Now()
	dir, remove, err := c.dataDir()
	if err != nil {
		return err
	}
	defer remove()
	d, err := c.furnish(ctx, dir)
	if err != nil {
		return err
	}
	defer d.control.Close()
	defer d.sim.Close()
	fmt.Fprintln(p.stdout, "Starting PostgreSQL, a simulated Discord, the bot and the website ...")
	level := slog.LevelWarn
	if c.Debug {
		level = slog.LevelDebug
	}
	log := slog.New(slog.NewTextHandler(p.stderr, &slog.HandlerOptions{Level: level}))
	in, err := install(ctx, d.settings, newDemoClock(context.WithoutCancel(ctx), d.sim.Now), log)
	if err != nil {
		return err
	}
	defer in.close(context.WithoutCancel(ctx))

	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return in.run(ctx) })
	group.Go(func() error {
		if err := d.waitReady(ctx, in); err != nil {
			return err
		}
		if !c.Empty {
			if err := d.seed(ctx); err != nil {
				return fmt.Errorf("seed the demo: %w", err)
			}
		}
		d.greet(p, in.settings.PublicURL, time.Since(began))
		return nil
	})
	err = group.Wait()
	fmt.Fprintln(p.stdout, "\nStopped.")
	return err
}

// demo is a simulated Discord with people in it, and what the installation has to know to live there.
type demo struct {
	sim      *discordsim.Server
	control  *discordsim.Control
	world    *discordsim.SupportWorld
	settings settings
}

func (c demoCommand) furnish(ctx context.Context, dir string) (*demo, error) {
	// Both addresses are taken before anything is furnished, so that a busy port is the first thing one hears.
	for _, one := range [][2]string{{c.Listen, "--listen"}, {c.Client, "--client"}} {
		l, err := listen(ctx, one[0], one[1])
		if err != nil {
			return nil, err
		}
		l.Close()
	}
	public := "http://" + c.Listen
	begin := time.Now()
	if !c.Empty {
		begin = begin.Add(-seedTime)
	}
	var faults discordsim.Faults
	if c.Faults != "" {
		var err error
		if faults, err = discordsim.ParseFaults(c.Faults); err != nil {
			return nil, fmt.Errorf("--faults: %w", err)
		}
	}
	d := &demo{sim: discordsim.New(discordsim.Options{Listen: c.Discord, Start: begin, Faults: faults})}
	var err error
	d.world, err = d.sim.Support(discordsim.SupportOptions{
		Seed: 1, BotPermissions: discordsim.Permissions(discord.Invited()), Redirects: []string{public + "/auth/callback"},
	})
	if err != nil {
		return nil, err
	}
	if err := d.sim.Start(context.WithoutCancel(ctx)); err != nil {
		return nil, err
	}
	if d.control, err = d.sim.StartControl(ctx, c.Client); err != nil {
		return nil, err
	}
	d.settings = settings{
		place: place{DataDir: dir},
		discordSettings: discordSettings{
			Token: d.world.App.Token, ClientSecret: d.world.App.ClientSecret,
			API: d.sim.URL() + "/api/v10", Site: d.sim.URL(), CDN: d.sim.URL(),
		},
		webSettings: webSettings{Listen: c.Listen, PublicURL: public, Secret: randomSecret()},
	}
	return d, nil
}

// dataDir is where the demo keeps its data, and how to be rid of it afterwards.
func (c demoCommand) dataDir() (dir string, remove func(), err error) {
	if c.Data != "" {
		dir, err = place{DataDir: c.Data}.dataDir()
		return dir, func() {}, err
	}
	if dir, err = os.MkdirTemp("", "ticketbot-demo-"); err != nil {
		return "", nil, fmt.Errorf("make a temporary directory: %w", err)
	}
	// The private PostgreSQL may run as another user, who has to pass.
	return dir, func() { os.RemoveAll(filepath.Clean(dir)) }, os.Chmod(dir, 0o711)
}

func (d *demo) waitReady(ctx context.Context, in *installation) error {
	for in.whyNotReady(ctx) != nil {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(20 * time.Millisecond):
		}
	}
	return nil
}

func (d *demo) greet(p program, website string, took time.Duration) {
	link := func(as discordsim.ID) string { return d.control.Link(as, d.world.Guild, d.world.Support) }
	fmt.Fprintf(p.stdout, `
TicketBot is running, in %.1f s. Everything is on this machine; Discord is a simulator.

  As Mia, a member        %s
  As Sam, of the team     %s
  As Olivia, the owner    %s
  The website             %s

Press "Open a ticket" as Mia, answer as Sam, close it, then log in on the website as either to read the transcript.
Ctrl-C ends it.
`, took.Seconds(), link(d.world.Mia), link(d.world.Sam), link(d.world.Olivia), website)
}

func randomSecret() string {
	b := make([]byte, 32)
	_, _ = rand.Read(b) // never fails
	return base64.RawURLEncoding.EncodeToString(b)
}
