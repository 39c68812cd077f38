package keys

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
)

func TestCommit(t *testing.T) {
	const removals = 2 // the old page and the old top
	t.Run("forgetting syncs six times", func(t *testing.T) {
		w := newWorld(t, 1)
		for _, p := range []Path{ana, TicketPath(1)} {
			before := w.disk.Ops
			if err := w.forget(puncture(alpha, p)); err != nil {
				t.Fatal(err)
			}
			if got := w.disk.Ops - before - removals; got != 6 {
				t.Errorf("forgetting %v syncs %d times", p, got)
			}
		}
	})
	t.Run("a new person or ticket writes nothing", func(t *testing.T) {
		w := newWorld(t, 1)
		for n := range uint64(100) {
			if _, _, err := w.ring.Person(alpha.guild, alpha.epoch, n); err != nil {
				t.Fatal(err)
			}
			if _, err := w.ring.leaf(alpha, TicketPath(uint32(n))); err != nil {
				t.Fatal(err)
			}
		}
		if w.disk.Ops != 0 {
			t.Errorf("%d writes", w.disk.Ops)
		}
	})
	t.Run("many forgotten at once are one commit", func(t *testing.T) {
		w := newWorld(t, 1)
		before := w.own.generation
		var all []Puncture
		for n := range uint32(500) {
			all = append(all, puncture(alpha, TicketPath(n)))
		}
		if err := w.forget(all...); err != nil {
			t.Fatal(err)
		}
		if got := w.own.generation - before; got != 1 {
			t.Errorf("%d commits", got)
		}
	})
	t.Run("callers who wait together share a commit", func(t *testing.T) {
		w := newWorld(t, 1)
		before := w.own.generation
		w.own.turn <- struct{}{} // somebody is at work
		var callers sync.WaitGroup
		for n := range uint64(50) {
			callers.Go(func() {
				if err := w.ring.AddGuild(context.Background(), 5000+n, 1); err != nil {
					t.Error(err)
				}
			})
		}
		for queued := 0; queued < 50; {
			w.own.queue.mu.Lock()
			queued = len(w.own.queue.changes)
			w.own.queue.mu.Unlock()
		}
		<-w.own.turn
		callers.Wait()
		if got := w.own.generation - before; got != 1 {
			t.Errorf("%d commits for 50 guilds", got)
		}
	})
	t.Run("one caller's mistake is not another's", func(t *testing.T) {
		w := newWorld(t, 1)
		good := &change{add: []tenancy{late}, done: make(chan struct{})}
		bad := &change{forget: []Puncture{puncture(tenancy{9, 9}, ana)}, done: make(chan struct{})}
		w.own.carryOut([]*change{bad, good})
		if good.err != nil || !errors.Is(bad.err, ErrUnknownGuild) || !w.ring.Has(late.guild, late.epoch) {
			t.Errorf("good: %v, bad: %v", good.err, bad.err)
		}
	})
	t.Run("every page gets guilds", func(t *testing.T) {
		var count [pageCount]int
		for n := range uint64(100_000) {
			count[pageOf((1_000_000+n*97)<<22|n%3)]++
		}
		for number, n := range count {
			if n < 200 || n > 800 {
				t.Errorf("page %d has %d of 100,000 guilds", number, n)
			}
		}
	})
}

func TestStart(t *testing.T) {
	t.Run("wipes a root that a power cut left beside the one that counts", func(t *testing.T) {
		w := newWorld(t, 1)
		before, _ := w.disk.Read(rootFile)
		oldGeneration, oldRoot, _ := newestRoot(before)
		if err := w.forget(puncture(alpha, ana)); err != nil {
			t.Fatal(err)
		}
		if err := w.disk.Overwrite(rootFile, slotOffset(oldGeneration), encodeSlot(oldGeneration, oldRoot)); err != nil {
			t.Fatal(err)
		}
		if err := w.open(); err != nil {
			t.Fatal(err)
		}
		after, _ := w.disk.Read(rootFile)
		if bytes.Contains(after, oldRoot[:]) {
			t.Error("the old root is still there")
		}
		if err := w.judge(); err != nil {
			t.Error(err)
		}
	})
	t.Run("removes what no top names", func(t *testing.T) {
		w := newWorld(t, 1)
		before, _ := w.disk.List()
		for _, name := range []string{"top.1", "top.99", "page-00.0000000000000001"} {
			if err := w.disk.Create(name, []byte("left over")); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.open(); err != nil {
			t.Fatal(err)
		}
		if after, _ := w.disk.List(); fmt.Sprint(after) != fmt.Sprint(before) {
			t.Errorf("files were %v and are %v", before, after)
		}
	})
	t.Run("leaves the files as they are when all is well", func(t *testing.T) {
		w := newWorld(t, 1)
		generation := w.own.generation
		if err := w.open(); err != nil {
			t.Fatal(err)
		}
		if w.own.generation != generation || w.disk.Ops != 1 {
			t.Errorf("generation went from %d to %d, in %d writes; want one, over the free slot", generation, w.own.generation, w.disk.Ops)
		}
	})
}

func TestLeafCache(t *testing.T) {
	t.Run("holds no leaf of what was forgotten, and lets none in", func(t *testing.T) {
		w := newWorld(t, 1)
		was, err := w.own.tree(alpha)
		if err != nil {
			t.Fatal(err)
		}
		if !w.cached(was) {
			t.Fatal("the leaf was never cached, so the test shows nothing")
		}
		if err := w.forget(puncture(alpha, ana)); err != nil {
			t.Fatal(err)
		}
		w.ring.leaves.put(leafOf{was, ana}, secret{1}) // by somebody who was computing it meanwhile
		if w.cached(was) {
			t.Error("the cache still has leaves of the tree as it was")
		}
	})
	t.Run("is bounded", func(t *testing.T) {
		c := newLeafCache(8)
		tr := &tree{}
		for n := range uint32(1000) {
			c.put(leafOf{tr, TicketPath(n)}, secret{byte(n)})
			c.get(leafOf{tr, TicketPath(n / 2)})
		}
		if n := len(c.young) + len(c.old); n > 16 {
			t.Errorf("%d leaves", n)
		}
	})
	t.Run("keeps what is used", func(t *testing.T) {
		c := newLeafCache(8)
		tr := &tree{}
		c.put(leafOf{tr, ana}, secret{42})
		for n := range uint32(100) {
			c.put(leafOf{tr, TicketPath(n)}, secret{})
			if key, ok := c.get(leafOf{tr, ana}); !ok || key != (secret{42}) {
				t.Fatalf("lost after %d others", n)
			}
		}
	})
}

func (w *world) cached(t *tree) bool {
	for id := range w.ring.leaves.young {
		if id.tree == t {
			return true
		}
	}
	for id := range w.ring.leaves.old {
		if id.tree == t {
			return true
		}
	}
	return false
}

func TestPrinting_shows_no_key(t *testing.T) {
	w := newWorld(t, 1)
	ring, s := w.ring, w.own.top.pages[pageOf(alpha.guild)].key
	for _, v := range []any{s, &s, struct{ S secret }{s}, []secret{s}, ring, struct{ R *Ring }{ring}} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%x", "%d", "%q"} {
			got := fmt.Sprintf(verb, v)
			for _, form := range []string{"%d", "%x", "%#v"} {
				if strings.Contains(got, strings.Trim(fmt.Sprintf(form, s[:8]), "[]byte{}")) {
					t.Errorf("%s of %T prints the key", verb, v)
				}
			}
		}
	}
	if got := fmt.Sprintf("%v", [32]byte(s)); !strings.Contains(got, strings.Trim(fmt.Sprint(s[:8]), "[]")) {
		t.Error("the search does not find a key that is printed")
	}
}
