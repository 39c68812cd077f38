// Package ttlcache keeps one kind of thing in memory for a bounded time.
//
// The time runs from when a value was put in, and reading does not prolong it: what is promised is how old a value may
// get. Each entry belongs to a guild, so that all that is known of a guild can be dropped at once.
package ttlcache

import (
	"context"
	"time"

	"ticketbot/internal/clock"

	"github.com/maypok86/otter/v2"
)

// Cache holds values of one kind. Make one with [New].
type Cache[K comparable, V any] struct {
	entries *otter.Cache[K, V]
	guildOf func(K) uint64
}

// New makes a cache of at most size entries; guildOf says whose an entry is, and 0 is nobody's.
func New[K comparable, V any](ttl time.Duration, size int, clk clock.Clock, guildOf func(K) uint64) *Cache[K, V] {
	return &Cache[K, V]{guildOf: guildOf, entries: otter.Must(&otter.Options[K, V]{
		MaximumSize:      size,
		ExpiryCalculator: otter.ExpiryWriting[K, V](ttl),
		Clock:            ticking{clk},
	})}
}

// Get finds a value that is not too old.
func (c *Cache[K, V]) Get(key K) (V, bool) { return c.entries.GetIfPresent(key) }

// Put keeps a value from now on.
func (c *Cache[K, V]) Put(key K, value V) { c.entries.Set(key, value) }

// Load finds a value, or gets it from load and keeps it. Many who ask for the same at once wait for one load; an error
// is not kept.
func (c *Cache[K, V]) Load(ctx context.Context, key K, load func(context.Context) (V, error)) (V, error) {
	return c.entries.Get(ctx, key, otter.LoaderFunc[K, V](func(ctx context.Context, _ K) (V, error) { return load(ctx) }))
}

// Drop forgets a value.
func (c *Cache[K, V]) Drop(key K) { c.entries.Invalidate(key) }

// DropGuild forgets all that belongs to a guild.
func (c *Cache[K, V]) DropGuild(guild uint64) {
	c.DropWhere(func(key K) bool { return c.guildOf(key) == guild })
}

// DropWhere forgets what has such a key. It looks at every key, which for as many as fit takes milliseconds: it is for the
// rare day on which somebody goes.
func (c *Cache[K, V]) DropWhere(is func(K) bool) {
	for key := range c.entries.Keys() {
		if is(key) {
			c.entries.Invalidate(key)
		}
	}
}

// Len is how many values are held, counting what is too old but not yet swept.
func (c *Cache[K, V]) Len() int {
	c.entries.CleanUp()
	return c.entries.EstimatedSize()
}

// ticking is our clock as the cache wants it. It has no ticks for sweeping: an entry that is too old is never given
// out, and is swept when others are written.
type ticking struct{ clock clock.Clock }

func (t ticking) NowNano() int64                      { return t.clock.Now().UnixNano() }
func (t ticking) Tick(time.Duration) <-chan time.Time { return nil }
