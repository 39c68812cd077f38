package keys

import (
	"errors"
	"fmt"
	"maps"
	"strings"
)

// commit brings the disk to what is in memory, with adds. It is the only way anything is written, and each step is
// durable before the next begins:
//
//	1  the ledger's lines (before commit)
//	2  changed pages, in new files under new keys
//	3  the top that names them, in a new file under a new ROOT; then the directory
//	4  ROOT into the slot that is not in use: the new state counts
//	5  noise over the other slot: the old state cannot be read any more
//	6  the old files' names
//
// A failure up to 3 leaves the old state standing, and whoever comes next tries again with new files. A failure in 4 or 5
// leaves open which state counts, so it halts the ring.
func (o *owner) commit(adds map[tenancy]*tree) error {
	next, generation, root := o.top, o.generation+1, fresh()
	next.applied, next.chain = o.ledger.seq, o.ledger.chain
	pages, err := o.writePages(adds, &next)
	if err != nil {
		return err
	}
	name := topName(generation)
	if err := o.dir.Create(name, sealFile(root, name, next.encode())); err != nil {
		return fmt.Errorf("write top: %w", err)
	}
	if err := o.dir.Sync(); err != nil {
		return fmt.Errorf("sync keyring directory: %w", err)
	}
	if err := writeRoot(o.dir, generation, root); err != nil {
		return o.halt(err)
	}
	if err := wipeOther(o.dir, generation); err != nil {
		return o.halt(err)
	}
	o.publish(pages, next, generation)
	o.tidy()
	return nil
}

// writePages writes every page that adds or an earlier change touches, and notes in next where they are.
func (o *owner) writePages(adds map[tenancy]*tree, next *top) (map[int]page, error) {
	changed := map[int]page{}
	for number := range o.dirty {
		changed[number] = maps.Clone(o.pages[number])
	}
	for ten, t := range adds {
		number := pageOf(ten.guild)
		if changed[number] == nil {
			changed[number] = maps.Clone(o.pages[number])
		}
		changed[number][ten] = t
	}
	for number, p := range changed {
		next.pages[number] = pageRef{}
		if len(p) == 0 {
			continue
		}
		ref := newPageRef()
		name := pageName(number, ref)
		if err := o.dir.Create(name, sealFile(ref.key, name, p.encode())); err != nil {
			return nil, fmt.Errorf("write page: %w", err)
		}
		next.pages[number] = ref
	}
	return changed, nil
}

func (o *owner) publish(pages map[int]page, next top, generation uint64) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for number, p := range pages {
		o.pages[number] = p
	}
	o.top, o.generation = next, generation
	clear(o.dirty)
}

// tidy removes the files that the top does not name. Nobody can read them any more, so one that stays does no harm and
// the next commit tries again.
func (o *owner) tidy() {
	live := map[string]bool{topName(o.generation): true}
	for number, ref := range o.top.pages {
		live[pageName(number, ref)] = true
	}
	names, err := o.dir.List()
	for _, name := range names {
		ours := strings.HasPrefix(name, topPrefix) || strings.HasPrefix(name, pagePrefix)
		if ours && !live[name] {
			err = errors.Join(err, o.dir.Remove(name))
		}
	}
	if err != nil {
		o.log.Warn("old keyring files were not removed; the next change tries again", "error", err)
	}
}

func (o *owner) halt(err error) error {
	o.halted = fmt.Errorf("%w: %w", ErrHalted, err)
	return o.halted
}
