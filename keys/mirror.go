package keys

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"sync/atomic"

	"ticketbot/keys/internal/disk"
)

// mirror is the second directory, on another disk: the same files as the first, written one step behind it. One that
// cannot be written does not stop the keyring. It is left as it is, and brought in step when it can be written again.
type mirror struct {
	dir    disk.Dir
	attach func() (release func() error, err error) // takes the directory against other processes; nil: nothing to take
	log    *slog.Logger

	inStep  atomic.Bool
	told    bool
	release func() error // nil as long as it has not been taken
}

var (
	errAnotherMirror = errors.New("mirror of another keyring, or of one that has gone another way")
	errNewerMirror   = errors.New("mirror is ahead of the keyring")
)

// Mirrored says whether every forgetting that was acknowledged is also on the mirror. Without a mirror there is no second
// place to forget in, and it is true.
func (r *Ring) Mirrored() bool { return r.home.mirrored() }

// CatchUpMirror brings a mirror in step that could not be written for a while. It does nothing to one that is, and
// nothing where another process owns the directory. Each change of the keyring tries the same.
func (r *Ring) CatchUpMirror(ctx context.Context) error {
	o, ok := r.home.(*owner)
	if !ok || o.mirrored() {
		return nil
	}
	select {
	case o.turn <- struct{}{}:
		defer func() { <-o.turn }()
	case <-ctx.Done():
		return ctx.Err()
	}
	switch {
	case o.closed:
		return ErrClosed
	case o.halted != nil:
		return o.halted
	}
	return o.catchUp()
}

func (o *owner) mirrored() bool { return o.mirror == nil || o.mirror.inStep.Load() }

// fall leaves the mirror behind. It says so once, until it has caught up.
func (m *mirror) fall(err error) {
	m.inStep.Store(false)
	if !m.told {
		m.log.Error("the keyring's mirror cannot be written; what is forgotten from now on is still on it", "error", err)
	}
	m.told = true
}

func (m *mirror) take() error {
	if m.release != nil || m.attach == nil {
		return nil
	}
	release, err := m.attach()
	if err == nil {
		m.release = release
	}
	return err
}

func (m *mirror) close() error {
	if m == nil || m.release == nil {
		return nil
	}
	return m.release()
}

// write does a step of a commit in the directory, then in the mirror, if that is in step. Only the directory's failure
// is one.
func (o *owner) write(step func(disk.Dir) error) error {
	if err := step(o.dir); err != nil {
		return err
	}
	if o.mirror != nil && o.mirror.inStep.Load() {
		if err := step(o.mirror.dir); err != nil {
			o.mirror.fall(err)
		}
	}
	return nil
}

// catchUp brings the mirror to what the directory holds.
func (o *owner) catchUp() error {
	m := o.mirror
	err := m.take()
	if err == nil {
		err = o.bringMirror()
	}
	if err != nil {
		m.fall(err)
		return fmt.Errorf("bring the keyring's mirror in step: %w", err)
	}
	if m.told {
		m.log.Info("the keyring's mirror is in step again")
	}
	m.told = false
	m.inStep.Store(true)
	return nil
}

func (o *owner) bringMirror() error {
	file, err := o.dir.Read(rootFile)
	if err != nil {
		return err
	}
	generation, root, ok := newestRoot(file)
	if !ok || generation != o.generation {
		return damaged{rootFile, fmt.Errorf("holds generation %d and not %d", generation, o.generation)}
	}
	ledger, err := readIfThere(o.dir, ledgerFile)
	if err != nil {
		return err
	}
	ledger = ledger[:min(int64(len(ledger)), o.ledger.size)] // without what a failed append may have left
	if err := o.isOurs(o.mirror.dir, root, ledger); err != nil {
		return err
	}
	if err := o.bring(o.mirror.dir, root, ledger); err != nil {
		return err
	}
	return o.tidy(o.mirror.dir)
}

// isOurs keeps one keyring from being written over another, or over a newer state of itself.
func (o *owner) isOurs(dir disk.Dir, root secret, ledger []byte) error {
	theirLedger, err := readIfThere(dir, ledgerFile)
	if err != nil {
		return err
	}
	l := emptyLedger(o.top.id)
	if l.followAll(theirLedger); !bytes.HasPrefix(ledger, theirLedger[:l.size]) {
		return errAnotherMirror
	}
	file, err := readIfThere(dir, rootFile)
	if err != nil {
		return err
	}
	generation, theirs, ok := newestRoot(file)
	switch {
	case ok && generation > o.generation:
		return errNewerMirror
	case ok && generation == o.generation && theirs != root:
		return errAnotherMirror
	}
	id, ok := idOf(generation, theirs, dir)
	if ok && id != o.top.id || !ok && l.size == 0 && bytes.ContainsRune(theirLedger, '\n') {
		return errAnotherMirror
	}
	return nil
}

// idOf is the id of the keyring whose top ROOT opens in one of dirs.
func idOf(generation uint64, root secret, dirs ...disk.Dir) (id [16]byte, ok bool) {
	_, content, err := readSealed(root, topName(generation), dirs...)
	if err != nil {
		return id, false
	}
	t, err := decodeTop(content)
	return t.id, err == nil
}

func readIfThere(dir disk.Dir, name string) ([]byte, error) {
	file, err := dir.Read(name)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	return file, nil
}
