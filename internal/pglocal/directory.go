//go:build unix

package pglocal

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"

	"ticketbot/internal/fault"
)

// maxSocketPath is what every system accepts for a socket's path: 104 bytes with the closing zero on macOS, 108 on Linux.
const maxSocketPath = 103

const socketFile = ".s.PGSQL." + port

// prepareDirectory makes DIR, gives it to whoever will run the server, and proves that they can get there.
func (c *Cluster) prepareDirectory() error {
	if err := os.MkdirAll(filepath.Dir(c.dir), 0o711); err != nil {
		return unwritable(c.dir, err)
	}
	if err := os.Mkdir(c.dir, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return unwritable(c.dir, err)
	}
	if entries, err := os.ReadDir(c.dir); err != nil {
		return unwritable(c.dir, err)
	} else if len(entries) > 0 && !exists(c.lockPath()) {
		return fault.New(fault.Config, "pglocal.dir.foreign", "dir", c.dir)
	}
	if c.runAs != nil && !exists(filepath.Join(c.dir, "data")) {
		if err := os.Chown(c.dir, c.runAs.uid, c.runAs.gid); err != nil {
			return unwritable(c.dir, err)
		}
	}
	if err := os.Chmod(c.dir, 0o700); err != nil {
		return unwritable(c.dir, err)
	}
	return c.proveReachable()
}

// proveReachable runs the server's --version the way the server will run: as its user, in DIR.
func (c *Cluster) proveReachable() error {
	err := c.command("postgres", "--version").Run()
	if err == nil || !errors.Is(err, fs.ErrPermission) {
		return err
	}
	name, blocked := "uid "+itoa(os.Geteuid()), c.dir
	if c.runAs != nil {
		name = c.runAs.name
		for _, path := range []string{filepath.Join(c.bin, "postgres"), c.dir} {
			if at := barrier(path, c.runAs); at != "" {
				blocked = at
			}
		}
	}
	return fault.New(fault.Config, "pglocal.dir.untraversable", "dir", c.dir, "blocked", blocked, "user", name).Because(err)
}

// barrier is the uppermost directory on the way to path that does not let who pass; empty when none shows it by its mode.
func barrier(path string, who *account) string {
	at := ""
	for dir := filepath.Dir(path); ; dir = filepath.Dir(dir) {
		if st, err := os.Stat(dir); err == nil && !mayEnter(st, who) {
			at = dir
		}
		if dir == filepath.Dir(dir) {
			return at
		}
	}
}

func mayEnter(st fs.FileInfo, who *account) bool {
	own, ok := st.Sys().(*syscall.Stat_t)
	if !ok {
		return true
	}
	bit := fs.FileMode(0o001)
	switch {
	case int(own.Uid) == who.uid:
		bit = 0o100
	case int(own.Gid) == who.gid:
		bit = 0o010
	}
	return st.Mode()&bit != 0
}

// prepareSockets chooses the socket's directory. Its name below /tmp is random, so that nobody can be there first;
// an attaching process reads it from postmaster.pid.
func (c *Cluster) prepareSockets() error {
	if len(filepath.Join(c.dir, socketFile)) <= maxSocketPath {
		c.sockets = c.dir
		return nil
	}
	dir, err := os.MkdirTemp("/tmp", socketDirPrefix)
	if err != nil {
		return unwritable("/tmp", err)
	}
	c.sockets = dir
	if c.runAs == nil {
		return nil
	}
	if err := os.Chown(dir, c.runAs.uid, c.runAs.gid); err != nil {
		return unwritable(dir, err)
	}
	return nil
}

const socketDirPrefix = "ticketbot-postgres-"

// removeSockets removes a socket directory that prepareSockets made below /tmp, and nothing else.
func removeSockets(dir string) {
	if strings.HasPrefix(dir, "/tmp/"+socketDirPrefix) {
		_ = os.RemoveAll(dir) // an empty directory left in /tmp harms nobody
	}
}

func (c *Cluster) command(program string, args ...string) *exec.Cmd {
	cmd := exec.Command(filepath.Join(c.bin, program), args...)
	cmd.Dir = c.dir
	cmd.Env = []string{"PATH=/usr/bin:/bin", "LC_ALL=C", "TZ=UTC"}
	cmd.SysProcAttr = childAttributes(c.runAs)
	return cmd
}

func (c *Cluster) lockPath() string { return filepath.Join(c.dir, "owner.lock") }

func unwritable(dir string, err error) error {
	return fault.New(fault.Config, "pglocal.dir.unwritable", "dir", dir).Because(err)
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}
