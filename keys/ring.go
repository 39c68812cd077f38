package keys

import (
	"errors"
	"fmt"
	"io"
	"log/slog"

	"ticketbot/internal/clock"
	"ticketbot/internal/fault"
	"ticketbot/keys/internal/disk"
)

// Ring is an open keyring. It may be used from many goroutines. Nothing it returns is a key.
type Ring struct {
	home   home
	leaves *leafCache
}

// Format keeps a ring that somebody prints or logs from printing its keys.
func (r *Ring) Format(f fmt.State, _ rune) { io.WriteString(f, "(keyring)") }

// tree is what one guild's keys are computed from. A puncture makes another tree.
type tree struct {
	cover   cover
	dropped bool // guarded by the leaf cache
}

// Options of Open. All may be left out.
type Options struct {
	// Mirror is a second directory, on another disk, that is kept the same as the first. A damaged file is mended from it,
	// and with the first disk lost, it is the keyring. It is made on first use.
	Mirror string

	Clock  clock.Clock
	Logger *slog.Logger
}

// leafCacheSize is of each half of the cache: together at most about 1.5 MB.
const leafCacheSize = 4096

// Open opens the keyring in dir, making it on first use, and finishes what a power cut interrupted. One process at a
// time owns a directory. A directory that is damaged is refused: going on with half of it would lose the rest for good.
func Open(dir string, opts Options) (*Ring, error) {
	release, err := claim(dir)
	if err != nil {
		return nil, err
	}
	opts = opts.complete()
	m, err := openMirror(opts)
	if err != nil {
		return nil, errors.Join(err, release())
	}
	leaves := newLeafCache(leafCacheSize)
	o, err := newOwner(disk.OS{Path: dir}, m, leaves, opts)
	if err != nil {
		m.close()
		release()
		return nil, explain(dir, err)
	}
	o.release = release
	return &Ring{home: o, leaves: leaves}, nil
}

func openMirror(opts Options) (*mirror, error) {
	if opts.Mirror == "" {
		return nil, nil
	}
	m := &mirror{
		dir:    disk.OS{Path: opts.Mirror},
		attach: func() (func() error, error) { return claim(opts.Mirror) },
		log:    opts.Logger,
	}
	err := m.take()
	if f := fault.From(err); f != nil && f.Key == "keys.locked" {
		return nil, err
	}
	return m, nil // what else keeps it from being used is found, and told, at the start
}

func (o Options) complete() Options {
	if o.Clock == nil {
		o.Clock = clock.System{}
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	return o
}

// Close waits for a change under way, drops every key from memory and gives up the directory.
func (r *Ring) Close() error { return r.home.close() }

// Has says whether the guild has keys in this epoch. When it cannot be told it is true, so that nobody takes what is
// merely unavailable for forgotten: whoever then uses the keys hears why not. See Holds.
func (r *Ring) Has(guild uint64, epoch uint32) bool {
	err := r.Holds(guild, epoch)
	return err == nil || errors.Is(err, ErrUnavailable)
}

// State says which keyring this is and how far it has come, to compare with what the database has seen.
type State struct {
	ID         [16]byte
	Generation uint64 // counts changes of what is on disk
	Forgotten  uint64 // entries in the ledger
}

// State waits for a change under way.
func (r *Ring) State() State { return r.home.state() }

// BeforeChange has f called before each change of what is on disk, with the generation that the change leads to. What f
// refuses is not begun. Whoever notes that number elsewhere can tell a note from before the change from one that a crash
// cut short. f runs in nobody's context and alone, must not call the ring, and holds up every other change. One f is
// called, the last one set; nil for none. A ring whose directory another process owns calls none.
func (r *Ring) BeforeChange(f func(generation uint64) error) { r.home.beforeChange(f) }

// leaf is the key at p, computed or remembered.
func (r *Ring) leaf(ten tenancy, p Path) (secret, error) {
	t, err := r.home.tree(ten)
	if err != nil {
		return secret{}, err
	}
	id := leafOf{t, p}
	if key, ok := r.leaves.get(id); ok {
		return key, nil
	}
	key, err := t.cover.leaf(p)
	if err != nil {
		return secret{}, err
	}
	r.leaves.put(id, key)
	return key, nil
}
