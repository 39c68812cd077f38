package keys

import (
	"errors"
	"fmt"
)

// entries reads the ledger from the disk: it is not kept in memory, and seldom asked for.
func (o *owner) entries(after uint64) ([]Entry, error) {
	o.turn <- struct{}{}
	defer func() { <-o.turn }()
	return o.ledgerAfter(after)
}

func (o *owner) ledgerAfter(after uint64) ([]Entry, error) {
	if o.closed {
		return nil, ErrClosed
	}
	file, err := readIfThere(o.dir, ledgerFile)
	if err != nil {
		return nil, err
	}
	l := emptyLedger(o.top.id)
	all := l.followAll(file[:min(int64(len(file)), o.ledger.size)])
	if err := o.top.check(all); err != nil || after >= uint64(len(all)) {
		return nil, err
	}
	return all[after:], nil
}

// replay carries out the entries that this ledger lacks, once those that it has are found to be the same.
func (o *owner) replay(entries []Entry) (returned <-chan struct{}, err error) {
	for i := range entries {
		if entries[i].Seq != entries[0].Seq+uint64(i) || entries[i].Seq == 0 {
			return nil, errors.New("replay a ledger: entries are missing or out of order")
		}
	}
	first, last := entries[0].Seq, entries[len(entries)-1].Seq
	if first > o.ledger.seq+1 {
		return nil, fmt.Errorf("replay a ledger: it begins with entry %d, and this one ends with %d", first, o.ledger.seq)
	}
	ours, err := o.ledgerAfter(first - 1)
	if err != nil {
		return nil, err
	}
	for i := range min(len(ours), len(entries)) {
		if !sameEntry(ours[i], entries[i]) {
			return nil, fmt.Errorf("%w: they differ in entry %d", ErrAnotherLedger, ours[i].Seq)
		}
	}
	if last <= o.ledger.seq {
		return nil, nil
	}
	p := plan{forgets: entries[len(ours):]}
	for i := range p.forgets {
		p.touched = append(p.touched, p.forgets[i].tenancy())
	}
	return o.apply(p)
}

func sameEntry(a, b Entry) bool {
	return a.At.Unix() == b.At.Unix() && a.Guild == b.Guild && a.Epoch == b.Epoch && a.Path == b.Path
}
