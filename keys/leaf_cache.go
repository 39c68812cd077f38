package keys

import (
	"maps"
	"sync"
)

// leafCache keeps leaf keys that were computed lately, since a person's is 64 steps away from the root. It is bounded:
// when the young half is full it becomes the old half, and the old half goes.
type leafCache struct {
	limit int // of each half

	mu         sync.Mutex
	young, old map[leafOf]secret
}

// leafOf names a leaf of one state of a tree. After a puncture the tree is another, so nothing stale can be found.
type leafOf struct {
	tree *tree
	path Path
}

func newLeafCache(limit int) *leafCache {
	return &leafCache{limit: limit, young: map[leafOf]secret{}, old: map[leafOf]secret{}}
}

func (c *leafCache) get(id leafOf) (secret, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if key, ok := c.young[id]; ok {
		return key, true
	}
	key, ok := c.old[id]
	if ok {
		c.add(id, key)
	}
	return key, ok
}

func (c *leafCache) put(id leafOf, key secret) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !id.tree.dropped { // else the key was computed while it was being forgotten
		c.add(id, key)
	}
}

func (c *leafCache) add(id leafOf, key secret) {
	c.young[id] = key
	if len(c.young) >= c.limit {
		c.young, c.old = make(map[leafOf]secret, c.limit), c.young
	}
}

// drop removes every leaf of t, and lets none come back.
func (c *leafCache) drop(t *tree) {
	c.mu.Lock()
	defer c.mu.Unlock()
	t.dropped = true
	ofTree := func(id leafOf, _ secret) bool { return id.tree == t }
	maps.DeleteFunc(c.young, ofTree)
	maps.DeleteFunc(c.old, ofTree)
}
