package keys

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"ticketbot/internal/clock"
	"ticketbot/keys/internal/disk"
	"ticketbot/keys/internal/disk/disktest"
)

// world is a keyring on a disk that can fail, and what a fair judge knows of it.
type world struct {
	disk   *disktest.Sim
	mirror *disktest.Sim // nil: there is none
	ring   *Ring
	own    *owner                  // the ring's home
	plant  func(disk.Dir) disk.Dir // a mistake, in how the directories are used

	keepPageKeys bool // a mistake, in what is attacked

	keys  map[fact]secret // what each leaf's key was when all was well
	asked map[fact]bool   // to be forgotten
	acked map[fact]bool   // forgotten, as Forget has said
	added map[fact]secret // of guilds that AddGuild has said are there
}

type fact struct {
	ten  tenancy
	path Path
}

var (
	options = Options{Clock: clock.NewManual(time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC))}

	alpha, beta, gamma, late = tenancy{1001, 1}, tenancy{1002, 1}, tenancy{1003, 7}, tenancy{77, 1}
	ana, ben                 = personPath(1 << 20), personPath(1 << 60)
)

func newWorld(t testing.TB, seed uint64) *world {
	t.Helper()
	return worldOn(t, disktest.New(seed), nil)
}

// mirroredWorld has two directories.
func mirroredWorld(t testing.TB, seed uint64) *world {
	t.Helper()
	main := disktest.New(seed)
	return worldOn(t, main, disktest.NewOn(main.Power, seed+1000))
}

func worldOn(t testing.TB, main, second *disktest.Sim) *world {
	t.Helper()
	w := &world{
		disk: main, mirror: second, plant: func(d disk.Dir) disk.Dir { return d },
		keys: map[fact]secret{}, asked: map[fact]bool{}, acked: map[fact]bool{}, added: map[fact]secret{},
	}
	if err := w.open(); err != nil {
		t.Fatal(err)
	}
	for _, ten := range []tenancy{alpha, beta, gamma} {
		if err := w.ring.AddGuild(context.Background(), ten.guild, ten.epoch); err != nil {
			t.Fatal(err)
		}
		for _, p := range []Path{ana, ben, TicketPath(1), TicketPath(2), TicketPath(9), guildPath(purposeIndex)} {
			key, err := w.ring.leaf(ten, p)
			if err != nil {
				t.Fatal(err)
			}
			w.keys[fact{ten, p}] = key
		}
	}
	w.disk.Ops = 0
	return w
}

func (w *world) open() (err error) {
	var m disk.Dir
	if w.mirror != nil {
		m = w.plant(w.mirror)
	}
	w.ring, w.own, err = openOn(w.plant(w.disk), m)
	return err
}

func (w *world) reboot() {
	w.disk.Reboot()
	if w.mirror != nil {
		w.mirror.Reboot()
	}
}

// openOn opens the keyring of a directory and, unless it is nil, its mirror.
func openOn(dir, second disk.Dir) (*Ring, *owner, error) {
	var m *mirror
	if second != nil {
		m = &mirror{dir: second, log: slog.New(slog.DiscardHandler)}
	}
	leaves := newLeafCache(leafCacheSize)
	o, err := newOwner(dir, m, leaves, options.complete())
	if err != nil {
		return nil, nil, err
	}
	return &Ring{home: o, leaves: leaves}, o, nil
}

// story is what happens to a world, a step at a time. A step may be done again after it has failed.
func (w *world) story() []func() error {
	return []func() error{
		func() error { return w.forget(puncture(alpha, ana), puncture(beta, TicketPath(2))) },
		func() error { return w.add(late) },
		func() error { return w.forget(Puncture{Guild: gamma.guild, Epoch: gamma.epoch, Whole: true}) },
	}
}

func puncture(ten tenancy, p Path) Puncture {
	return Puncture{Guild: ten.guild, Epoch: ten.epoch, Path: p}
}

func (w *world) forget(punctures ...Puncture) error {
	mark := func(said map[fact]bool) {
		for f := range w.keys {
			for _, p := range punctures {
				if f.ten == p.tenancy() && (p.Whole || p.Path == f.path) {
					said[f] = true
				}
			}
		}
	}
	mark(w.asked)
	err := w.ring.Forget(context.Background(), punctures)
	if err == nil {
		mark(w.acked)
	}
	return err
}

func (w *world) add(ten tenancy) error {
	if err := w.ring.AddGuild(context.Background(), ten.guild, ten.epoch); err != nil {
		return err
	}
	key, err := w.ring.leaf(ten, TicketPath(1))
	w.added[fact{ten, TicketPath(1)}] = key
	return err
}

// judge says what is wrong with the ring, by what the callers were told.
func (w *world) judge() error {
	for f, want := range w.keys {
		got, err := w.ring.leaf(f.ten, f.path)
		switch {
		case w.acked[f] && !errors.Is(err, ErrForgotten):
			return fmt.Errorf("%v of %v was forgotten and is back: %v", f.path, f.ten, err)
		case !w.asked[f] && err != nil:
			return fmt.Errorf("%v of %v is lost: %w", f.path, f.ten, err)
		case err == nil && got != want:
			return fmt.Errorf("%v of %v has another key", f.path, f.ten)
		}
	}
	for f, want := range w.added {
		if got, err := w.ring.leaf(f.ten, f.path); err != nil || got != want {
			return fmt.Errorf("%v was added and is lost: %v", f.ten, err)
		}
	}
	return w.judgeLedger()
}

// judgeLedger: whatever the ledger says is forgotten, whether the caller was told or not.
func (w *world) judgeLedger() error {
	file, _ := w.disk.Read(ledgerFile)
	for text := range bytes.Lines(file) {
		var ln line
		if err := json.Unmarshal(text, &ln); err != nil {
			return fmt.Errorf("ledger has the line %q: %w", text, err)
		}
		e, err := ln.entry()
		if err != nil {
			return err
		}
		for f := range w.keys {
			if f.ten != e.tenancy() || !e.Path.IsZero() && e.Path != f.path {
				continue
			}
			if _, err := w.ring.leaf(f.ten, f.path); !errors.Is(err, ErrForgotten) {
				return fmt.Errorf("ledger says that %v of %v is forgotten, and it is not: %v", f.path, f.ten, err)
			}
		}
	}
	return nil
}

// forgotten are the facts that are gone, acknowledged or finished by a start.
func (w *world) forgotten() []fact {
	var gone []fact
	for f := range w.keys {
		if _, err := w.ring.leaf(f.ten, f.path); errors.Is(err, ErrForgotten) {
			gone = append(gone, f)
		}
	}
	return gone
}

func TestFailedWrite(t *testing.T) {
	halted, retried := 0, 0
	for seed := range uint64(10) {
		for failAt := 1; ; failAt++ {
			w := newWorld(t, seed)
			w.disk.FailAt = failAt
			for _, step := range w.story() {
				err := step()
				if errors.Is(err, ErrHalted) {
					halted++
					if again := step(); !errors.Is(again, ErrHalted) {
						t.Fatalf("seed %d, failure at %d: a halted ring goes on: %v", seed, failAt, again)
					}
					if err = w.open(); err == nil {
						err = step()
					}
				} else if err != nil {
					retried++
					err = step()
				}
				if err != nil {
					t.Fatalf("seed %d, failure at %d: second try: %v", seed, failAt, err)
				}
			}
			if err := w.judge(); err != nil {
				t.Fatalf("seed %d, failure at %d: %v", seed, failAt, err)
			}
			reached := w.disk.Ops >= failAt
			w.disk.FailAt = 0
			if err := w.open(); err != nil {
				t.Fatalf("seed %d, failure at %d: does not open again: %v", seed, failAt, err)
			}
			if err := w.judge(); err != nil {
				t.Fatalf("seed %d, failure at %d, after a restart: %v", seed, failAt, err)
			}
			if !reached {
				break
			}
		}
	}
	if halted == 0 || retried == 0 {
		t.Errorf("%d failures halted the ring and %d were tried again; want some of both", halted, retried)
	}
}

func TestHaltedRing_still_seals_and_refuses_what_is_being_forgotten(t *testing.T) {
	w := newWorld(t, 1)
	ref := Ref{Guild: alpha.guild, Epoch: alpha.epoch, Field: FieldMessage, Row: 1, Person: ana}
	w.disk.FailAt = 5 // ledger, page, top, directory, root slot
	if err := w.forget(puncture(alpha, ana)); !errors.Is(err, ErrHalted) {
		t.Fatalf("Forget error = %v, want ErrHalted", err)
	}
	if _, err := w.ring.Seal(ref, nil); !errors.Is(err, ErrForgotten) {
		t.Errorf("Seal for the forgotten person: %v, want ErrForgotten", err)
	}
	ref.Person = ben
	sealed, err := w.ring.Seal(ref, []byte("x"))
	if err != nil {
		t.Fatal(err)
	}
	if err := w.open(); err != nil {
		t.Fatal(err)
	}
	if got, err := w.ring.Unseal(ref, sealed); err != nil || string(got) != "x" {
		t.Errorf("after a restart Unseal = %q, %v", got, err)
	}
	if _, err := w.ring.leaf(alpha, ana); !errors.Is(err, ErrForgotten) {
		t.Errorf("after a restart the forgotten leaf: %v, want ErrForgotten", err)
	}
}
