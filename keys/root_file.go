package keys

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"fmt"

	"ticketbot/keys/internal/disk"
)

// The file "root", 8192 bytes: a slot at 0 and one at 4096. ROOT of generation g is in slot g mod 2, the other slot is
// noise. It is the only file that is ever overwritten where it lies, because overwriting is what forgets.
//
//	slot: "TBROOT01" ‖ generation 8 ‖ ROOT 32 ‖ SHA-256 of these 48 bytes ‖ zeros to 512
//
// The digest tells a whole slot from one that a power cut tore; nothing secret depends on it.
const (
	rootFile  = "root"
	rootSize  = 8192
	slotSize  = 512
	slotMagic = "TBROOT01"
	slotBody  = len(slotMagic) + 8 + 32
)

func slotOffset(generation uint64) int64 { return int64(generation%2) * rootSize / 2 }

func encodeSlot(generation uint64, root secret) []byte {
	b := make([]byte, 0, slotSize)
	b = append(b, slotMagic...)
	b = binary.BigEndian.AppendUint64(b, generation)
	b = append(b, root[:]...)
	sum := sha256.Sum256(b)
	return append(b, sum[:]...)[:slotSize]
}

func decodeSlot(b []byte) (generation uint64, root secret, ok bool) {
	if len(b) < slotSize || string(b[:len(slotMagic)]) != slotMagic {
		return 0, secret{}, false
	}
	if sha256.Sum256(b[:slotBody]) != [32]byte(b[slotBody:slotBody+32]) {
		return 0, secret{}, false
	}
	generation = binary.BigEndian.Uint64(b[len(slotMagic):])
	return generation, secret(b[len(slotMagic)+8:]), generation > 0
}

// newestRoot is the ROOT that counts: that of the slot which is whole, of two whole ones the newer.
func newestRoot(file []byte) (generation uint64, root secret, ok bool) {
	for slot := range uint64(2) {
		if len(file) < int(slotOffset(slot))+slotSize {
			continue
		}
		g, r, whole := decodeSlot(file[slotOffset(slot):])
		if whole && g%2 == slot && g > generation {
			generation, root, ok = g, r, true
		}
	}
	return generation, root, ok
}

// writeRoot makes generation the one that counts.
func writeRoot(dir disk.Dir, generation uint64, root secret) error {
	if err := dir.Overwrite(rootFile, slotOffset(generation), encodeSlot(generation, root)); err != nil {
		return fmt.Errorf("write root slot: %w", err)
	}
	return nil
}

// wipeOther destroys whatever ROOT is in the slot that generation does not use. With noise, since a disk may keep the old
// block when it is told to write zeros.
func wipeOther(dir disk.Dir, generation uint64) error {
	noise := make([]byte, slotSize)
	rand.Read(noise)
	if err := dir.Overwrite(rootFile, slotOffset(generation+1), noise); err != nil {
		return fmt.Errorf("wipe old root slot: %w", err)
	}
	return nil
}
