package keys

import (
	"fmt"

	"ticketbot/keys/internal/disk"
)

// bring makes dir hold the current state, whatever of it is missing or damaged there, and nothing of an older one. What
// is whole is not written again, and ROOT comes when all that it opens is durable.
func (o *owner) bring(dir disk.Dir, root secret, ledger []byte) error {
	if err := bringLedger(dir, ledger); err != nil {
		return err
	}
	file, err := readIfThere(dir, rootFile)
	if err != nil {
		return err
	}
	missing, err := o.bringFiles(dir, root)
	if err != nil {
		return err
	}
	if len(file) < rootSize { // never made anew: it may hold the ROOT that counts
		missing = true
		if err := dir.Append(rootFile, make([]byte, rootSize-len(file))); err != nil {
			return fmt.Errorf("lengthen root: %w", err)
		}
	}
	if missing {
		if err := dir.Sync(); err != nil {
			return fmt.Errorf("sync keyring directory: %w", err)
		}
	}
	if generation, is, ok := newestRoot(file); !ok || generation != o.generation || is != root {
		if err := writeRoot(dir, o.generation, root); err != nil {
			return err
		}
	}
	// Always, and not only when the other slot is whole: a wipe that was torn may have left ROOT between the tears.
	return wipeOther(dir, o.generation)
}

// bringFiles copies the sealed files that are not whole in dir from where they are. With one directory there is no such
// place, and starting has read them all.
func (o *owner) bringFiles(dir disk.Dir, root secret) (missing bool, err error) {
	if o.mirror == nil {
		return false, nil
	}
	wanted := map[string]secret{topName(o.generation): root}
	for number, ref := range o.top.pages {
		if ref.id != 0 {
			wanted[pageName(number, ref)] = ref.key
		}
	}
	for name, key := range wanted {
		if _, _, err := readSealed(key, name, dir); err == nil {
			continue
		}
		file, _, err := readSealed(key, name, o.dirs()...)
		if err != nil {
			return missing, err
		}
		if err := dir.Create(name, file); err != nil {
			return missing, fmt.Errorf("write %s: %w", name, err)
		}
		missing = true
		o.log.Warn("a keyring file was missing or damaged and has been written anew from the other directory", "file", name)
	}
	return missing, nil
}

// bringLedger cuts off what is not of want, and appends what is missing.
func bringLedger(dir disk.Dir, want []byte) error {
	is, err := readIfThere(dir, ledgerFile)
	if err != nil {
		return err
	}
	same := 0
	for same < min(len(is), len(want)) && is[same] == want[same] {
		same++
	}
	if same < len(is) {
		if err := dir.Cut(ledgerFile, int64(same)); err != nil {
			return fmt.Errorf("cut ledger: %w", err)
		}
	}
	if same < len(want) {
		if err := dir.Append(ledgerFile, want[same:]); err != nil {
			return fmt.Errorf("append to ledger: %w", err)
		}
	}
	return nil
}

// dirs are the places to read from.
func (o *owner) dirs() []disk.Dir {
	if o.mirror == nil {
		return []disk.Dir{o.dir}
	}
	return []disk.Dir{o.dir, o.mirror.dir}
}
