package keys

import (
	"context"
	"errors"
	"slices"
	"testing"
)

// borrowers are other processes, as far as the owner sees them.
type borrowers struct {
	own     *owner
	asked   []tenancy
	stale   bool // they could still fetch what was being forgotten
	dropped chan struct{}
}

func (b *borrowers) drop(trees []tenancy) <-chan struct{} {
	b.asked = append(b.asked, trees...)
	if t := b.own.pages[pageOf(alpha.guild)][alpha]; t != nil && t.cover.has(ana) {
		b.stale = true
	}
	return b.dropped
}

func TestForgetting_waits_for_the_processes_that_hold_the_tree(t *testing.T) {
	w := newWorld(t, 1)
	b := &borrowers{own: w.own, dropped: make(chan struct{})}
	w.own.lend(b)
	impatient, cancel := context.WithCancel(t.Context())
	cancelled := make(chan error, 1)
	go func() { cancelled <- w.ring.Forget(impatient, []Puncture{puncture(alpha, ana)}) }()
	for !errors.Is(w.own.has(alpha, ana), ErrForgotten) {
	}
	cancel()
	if err := <-cancelled; !errors.Is(err, context.Canceled) {
		t.Errorf("Forget = %v before the others have dropped the tree", err)
	}
	close(b.dropped)
	if err := w.ring.Forget(t.Context(), []Puncture{puncture(alpha, ana)}); err != nil {
		t.Error(err)
	}
	if !slices.Equal(b.asked, []tenancy{alpha, alpha}) || b.stale {
		t.Errorf("asked to drop %v, stale: %v; want alpha twice, once the key is gone here", b.asked, b.stale)
	}
	if err := w.ring.AddGuild(t.Context(), late.guild, late.epoch); err != nil || len(b.asked) != 2 {
		t.Errorf("adding a guild: %v, asked %v", err, b.asked)
	}
}

func (o *owner) has(ten tenancy, p Path) error {
	t, err := o.tree(ten)
	if err == nil && !t.cover.has(p) {
		err = ErrForgotten
	}
	return err
}
