package decryptall

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"math/bits"
	"slices"
)

// The formats, as the documentation of the package keys has them.
const (
	magic       = "TBKEYS01"
	labelFile   = "ticketbot keys v1 file "
	labelNode   = "ticketbot keys v1 node"
	labelLeaf   = "ticketbot keys v1 leaf"
	labelValue  = "ticketbot keys v1 value"
	labelStream = "ticketbot keys v1 stream"

	nonceSize = 12
	tagSize   = 16
	nodeSize  = 8 + 1 + 32
	saltSize  = 16
	chunkSize = 64 << 10
)

type key [32]byte

func gcm(k key) cipher.AEAD {
	block, err := aes.NewCipher(k[:])
	if err != nil {
		panic(err) // only for a key that is not 16, 24 or 32 bytes
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		panic(err) // only for a block that is not AES
	}
	return aead
}

// sealedFile is the nonce and what follows of a sealed file.
func sealedFile(content []byte) ([]byte, bool) {
	body, ok := bytes.CutPrefix(content, []byte(magic))
	return body, ok && len(body) >= nonceSize+tagSize
}

func openFile(with cipher.AEAD, name string, body []byte) ([]byte, bool) {
	plain, err := with.Open(nil, body[:nonceSize], body[nonceSize:], []byte(labelFile+name))
	return plain, err == nil
}

// path is a leaf: the way down from the root, first step in the highest bit. The zero path is none.
type path struct {
	bits uint64
	len  uint8
}

// parsePath reads a stored key path; its first bits say how long it is.
func parsePath(b []byte) (path, bool) {
	if len(b) != 8 {
		return path{}, false
	}
	p := path{bits: binary.BigEndian.Uint64(b)}
	switch p.bits >> 62 {
	case 0:
		p.len = 64
	case 1:
		p.len = 8 + uint8(max(p.bits>>56&63, 1)-1)
	case 2:
		p.len = 8
	}
	return p, p.len > 0
}

func ticketPath(number uint32) path {
	l := bits.Len32(number)
	b := uint64(1)<<62 | uint64(l)<<56
	if l < 2 {
		return path{b, 8}
	}
	below := uint64(number) &^ (1 << (l - 1))
	return path{b | below<<(56-(l-1)), uint8(8 + l - 1)}
}

// configuration is the leaf of what belongs to nobody.
var configuration = path{2<<62 | 1<<56, 8}

func (p path) fixed(b []byte) []byte { return binary.BigEndian.AppendUint64(append(b, p.len), p.bits) }

// node is a place in some tree whose seed is known.
type node struct {
	bits uint64
	len  uint8
	seed key
}

func (n *node) above(p path) bool { return n.len <= p.len && (n.bits^p.bits)>>(64-n.len) == 0 }

func (n *node) leaf(p path) key {
	seed := n.seed
	for depth := n.len; depth < p.len; depth++ {
		seed = mac(seed, labelNode, byte(p.bits>>(63-depth)&1))
	}
	return mac(seed, labelLeaf)
}

func mac(k key, label string, bit ...byte) key {
	m := hmac.New(sha256.New, k[:])
	m.Write([]byte(label))
	m.Write(bit)
	return key(m.Sum(nil))
}

// ref is where a value lies.
type ref struct {
	guild          uint64
	epoch          uint32
	field          uint16
	row            uint64
	person, ticket path
}

func (r ref) place() Place {
	return Place{r.guild, r.epoch, r.field, r.row, r.person.stored(), r.ticket.stored()}
}

func (p path) stored() []byte {
	if p.len == 0 {
		return nil
	}
	return binary.BigEndian.AppendUint64(nil, p.bits)
}

func (r ref) authenticated(version byte) []byte {
	b := binary.BigEndian.AppendUint16([]byte{version}, r.field)
	b = binary.BigEndian.AppendUint64(b, r.guild)
	b = binary.BigEndian.AppendUint32(b, r.epoch)
	b = binary.BigEndian.AppendUint64(b, r.row)
	return r.ticket.fixed(r.person.fixed(b))
}

// recordKey is the key of what lies at r, when leaves are those of its person and ticket.
func (r ref) recordKey(leaves []byte, label string, salt []byte) key {
	k, err := hkdf.Key(sha256.New, leaves, append(binary.BigEndian.AppendUint64(nil, r.row), salt...),
		string(binary.BigEndian.AppendUint16([]byte(label), r.field)), len(key{}))
	if err != nil {
		panic(err) // only for a length that SHA-256 cannot give
	}
	return key(k)
}

// open opens a sealed value (version 1) or stream (version 2).
func (r ref) open(leaves, sealed []byte) ([]byte, bool) {
	switch {
	case len(sealed) > 1+nonceSize+tagSize && sealed[0] == 1:
		aead := gcm(r.recordKey(leaves, labelValue, nil))
		padded, err := aead.Open(nil, sealed[1:1+nonceSize], sealed[1+nonceSize:], r.authenticated(1))
		return unpad(padded), err == nil
	case len(sealed) > 1+saltSize+tagSize && sealed[0] == 2:
		return r.openStream(gcm(r.recordKey(leaves, labelStream, sealed[1:1+saltSize])), sealed[1+saltSize:])
	}
	return nil, false
}

// openStream opens a stream by its last chunk, and gives whatever opens of the others.
func (r ref) openStream(aead cipher.AEAD, sealed []byte) (plain []byte, ok bool) {
	authenticated := r.authenticated(2)
	chunks := slices.Collect(slices.Chunk(sealed, chunkSize+tagSize))
	open := func(number int) []byte {
		nonce := binary.BigEndian.AppendUint64(make([]byte, 3, nonceSize), uint64(number))
		for last := range byte(2) {
			if chunk, err := aead.Open(nil, append(nonce[:11:11], last), chunks[number], authenticated); err == nil {
				return chunk
			}
		}
		return nil
	}
	end := open(len(chunks) - 1)
	if end == nil {
		return nil, false
	}
	for number := range len(chunks) - 1 {
		plain = append(plain, open(number)...)
	}
	return append(plain, unpad(end)...), true
}

// unpad takes off what hides the length; what is not padded stays as it is.
func unpad(b []byte) []byte {
	if end := bytes.LastIndexByte(b, 0x80); end >= 0 && len(bytes.Trim(b[end+1:], "\x00")) == 0 {
		return b[:end]
	}
	return b
}
