package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"path/filepath"

	"ticketbot/internal/clock"
	"ticketbot/internal/fault"
	"ticketbot/keys"
	"ticketbot/store"
)

var errSeeSettings = errors.New("not tried: see the settings for the keyring")

// checkDisks looks at the file systems of the keyring. A warning is printed, and is no failure.
func (p place) checkDisks(out io.Writer) error {
	if p.Keys.check() != nil {
		return errSeeSettings
	}
	if p.Keys.From != "" {
		return nil // there is no directory here
	}
	data, err := p.dataDir()
	if err != nil {
		return err
	}
	dir, mirror, err := p.keyDirs(data)
	if err != nil {
		return err
	}
	for _, d := range []string{dir, mirror} {
		if d == "" {
			continue
		}
		warning, err := keys.CheckFileSystem(d, keys.FileSystemCheck{Accept: p.Keys.AnyDisk})
		if err != nil {
			return refusedDisk(err)
		}
		if warning != nil {
			fmt.Fprintf(out, "! %s\n", sentence(warning))
		}
	}
	return nil
}

// checkKeyring reads the keyring, or asks who lends it. That there is none yet is no failure: the first start makes it.
func (p place) checkKeyring(ctx context.Context, log *slog.Logger) error {
	if p.Keys.check() != nil {
		return errSeeSettings
	}
	if p.Keys.From != "" {
		ring, err := p.openRing(ctx, "", clock.System{}, log)
		if err == nil {
			err = ring.Close()
		}
		return err
	}
	data, err := p.dataDir()
	if err != nil {
		return err
	}
	if dir, _, err := p.keyDirs(data); err != nil || isMissing(dir) {
		return err
	}
	look, err := p.inspect(ctx)
	if err != nil {
		return err
	}
	return look.verdict()
}

// checkDatabase reaches the database, starting a private one that does not run, and changes no table in it.
func (p place) checkDatabase(ctx context.Context, out io.Writer, log *slog.Logger) error {
	data, err := p.dataDir()
	if err != nil {
		return err
	}
	v := &vault{}
	defer v.close(context.WithoutCancel(ctx), log)
	url, err := v.reach(ctx, p, data, clock.System{}, log)
	if err != nil {
		return err
	}
	found, err := store.Look(ctx, url)
	if err != nil {
		return err
	}
	if found.Have < found.Want {
		fmt.Fprintf(out, "! The database has version %d; the next start brings it to %d.\n", found.Have, found.Want)
	}
	return p.checkBelongs(data, found.Keyring)
}

// checkBelongs says whether the keyring that is here is the database's.
func (p place) checkBelongs(data string, theirs []byte) error {
	dir, _, err := p.keyDirs(data)
	if err != nil || p.Keys.From != "" || theirs == nil {
		return err
	}
	if isMissing(dir) {
		return fault.New(fault.Config, "cmd.keys.none", "dir", dir)
	}
	ours, err := keys.Inspect(dir)
	if err != nil || ours.Generation == 0 {
		return err // the keyring has a check of its own
	}
	if string(ours.ID[:]) != string(theirs) {
		return fault.New(fault.Config, "store.wrong_keyring")
	}
	return nil
}

func (p place) checkFiles(ctx context.Context) error {
	data, err := p.dataDir()
	if err != nil {
		return err
	}
	return store.LookAtFiles(ctx, p.filesURL(data))
}

// filesURL is where files go.
func (p place) filesURL(data string) string {
	if p.FilesURL != "" {
		return p.FilesURL
	}
	return store.BlobDir(filepath.Join(data, "files"))
}
