package keys

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
)

// change is what one caller wants of the keyring. Those who wait at the same time share one commit, so that a bot that
// joins a thousand guilds does not wait a thousand times for the disk.
type change struct {
	add    []tenancy
	forget []Puncture
	replay []Entry // of a newer copy of the ledger
	rotate bool    // commit even if there is nothing to write

	err      error
	done     chan struct{}   // closed once it is carried out, or err says why not
	returned <-chan struct{} // closed once no other process holds what is forgotten; nil when none can
}

// plan is what the changes of one commit come to.
type plan struct {
	adds    map[tenancy]*tree
	forgets []Entry
	touched []tenancy // asked to be forgotten from, though it may have been so before
	rotate  bool      // commit even if there is nothing to write
}

type queue struct {
	mu      sync.Mutex
	changes []*change
}

func (q *queue) put(c *change) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.changes = append(q.changes, c)
}

func (q *queue) takeAll() []*change {
	q.mu.Lock()
	defer q.mu.Unlock()
	all := q.changes
	q.changes = nil
	return all
}

// submit carries c out, or waits while another caller does. When ctx ends first, c may or may not come about.
func (o *owner) submit(ctx context.Context, c *change) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	c.done = make(chan struct{})
	o.queue.put(c)
	select {
	case <-c.done:
	case <-ctx.Done():
		return ctx.Err()
	case o.turn <- struct{}{}:
		o.carryOut(o.queue.takeAll())
		<-o.turn
		<-c.done // by us just now, or by whoever had the turn before us
	}
	if c.err != nil || c.returned == nil {
		return c.err
	}
	select {
	case <-c.returned:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (o *owner) carryOut(changes []*change) {
	for _, c := range changes {
		if c.replay != nil {
			c.returned, c.err = o.replay(c.replay)
			close(c.done)
		}
	}
	changes = slices.DeleteFunc(changes, func(c *change) bool { return c.replay != nil })
	p := plan{adds: map[tenancy]*tree{}}
	for _, c := range changes {
		c.err = errors.Join(o.planAdds(c.add, p.adds), o.planForgets(c.forget, &p))
		p.rotate = p.rotate || c.rotate
	}
	returned, err := o.apply(p)
	for _, c := range changes {
		if c.err == nil {
			c.err = err
		}
		if len(c.forget) > 0 {
			c.returned = returned
		}
		close(c.done)
	}
}

func (o *owner) planAdds(wanted []tenancy, adds map[tenancy]*tree) error {
	for _, ten := range wanted {
		_, err := o.tree(ten)
		switch {
		case err == nil || adds[ten] != nil:
		case errors.Is(err, ErrUnknownGuild):
			adds[ten] = &tree{cover: newCover()}
		default:
			return err
		}
	}
	return nil
}

func (o *owner) planForgets(wanted []Puncture, to *plan) error {
	for _, p := range wanted {
		to.touched = append(to.touched, p.tenancy())
		t, err := o.tree(p.tenancy())
		switch {
		case errors.Is(err, ErrForgotten):
		case err != nil:
			return err
		case p.Whole || t.cover.has(p.Path):
			to.forgets = append(to.forgets, Entry{At: o.clock.Now(), Guild: p.Guild, Epoch: p.Epoch, Path: p.Path})
		}
	}
	return nil
}

// apply changes what is in memory and on disk. The first act of forgetting is the ledger's: from then on even a power cut
// cannot undo it. Guilds that are added are seen only once they are durable.
func (o *owner) apply(p plan) (returned <-chan struct{}, err error) {
	switch {
	case o.closed:
		return nil, ErrClosed
	case o.halted != nil:
		return nil, o.halted
	}
	quiet := !p.rotate && len(p.adds) == 0 && len(o.dirty) == 0 && o.top.applied == o.ledger.seq
	if (!quiet || len(p.forgets) > 0) && o.before != nil {
		if err := o.before(o.generation + 1); err != nil {
			return nil, fmt.Errorf("note that the keyring will change: %w", err)
		}
	}
	if len(p.forgets) > 0 {
		if err := o.appendLedger(p.forgets); err != nil {
			return nil, err
		}
		o.puncture(p.forgets)
	}
	returned = o.takeBack(p.touched)
	if quiet && len(p.forgets) == 0 {
		return returned, nil
	}
	return returned, o.commit(p.adds)
}

// appendLedger writes entries to the ledger, and the same lines to the mirror's.
func (o *owner) appendLedger(entries []Entry) error {
	before := o.ledger
	if err := o.ledger.append(o.dir, entries); err != nil {
		return err
	}
	if o.mirror != nil && o.mirror.inStep.Load() {
		if err := before.append(o.mirror.dir, entries); err != nil {
			o.mirror.fall(err)
		}
	}
	return nil
}

// takeBack asks the processes that hold these guilds' trees to drop them; they fetch what is left of them anew. It comes
// after the puncture, so that nobody fetches the old tree again, and while they answer the disk is written.
func (o *owner) takeBack(trees []tenancy) <-chan struct{} {
	o.mu.RLock()
	defer o.mu.RUnlock()
	if o.holders == nil || len(trees) == 0 {
		return nil
	}
	return o.holders.drop(trees)
}

// puncture forgets in memory: from here on nothing of it is computed.
func (o *owner) puncture(entries []Entry) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for i := range entries {
		e := &entries[i]
		number := pageOf(e.Guild)
		t := o.pages[number][e.tenancy()]
		if e.Path.IsZero() {
			o.gone[e.tenancy()] = struct{}{}
			delete(o.pages[number], e.tenancy())
		} else if t != nil {
			o.pages[number][e.tenancy()] = &tree{cover: t.cover.puncture(e.Path)}
		}
		if t != nil {
			o.leaves.drop(t)
			o.dirty[number] = true
		}
	}
}
