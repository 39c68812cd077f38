package keys

import (
	"errors"
	"fmt"
	"maps"
	"strings"

	"ticketbot/keys/internal/disk"
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
//
// A mirror takes each step after the directory has, and its failures stop nothing.
func (o *owner) commit(adds map[tenancy]*tree) error {
	next, generation, root := o.top, o.generation+1, fresh()
	next.applied, next.chain = o.ledger.seq, o.ledger.chain
	pages, err := o.writePages(adds, &next)
	if err != nil {
		return err
	}
	if err := o.create(topName(generation), root, next.encode()); err != nil {
		return fmt.Errorf("write top: %w", err)
	}
	if err := o.write(disk.Dir.Sync); err != nil {
		return fmt.Errorf("sync keyring directory: %w", err)
	}
	behind := !o.mirrored()
	if err := o.write(func(dir disk.Dir) error { return writeRoot(dir, generation, root) }); err != nil {
		return o.halt(err)
	}
	if err := o.write(func(dir disk.Dir) error { return wipeOther(dir, generation) }); err != nil {
		return o.halt(err)
	}
	o.publish(pages, next, generation)
	o.tidied(o.write(o.tidy))
	if behind {
		o.catchUp() // which has logged why not, if it is not
	}
	return nil
}

// create writes a sealed file, the same bytes in each directory: its key is for one nonce only.
func (o *owner) create(name string, key secret, content []byte) error {
	file := sealFile(key, name, content)
	return o.write(func(dir disk.Dir) error { return dir.Create(name, file) })
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
		if err := o.create(pageName(number, ref), ref.key, p.encode()); err != nil {
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
func (o *owner) tidy(dir disk.Dir) error {
	live := map[string]bool{topName(o.generation): true}
	for number, ref := range o.top.pages {
		live[pageName(number, ref)] = true
	}
	names, err := dir.List()
	for _, name := range names {
		ours := strings.HasPrefix(name, topPrefix) || strings.HasPrefix(name, pagePrefix)
		if ours && !live[name] {
			err = errors.Join(err, dir.Remove(name))
		}
	}
	return err
}

func (o *owner) tidied(err error) {
	if err != nil {
		o.log.Warn("old keyring files were not removed; the next change tries again", "error", err)
	}
}

func (o *owner) halt(err error) error {
	o.halted = fmt.Errorf("%w: %w", ErrHalted, err)
	return o.halted
}
