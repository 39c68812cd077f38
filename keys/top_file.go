package keys

import (
	"crypto/rand"
	"encoding/binary"
	"fmt"
)

// The file "top.<generation>", sealed under ROOT. Its content:
//
//	keyring id 16 ‖ applied 8 ‖ chain 32 ‖ 256 × (page id 8 ‖ page key 32)
//
// A page id of 0 says that the page is empty and has no file.
const (
	pageCount = 256
	topPrefix = "top."
	topHeader = 16 + 8 + 32
	topSize   = topHeader + pageCount*40
)

// top is what ROOT opens.
type top struct {
	id      [16]byte // of the keyring, random, for life
	applied uint64   // last entry of the ledger that the pages have carried out
	chain   [32]byte // the ledger's digest at that entry
	pages   [pageCount]pageRef
}

// pageRef is where a page lies, and its key. Both are new each time the page is written.
type pageRef struct {
	id  uint64
	key secret
}

func newPageRef() pageRef {
	var id [8]byte
	rand.Read(id[:])
	return pageRef{id: binary.BigEndian.Uint64(id[:]) | 1, key: fresh()}
}

func topName(generation uint64) string { return fmt.Sprintf("%s%d", topPrefix, generation) }

func (t *top) encode() []byte {
	b := make([]byte, 0, topSize)
	b = append(b, t.id[:]...)
	b = binary.BigEndian.AppendUint64(b, t.applied)
	b = append(b, t.chain[:]...)
	for _, ref := range t.pages {
		b = binary.BigEndian.AppendUint64(b, ref.id)
		b = append(b, ref.key[:]...)
	}
	return b
}

func decodeTop(b []byte) (t top, err error) {
	if len(b) != topSize {
		return top{}, errDamagedFile
	}
	t.id = [16]byte(b)
	t.applied = binary.BigEndian.Uint64(b[16:])
	t.chain = [32]byte(b[24:])
	for i := range t.pages {
		entry := b[topHeader+40*i:]
		t.pages[i] = pageRef{id: binary.BigEndian.Uint64(entry), key: secret(entry[8:40])}
	}
	return t, nil
}
