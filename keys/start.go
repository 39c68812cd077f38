package keys

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
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
func (o *owner) start() error {
	file, err := o.dir.Read(rootFile)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("read root: %w", err)
	}
	generation, root, ok := newestRoot(file)
	if !ok {
		return o.create()
	}
	if err := o.load(generation, root); err != nil {
		return err
	}
	unfinished, err := o.loadLedger()
	if err != nil {
		return err
	}
	// Always, and not only when the other slot is whole: a wipe that was torn may have left ROOT between the tears.
	if err := wipeOther(o.dir, generation); err != nil {
		return err
	}
	o.tidy()
	if len(unfinished) > 0 {
		o.log.Info("finishing what was being forgotten when the program stopped", "entries", len(unfinished))
	}
	o.puncture(unfinished)
	_, err = o.apply(plan{})
	return err
}

// create makes a keyring. A directory with more in it than a first start can have left is one whose root is lost.
func (o *owner) create() error {
	names, err := o.dir.List()
	if err != nil {
		return fmt.Errorf("list keyring: %w", err)
	}
	firstPage := fmt.Sprintf("%s%02x.", pagePrefix, pageOf(server.guild))
	for _, name := range names {
		isTop := strings.HasPrefix(name, topPrefix) && name != topName(1)
		isPage := strings.HasPrefix(name, pagePrefix) && !strings.HasPrefix(name, firstPage)
		if isTop || isPage || name == ledgerFile {
			return damaged{rootFile, errors.New("no slot of it is whole, and there are keys that only it opens")}
		}
	}
	if err := o.dir.Create(rootFile, make([]byte, rootSize)); err != nil {
		return fmt.Errorf("create root: %w", err)
	}
	id := fresh()
	o.top.id = [16]byte(id[:])
	o.ledger = emptyLedger(o.top.id)
	o.top.chain = o.ledger.chain
	o.log.Info("making a new keyring, as there is none")
	_, err = o.apply(plan{adds: map[tenancy]*tree{server: {cover: newCover()}}})
	return err
}

// load reads the generation that ROOT opens: all of it, so that damage is found now and not when a key is needed.
func (o *owner) load(generation uint64, root secret) error {
	content, err := o.readSealed(root, topName(generation))
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
		content, err := o.readSealed(ref.key, pageName(i, ref))
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

func (o *owner) readSealed(key secret, name string) ([]byte, error) {
	file, err := o.dir.Read(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, damaged{name, err}
	}
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	content, err := unsealFile(key, name, file)
	if err != nil {
		return nil, damaged{name, err}
	}
	return content, nil
}

// loadLedger reads the ledger and returns what it asks for that the pages have not carried out.
func (o *owner) loadLedger() (unfinished []Entry, err error) {
	l, entries, err := readLedger(o.dir, &o.top)
	if err != nil {
		return nil, err
	}
	o.ledger = l
	for _, e := range entries {
		if e.Path.IsZero() {
			o.gone[e.tenancy()] = struct{}{}
		}
		if e.Seq > o.top.applied {
			unfinished = append(unfinished, e)
		}
	}
	return unfinished, nil
}
