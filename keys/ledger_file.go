package keys

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"ticketbot/keys/internal/disk"
)

// The file "ledger": one line of JSON for each thing forgotten, appended before it is forgotten and never changed. It is
// what a restored database or an interrupted forgetting is replayed from. Nothing in it is secret from the operator: it
// says that a leaf is gone, not whose it was.
//
//	chain = SHA-256(label ‖ the chain before ‖ seq 8 ‖ at, unix seconds 8 ‖ guild 8 ‖ epoch 4 ‖ path 9)
//
// and before the first line, SHA-256(label ‖ keyring id), so no line can be changed, moved, or taken from another ring.
const (
	ledgerFile  = "ledger"
	labelLedger = "ticketbot keys v1 ledger"
)

// entry is a line of the ledger.
type entry struct {
	Seq   uint64    `json:"seq"`
	At    time.Time `json:"at"`
	Guild uint64    `json:"guild,string"`
	Epoch uint32    `json:"epoch"`
	Path  string    `json:"path,omitempty"` // hex; without one the whole guild
	Chain string    `json:"chain"`

	path Path
}

func (e *entry) tenancy() tenancy { return tenancy{e.Guild, e.Epoch} }

func (e *entry) digest(before [32]byte) [32]byte {
	b := append([]byte(labelLedger), before[:]...)
	b = binary.BigEndian.AppendUint64(b, e.Seq)
	b = binary.BigEndian.AppendUint64(b, uint64(e.At.Unix()))
	b = binary.BigEndian.AppendUint64(b, e.Guild)
	b = binary.BigEndian.AppendUint32(b, e.Epoch)
	return sha256.Sum256(e.path.appendFixed(b))
}

// ledger is the end of the file: what the next line follows.
type ledger struct {
	seq   uint64
	chain [32]byte
	size  int64
}

func emptyLedger(id [16]byte) ledger {
	return ledger{chain: sha256.Sum256(append([]byte(labelLedger), id[:]...))}
}

// append writes entries, giving each its number and digest. They are durable when it returns nil. When it does not, what
// was written of them is cut off again; errors.Is(err, errTornLedger) says that even this failed.
func (l *ledger) append(dir disk.Dir, entries []entry) error {
	next := *l
	var lines []byte
	for i := range entries {
		e := &entries[i]
		e.Seq = next.seq + 1
		e.Path = hex.EncodeToString(e.path.Bytes())
		next.seq, next.chain = e.Seq, e.digest(next.chain)
		e.Chain = hex.EncodeToString(next.chain[:])
		line, err := json.Marshal(e)
		if err != nil {
			return fmt.Errorf("encode ledger entry: %w", err)
		}
		lines = append(append(lines, line...), '\n')
	}
	if err := dir.Append(ledgerFile, lines); err != nil {
		err = fmt.Errorf("append to ledger: %w", err)
		if cutErr := dir.Cut(ledgerFile, l.size); cutErr != nil && !errors.Is(cutErr, fs.ErrNotExist) {
			err = errors.Join(err, errTornLedger, cutErr)
		}
		return err
	}
	next.size += int64(len(lines))
	*l = next
	return nil
}

var errTornLedger = errors.New("ledger ends in a torn line")

// readLedger reads the ledger that t belongs to. Up to t.applied it must be whole; what follows was never acknowledged,
// so from the first line that a power cut tore it is cut off.
func readLedger(dir disk.Dir, t *top) (l ledger, entries []entry, err error) {
	file, err := dir.Read(ledgerFile)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return ledger{}, nil, fmt.Errorf("read ledger: %w", err)
	}
	l = emptyLedger(t.id)
	matches := t.applied == 0 && t.chain == l.chain
	for line := range bytes.Lines(file) {
		e, ok := l.follow(line)
		if !ok {
			break
		}
		entries = append(entries, e)
		matches = matches || l.seq == t.applied && l.chain == t.chain
	}
	if !matches {
		return ledger{}, nil, damaged{ledgerFile, fmt.Errorf("line %d is not what was written there", l.seq+1)}
	}
	if int64(len(file)) > l.size {
		if err := dir.Cut(ledgerFile, l.size); err != nil {
			return ledger{}, nil, fmt.Errorf("cut torn line off the ledger: %w", err)
		}
	}
	return l, entries, nil
}

// follow reads the next line, if it is one.
func (l *ledger) follow(line []byte) (e entry, ok bool) {
	if !bytes.HasSuffix(line, []byte("\n")) || json.Unmarshal(line, &e) != nil || e.Seq != l.seq+1 {
		return entry{}, false
	}
	raw, err := hex.DecodeString(e.Path)
	if err != nil {
		return entry{}, false
	}
	if e.path, err = ParsePath(raw); err != nil {
		return entry{}, false
	}
	chain := e.digest(l.chain)
	if hex.EncodeToString(chain[:]) != e.Chain {
		return entry{}, false
	}
	l.seq, l.chain, l.size = e.Seq, chain, l.size+int64(len(line))
	return e, true
}
