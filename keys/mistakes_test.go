package keys

import (
	"bytes"
	"math/rand/v2"
	"strings"
	"testing"

	"ticketbot/keys/internal/disk"
)

// mistaken is a directory as a build with a mistake would use it.
type mistaken struct {
	disk.Dir
	read      func(disk.Dir, string) ([]byte, error)
	sync      func(disk.Dir) error
	overwrite func(d disk.Dir, off int64, data []byte) error // of the root file
}

func (m *mistaken) Read(name string) ([]byte, error) {
	if m.read != nil {
		return m.read(m.Dir, name)
	}
	return m.Dir.Read(name)
}

func (m *mistaken) Sync() error {
	if m.sync != nil {
		return m.sync(m.Dir)
	}
	return m.Dir.Sync()
}

func (m *mistaken) Overwrite(name string, off int64, data []byte) error {
	if m.overwrite != nil {
		return m.overwrite(m.Dir, off, data)
	}
	return m.Dir.Overwrite(name, off, data)
}

func isSlot(data []byte) bool { return bytes.HasPrefix(data, []byte(slotMagic)) }

func noise() []byte {
	b := make([]byte, slotSize)
	rand.NewChaCha8([32]byte{}).Read(b)
	return b
}

// skipsDirectorySync trusts that a file's name is as durable as its content.
func skipsDirectorySync(d disk.Dir) disk.Dir {
	return &mistaken{Dir: d, sync: func(disk.Dir) error { return nil }}
}

// wipesFirst destroys the old ROOT before the new one is written.
func wipesFirst(d disk.Dir) disk.Dir {
	return &mistaken{Dir: d, overwrite: func(d disk.Dir, off int64, data []byte) error {
		if isSlot(data) {
			if err := d.Overwrite(rootFile, rootSize/2-off, noise()); err != nil {
				return err
			}
		}
		return d.Overwrite(rootFile, off, data)
	}}
}

// usesOneSlot writes each ROOT over the one before it.
func usesOneSlot(d disk.Dir) disk.Dir {
	return &mistaken{
		Dir: d,
		overwrite: func(d disk.Dir, _ int64, data []byte) error {
			if !isSlot(data) {
				return nil
			}
			return d.Overwrite(rootFile, 0, data)
		},
		read: func(d disk.Dir, name string) ([]byte, error) {
			file, err := d.Read(name)
			generation, root, ok := uint64(0), secret{}, false
			if name == rootFile && err == nil {
				generation, root, ok = decodeSlot(file)
			}
			if ok { // where this build would look for it
				copy(file[slotOffset(generation):], encodeSlot(generation, root))
			}
			return file, err
		},
	}
}

// forgetsToReplay reads of the ledger only what the pages have carried out.
func forgetsToReplay(d disk.Dir) disk.Dir {
	return &mistaken{Dir: d, read: func(d disk.Dir, name string) ([]byte, error) {
		file, err := d.Read(name)
		root, rootErr := d.Read(rootFile)
		generation, key, ok := newestRoot(root)
		if name != ledgerFile || err != nil || rootErr != nil || !ok || !bytes.HasSuffix(file, []byte("\n")) {
			return file, err
		}
		_, content, err := readSealed(key, topName(generation), d)
		if err != nil {
			return nil, err
		}
		t, err := decodeTop(content)
		if err != nil {
			return nil, err
		}
		lines := bytes.SplitAfterN(file, []byte("\n"), int(t.applied)+1)
		return bytes.Join(lines[:min(len(lines), int(t.applied))], nil), nil
	}}
}

// tidiesEarly removes the old files before the new state counts.
func tidiesEarly(d disk.Dir) disk.Dir {
	return &mistaken{Dir: d, overwrite: func(d disk.Dir, off int64, data []byte) error {
		generation, _, ok := decodeSlot(append(bytes.Clone(data), make([]byte, slotSize)...))
		names, err := d.List()
		for _, name := range names {
			if ok && err == nil && strings.HasPrefix(name, topPrefix) && name != topName(generation) {
				err = d.Remove(name)
			}
		}
		if err != nil {
			return err
		}
		return d.Overwrite(rootFile, off, data)
	}}
}

// keepsTheOldRoot does not wipe.
func keepsTheOldRoot(d disk.Dir) disk.Dir {
	return &mistaken{Dir: d, overwrite: func(d disk.Dir, off int64, data []byte) error {
		if !isSlot(data) {
			return nil
		}
		return d.Overwrite(rootFile, off, data)
	}}
}

// TestMistakes plants, in a build that is right, each of the mistakes that the commit's order is there to avoid. The
// instruments have to find every one, else what they do not find means nothing.
func TestMistakes(t *testing.T) {
	for name, plant := range map[string]func(disk.Dir) disk.Dir{
		"no directory fsync":      skipsDirectorySync,
		"wipe first":              wipesFirst,
		"both roots in one slot":  usesOneSlot,
		"no replay of the ledger": forgetsToReplay,
		"old files removed early": tidiesEarly,
	} {
		for _, mirrored := range []bool{false, true} {
			t.Run(map[bool]string{false: "", true: "mirrored, "}[mirrored]+name, func(t *testing.T) {
				s := sweep{seeds: 30, mirrored: mirrored, plant: plant}
				if err := s.liveInPeace(t); err != nil {
					t.Fatalf("with this mistake nothing works, power cut or not: %v", err)
				}
				err := s.run(t)
				if err == nil {
					t.Fatalf("not caught in %d lives", s.lives)
				}
				t.Logf("caught in life %d: %v", s.lives, err)
			})
		}
	}
}
