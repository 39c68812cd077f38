package contract

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
)

// sources are the files that decide what the descriptions say. npm is given a copy of them.
var sources = []string{"package-lock.json", "package.json", ".npmrc", "describe.mjs", "events.ts"}

// Describe has the two descriptions made from tests/contract, once for each state of it, and returns the folder that
// [Load] reads. They are kept below cache; tests of several packages may ask at once.
func Describe(ctx context.Context, from, cache string) (string, error) {
	sum := sha256.New()
	for _, name := range sources {
		text, err := os.ReadFile(filepath.Join(from, name))
		if err != nil {
			return "", fmt.Errorf("read what describes Discord: %w", err)
		}
		fmt.Fprintf(sum, "%s %d\n%s", name, len(text), text)
	}
	kept := filepath.Join(cache, "contract-"+hex.EncodeToString(sum.Sum(nil))[:16])
	if err := os.MkdirAll(cache, 0o755); err != nil {
		return "", fmt.Errorf("make a place for the descriptions: %w", err)
	}
	lock, err := os.OpenFile(kept+".lock", os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return "", fmt.Errorf("open the lock of the descriptions: %w", err)
	}
	defer lock.Close()
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX); err != nil {
		return "", fmt.Errorf("wait for others who make the descriptions: %w", err)
	}
	if _, err := os.Stat(kept); err == nil {
		return kept, nil
	}
	return kept, describe(ctx, from, kept)
}

func describe(ctx context.Context, from, kept string) error {
	if _, err := exec.LookPath("node"); err != nil {
		return errors.New("this test needs Node.js 18.17 or later: install node and npm, and run it again")
	}
	work, err := os.MkdirTemp(filepath.Dir(kept), "contract-work-")
	if err != nil {
		return fmt.Errorf("make a place to work in: %w", err)
	}
	defer os.RemoveAll(work)
	for _, name := range sources {
		text, err := os.ReadFile(filepath.Join(from, name))
		if err != nil {
			return fmt.Errorf("read what describes Discord: %w", err)
		}
		if err := os.WriteFile(filepath.Join(work, name), text, 0o644); err != nil {
			return fmt.Errorf("copy what describes Discord: %w", err)
		}
	}
	if err := os.Mkdir(filepath.Join(work, "out"), 0o755); err != nil {
		return fmt.Errorf("make a place for the descriptions: %w", err)
	}
	for _, command := range [][]string{{"npm", "ci", "--ignore-scripts"}, {"node", "describe.mjs", "out"}} {
		run := exec.CommandContext(ctx, command[0], command[1:]...)
		run.Dir = work
		if out, err := run.CombinedOutput(); err != nil {
			return fmt.Errorf("%v for tests/contract: %w\n%s", command, err, out)
		}
	}
	if err := os.Rename(filepath.Join(work, "out"), kept); err != nil {
		return fmt.Errorf("keep the descriptions: %w", err)
	}
	return nil
}
