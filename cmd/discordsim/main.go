// Command discordsim runs a small Discord on this machine, for trying out and testing bots. Nothing is kept: when it
// ends, its world is gone.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"

	"ticketbot/discordsim"
)

type options struct {
	Listen   string   `default:"127.0.0.1:4010" help:"Where bots find Discord: REST, gateway, OAuth2 and CDN. Loopback only."`
	Control  string   `default:"127.0.0.1:4011" help:"Where people find the web client and the control API. Loopback only."`
	Seed     uint64   `default:"1" help:"The same seed gives the same world."`
	Redirect []string `help:"Where the application's OAuth2 answers may go; may be given several times."`
	Fast     bool     `help:"Never answer 429, for bots that are tested without rate limits."`
	Faults   string   `placeholder:"SEED:RATE" help:"Misbehave; rate 1 is a bad day. A third part names the faults: 7:0.1:event_twice,rest_502."`
}

func main() {
	var o options
	kong.Parse(&o, kong.Name("discordsim"), kong.Description("A small Discord on this machine. Not connected to Discord in any way."))
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, o, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "discordsim:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, o options, out io.Writer) error {
	var faults discordsim.Faults
	if o.Faults != "" {
		var err error
		if faults, err = discordsim.ParseFaults(o.Faults); err != nil {
			return fmt.Errorf("--faults: %w", err)
		}
	}
	sim := discordsim.New(discordsim.Options{Listen: o.Listen, NoRateLimits: o.Fast, Faults: faults})
	world, err := sim.Support(discordsim.SupportOptions{Seed: o.Seed, Redirects: o.Redirect})
	if err != nil {
		return err
	}
	if err := sim.Start(ctx); err != nil {
		return err
	}
	defer sim.Close()
	control, err := sim.StartControl(ctx, o.Control)
	if err != nil {
		return err
	}
	defer control.Close()
	fmt.Fprintf(out, `A simulator, not Discord. Ctrl-C ends it and forgets everything.

REST base       %[1]s/api/v10
bot token       %[2]s
application id  %[3]s
client secret   %[4]s

As Olivia, the owner       %[5]s
As Sam, of the support     %[6]s
As Mia, a member           %[7]s
`, sim.URL(), world.App.Token, world.App.ID, world.App.ClientSecret,
		control.Link(world.Olivia, world.Guild, world.Support), control.Link(world.Sam, world.Guild, world.Support), control.Link(world.Mia, world.Guild, world.Support))
	<-ctx.Done()
	return nil
}
