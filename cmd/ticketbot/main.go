// Command ticketbot is the whole product in one program: the bot, the website and, unless told otherwise, its own
// private PostgreSQL. main is the wiring diagram; start reading in install.go.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/alecthomas/kong"

	"ticketbot/internal/fault"
	"ticketbot/internal/say"
)

// commands is the command line. One struct is flags, environment and help.
type commands struct {
	Run        runCommand        `cmd:"" help:"Serve real Discord servers. Configured by the environment; see docs/running.md."`
	Demo       demoCommand       `cmd:"" help:"Show the product on this machine: a simulated Discord, a seeded server, the bot, the website."`
	Migrate    migrateCommand    `cmd:"" help:"Bring the database to this version's schema, and stop."`
	Doctor     doctorCommand     `cmd:"" help:"Check the configuration, the database, the keyring and Discord, and say what to mend."`
	Keys       keysCommand       `cmd:"" help:"Look after the keyring: what state it is in, whether it is whole, its mirror."`
	Transcript transcriptCommand `cmd:"" help:"Write a ticket's transcript as one self-contained HTML file."`
	Version    versionCommand    `cmd:"" help:"Print the version."`
}

// program is what a command may touch of the world.
type program struct {
	stdout io.Writer
	stderr io.Writer
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := execute(ctx, os.Args[1:], program{os.Stdout, os.Stderr})
	stop()
	os.Exit(code)
}

// execute runs one command line and returns the exit code: 0 done, 1 failed, 2 wrong usage.
func execute(ctx context.Context, args []string, p program) int {
	var cli commands
	parser, err := kong.New(&cli,
		kong.Name("ticketbot"),
		kong.Description("Support tickets for Discord that lose nothing and forget completely."),
		kong.Writers(p.stdout, p.stderr),
		kong.BindTo(ctx, (*context.Context)(nil)),
		kong.Bind(p),
		kong.Resolvers(secretFiles{}),
	)
	if err != nil {
		fmt.Fprintln(p.stderr, "ticketbot:", err)
		return 2
	}
	line, err := parser.Parse(args)
	if err != nil {
		fmt.Fprintln(p.stderr, "ticketbot:", sentence(misused(err)))
		return 2
	}
	if err := line.Run(); err != nil && ctx.Err() == nil {
		fmt.Fprintln(p.stderr, "ticketbot:", sentence(err))
		return 1
	}
	return 0
}

// misused is a command line that means nothing, unless it was a setting that is wrong.
func misused(err error) error {
	if fault.From(err) != nil {
		return err
	}
	return fault.New(fault.Invalid, "cmd.usage", "problem", err)
}

// sentence is what an operator reads, on one line: the fault's own words, with the cause in brackets.
func sentence(err error) string {
	text := err.Error()
	if f := fault.From(err); f != nil {
		text = say.Fault(f)
		if cause := f.Unwrap(); cause != nil {
			text += " (" + cause.Error() + ")"
		}
	}
	return strings.Join(strings.Fields(text), " ")
}
