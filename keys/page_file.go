package keys

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"maps"
	"slices"
)

// The file "page-<number>.<id>", numbers in hex, sealed under its page key. Its content, one after the other:
//
//	guild 8 ‖ epoch 4 ‖ nodes 4 ‖ nodes × (bits 8 ‖ length 1 ‖ seed 32)
const (
	pagePrefix = "page-"
	treeHeader = 8 + 4 + 4
	nodeSize   = 8 + 1 + 32
)

// page is the guilds that share a page file.
type page map[tenancy]*tree

// pageOf spreads guilds over the pages. Frozen: it says where a guild's keys are.
func pageOf(guild uint64) int { return int(guild * 0x9E3779B97F4A7C15 >> 56) }

func pageName(number int, ref pageRef) string {
	return fmt.Sprintf("%s%02x.%016x", pagePrefix, number, ref.id)
}

func (p page) encode() []byte {
	order := slices.SortedFunc(maps.Keys(p), func(a, b tenancy) int {
		return cmp.Or(cmp.Compare(a.guild, b.guild), cmp.Compare(a.epoch, b.epoch))
	})
	var b []byte
	for _, ten := range order {
		nodes := p[ten].cover
		b = binary.BigEndian.AppendUint64(b, ten.guild)
		b = binary.BigEndian.AppendUint32(b, ten.epoch)
		b = binary.BigEndian.AppendUint32(b, uint32(len(nodes)))
		for _, n := range nodes {
			b = binary.BigEndian.AppendUint64(b, n.bits)
			b = append(append(b, n.len), n.seed[:]...)
		}
	}
	return b
}

func decodePage(number int, b []byte) (page, error) {
	p := page{}
	for len(b) > 0 {
		if len(b) < treeHeader {
			return nil, errDamagedFile
		}
		ten := tenancy{binary.BigEndian.Uint64(b), binary.BigEndian.Uint32(b[8:])}
		count := int(binary.BigEndian.Uint32(b[12:]))
		b = b[treeHeader:]
		if count == 0 || len(b) < count*nodeSize || pageOf(ten.guild) != number || p[ten] != nil {
			return nil, errDamagedFile
		}
		p[ten] = &tree{cover: decodeCover(b[:count*nodeSize])}
		b = b[count*nodeSize:]
	}
	return p, nil
}

func decodeCover(b []byte) cover {
	c := make(cover, 0, len(b)/nodeSize)
	for ; len(b) > 0; b = b[nodeSize:] {
		c = append(c, node{bits: binary.BigEndian.Uint64(b), len: b[8], seed: secret(b[9:nodeSize])})
	}
	return c
}
