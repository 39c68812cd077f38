package keys

import (
	"bytes"
	"slices"
	"testing"

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

// attack holds every byte the disk was ever given but for overwritten root slots, unless slotsToo, and the root file as it
// is. It tries whatever it reads as a key on every file, and says whose key, or a node above it, it has then seen.
func (w *world) attack(secrets map[fact][]secret, slotsToo bool) map[fact]bool {
	root, _ := w.disk.Read(rootFile)
	a := attacker{blobs: slices.Clone(w.disk.Written), tried: map[secret]bool{}}
	a.tryWindows(root)
	if slotsToo {
		for _, old := range w.disk.Slots {
			a.tryWindows(old)
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

func TestAttack(t *testing.T) {
	victim, ticket, whole := fact{alpha, ana}, fact{beta, TicketPath(2)}, fact{gamma, ben}
	neighbours := []fact{{alpha, ben}, {alpha, TicketPath(2)}, {beta, TicketPath(1)}, {beta, ana}}
	w := newWorld(t, 3)
	secrets := w.ancestors()

	before := w.attack(secrets, false)
	for f := range w.keys {
		if !before[f] {
			t.Fatalf("the attacker is blind: before anything is forgotten it does not find %v of %v", f.path, f.ten)
		}
	}
	for _, step := range w.story() {
		if err := step(); err != nil {
			t.Fatal(err)
		}
	}
	after := w.attack(secrets, false)
	for _, f := range []fact{victim, ticket, whole} {
		if after[f] {
			t.Errorf("%v of %v was forgotten and can be recovered", f.path, f.ten)
		}
	}
	for _, f := range neighbours {
		if !after[f] {
			t.Errorf("%v of %v was not forgotten and is not found: the attacker is blind", f.path, f.ten)
		}
	}
	if leaked := w.attack(secrets, true); !leaked[victim] || !leaked[ticket] || !leaked[whole] {
		t.Error("with the overwritten root slots the attacker should win; it does not, so it would miss a leak")
	}
}
