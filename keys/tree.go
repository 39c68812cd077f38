package keys

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"io"
	"slices"
)

// secret is 256 bits that must not be seen; printing one shows nothing.
type secret [32]byte

func (secret) Format(f fmt.State, _ rune) { io.WriteString(f, "(secret)") }

func fresh() (s secret) {
	rand.Read(s[:]) // never fails: the program ends rather than go on without randomness
	return s
}

// Labels of the tree. Each use of a node has its own, so that a leaf's key is never a node's seed.
const (
	labelNode = "ticketbot keys v1 node"
	labelLeaf = "ticketbot keys v1 leaf"
)

// node is one known node of a tree: where it is, and its seed.
type node struct {
	bits uint64 // left-aligned, zero below the length
	len  uint8
	seed secret
}

// cover is what is left of a guild's tree: the highest nodes that are still known, in order, none above another.
//
// child(seed, bit) = HMAC-SHA256(seed, label ‖ bit), so who holds a node can compute every leaf below it and none
// beside it. A new tree's cover is its root. A cover is never changed in place: puncture returns another.
type cover []node

func newCover() cover { return cover{{seed: fresh()}} }

func child(seed *secret, bit byte) (s secret) {
	m := hmac.New(sha256.New, seed[:])
	m.Write([]byte(labelNode))
	m.Write([]byte{bit})
	m.Sum(s[:0])
	return s
}

func (n *node) above(p Path) bool { return n.len <= p.len && (n.bits^p.bits)>>(64-n.len) == 0 }

// step goes down one level: towards p, and the sibling it leaves aside.
func (n *node) step(p Path) (towards, aside node) {
	bit := uint64(1) << (63 - n.len)
	left := node{n.bits, n.len + 1, child(&n.seed, 0)}
	right := node{n.bits | bit, n.len + 1, child(&n.seed, 1)}
	if p.bits&bit == 0 {
		return left, right
	}
	return right, left
}

// find is the index of the node above p, or -1 when p is forgotten.
func (c cover) find(p Path) int {
	i, exact := slices.BinarySearchFunc(c, p.bits, func(n node, bits uint64) int {
		switch {
		case n.bits < bits:
			return -1
		case n.bits > bits:
			return 1
		}
		return 0
	})
	if !exact {
		i--
	}
	if i < 0 || !c[i].above(p) {
		return -1
	}
	return i
}

// has says whether anything at p, or under it, can be computed.
func (c cover) has(p Path) bool {
	if c.find(p) >= 0 {
		return true
	}
	from, to := c.below(p)
	return from < to
}

// leaf computes the key at p.
func (c cover) leaf(p Path) (key secret, err error) {
	i := c.find(p)
	if i < 0 {
		return secret{}, ErrForgotten
	}
	seed := c[i].seed
	for depth := c[i].len; depth < p.len; depth++ {
		seed = child(&seed, byte(p.bits>>(63-depth)&1))
	}
	m := hmac.New(sha256.New, seed[:])
	m.Write([]byte(labelLeaf))
	m.Sum(key[:0])
	return key, nil
}

// puncture is c without p: the node above p gives way to the siblings on the way down to it.
func (c cover) puncture(p Path) cover {
	i := c.find(p)
	if i < 0 {
		from, to := c.below(p)
		return slices.Concat(c[:from], c[to:])
	}
	var siblings []node
	for n := c[i]; n.len < p.len; {
		var aside node
		n, aside = n.step(p)
		siblings = append(siblings, aside)
	}
	slices.SortFunc(siblings, func(a, b node) int {
		if a.bits < b.bits {
			return -1
		}
		return 1
	})
	return slices.Concat(c[:i], siblings, c[i+1:])
}
