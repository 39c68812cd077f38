package store

import (
	"hash/maphash"
	"sync"
	"time"

	"ticketbot/ticket"
)

// acquaintances remembers who has been met lately and what their profile was, so that a message from somebody known
// costs no query. It holds digests only: what Discord says about people is not to stay in memory beyond the policy's
// minutes. It is bounded: when the young half is full it becomes the old half, and the old half goes.
//
// It is asked by tag, and a tag is computed from the keyring each time: of somebody who is forgotten, nothing is found.
type acquaintances struct {
	seed       maphash.Seed
	mu         sync.Mutex
	young, old map[tagOf]memory
}

type memory struct {
	id     ticket.PersonID
	since  time.Time
	digest uint64
	slight bool
	blank  bool // there is no profile: all that was ever seen of them is from before they were forgotten
}

const acquaintancesLimit = 16384 // of each half; about 1.5 MB

func newAcquaintances() *acquaintances {
	return &acquaintances{seed: maphash.MakeSeed(), young: map[tagOf]memory{}, old: map[tagOf]memory{}}
}

// recall gives a its number if the profile that a was sighted with would change nothing.
func (c *acquaintances) recall(a *acquaintance) {
	c.mu.Lock()
	defer c.mu.Unlock()
	m, ok := c.young[a.tagOf]
	if !ok {
		if m, ok = c.old[a.tagOf]; ok {
			c.put(a.tagOf, m)
		}
	}
	if !ok {
		return
	}
	a.id, a.since = m.id, m.since
	a.look()
	nothingNew := a.shown.Slight && (!m.slight || a.shown.Username == "") || c.digestOf(a.shown) == m.digest
	a.kept = a.shown.ID == 0 || nothingNew && !m.blank
}

// remember is called once the rows are committed: a number that was rolled back would be nobody's.
func (c *acquaintances) remember(met []acquaintance) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, a := range met {
		have, ok := c.young[a.tagOf]
		if ok && have.id == a.id && (a.shown.ID == 0 || a.shown.Slight && !have.slight) {
			continue
		}
		c.put(a.tagOf, memory{a.id, a.since, c.digestOf(a.shown), a.shown.Slight, a.shown.ID == 0})
	}
}

// drop forgets somebody who is being forgotten.
func (c *acquaintances) drop(who tagOf) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.young, who)
	delete(c.old, who)
}

func (c *acquaintances) put(who tagOf, m memory) {
	c.young[who] = m
	if len(c.young) >= acquaintancesLimit {
		c.young, c.old = make(map[tagOf]memory, acquaintancesLimit), c.young
	}
}

func (c *acquaintances) digestOf(p profile) uint64 { return maphash.Bytes(c.seed, p.encoded()) }
