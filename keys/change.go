package keys

import (
	"context"
	"errors"
	"sync"
	"time"
)

// change is what one caller wants of the keyring. Those who wait at the same time share one commit, so that a bot that
// joins a thousand guilds does not wait a thousand times for the disk.
type change struct {
	add    []tenancy
	forget []Puncture

	err  error
	done chan struct{} // closed once it is carried out, or err says why not
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
func (r *Ring) submit(ctx context.Context, c *change) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	c.done = make(chan struct{})
	r.queue.put(c)
	select {
	case <-c.done:
		return c.err
	case <-ctx.Done():
		return ctx.Err()
	case r.turn <- struct{}{}:
	}
	r.carryOut(r.queue.takeAll())
	<-r.turn
	<-c.done // by us just now, or by whoever had the turn before us
	return c.err
}

func (r *Ring) carryOut(changes []*change) {
	adds := map[tenancy]*tree{}
	var forgets []entry
	for _, c := range changes {
		c.err = errors.Join(r.planAdds(c.add, adds), r.planForgets(c.forget, &forgets))
	}
	err := r.apply(adds, forgets)
	for _, c := range changes {
		if c.err == nil {
			c.err = err
		}
		close(c.done)
	}
}

func (r *Ring) planAdds(wanted []tenancy, adds map[tenancy]*tree) error {
	for _, ten := range wanted {
		_, err := r.tree(ten)
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

func (r *Ring) planForgets(wanted []Puncture, forgets *[]entry) error {
	for _, p := range wanted {
		t, err := r.tree(p.tenancy())
		switch {
		case errors.Is(err, ErrForgotten):
		case err != nil:
			return err
		case p.Whole || t.cover.has(p.Path):
			at := r.clock.Now().UTC().Truncate(time.Second)
			*forgets = append(*forgets, entry{At: at, Guild: p.Guild, Epoch: p.Epoch, path: p.Path})
		}
	}
	return nil
}

// apply changes what is in memory and on disk. The first act of forgetting is the ledger's: from then on even a power cut
// cannot undo it. Guilds that are added are seen only once they are durable.
func (r *Ring) apply(adds map[tenancy]*tree, forgets []entry) error {
	switch {
	case r.closed:
		return ErrClosed
	case r.halted != nil:
		return r.halted
	}
	if len(forgets) > 0 {
		if err := r.ledger.append(r.dir, forgets); err != nil {
			if errors.Is(err, errTornLedger) {
				r.halt(err)
			}
			return err
		}
		r.puncture(forgets)
	}
	if len(adds) == 0 && len(r.dirty) == 0 && r.top.applied == r.ledger.seq {
		return nil
	}
	return r.commit(adds)
}

// puncture forgets in memory: from here on nothing of it is computed.
func (r *Ring) puncture(entries []entry) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for i := range entries {
		e := &entries[i]
		number := pageOf(e.Guild)
		t := r.pages[number][e.tenancy()]
		if e.path.IsZero() {
			r.gone[e.tenancy()] = struct{}{}
			delete(r.pages[number], e.tenancy())
		} else if t != nil {
			r.pages[number][e.tenancy()] = &tree{cover: t.cover.puncture(e.path)}
		}
		if t != nil {
			r.leaves.drop(t)
			r.dirty[number] = true
		}
	}
}
