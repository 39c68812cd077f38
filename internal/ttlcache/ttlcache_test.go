package ttlcache

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"ticketbot/internal/clock"
)

type key struct{ guild, user uint64 }

func fresh(size int) (*Cache[key, string], *clock.Manual) {
	clk := clock.NewManual(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC))
	return New[key, string](time.Minute, size, clk, func(k key) uint64 { return k.guild }), clk
}

func TestCache(t *testing.T) {
	ctx := t.Context()
	t.Run("a value gets as old as promised and no older, however often it is read", func(t *testing.T) {
		c, clk := fresh(10)
		c.Put(key{1, 1}, "a")
		for range 59 {
			clk.Advance(time.Second)
			if _, ok := c.Get(key{1, 1}); !ok {
				t.Fatal("gone too early")
			}
		}
		clk.Advance(time.Second)
		if v, ok := c.Get(key{1, 1}); ok {
			t.Errorf("still there after its time: %q", v)
		}
	})
	t.Run("many ask at once, one load", func(t *testing.T) {
		c, _ := fresh(10)
		var loads atomic.Int32
		gate := make(chan struct{})
		var all sync.WaitGroup
		for range 50 {
			all.Go(func() {
				v, err := c.Load(ctx, key{1, 1}, func(context.Context) (string, error) {
					loads.Add(1)
					<-gate
					return "a", nil
				})
				if v != "a" || err != nil {
					t.Errorf("%q, %v", v, err)
				}
			})
		}
		close(gate)
		all.Wait()
		if n := loads.Load(); n != 1 {
			t.Errorf("%d loads", n)
		}
	})
	t.Run("a failure is not kept", func(t *testing.T) {
		c, _ := fresh(10)
		if _, err := c.Load(ctx, key{1, 1}, func(context.Context) (string, error) { return "", errors.New("no") }); err == nil {
			t.Error("no error")
		}
		if v, err := c.Load(ctx, key{1, 1}, func(context.Context) (string, error) { return "a", nil }); v != "a" || err != nil {
			t.Errorf("%q, %v", v, err)
		}
	})
	t.Run("a guild is dropped whole and alone", func(t *testing.T) {
		c, _ := fresh(1000)
		for user := range uint64(100) {
			c.Put(key{1, user}, "a")
			c.Put(key{2, user}, "b")
		}
		_, _ = c.Load(ctx, key{1, 200}, func(context.Context) (string, error) { return "a", nil })
		c.DropGuild(1)
		for user := range uint64(100) {
			if _, ok := c.Get(key{1, user}); ok {
				t.Fatal("a member of the dropped guild is left")
			}
			if _, ok := c.Get(key{2, user}); !ok {
				t.Fatal("a member of another guild went too")
			}
		}
		if _, ok := c.Get(key{1, 200}); ok {
			t.Error("a loaded member of the dropped guild is left")
		}
	})
	t.Run("stays within its size, and what is too old is swept", func(t *testing.T) {
		c, clk := fresh(50)
		for user := range uint64(5000) {
			c.Put(key{user % 7, user}, "a")
		}
		if n := c.Len(); n > 50 {
			t.Errorf("%d values", n)
		}
		clk.Advance(2 * time.Minute)
		c.Put(key{9, 1}, "a")
		if n := c.Len(); n != 1 {
			t.Errorf("%d values after all others got too old", n)
		}
	})
}
