package keys

import (
	"encoding/binary"
	"fmt"
	"math/bits"
)

// Path names a leaf of a guild's key tree: a person, a ticket, or a purpose of the whole guild. It says which leaf, and
// nothing of the leaf's key. The zero Path names none. Paths are comparable, and stored beside a row as its key id.
//
// The bits of a path are the way down from the tree's root, first step in the highest bit. Its first two bits say what
// kind of leaf it is and, with what follows, how long it is, so no path is the beginning of another:
//
//	00 ‖ 62 bits of HMAC(index leaf, user ‖ generation)       a person          64 steps
//	01 ‖ length, 6 bits ‖ the number without its first 1      a ticket    8 to 39 steps
//	10 ‖ purpose, 6 bits                                      guild-wide         8 steps
type Path struct {
	bits uint64 // left-aligned, zero below the length
	len  uint8  // steps; 0: no leaf
}

const (
	kindPerson uint64 = iota
	kindTicket
	kindGuild
)

// Purposes of guild-wide leaves. Frozen: they are part of the paths on disk.
const (
	purposeIndex  = 0 // blind indexes: where a person's leaf is, and keyed tags
	purposeConfig = 1 // what belongs to neither person nor ticket
	purposeSign   = 2 // in the server's tree: the key that signs receipts
)

// TicketPath is the leaf of ticket number. Numbers are dense, so forgotten neighbours melt together in the tree.
func TicketPath(number uint32) Path {
	n := uint64(number)
	l := bits.Len64(n)
	p := Path{bits: kindTicket<<62 | uint64(l)<<56, len: 8}
	if l > 1 {
		p.bits |= n << (65 - l) >> 8
		p.len += uint8(l - 1)
	}
	return p
}

func personPath(blind uint64) Path  { return Path{bits: blind >> 2, len: 64} }
func guildPath(purpose uint64) Path { return Path{bits: kindGuild<<62 | purpose<<56, len: 8} }

// IsZero says whether p names no leaf.
func (p Path) IsZero() bool { return p.len == 0 }

func (p Path) kind() uint64   { return p.bits >> 62 }
func (p Path) isPerson() bool { return p.len > 0 && p.kind() == kindPerson }
func (p Path) isTicket() bool { return p.len > 0 && p.kind() == kindTicket }

// Bytes is p for storage: 8 bytes, 9 for a subtree of tickets, or nil for the zero Path.
func (p Path) Bytes() []byte {
	switch {
	case p.IsZero():
		return nil
	case p.isTicketRange():
		return p.rangeBytes()
	}
	return binary.BigEndian.AppendUint64(nil, p.bits)
}

// ParsePath reads what Bytes wrote, and refuses what it cannot have written.
func ParsePath(b []byte) (Path, error) {
	if len(b) == 0 {
		return Path{}, nil
	}
	if len(b) == 9 {
		return parseRange(b)
	}
	if len(b) != 8 {
		return Path{}, fmt.Errorf("key path of %d bytes, want 8", len(b))
	}
	p := Path{bits: binary.BigEndian.Uint64(b)}
	switch p.kind() {
	case kindPerson:
		p.len = 64
	case kindTicket:
		p.len = p.ticketDepth()
	case kindGuild:
		p.len = 8
	}
	tooLong := p.kind() == kindTicket && p.len > 8+31
	if p.len == 0 || tooLong || p.len < 64 && p.bits<<p.len != 0 {
		return Path{}, fmt.Errorf("no leaf has the key path %x", b)
	}
	return p, nil
}

// appendFixed appends p as 9 bytes, the zero Path included: authenticated data must not be ambiguous.
func (p Path) appendFixed(b []byte) []byte {
	return binary.BigEndian.AppendUint64(append(b, p.len), p.bits)
}

// String is for logs: it names the kind, and no person.
func (p Path) String() string {
	switch {
	case p.IsZero():
		return "none"
	case p.isPerson():
		return "person"
	case p.isTicketRange():
		first, last, _ := p.Tickets()
		return fmt.Sprintf("tickets %d to %d", first, last)
	case p.isTicket():
		number, _, _ := p.Tickets()
		return fmt.Sprintf("ticket %d", number)
	default:
		return "guild-wide"
	}
}
