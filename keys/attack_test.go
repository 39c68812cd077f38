package keys

import (
	"bytes"
	"slices"
	"testing"

	"ticketbot/keys/internal/disk"
	"ticketbot/keys/internal/disk/disktest"
)

// ancestors are, for each fact, every node from which its key can be computed, and the key.
func (w *world) ancestors() map[fact][]secret {
	all := map[fact][]secret{}
	for f, key := range w.keys {
		t, _ := w.own.tree(f.ten)
		n := t.cover[t.cover.find(f.path)]
		line := []secret{key, n.seed}
		for n.len < f.path.len {
			n, _ = n.step(f.path)
			line = append(line, n.seed)
		}
		all[f] = line
	}
	return all
}

// attack holds every byte the disks were ever given but for overwritten root slots, unless slotsToo, and the root files
// as they are. It tries whatever it reads as a key on every file, and says whose key, or a node above it, it has then seen.
func (w *world) attack(secrets map[fact][]secret, slotsToo bool) map[fact]bool {
	disks := []*disktest.Sim{w.disk}
	if w.mirror != nil {
		disks = append(disks, w.mirror)
	}
	a := attacker{tried: map[secret]bool{}}
	for _, d := range disks {
		a.blobs = append(a.blobs, d.Written...)
	}
	for _, d := range disks {
		root, _ := d.Read(rootFile)
		a.tryWindows(root)
		if slotsToo {
			for _, old := range d.Slots {
				a.tryWindows(old)
			}
		}
	}
	won := map[fact]bool{}
	for f, line := range secrets {
		for _, s := range line {
			won[f] = won[f] || slices.ContainsFunc(a.read, func(b []byte) bool { return bytes.Contains(b, s[:]) })
		}
	}
	return won
}

type attacker struct {
	blobs []disktest.Blob // not opened yet
	tried map[secret]bool
	read  [][]byte
}

// tryWindows tries each 32 bytes of b, at every multiple of 8, where the formats of root and top have their keys.
func (a *attacker) tryWindows(b []byte) {
	a.read = append(a.read, b)
	for i := 0; i+32 <= len(b); i += 8 {
		key := secret(b[i:])
		if a.tried[key] {
			continue
		}
		a.tried[key] = true
		var opened [][]byte
		a.blobs = slices.DeleteFunc(a.blobs, func(blob disktest.Blob) bool {
			content, err := unsealFile(key, blob.Name, blob.Data)
			if err == nil {
				opened = append(opened, content)
			}
			return err == nil
		})
		for _, content := range opened {
			a.tryWindows(content)
		}
	}
}

var (
	victims    = []fact{{alpha, ana}, {beta, TicketPath(2)}, {gamma, ben}}
	neighbours = []fact{{alpha, ben}, {alpha, TicketPath(2)}, {beta, TicketPath(1)}, {beta, ana}}
)

// tellAndAttack lets everything be forgotten and returns what can then be recovered. The attacker has to see everything
// before, and the neighbours afterwards, or it is blind.
func (w *world) tellAndAttack(t *testing.T, slotsToo bool) map[fact]bool {
	t.Helper()
	secrets := w.ancestors()
	before := w.attack(secrets, false)
	for f := range w.keys {
		if !before[f] {
			t.Fatalf("the attacker is blind: before anything is forgotten it does not find %v of %v", f.path, f.ten)
		}
	}
	pages := w.own.top.pages
	for _, step := range w.story() {
		if err := step(); err != nil {
			t.Fatal(err)
		}
	}
	if w.keepPageKeys {
		w.leaveOldPageKeys(pages)
	}
	after := w.attack(secrets, slotsToo)
	for _, f := range neighbours {
		if !after[f] {
			t.Errorf("%v of %v was not forgotten and is not found: the attacker is blind", f.path, f.ten)
		}
	}
	return after
}

// leaveOldPageKeys writes the top that a build would have written which seals a page anew under the key it had.
func (w *world) leaveOldPageKeys(pages [pageCount]pageRef) {
	file, _ := w.disk.Read(rootFile)
	generation, root, _ := newestRoot(file)
	top := w.own.top
	for i := range pages {
		top.pages[i].key = pages[i].key
	}
	name := topName(generation)
	w.disk.Written = append(w.disk.Written, disktest.Blob{Name: name, Data: sealFile(root, name, top.encode())})
}

func TestAttack(t *testing.T) {
	for name, makeWorld := range map[string]func(testing.TB, uint64) *world{"one directory": newWorld, "two directories": mirroredWorld} {
		t.Run(name, func(t *testing.T) {
			won := makeWorld(t, 3).tellAndAttack(t, false)
			for _, f := range victims {
				if won[f] {
					t.Errorf("%v of %v was forgotten and can be recovered", f.path, f.ten)
				}
			}
		})
		wantCaught := func(t *testing.T, won map[fact]bool) {
			t.Helper()
			for _, f := range victims {
				if !won[f] {
					t.Errorf("%v of %v is not recovered, so the attack would miss such a leak", f.path, f.ten)
				}
			}
		}
		t.Run(name+", the overwritten slots too", func(t *testing.T) {
			wantCaught(t, makeWorld(t, 3).tellAndAttack(t, true))
		})
		t.Run(name+", a build that keeps the old page keys", func(t *testing.T) {
			w := makeWorld(t, 3)
			w.keepPageKeys = true
			wantCaught(t, w.tellAndAttack(t, false))
		})
		t.Run(name+", a build that keeps the old root", func(t *testing.T) {
			w := makeWorld(t, 3)
			wantCaughtLast(t, w, func(disk.Dir) bool { return true })
		})
	}
	t.Run("two directories, a build that does not wipe the mirror", func(t *testing.T) {
		w := mirroredWorld(t, 3)
		wantCaughtLast(t, w, func(d disk.Dir) bool { return d == w.mirror })
	})
}

// wantCaughtLast opens w with a build that does not wipe the directories that where names. Such a build overwrites the old
// ROOT one change later, so what was forgotten last is what the attack has to find.
func wantCaughtLast(t *testing.T, w *world, where func(disk.Dir) bool) {
	t.Helper()
	w.plant = func(d disk.Dir) disk.Dir {
		if where(d) {
			return keepsTheOldRoot(d)
		}
		return d
	}
	if err := w.open(); err != nil {
		t.Fatal(err)
	}
	if won := w.tellAndAttack(t, false); !won[victims[2]] {
		t.Error("the attack does not find what was forgotten last")
	}
}
