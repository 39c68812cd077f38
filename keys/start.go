package keys

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"strconv"
	"strings"

	"ticketbot/keys/internal/disk"
)

// damaged is a file of the keyring that is not as it was written.
type damaged struct {
	file  string
	cause error
}

func (d damaged) Error() string {
	return fmt.Sprintf("keyring file %q is damaged: %v", d.file, d.cause)
}
func (d damaged) Unwrap() error { return d.cause }

// start reads the state that counts and finishes what a power cut interrupted, or makes a keyring where there is none.
// With a mirror, the newest ROOT of both directories counts, and each file is taken from the one where it is whole. An
// older whole state is never taken instead of a newer damaged one: that would undo, and lose, without anybody noticing.
func (o *owner) start() error {
	generation, root, err := o.newestRoot()
	if err != nil {
		return err
	}
	if generation == 0 {
		return o.createKeyring()
	}
	if err := o.load(generation, root); err != nil {
		return err
	}
	ledger, unfinished, err := o.loadLedger()
	if err != nil {
		return err
	}
	if err := o.bring(o.dir, root, ledger); err != nil {
		return err
	}
	o.tidied(o.tidy(o.dir))
	if err := o.startMirror(); err != nil {
		return err
	}
	if len(unfinished) > 0 {
		o.log.Info("finishing what was being forgotten when the program stopped", "entries", len(unfinished))
	}
	o.puncture(unfinished)
	_, err = o.apply(plan{})
	return err
}

// startMirror brings the mirror in step. One that cannot be written may catch up later; one that is not this keyring's
// is a mistake of whoever set it.
func (o *owner) startMirror() error {
	if o.mirror == nil {
		return nil
	}
	err := o.catchUp()
	if errors.Is(err, errAnotherMirror) {
		return err
	}
	return nil
}

// newestRoot finds the ROOT that counts in the directories that can be read: generation 0 when there is none.
func (o *owner) newestRoot() (generation uint64, root secret, err error) {
	var rootless []disk.Dir
	for _, dir := range o.dirs() {
		file, err := readIfThere(dir, rootFile)
		if err != nil && o.mirror != nil && dir == o.mirror.dir {
			o.mirror.fall(err)
			continue
		}
		if err != nil {
			return 0, secret{}, err
		}
		g, r, ok := newestRoot(file)
		if !ok {
			rootless = append(rootless, dir)
			continue
		}
		if generation != 0 && o.differ(generation, root, g, r) {
			return 0, secret{}, errAnotherMirror
		}
		if g > generation {
			generation, root = g, r
		}
	}
	for _, dir := range rootless {
		if err := hasOutlivedItsRoot(dir, generation); err != nil {
			return 0, secret{}, err
		}
	}
	return generation, root, nil
}

// differ says that the two directories' states cannot be of one keyring's life.
func (o *owner) differ(mine uint64, root secret, others uint64, other secret) bool {
	if mine == others {
		return root != other
	}
	id, ok := idOf(mine, root, o.dirs()...)
	otherID, otherOK := idOf(others, other, o.dirs()...)
	return ok && otherOK && id != otherID
}

// hasOutlivedItsRoot refuses a directory without a whole ROOT that holds a newer state than the one that counts, or, when
// none does, more than a first start can have left: its ROOT is lost, and must not be papered over.
func hasOutlivedItsRoot(dir disk.Dir, generation uint64) error {
	names, err := dir.List()
	if err != nil {
		return fmt.Errorf("list keyring: %w", err)
	}
	firstPage := fmt.Sprintf("%s%02x.", pagePrefix, pageOf(server.guild))
	for _, name := range names {
		number, isTop := strings.CutPrefix(name, topPrefix)
		of, _ := strconv.ParseUint(number, 10, 64)
		isPage := strings.HasPrefix(name, pagePrefix) && !strings.HasPrefix(name, firstPage)
		if isTop && of > max(generation, 1) || generation == 0 && (isPage || name == ledgerFile) {
			return damaged{rootFile, errors.New("no slot of it is whole, and there are keys that only it opens")}
		}
	}
	return nil
}

// createKeyring makes a keyring where newestRoot has found nothing.
func (o *owner) createKeyring() error {
	if err := o.dir.Create(rootFile, make([]byte, rootSize)); err != nil {
		return fmt.Errorf("create root: %w", err)
	}
	id := fresh()
	o.top.id = [16]byte(id[:])
	o.ledger = emptyLedger(o.top.id)
	o.top.chain = o.ledger.chain
	o.log.Info("making a new keyring, as there is none")
	if _, err := o.apply(plan{adds: map[tenancy]*tree{server: {cover: newCover()}}}); err != nil {
		return err
	}
	return o.startMirror()
}

// load reads the generation that ROOT opens: all of it, so that damage is found now and not when a key is needed.
func (o *owner) load(generation uint64, root secret) error {
	_, content, err := readSealed(root, topName(generation), o.dirs()...)
	if err != nil {
		return err
	}
	if o.top, err = decodeTop(content); err != nil {
		return damaged{topName(generation), err}
	}
	for i, ref := range o.top.pages {
		if ref.id == 0 {
			continue
		}
		_, content, err := readSealed(ref.key, pageName(i, ref), o.dirs()...)
		if err != nil {
			return err
		}
		if o.pages[i], err = decodePage(i, content); err != nil {
			return damaged{pageName(i, ref), err}
		}
	}
	o.generation = generation
	return nil
}

// readSealed reads a file from the first of dirs where it is whole: as it lies there, and its content.
func readSealed(key secret, name string, dirs ...disk.Dir) (file, content []byte, err error) {
	for _, dir := range dirs {
		var failed error
		if file, failed = dir.Read(name); failed == nil {
			if content, failed = unsealFile(key, name, file); failed == nil {
				return file, content, nil
			}
		}
		if failed == errDamagedFile || errors.Is(failed, fs.ErrNotExist) {
			failed = damaged{name, failed}
		} else {
			failed = fmt.Errorf("read %s: %w", name, failed)
		}
		if err == nil {
			err = failed
		}
	}
	return nil, nil, err
}

// loadLedger reads the longest ledger that belongs to the top, and returns it with what it asks for that the pages have
// not carried out.
func (o *owner) loadLedger() (file []byte, unfinished []Entry, err error) {
	var all []Entry
	found := false
	var whole [][]byte // of each directory, as far as line follows from line
	for _, dir := range o.dirs() {
		raw, failed := readIfThere(dir, ledgerFile)
		if failed == nil {
			l := emptyLedger(o.top.id)
			entries := l.followAll(raw)
			whole = append(whole, raw[:l.size])
			if failed = o.top.check(entries); failed == nil && (!found || l.seq > o.ledger.seq) {
				o.ledger, all, file, found = l, entries, raw[:l.size], true
			}
		}
		err = errors.Join(err, failed)
	}
	if !found {
		return nil, nil, err
	}
	for _, other := range whole {
		if !bytes.HasPrefix(file, other) {
			return nil, nil, errAnotherMirror
		}
	}
	for _, e := range all {
		if e.Path.IsZero() {
			o.gone[e.tenancy()] = struct{}{}
		}
		if e.Seq > o.top.applied {
			unfinished = append(unfinished, e)
		}
	}
	return file, unfinished, nil
}
