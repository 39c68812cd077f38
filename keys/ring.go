package keys

import (
	"fmt"
	"io"
	"log/slog"
	"sync"

	"ticketbot/internal/clock"
	"ticketbot/keys/internal/disk"
)

// Ring is an open keyring. It may be used from many goroutines. Nothing it returns is a key.
type Ring struct {
	dir     disk.Dir
	clock   clock.Clock
	log     *slog.Logger
	release func() error // gives up the directory

	mu         sync.RWMutex
	pages      [pageCount]page
	gone       map[tenancy]struct{} // guilds forgotten whole
	generation uint64
	closed     bool

	leaves *leafCache

	turn  chan struct{} // holds a token while somebody changes the keyring
	queue queue

	// Only with the turn:
	top    top
	ledger ledger
	dirty  map[int]bool // pages that differ from their files, after a commit that failed
	halted error
}

// Format keeps a ring that somebody prints or logs from printing its keys.
func (r *Ring) Format(f fmt.State, _ rune) { io.WriteString(f, "(keyring)") }

// tree is what one guild's keys are computed from. A puncture makes another tree.
type tree struct {
	cover   cover
	dropped bool // guarded by the leaf cache
}

// Options of Open. Both may be left out.
type Options struct {
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
	r, err := openOn(disk.OS{Path: dir}, opts)
	if err != nil {
		release()
		return nil, explain(dir, err)
	}
	r.release = release
	return r, nil
}

func openOn(dir disk.Dir, opts Options) (*Ring, error) {
	if opts.Clock == nil {
		opts.Clock = clock.System{}
	}
	if opts.Logger == nil {
		opts.Logger = slog.New(slog.DiscardHandler)
	}
	r := &Ring{
		dir:     dir,
		clock:   opts.Clock,
		log:     opts.Logger,
		release: func() error { return nil },
		gone:    map[tenancy]struct{}{},
		leaves:  newLeafCache(leafCacheSize),
		turn:    make(chan struct{}, 1),
		dirty:   map[int]bool{},
	}
	for i := range r.pages {
		r.pages[i] = page{}
	}
	if err := r.start(); err != nil {
		return nil, err
	}
	return r, nil
}

// Close waits for a change under way, drops every key from memory and gives up the directory.
func (r *Ring) Close() error {
	r.turn <- struct{}{}
	defer func() { <-r.turn }()
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return nil
	}
	r.closed = true
	r.top = top{}
	for i := range r.pages {
		for _, t := range r.pages[i] {
			r.leaves.drop(t)
		}
		r.pages[i] = page{}
	}
	return r.release()
}

// Has says whether the guild has keys in this epoch.
func (r *Ring) Has(guild uint64, epoch uint32) bool {
	_, err := r.tree(tenancy{guild, epoch})
	return guild != 0 && err == nil
}

// State says which keyring this is and how far it has come, to compare with what the database has seen.
type State struct {
	ID         [16]byte
	Generation uint64 // counts changes of what is on disk
	Forgotten  uint64 // entries in the ledger
}

// State waits for a change under way.
func (r *Ring) State() State {
	r.turn <- struct{}{}
	defer func() { <-r.turn }()
	return State{r.top.id, r.generation, r.ledger.seq}
}

func (r *Ring) tree(ten tenancy) (*tree, error) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	if t := r.pages[pageOf(ten.guild)][ten]; t != nil {
		return t, nil
	}
	if r.closed {
		return nil, ErrClosed
	}
	if _, gone := r.gone[ten]; gone {
		return nil, ErrForgotten
	}
	return nil, ErrUnknownGuild
}

// leaf is the key at p, computed or remembered.
func (r *Ring) leaf(ten tenancy, p Path) (secret, error) {
	t, err := r.tree(ten)
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
