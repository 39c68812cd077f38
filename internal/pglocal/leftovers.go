//go:build unix

package pglocal

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"syscall"

	"ticketbot/internal/clock"
	"ticketbot/internal/fault"
)

// settleLeftovers deals with what the last owner of the directory left: a server that is still shutting down, one that
// nobody told to, and the files of a dead one.
func (c *Cluster) settleLeftovers(ctx context.Context) error {
	left, err := readPIDFile(c.data())
	if err != nil {
		left = pidFile{} // no file: it ended cleanly, or there is no cluster
	}
	asked := false
	deadline := c.opt.Clock.Now().Add(stopPatience)
	for {
		alive := serversIn(c.data(), left.pid)
		if len(alive) == 0 {
			return c.removeStaleLocks(left)
		}
		if !asked && slices.Contains(alive, left.pid) {
			c.opt.Logger.Warn("the last owner left its PostgreSQL running; shutting it down", "pid", left.pid)
			_ = syscall.Kill(left.pid, syscall.SIGINT) // fails only when it has just gone
			asked = true
		}
		if !c.opt.Clock.Now().Before(deadline) {
			return fault.New(fault.Unavailable, "pglocal.orphan.stuck", "dir", c.dir, "pids", fmt.Sprint(alive))
		}
		if err := clock.Sleep(ctx, c.opt.Clock, pollEvery); err != nil {
			return err
		}
	}
}

// removeStaleLocks is for a cluster without a living server. PostgreSQL clears the lock files of a dead process by
// itself, and checks more than we could; but it gives up when the number in them belongs to somebody: a stranger who
// got it since, or the dead server itself while nobody has collected it.
func (c *Cluster) removeStaleLocks(left pidFile) error {
	removeSockets(left.sockets)
	if left.pid <= 0 || errors.Is(syscall.Kill(left.pid, 0), syscall.ESRCH) {
		return nil
	}
	locks := []string{pidFilePath(c.data()), filepath.Join(c.dir, socketFile+".lock")}
	for _, lock := range locks {
		if err := os.Remove(lock); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("remove a dead server's lock: %w", err)
		}
	}
	return nil
}
