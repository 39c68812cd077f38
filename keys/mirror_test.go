package keys

import (
	"bytes"
	"errors"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"testing"

	"ticketbot/keys/internal/disk/disktest"
)

var errUnplugged = errors.New("input/output error")

// files are what a directory holds, by name.
func files(t testing.TB, d *disktest.Sim) map[string]string {
	t.Helper()
	names, err := d.List()
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]string{}
	for _, name := range names {
		b, err := d.Read(name)
		if err != nil {
			t.Fatal(err)
		}
		if name == rootFile { // the noise in the free slot differs
			generation, root, _ := newestRoot(b)
			b = encodeSlot(generation, root)
		}
		all[name] = string(b)
	}
	return all
}

func (w *world) wantSame(t testing.TB) {
	t.Helper()
	if !maps.Equal(files(t, w.disk), files(t, w.mirror)) {
		t.Errorf("the directories differ: %v, %v", slices.Collect(maps.Keys(files(t, w.disk))), slices.Collect(maps.Keys(files(t, w.mirror))))
	}
	if !w.ring.Mirrored() {
		t.Error("the mirror is said to be behind")
	}
}

// logged makes the ring's mirror write its log into the result.
func (w *world) logged() *bytes.Buffer {
	var b bytes.Buffer
	w.own.mirror.log = slog.New(slog.NewTextHandler(&b, nil))
	return &b
}

func TestMirror(t *testing.T) {
	t.Run("holds the same as the directory", func(t *testing.T) {
		w := mirroredWorld(t, 1)
		w.wantSame(t)
		for _, step := range w.story() {
			if err := step(); err != nil {
				t.Fatal(err)
			}
			w.wantSame(t)
		}
		if _, err := w.disk.Read(ledgerFile); err != nil {
			t.Errorf("nothing was forgotten: %v", err)
		}
	})
	t.Run("alone is the keyring", func(t *testing.T) {
		w := mirroredWorld(t, 1)
		if err := w.forget(puncture(alpha, ana)); err != nil {
			t.Fatal(err)
		}
		w.disk, w.mirror = w.mirror, nil
		if err := errors.Join(w.open(), w.judge()); err != nil {
			t.Error(err)
		}
	})
	t.Run("makes a lost directory anew", func(t *testing.T) {
		w := mirroredWorld(t, 1)
		if err := w.forget(puncture(alpha, ana)); err != nil {
			t.Fatal(err)
		}
		w.disk = disktest.New(9)
		if err := errors.Join(w.open(), w.judge()); err != nil {
			t.Fatal(err)
		}
		w.wantSame(t)
	})
	t.Run("is made for a keyring that had none", func(t *testing.T) {
		w := newWorld(t, 1)
		if err := w.forget(puncture(alpha, ana)); err != nil {
			t.Fatal(err)
		}
		w.mirror = disktest.New(9)
		if err := errors.Join(w.open(), w.judge()); err != nil {
			t.Fatal(err)
		}
		w.wantSame(t)
	})
	t.Run("is a whole state if it is newer", func(t *testing.T) {
		w := mirroredWorld(t, 1)
		old := w.disk.Clone()
		for _, step := range w.story() {
			if err := step(); err != nil {
				t.Fatal(err)
			}
		}
		w.disk = old
		if err := errors.Join(w.open(), w.judge()); err != nil {
			t.Fatal(err)
		}
		w.wantSame(t)
	})
	t.Run("that is stale is an older keyring", func(t *testing.T) {
		w := mirroredWorld(t, 1)
		w.mirror.Broken = errUnplugged
		if err := w.forget(puncture(alpha, ana)); err != nil {
			t.Fatal(err)
		}
		now, all := w.ring.State(), must(w.ring.Ledger(0))
		w.mirror.Broken = nil
		w.disk, w.mirror = w.mirror, nil
		if err := w.open(); err != nil {
			t.Fatal(err)
		}
		if is := w.ring.State(); is.ID != now.ID || is.Generation >= now.Generation || is.Forgotten >= now.Forgotten {
			t.Errorf("the stale mirror is %+v, the keyring was %+v", is, now)
		}
		if err := errors.Join(w.ring.Replay(t.Context(), all), w.judge()); err != nil {
			t.Error(err)
		}
	})
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func TestMirror_that_cannot_be_written(t *testing.T) {
	for name, breakIt := range map[string]func(*disktest.Sim, error){
		"pulled out": func(d *disktest.Sim, err error) { d.Broken = err },
		"read-only":  func(d *disktest.Sim, err error) { d.ReadOnly = err },
	} {
		t.Run(name+" stops nothing, and catches up", func(t *testing.T) {
			w := mirroredWorld(t, 1)
			log := w.logged()
			breakIt(w.mirror, errUnplugged)
			for _, step := range w.story() {
				if err := step(); err != nil {
					t.Fatal(err)
				}
				if w.ring.Mirrored() {
					t.Error("the mirror is said to be in step")
				}
				if err := w.ring.CatchUpMirror(t.Context()); !errors.Is(err, errUnplugged) {
					t.Errorf("catching up with a broken mirror: %v", err)
				}
			}
			if n := strings.Count(log.String(), "level=ERROR"); n != 1 {
				t.Errorf("said %d times:\n%s", n, log)
			}
			breakIt(w.mirror, nil)
			if err := w.ring.CatchUpMirror(t.Context()); err != nil {
				t.Fatal(err)
			}
			w.wantSame(t)
			if !strings.Contains(log.String(), "in step again") {
				t.Errorf("log:\n%s", log)
			}
		})
	}
	t.Run("catches up with the next change", func(t *testing.T) {
		w := mirroredWorld(t, 1)
		w.mirror.Broken = errUnplugged
		if err := w.forget(puncture(alpha, ana)); err != nil {
			t.Fatal(err)
		}
		w.mirror.Broken = nil
		if err := w.add(late); err != nil {
			t.Fatal(err)
		}
		w.wantSame(t)
	})
	t.Run("at a start is waited for", func(t *testing.T) {
		w := mirroredWorld(t, 1)
		w.mirror.Broken = errUnplugged
		if err := errors.Join(w.open(), w.forget(puncture(alpha, ana))); err != nil {
			t.Fatal(err)
		}
		if w.ring.Mirrored() {
			t.Error("the mirror is said to be in step")
		}
		w.mirror.Broken = nil
		if err := w.ring.CatchUpMirror(t.Context()); err != nil {
			t.Fatal(err)
		}
		w.wantSame(t)
	})
	t.Run("does not help a directory that cannot be read", func(t *testing.T) {
		w := mirroredWorld(t, 1)
		w.disk.Broken = errUnplugged
		if err := w.open(); !errors.Is(err, errUnplugged) {
			t.Errorf("opens: %v", err)
		}
	})
}

func TestMirror_mends(t *testing.T) {
	mirrorToo := func(w *world) []*disktest.Sim { return []*disktest.Sim{w.disk, w.mirror} }
	w := mirroredWorld(t, 1)
	for _, step := range w.story() {
		if err := step(); err != nil {
			t.Fatal(err)
		}
	}
	for name := range files(t, w.disk) {
		for i, side := range []string{"in the directory", "in the mirror"} {
			t.Run(name[:4]+" "+side, func(t *testing.T) {
				for _, damage := range []func([]byte) []byte{
					func(b []byte) []byte { return nil },
					func(b []byte) []byte { return b[:len(b)/2] },
					func(b []byte) []byte { b[len(b)/3] ^= 1; return b },
					func(b []byte) []byte { clear(b); return b },
				} {
					d := mirrorToo(w)[i]
					was, err := d.Read(name)
					if err != nil {
						t.Fatal(err)
					}
					if err := d.Create(name, damage(was)); err != nil {
						t.Fatal(err)
					}
					if err := errors.Join(w.open(), w.judge()); err != nil {
						t.Fatal(err)
					}
					w.wantSame(t)
				}
			})
		}
		t.Run(name[:4]+" nowhere, when both are damaged", func(t *testing.T) {
			both := []*disktest.Sim{w.disk.Clone(), w.mirror.Clone()}
			for _, d := range both {
				if err := d.Create(name, []byte("noise")); err != nil {
					t.Fatal(err)
				}
			}
			if _, _, err := openOn(both[0], both[1]); err == nil {
				t.Error("opens")
			}
		})
	}
}
