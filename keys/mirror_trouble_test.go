package keys

import (
	"errors"
	"maps"
	"testing"

	"ticketbot/keys/internal/disk"
	"ticketbot/keys/internal/disk/disktest"
)

// TestMirror_that_fails_once fails each write to the mirror in turn: nobody notices but Mirrored, and what is forgotten is
// gone from it as soon as it has caught up.
func TestMirror_that_fails_once(t *testing.T) {
	behind := 0
	for failAt := 1; ; failAt++ {
		w := worldOn(t, disktest.New(5), disktest.New(6))
		secrets := w.ancestors()
		w.mirror.Ops, w.mirror.FailAt = 0, failAt
		for _, step := range w.story() {
			if err := step(); err != nil {
				t.Fatalf("failure at %d: %v", failAt, err)
			}
			if !w.ring.Mirrored() {
				behind++
			}
		}
		reached := w.mirror.Ops >= failAt
		w.mirror.FailAt = 0
		if err := errors.Join(w.ring.CatchUpMirror(t.Context()), w.judge()); err != nil {
			t.Fatalf("failure at %d: %v", failAt, err)
		}
		w.wantSame(t)
		won := w.attack(secrets, false)
		for _, f := range victims {
			if won[f] {
				t.Errorf("failure at %d: %v of %v can be recovered", failAt, f.path, f.ten)
			}
		}
		if !reached {
			break
		}
	}
	if behind == 0 {
		t.Error("the mirror was never behind, so the test shows nothing")
	}
}

func TestMirror_of_another_keyring(t *testing.T) {
	another := func(t *testing.T, mine, other disk.Dir) {
		t.Helper()
		for _, dirs := range [][2]disk.Dir{{mine, other}, {other, mine}} {
			if _, _, err := openOn(dirs[0], dirs[1]); !errors.Is(err, errAnotherMirror) {
				t.Errorf("opens: %v", err)
			}
		}
	}
	t.Run("is refused", func(t *testing.T) {
		mine, other := newWorld(t, 1), newWorld(t, 2)
		before := files(t, other.disk)
		another(t, mine.disk, other.disk)
		if err := mine.forget(puncture(alpha, ana)); err != nil {
			t.Fatal(err)
		}
		another(t, mine.disk, other.disk)
		if !maps.Equal(files(t, other.disk), before) {
			t.Error("the other keyring was changed")
		}
	})
	t.Run("is refused when the two were used apart", func(t *testing.T) {
		w := mirroredWorld(t, 1)
		one, two := w.disk.Clone(), w.mirror.Clone()
		for i, d := range []*disktest.Sim{one, two} {
			r, _, err := openOn(d, nil)
			if err != nil {
				t.Fatal(err)
			}
			for n := range uint32(i + 1) {
				if err := r.Forget(t.Context(), []Puncture{puncture(alpha, TicketPath(uint32(i*10)+n))}); err != nil {
					t.Fatal(err)
				}
			}
		}
		another(t, one, two)
	})
	t.Run("is left alone when it is put in while the keyring is open", func(t *testing.T) {
		w, other := mirroredWorld(t, 1), newWorld(t, 2)
		w.mirror.Broken = errUnplugged
		if err := w.forget(puncture(alpha, ana)); err != nil {
			t.Fatal(err)
		}
		before := files(t, other.disk)
		w.own.mirror.dir = other.disk
		if err := w.ring.CatchUpMirror(t.Context()); !errors.Is(err, errAnotherMirror) || w.ring.Mirrored() {
			t.Errorf("CatchUpMirror = %v", err)
		}
		if !maps.Equal(files(t, other.disk), before) {
			t.Error("the other keyring was changed")
		}
	})
}

func TestMirror_that_is_older(t *testing.T) {
	fallBehind := func(t *testing.T) *world {
		w := mirroredWorld(t, 1)
		w.mirror.Broken = errUnplugged
		if err := w.forget(puncture(alpha, ana)); err != nil {
			t.Fatal(err)
		}
		w.mirror.Broken = nil
		return w
	}
	t.Run("does not stand in for a directory whose root is lost", func(t *testing.T) {
		w := fallBehind(t)
		mine := must(w.disk.Read(rootFile))
		if err := w.disk.Remove(rootFile); err != nil {
			t.Fatal(err)
		}
		w.wantNoNewKeys(t, func() { w.disk.Create(rootFile, mine) })
		w.wantSame(t)
	})
	t.Run("does not stand in for a directory whose newest file is damaged", func(t *testing.T) {
		w := fallBehind(t)
		name := topName(w.own.generation)
		mine := must(w.disk.Read(name))
		if err := w.disk.Create(name, nil); err != nil {
			t.Fatal(err)
		}
		w.wantNoNewKeys(t, func() { w.disk.Create(name, mine) })
		w.wantSame(t)
	})
	t.Run("is not written over once it was used by itself", func(t *testing.T) {
		w := fallBehind(t)
		alone, _, err := openOn(w.mirror, nil)
		if err != nil {
			t.Fatal(err)
		}
		if err := alone.Rotate(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := w.ring.CatchUpMirror(t.Context()); !errors.Is(err, errAnotherMirror) {
			t.Errorf("with as many changes: %v", err)
		}
		if err := alone.Rotate(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := w.ring.CatchUpMirror(t.Context()); !errors.Is(err, errNewerMirror) {
			t.Errorf("with more changes: %v", err)
		}
	})
}
