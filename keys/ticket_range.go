package keys

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"math/bits"
	"slices"
)

// TicketRange is the tickets first to last, as the fewest subtrees of the key tree that hold them and no others. Only
// Forget takes such a path: nothing is sealed under a subtree. A thousand numbers that were never used, or that a lost
// database may have used, are forgotten in about ten lines of the ledger and not in a thousand.
func TicketRange(first, last uint32) []Path {
	var paths []Path
	for n := uint64(max(first, 1)); n <= uint64(last); {
		// A subtree holds 2^size numbers of one length, and begins at a multiple of that.
		size := min(bits.TrailingZeros64(n), bits.Len64(n)-1)
		for n+1<<size-1 > uint64(last) {
			size--
		}
		p := TicketPath(uint32(n))
		p.len -= uint8(size)
		paths = append(paths, p)
		n += 1 << size
	}
	return paths
}

// Tickets are the numbers that p stands for: one, or those of a subtree. ok is false when p is not about tickets.
func (p Path) Tickets() (first, last uint32, ok bool) {
	if !p.isTicket() {
		return 0, 0, false
	}
	length := p.bits >> 56 & 63
	if length == 0 {
		return 0, 0, true
	}
	n := uint64(1)<<(length-1) | p.bits<<8>>(65-length)
	return uint32(n), uint32(n + 1<<(p.ticketDepth()-p.len) - 1), true
}

// ticketDepth is how long the path of a ticket of p's length is; p is shorter when it is a subtree of several.
func (p Path) ticketDepth() uint8 { return 8 + uint8(max(p.bits>>56&63, 1)-1) }

func (p Path) isTicketRange() bool { return p.isTicket() && p.len < p.ticketDepth() }

// rangeBytes is a subtree for storage: 9 bytes, so that it is never taken for a leaf.
func (p Path) rangeBytes() []byte { return append(binary.BigEndian.AppendUint64(nil, p.bits), p.len) }

func parseRange(b []byte) (Path, error) {
	p := Path{bits: binary.BigEndian.Uint64(b), len: b[8]}
	if !p.isTicketRange() || p.ticketDepth() > 8+31 || p.len < 8 || p.bits<<p.len != 0 {
		return Path{}, fmt.Errorf("no tickets have the key path %x", b)
	}
	return p, nil
}

// below are the nodes of c that lie under p, as a range of indexes. Under a leaf there is none.
func (c cover) below(p Path) (from, to int) {
	from, _ = slices.BinarySearchFunc(c, p.bits, func(n node, bits uint64) int { return cmp.Compare(n.bits, bits) })
	to = from
	for to < len(c) && c[to].len >= p.len && (c[to].bits^p.bits)>>(64-p.len) == 0 {
		to++
	}
	return from, to
}
