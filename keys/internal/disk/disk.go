// Package disk is the handful of file operations a keyring needs, and what each leaves behind when the power goes.
//
// It is an interface so that disktest.Sim can stand in for a directory and cut the power at every one of them.
package disk

import (
	"errors"
	"os"
	"path/filepath"
)

// Dir is one directory. Every method that writes has synced the file's content when it returns nil.
type Dir interface {
	Read(name string) ([]byte, error)
	List() ([]string, error)
	// Create writes a whole file, new or not. A new name is durable only after Sync; a cut may leave any part of it.
	Create(name string, data []byte) error
	// Append adds to the end of a file, making it if need be. A cut may leave any part of data.
	Append(name string, data []byte) error
	// Cut shortens a file to size bytes.
	Cut(name string, size int64) error
	// Overwrite replaces bytes of an existing file where they lie. A cut may leave a mixture of old and new.
	Overwrite(name string, off int64, data []byte) error
	// Sync makes names durable: those created and those removed.
	Sync() error
	// Remove takes a name away, durable at the next Sync or some time later.
	Remove(name string) error
}

// OS is a real directory.
type OS struct{ Path string }

const ownerOnly = 0o600

func (d OS) at(name string) string { return filepath.Join(d.Path, name) }

func (d OS) Read(name string) ([]byte, error) { return os.ReadFile(d.at(name)) }

func (d OS) List() ([]string, error) {
	entries, err := os.ReadDir(d.Path)
	if err != nil {
		return nil, err
	}
	names := make([]string, len(entries))
	for i, e := range entries {
		names[i] = e.Name()
	}
	return names, nil
}

func (d OS) Create(name string, data []byte) error {
	return d.with(name, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, func(f *os.File) error {
		_, err := f.Write(data)
		return err
	})
}

func (d OS) Append(name string, data []byte) error {
	return d.with(name, os.O_WRONLY|os.O_CREATE|os.O_APPEND, func(f *os.File) error {
		_, err := f.Write(data)
		return err
	})
}

func (d OS) Cut(name string, size int64) error {
	return d.with(name, os.O_WRONLY, func(f *os.File) error { return f.Truncate(size) })
}

func (d OS) Overwrite(name string, off int64, data []byte) error {
	return d.with(name, os.O_WRONLY, func(f *os.File) error {
		_, err := f.WriteAt(data, off)
		return err
	})
}

// with opens name, lets write at it, and syncs.
func (d OS) with(name string, flag int, write func(*os.File) error) error {
	f, err := os.OpenFile(d.at(name), flag, ownerOnly)
	if err != nil {
		return err
	}
	err = write(f)
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}

func (d OS) Sync() error {
	f, err := os.Open(d.Path)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

func (d OS) Remove(name string) error { return os.Remove(d.at(name)) }
