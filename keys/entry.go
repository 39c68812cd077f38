package keys

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"time"
)

// Entry is a line of the ledger: that a leaf is gone, and not whose it was. The zero Path stands for the whole guild.
type Entry struct {
	Seq   uint64 // from 1, without gaps
	At    time.Time
	Guild uint64
	Epoch uint32
	Path  Path
}

const entrySize = 8 + 8 + 8 + 4 + 9

func (e *Entry) tenancy() tenancy { return tenancy{e.Guild, e.Epoch} }

// Bytes is e for storage outside the keyring: seq 8 ‖ at, unix seconds 8 ‖ guild 8 ‖ epoch 4 ‖ path 9.
func (e Entry) Bytes() []byte {
	b := binary.BigEndian.AppendUint64(make([]byte, 0, entrySize), e.Seq)
	b = binary.BigEndian.AppendUint64(b, uint64(e.At.Unix()))
	b = binary.BigEndian.AppendUint64(b, e.Guild)
	b = binary.BigEndian.AppendUint32(b, e.Epoch)
	return e.Path.appendFixed(b)
}

// Place is the end of Bytes, which says what was forgotten: to find the entry of a leaf by.
func (e Entry) Place() []byte { return e.Bytes()[16:] }

// ParseEntry reads what Bytes wrote.
func ParseEntry(b []byte) (Entry, error) {
	if len(b) != entrySize {
		return Entry{}, fmt.Errorf("ledger entry of %d bytes, want %d", len(b), entrySize)
	}
	e := Entry{
		Seq:   binary.BigEndian.Uint64(b),
		At:    time.Unix(int64(binary.BigEndian.Uint64(b[8:])), 0).UTC(),
		Guild: binary.BigEndian.Uint64(b[16:]),
		Epoch: binary.BigEndian.Uint32(b[24:]),
		Path:  Path{len: b[28], bits: binary.BigEndian.Uint64(b[29:])},
	}
	if again, err := ParsePath(e.Path.Bytes()); err != nil || again != e.Path || e.Seq == 0 {
		return Entry{}, errors.Join(fmt.Errorf("no ledger entry is %x", b), err)
	}
	return e, nil
}

// Ledger is what has been forgotten, in order, from the entry after number after.
func (r *Ring) Ledger(after uint64) ([]Entry, error) { return r.home.entries(after) }

// Replay forgets what another copy of the ledger says was forgotten and this keyring, being older, does not know. It takes
// the lines over as they are. A copy that says otherwise about a line this ledger has is another keyring's, or the two
// have gone separate ways: ErrAnotherLedger, and nothing is forgotten.
func (r *Ring) Replay(ctx context.Context, entries []Entry) error {
	if len(entries) == 0 {
		return nil
	}
	return r.home.submit(ctx, &change{replay: entries})
}
