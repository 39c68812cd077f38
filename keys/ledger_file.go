package keys

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"slices"
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

// line is an Entry in the file.
type line struct {
	Seq   uint64    `json:"seq"`
	At    time.Time `json:"at"`
	Guild uint64    `json:"guild,string"`
	Epoch uint32    `json:"epoch"`
	Path  string    `json:"path,omitempty"` // hex; without one the whole guild
	Chain string    `json:"chain"`
}

func (l line) entry() (Entry, error) {
	raw, err := hex.DecodeString(l.Path)
	if err != nil {
		return Entry{}, err
	}
	path, err := ParsePath(raw)
	return Entry{l.Seq, l.At.UTC(), l.Guild, l.Epoch, path}, err
}

func (e *Entry) digest(before [32]byte) [32]byte {
	return sha256.Sum256(slices.Concat([]byte(labelLedger), before[:], e.Bytes()))
}

// ledger is the end of the file: what the next line follows.
type ledger struct {
	seq   uint64
	chain [32]byte
	size  int64
	torn  bool // something may follow that is no line
}

func emptyLedger(id [16]byte) ledger {
	return ledger{chain: sha256.Sum256(append([]byte(labelLedger), id[:]...))}
}

// append writes entries, giving each its number and digest. They are durable when it returns nil. When it does not, what
// was written of them is cut off again, now or before the next append.
func (l *ledger) append(dir disk.Dir, entries []Entry) error {
	next := *l
	var lines []byte
	for i := range entries {
		e := &entries[i]
		e.Seq, e.At = next.seq+1, e.At.UTC().Truncate(time.Second)
		next.seq, next.chain = e.Seq, e.digest(next.chain)
		text, err := json.Marshal(line{
			e.Seq, e.At, e.Guild, e.Epoch, hex.EncodeToString(e.Path.Bytes()), hex.EncodeToString(next.chain[:]),
		})
		if err != nil {
			return fmt.Errorf("encode ledger entry: %w", err)
		}
		lines = append(append(lines, text...), '\n')
	}
	if err := l.cut(dir); err != nil {
		return err
	}
	if err := dir.Append(ledgerFile, lines); err != nil {
		l.torn = true
		return errors.Join(fmt.Errorf("append to ledger: %w", err), l.cut(dir))
	}
	next.size, next.torn = next.size+int64(len(lines)), false
	*l = next
	return nil
}

// cut removes what a failed append may have left.
func (l *ledger) cut(dir disk.Dir) error {
	if !l.torn {
		return nil
	}
	if err := dir.Cut(ledgerFile, l.size); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("cut torn line off the ledger: %w", err)
	}
	l.torn = false
	return nil
}

// check says whether entries are the ledger that t belongs to. Up to t.applied it must be whole; what follows was never
// acknowledged, so it ends before the first line that a power cut tore.
func (t *top) check(entries []Entry) error {
	if t.applied > uint64(len(entries)) {
		return damaged{ledgerFile, fmt.Errorf("line %d is not what was written there", len(entries)+1)}
	}
	chain := emptyLedger(t.id).chain
	for i := range entries[:t.applied] {
		chain = entries[i].digest(chain)
	}
	if chain != t.chain {
		return damaged{ledgerFile, fmt.Errorf("its first %d lines are not those of this keyring", t.applied)}
	}
	return nil
}

// followAll reads lines as long as each follows from the one before.
func (l *ledger) followAll(file []byte) (entries []Entry) {
	for text := range bytes.Lines(file) {
		e, ok := l.follow(text)
		if !ok {
			break
		}
		entries = append(entries, e)
	}
	return entries
}

// follow reads the next line, if it is one.
func (l *ledger) follow(text []byte) (e Entry, ok bool) {
	var ln line
	if !bytes.HasSuffix(text, []byte("\n")) || json.Unmarshal(text, &ln) != nil || ln.Seq != l.seq+1 {
		return Entry{}, false
	}
	e, err := ln.entry()
	if err != nil {
		return Entry{}, false
	}
	chain := e.digest(l.chain)
	if hex.EncodeToString(chain[:]) != ln.Chain {
		return Entry{}, false
	}
	l.seq, l.chain, l.size = e.Seq, chain, l.size+int64(len(text))
	return e, true
}
