package keys

import (
	"errors"
	"maps"
	"path/filepath"
	"testing"

	"ticketbot/internal/fault"
	"ticketbot/keys/internal/disk/disktest"
)

// wantNoNewKeys opens what is bad, wants it refused, and the guild to have its old key or none once it is good again.
func (w *world) wantNoNewKeys(t *testing.T, repair func()) {
	t.Helper()
	if err := w.open(); err == nil {
		t.Fatalf("opens; %v has keys: %v", alpha, w.ring.Has(alpha.guild, alpha.epoch))
	}
	repair()
	if err := errors.Join(w.open(), w.judge()); err != nil {
		t.Error(err)
	}
}

func TestBadDisk(t *testing.T) {
	t.Run("read-only at the start is refused, and nothing is lost", func(t *testing.T) {
		w := newWorld(t, 1)
		before := files(t, w.disk)
		w.disk.ReadOnly = errors.New("read-only file system")
		if err := w.open(); !errors.Is(err, w.disk.ReadOnly) {
			t.Errorf("error = %v", err)
		}
		w.wantNoNewKeys(t, func() { w.disk.ReadOnly = nil })
		if !maps.Equal(files(t, w.disk), before) {
			t.Error("files have changed")
		}
	})
	for name, full := range map[string]error{"read-only": errors.New("read-only file system"), "full": disktest.ErrNoSpace} {
		t.Run("that becomes "+name+" still reads and seals, says so, and goes on later", func(t *testing.T) {
			w := newWorld(t, 1)
			ref := Ref{Guild: alpha.guild, Epoch: alpha.epoch, Field: FieldMessage, Row: 1, Person: ana}
			sealed := must(w.ring.Seal(ref, []byte("x")))
			w.disk.ReadOnly = full
			for range 2 {
				if err := w.ring.AddGuild(t.Context(), late.guild, late.epoch); !errors.Is(err, full) {
					t.Errorf("AddGuild = %v", err)
				}
				if w.ring.Has(late.guild, late.epoch) {
					t.Error("a guild that was not written has keys")
				}
				if err := w.ring.Forget(t.Context(), []Puncture{puncture(beta, ana)}); !errors.Is(err, full) {
					t.Errorf("Forget = %v", err)
				}
				if got, err := w.ring.Unseal(ref, sealed); err != nil || string(got) != "x" {
					t.Errorf("Unseal = %q, %v", got, err)
				}
			}
			w.disk.ReadOnly = nil
			if err := errors.Join(w.add(late), w.forget(puncture(beta, ana)), w.judge(), w.open(), w.judge()); err != nil {
				t.Error(err)
			}
		})
	}
	t.Run("that cannot be read is refused", func(t *testing.T) {
		w := newWorld(t, 1)
		w.disk.Broken = errUnplugged
		w.wantNoNewKeys(t, func() { w.disk.Broken = nil })
	})
	t.Run("with the root of another keyring is refused", func(t *testing.T) {
		w, other := newWorld(t, 1), newWorld(t, 2)
		mine := must(w.disk.Read(rootFile))
		if err := w.disk.Create(rootFile, must(other.disk.Read(rootFile))); err != nil {
			t.Fatal(err)
		}
		w.wantNoNewKeys(t, func() { w.disk.Create(rootFile, mine) })
	})
	t.Run("with an older root than its files is refused", func(t *testing.T) {
		w := newWorld(t, 1)
		older := must(w.disk.Read(rootFile))
		if err := w.forget(puncture(alpha, ana)); err != nil {
			t.Fatal(err)
		}
		mine := must(w.disk.Read(rootFile))
		if err := w.disk.Create(rootFile, older); err != nil {
			t.Fatal(err)
		}
		w.wantNoNewKeys(t, func() { w.disk.Create(rootFile, mine) })
	})
	for _, name := range []string{"top.4", rootFile} {
		t.Run("without "+name+" is refused, however often it is tried", func(t *testing.T) {
			w := newWorld(t, 1)
			mine := must(w.disk.Read(name))
			if err := w.disk.Remove(name); err != nil {
				t.Fatal(err)
			}
			w.open()
			w.wantNoNewKeys(t, func() { w.disk.Create(name, mine) })
		})
	}
}

func TestMirror_has_one_owner(t *testing.T) {
	dir, second := t.TempDir(), filepath.Join(t.TempDir(), "mirror")
	r, err := Open(dir, Options{Mirror: second})
	if err != nil {
		t.Fatal(err)
	}
	refused := func(dir string, opts Options) {
		t.Helper()
		if _, err := Open(dir, opts); fault.From(err) == nil || fault.From(err).Key != "keys.locked" {
			t.Errorf("Open(%s, %+v) = %v, want keys.locked", dir, opts, err)
		}
	}
	refused(second, Options{})
	refused(t.TempDir(), Options{Mirror: second})
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	refused(dir, Options{Mirror: dir})
	if r, err = Open(second, Options{Mirror: dir}); err != nil {
		t.Fatal(err)
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	another := t.TempDir()
	if r, err = Open(another, Options{}); err != nil {
		t.Fatal(err)
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(another, Options{Mirror: second}); fault.From(err) == nil || fault.From(err).Key != "keys.another_mirror" {
		t.Errorf("a mirror of another keyring: %v", err)
	}
}
