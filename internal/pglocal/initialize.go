//go:build unix

package pglocal

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"ticketbot/internal/fault"
)

// initialize makes the cluster unless it is there. initdb works beside it and the result is renamed into place, so
// that an interrupted one is never taken for a cluster.
func (c *Cluster) initialize() error {
	c.removeUnfinished()
	if exists(c.data()) {
		return nil
	}
	fresh, err := os.MkdirTemp(c.dir, unfinishedPrefix)
	if err != nil {
		return unwritable(c.dir, err)
	}
	if c.runAs != nil {
		if err := os.Chown(fresh, c.runAs.uid, c.runAs.gid); err != nil {
			return unwritable(fresh, err)
		}
	}
	if err := c.initdb(fresh); err != nil {
		_ = os.RemoveAll(fresh) // the next start removes what stays
		return err
	}
	if err := os.Rename(fresh, c.data()); err != nil {
		return fmt.Errorf("put the new cluster in its place: %w", err)
	}
	return syncDirectory(c.dir)
}

const unfinishedPrefix = "initdb-"

func (c *Cluster) removeUnfinished() {
	old, _ := filepath.Glob(filepath.Join(c.dir, unfinishedPrefix+"*"))
	for _, dir := range old {
		_ = os.RemoveAll(dir) // what cannot be removed is only disk space, and the next start tries again
	}
}

func (c *Cluster) initdb(dir string) error {
	// With --locale=C alone, lower('Ä') is 'Ä' and a search without regard to case fails beyond ASCII.
	out, err := c.runInitdb(dir, "--locale=C", "--locale-provider=icu", "--icu-locale=und")
	if err != nil && strings.Contains(out, "ICU is not supported") {
		out, err = c.runInitdb(dir, "--locale=C.UTF-8")
	}
	switch {
	case err == nil:
		return nil
	case strings.Contains(out, "could not look up effective user ID"):
		return fault.New(fault.Config, "pglocal.user.unnamed", "uid", os.Geteuid()).Because(err)
	default:
		return fault.New(fault.Config, "pglocal.initdb.failed", "dir", c.dir, "output", lastLines(out, 3)).Because(err)
	}
}

func (c *Cluster) runInitdb(dir string, locale ...string) (string, error) {
	// trust asks for no password: only those who can enter DIR reach the socket.
	args := append([]string{"-D", dir, "-U", user, "-A", "trust", "-E", "UTF8", "--data-checksums", "--no-instructions"}, locale...)
	if c.opt.Unsafe {
		args = append(args, "--no-sync")
	}
	cmd := c.command("initdb", args...)
	var out strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &out
	wait, err := startWatched(cmd)
	if err == nil {
		err = <-wait
	}
	return out.String(), err
}

// syncDirectory makes a rename in dir outlive a power cut.
func syncDirectory(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return fmt.Errorf("sync %s: %w", dir, err)
	}
	defer d.Close()
	if err := d.Sync(); err != nil {
		return fmt.Errorf("sync %s: %w", dir, err)
	}
	return nil
}

func lastLines(s string, n int) string {
	lines := strings.Split(strings.TrimSpace(s), "\n")
	return strings.Join(lines[max(0, len(lines)-n):], "\n")
}
