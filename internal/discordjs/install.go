// Package discordjs lets tests ask discord.js, a client for Discord that shares nothing with this repository, what a
// member may do. It makes guilds by chance and holds the answers beside them.
package discordjs

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
)

// Install makes sure that what package-lock.json names is in the folder. Tests of several packages may
// ask at once: one of them installs, the others wait.
func Install(ctx context.Context, folder string) error {
	if _, err := exec.LookPath("node"); err != nil {
		return errors.New("this test needs Node.js 18.17 or later: install node and npm, and run it again")
	}
	lock, err := os.Open(filepath.Join(folder, "package-lock.json"))
	if err != nil {
		return fmt.Errorf("open the lock file of discord.js: %w", err)
	}
	defer lock.Close()
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX); err != nil {
		return fmt.Errorf("wait for others who install discord.js: %w", err)
	}
	wanted, err := io.ReadAll(lock)
	if err != nil {
		return fmt.Errorf("read the lock file of discord.js: %w", err)
	}
	note := filepath.Join(folder, "node_modules", ".installed-from")
	if had, err := os.ReadFile(note); err == nil && bytes.Equal(had, wanted) {
		return nil
	}
	install := exec.CommandContext(ctx, "npm", "ci")
	install.Dir = folder
	if out, err := install.CombinedOutput(); err != nil {
		return fmt.Errorf("npm ci in %s: %w\n%s", folder, err, out)
	}
	if err := os.WriteFile(note, wanted, 0o644); err != nil {
		return fmt.Errorf("note what is installed: %w", err)
	}
	return nil
}
