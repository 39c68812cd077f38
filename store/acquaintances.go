package store

import (
	"hash/maphash"
	"sync"

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
	digest uint64
	slight bool
}

const acquaintancesLimit = 16384 // of each half; about 1.5 MB

func newAcquaintances() *acquaintances {
	return &acquaintances{seed: maphash.MakeSeed(), young: map[tagOf]memory{}, old: map[tagOf]memory{}}
}

// recall finds a's number if the profile that a was sighted with would change nothing.
func (c *acquaintances) recall(a acquaintance) (ticket.PersonID, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	m, ok := c.young[a.tagOf]
	if !ok {
		if m, ok = c.old[a.tagOf]; ok {
			c.put(a.tagOf, m)
		}
	}
	if !ok {
		return 0, false
	}
	nothingNew := a.shown.Slight && (!m.slight || a.shown.Username == "") || c.digestOf(a.shown) == m.digest
	return m.id, nothingNew
}

// remember is called once the rows are committed: a number that was rolled back would be nobody's.
func (c *acquaintances) remember(met []acquaintance) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, a := range met {
		have, ok := c.young[a.tagOf]
		if ok && have.id == a.id && a.shown.Slight && !have.slight {
			continue
		}
		c.put(a.tagOf, memory{a.id, c.digestOf(a.shown), a.shown.Slight})
	}
}

func (c *acquaintances) put(who tagOf, m memory) {
	c.young[who] = m
	if len(c.young) >= acquaintancesLimit {
		c.young, c.old = make(map[tagOf]memory, acquaintancesLimit), c.young
	}
}

func (c *acquaintances) digestOf(p profile) uint64 { return maphash.Bytes(c.seed, p.encoded()) }
