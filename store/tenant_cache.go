package store

import (
	"maps"
	"sync"
	"time"

	"ticketbot/internal/clock"
	"ticketbot/ticket"
)

// tenantAge is how long another process may go on with a membership that has ended. It only saves a query: writes hold
// the row and reads ask for it.
const tenantAge = time.Minute

type tenantCache struct {
	clock clock.Clock
	mu    sync.Mutex
	known map[ticket.GuildID]tenantEntry
	drops map[ticket.GuildID]uint64 // how often it was dropped, so that a slow look-up does not put back what has ended
}

type tenantEntry struct {
	guild ticket.Guild
	until time.Time
}

func newTenantCache(clk clock.Clock) *tenantCache {
	return &tenantCache{clock: clk, known: map[ticket.GuildID]tenantEntry{}, drops: map[ticket.GuildID]uint64{}}
}

func (c *tenantCache) get(id ticket.GuildID) (ticket.Guild, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e, ok := c.known[id]
	return e.guild, ok && c.clock.Now().Before(e.until)
}

func (c *tenantCache) mark(id ticket.GuildID) uint64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.drops[id]
}

func (c *tenantCache) put(g ticket.Guild, mark uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.drops[g.ID] == mark {
		c.known[g.ID] = tenantEntry{g, c.clock.Now().Add(tenantAge)}
	}
}

func (c *tenantCache) drop(id ticket.GuildID) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.known, id)
	c.drops[id]++
}

// dropGuild forgets everybody who was met in a guild.
func (c *acquaintances) dropGuild(id ticket.GuildID) {
	c.mu.Lock()
	defer c.mu.Unlock()
	ofGuild := func(a tagOf, _ memory) bool { return a.guild.ID == id }
	maps.DeleteFunc(c.young, ofGuild)
	maps.DeleteFunc(c.old, ofGuild)
}
