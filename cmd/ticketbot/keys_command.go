package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"time"

	"ticketbot/internal/clock"
	"ticketbot/internal/fault"
	"ticketbot/keys"
)

type keysCommand struct {
	Status keysStatusCommand `cmd:"" help:"Say what state the keyring and its mirror are in. The bot may be running."`
	Verify keysVerifyCommand `cmd:"" help:"Read every file of the keyring and its mirror, and name what is damaged. The bot may be running."`
	Mirror keysMirrorCommand `cmd:"" help:"Bring the mirror in step. For when the bot is stopped; a running bot does it by itself."`
}

type keysStatusCommand struct {
	Place place `embed:""`
}

type keysVerifyCommand struct {
	Place place `embed:""`
}

type keysMirrorCommand struct {
	Place place `embed:""`
}

// Run fails when something is damaged or the mirror is behind.
func (c keysStatusCommand) Run(ctx context.Context, p program) error {
	if c.Place.Keys.From != "" {
		return c.borrowed(ctx, p)
	}
	look, err := c.Place.inspect(ctx)
	if err != nil {
		return err
	}
	tellDir(p.stdout, "Keyring", look.dir, look.ring)
	if look.mirror == "" {
		fmt.Fprintln(p.stdout, "Mirror   none: if this disk is lost, so is the content. See TICKETBOT_KEYS_MIRROR.")
		return look.verdict()
	}
	tellDir(p.stdout, "Mirror", look.mirror, look.copy)
	if look.ring.InStep(look.copy) {
		fmt.Fprintln(p.stdout, "The mirror is in step.")
	}
	return look.verdict()
}

// borrowed asks the process that lends the keys.
func (c keysStatusCommand) borrowed(ctx context.Context, p program) error {
	ring, err := c.Place.openRing(ctx, "", clock.System{}, newLog(p, false))
	if err != nil {
		return err
	}
	defer ring.Close()
	state := ring.State()
	fmt.Fprintf(p.stdout, "Keyring  borrowed from %s\n", c.Place.Keys.From)
	tellState(p.stdout, state)
	if !ring.Mirrored() {
		return fault.New(fault.Config, "cmd.keys.mirror_behind")
	}
	return nil
}

// Run fails when something is damaged or the mirror is behind.
func (c keysVerifyCommand) Run(ctx context.Context, p program) error {
	if c.Place.Keys.From != "" {
		return fault.New(fault.Config, "cmd.keys.elsewhere")
	}
	look, err := c.Place.inspect(ctx)
	if err != nil {
		return err
	}
	tellFiles(p.stdout, look.dir, look.ring)
	if look.mirror != "" {
		tellFiles(p.stdout, look.mirror, look.copy)
	}
	return look.verdict()
}

// Run opens the keyring, which brings its mirror in step.
func (c keysMirrorCommand) Run(ctx context.Context, p program) error {
	switch {
	case c.Place.Keys.From != "":
		return fault.New(fault.Config, "cmd.keys.elsewhere")
	case c.Place.Keys.Mirror == "":
		return fault.New(fault.Config, "cmd.keys.no_mirror")
	}
	if _, err := c.Place.inspect(ctx); err != nil { // never makes a keyring where there is none
		return err
	}
	data, err := c.Place.dataDir()
	if err != nil {
		return err
	}
	ring, err := c.Place.openRing(ctx, data, clock.System{}, newLog(p, false))
	if err != nil {
		return err
	}
	defer ring.Close()
	if err := ring.CatchUpMirror(ctx); err != nil {
		return fault.New(fault.Config, "cmd.keys.mirror_behind").Because(err)
	}
	fmt.Fprintf(p.stdout, "The mirror %s is in step.\n", c.Place.Keys.Mirror)
	return nil
}

// inspected is what a look at the files has found.
type inspected struct {
	dir, mirror string
	ring, copy  keys.Report
}

// inspections is how often the mirror may be found a step behind, since a running bot writes it after the directory.
const inspections = 5

func (p place) inspect(ctx context.Context) (inspected, error) {
	if err := p.Keys.check(); err != nil {
		return inspected{}, err
	}
	data, err := p.dataDir()
	if err != nil {
		return inspected{}, err
	}
	var look inspected
	if look.dir, look.mirror, err = p.keyDirs(data); err != nil {
		return inspected{}, err
	}
	if isMissing(look.dir) {
		return inspected{}, fault.New(fault.Config, "cmd.keys.none", "dir", look.dir)
	}
	for range inspections {
		if look.ring, err = keys.Inspect(look.dir); err != nil {
			return inspected{}, err
		}
		if look.mirror == "" {
			return look, nil
		}
		look.copy, err = keys.Inspect(look.mirror)
		if err != nil {
			if !isMissing(look.mirror) {
				return inspected{}, err
			}
			return look, nil // as a report in which nothing is whole
		}
		if look.ring.InStep(look.copy) {
			break
		}
		if err := clock.Sleep(ctx, clock.System{}, 20*time.Millisecond); err != nil {
			return inspected{}, err
		}
	}
	return look, nil
}

func isMissing(dir string) bool {
	_, err := os.Stat(dir)
	return os.IsNotExist(err)
}

func (i inspected) verdict() error {
	switch {
	case !i.ring.Whole():
		return fault.New(fault.Config, "keys.damaged", "dir", i.dir, "file", firstProblem(i.ring))
	case i.mirror != "" && !i.ring.InStep(i.copy):
		return fault.New(fault.Config, "cmd.keys.mirror_behind")
	}
	return nil
}

func firstProblem(r keys.Report) string {
	for _, f := range r.Files {
		if f.Problem != "" {
			return f.Name
		}
	}
	return ""
}

func tellDir(w io.Writer, what, dir string, r keys.Report) {
	fmt.Fprintf(w, "%-8s %s\n", what, dir)
	if r.Generation == 0 {
		fmt.Fprintln(w, "         nothing that can be opened")
		return
	}
	tellState(w, r.State)
	fmt.Fprintf(w, "         keys of %d servers in %d files\n", r.Guilds, len(r.Files))
	if !r.Whole() {
		fmt.Fprintf(w, "         DAMAGED: %s; see 'ticketbot keys verify'\n", firstProblem(r))
	}
}

func tellState(w io.Writer, s keys.State) {
	fmt.Fprintf(w, "         id %x, generation %d, %d lines in the ledger of what was forgotten\n", s.ID, s.Generation, s.Forgotten)
}

func tellFiles(w io.Writer, dir string, r keys.Report) {
	fmt.Fprintln(w, dir)
	for _, f := range r.Files {
		switch {
		case f.Problem != "":
			fmt.Fprintf(w, "  ✗ %s: %s\n", f.Name, f.Problem)
		case f.LeftOver:
			fmt.Fprintf(w, "  · %s: left over, and readable for nobody; the next change removes it\n", f.Name)
		default:
			fmt.Fprintf(w, "  ✓ %s\n", f.Name)
		}
	}
}
