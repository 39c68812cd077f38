package keys

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"ticketbot/internal/fault"
)

const lockFile = "lock"

// claim makes dir if need be, closes it to other users, and takes it against every other process. The kernel gives the
// lock back when the process ends, however it ends.
func claim(dir string) (release func() error, err error) {
	if err := private(dir); err != nil {
		return nil, explain(dir, err)
	}
	f, err := os.OpenFile(filepath.Join(dir, lockFile), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, explain(dir, err)
	}
	err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		f.Close()
		return nil, fault.New(fault.Config, "keys.locked", "dir", dir)
	}
	if err != nil {
		f.Close()
		return nil, explain(dir, err)
	}
	return f.Close, nil
}

func private(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	info, err := os.Stat(dir)
	if err != nil {
		return err
	}
	if info.Mode().Perm()&0o077 == 0 {
		return nil
	}
	return os.Chmod(dir, 0o700)
}

// explain turns what keeps a keyring from opening into a sentence for the operator.
func explain(dir string, err error) error {
	if errors.Is(err, errAnotherMirror) {
		return fault.New(fault.Config, "keys.another_mirror", "dir", dir).Because(err)
	}
	if d, ok := errors.AsType[damaged](err); ok {
		return fault.New(fault.Config, "keys.damaged", "dir", dir, "file", d.file).Because(err)
	}
	if _, ok := errors.AsType[*fs.PathError](err); ok {
		return fault.New(fault.Config, "keys.unusable", "dir", dir).Because(err)
	}
	return err
}
