package keys

import (
	"errors"
	"log/slog"
	"sync"

	"ticketbot/internal/clock"
	"ticketbot/keys/internal/disk"
)

// owner is the home of a keyring in the process that owns its directory.
type owner struct {
	dir     disk.Dir
	mirror  *mirror // nil: there is none
	clock   clock.Clock
	log     *slog.Logger
	leaves  *leafCache
	release func() error // gives up the directory

	mu         sync.RWMutex
	pages      [pageCount]page
	gone       map[tenancy]struct{} // guilds forgotten whole
	generation uint64
	closed     bool
	holders    holders // other processes that hold trees, if any may

	turn  chan struct{} // holds a token while somebody changes the keyring
	queue queue

	// Only with the turn:
	top    top
	ledger ledger
	dirty  map[int]bool // pages that differ from their files, after a commit that failed
	before func(generation uint64) error
	halted error
}

// holders are the processes that have borrowed trees.
type holders interface {
	// drop takes the trees of these guilds back. The result is closed once no process can use them any more. It must not
	// wait, nor call the owner.
	drop([]tenancy) <-chan struct{}
}

// newOwner starts the keyring in dir; m may be nil.
func newOwner(dir disk.Dir, m *mirror, leaves *leafCache, opts Options) (*owner, error) {
	o := &owner{
		dir:     dir,
		mirror:  m,
		clock:   opts.Clock,
		log:     opts.Logger,
		leaves:  leaves,
		release: func() error { return nil },
		gone:    map[tenancy]struct{}{},
		turn:    make(chan struct{}, 1),
		dirty:   map[int]bool{},
	}
	for i := range o.pages {
		o.pages[i] = page{}
	}
	if err := o.start(); err != nil {
		return nil, err
	}
	return o, nil
}

// close waits for a change under way, drops every key from memory and gives up the directory.
func (o *owner) close() error {
	o.turn <- struct{}{}
	defer func() { <-o.turn }()
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.closed {
		return nil
	}
	o.closed = true
	o.top = top{}
	for i := range o.pages {
		for _, t := range o.pages[i] {
			o.leaves.drop(t)
		}
		o.pages[i] = page{}
	}
	return errors.Join(o.mirror.close(), o.release())
}

func (o *owner) state() State {
	o.turn <- struct{}{}
	defer func() { <-o.turn }()
	return State{o.top.id, o.generation, o.ledger.seq}
}

func (o *owner) tree(ten tenancy) (*tree, error) {
	o.mu.RLock()
	defer o.mu.RUnlock()
	if t := o.pages[pageOf(ten.guild)][ten]; t != nil {
		return t, nil
	}
	if o.closed {
		return nil, ErrClosed
	}
	if _, gone := o.gone[ten]; gone {
		return nil, ErrForgotten
	}
	return nil, ErrUnknownGuild
}

func (o *owner) beforeChange(f func(uint64) error) {
	o.turn <- struct{}{}
	defer func() { <-o.turn }()
	o.before = f
}

// lend makes holders known to the owner: from now on a forgetting waits for them.
func (o *owner) lend(to holders) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.holders = to
}
