// Package discordjs lets tests ask discord.js, a client for Discord that shares nothing with this repository, what a
// member may do. It makes guilds by chance and holds the answers beside them.
package discordjs

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
)

// Install makes sure that what package.json names is in the folder. Tests of several packages may
// ask at once: one of them installs, the others wait.
func Install(ctx context.Context, folder string) error {
	if _, err := exec.LookPath("node"); err != nil {
		return errors.New("this test needs Node.js 20 or later: install node and npm, and run it again")
	}
	lock, err := os.Open(filepath.Join(folder, "package-lock.json"))
	if err != nil {
		return fmt.Errorf("open the lock file of discord.js: %w", err)
	}
	defer lock.Close()
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX); err != nil {
		return fmt.Errorf("wait for others who install discord.js: %w", err)
	}
	if there, err := installed(folder); there || err != nil {
		return err
	}
	install := exec.CommandContext(ctx, "npm", "ci")
	install.Dir = folder
	if out, err := install.CombinedOutput(); err != nil {
		return fmt.Errorf("npm ci in %s: %w\n%s", folder, err, out)
	}
	return nil
}

func installed(folder string) (bool, error) {
	text, err := os.ReadFile(filepath.Join(folder, "package.json"))
	if err != nil {
		return false, fmt.Errorf("look up what to install: %w", err)
	}
	var wanted struct {
		Dependencies map[string]string `json:"dependencies"`
	}
	if err := json.Unmarshal(text, &wanted); err != nil {
		return false, fmt.Errorf("look up what to install: %w", err)
	}
	for name := range wanted.Dependencies {
		if _, err := os.Stat(filepath.Join(folder, "node_modules", name)); err != nil {
			return false, nil
		}
	}
	return true, nil
}
