//go:build unix

package pglocal

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"ticketbot/internal/clock"
	"ticketbot/internal/fault"

	"github.com/jackc/pgx/v5"
)

// ownerPatience is how long a second process waits for the first one's server: it may be recovering from a crash.
const ownerPatience = 60 * time.Second

// pollEvery is how often we look whether a process has come or gone.
const pollEvery = 10 * time.Millisecond

// Start runs the cluster of opt.Dir, or attaches to it when another process runs it. ctx bounds the start only.
// Failures that an operator can mend are faults.
func Start(ctx context.Context, opt Options) (*Cluster, error) {
	c, err := newCluster(opt)
	if err != nil {
		return nil, err
	}
	begun := c.opt.Clock.Now()
	if err := c.prepareDirectory(); err != nil {
		return nil, err
	}
	if err := c.ownOrAttach(ctx); err != nil {
		return nil, err
	}
	c.opt.Logger.Info("private PostgreSQL is up", "dir", c.dir, "binaries", c.bin, "attached", c.Attached(),
		"took", c.opt.Clock.Now().Sub(begun))
	return c, nil
}

// ownOrAttach tries both until one works: an owner may be starting or ending while we look.
func (c *Cluster) ownOrAttach(ctx context.Context) error {
	deadline := c.opt.Clock.Now().Add(ownerPatience)
	for {
		if err := c.takeLock(); err != nil {
			return err
		}
		if c.lock != nil {
			return c.own(ctx)
		}
		err := c.attach(ctx)
		if err == nil {
			return nil
		}
		if !c.opt.Clock.Now().Before(deadline) {
			return fault.New(fault.Unavailable, "pglocal.owner.silent", "dir", c.dir).Because(err)
		}
		if err := clock.Sleep(ctx, c.opt.Clock, pollEvery); err != nil {
			return err
		}
	}
}

func newCluster(opt Options) (*Cluster, error) {
	if opt.Clock == nil {
		opt.Clock = clock.System{}
	}
	if opt.Logger == nil {
		opt.Logger = slog.New(slog.DiscardHandler)
	}
	if opt.MaxConnections == 0 {
		opt.MaxConnections = 60
	}
	dir, err := filepath.Abs(opt.Dir)
	if err != nil {
		return nil, fmt.Errorf("find %s: %w", opt.Dir, err)
	}
	c := &Cluster{dir: dir, opt: opt, done: make(chan struct{}), stopping: make(chan struct{})}
	have, err := clusterMajor(c.data())
	if err != nil {
		return nil, err
	}
	found, err := findBinaries(opt, have)
	if err != nil {
		return nil, err
	}
	c.bin = found.dir
	c.runAs, err = serverAccount(c.data())
	return c, err
}

func (c *Cluster) data() string { return filepath.Join(c.dir, "data") }

// takeLock leaves c.lock nil when another process holds it.
func (c *Cluster) takeLock() error {
	lock, err := os.OpenFile(c.lockPath(), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return unwritable(c.dir, err)
	}
	switch err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); {
	case err == nil:
		c.lock = lock
		return nil
	case errors.Is(err, syscall.EWOULDBLOCK):
		return lock.Close()
	default:
		lock.Close()
		return fmt.Errorf("lock %s: %w", lock.Name(), err)
	}
}

// own brings the server up as our child; it holds the lock, and gives it back when that fails.
func (c *Cluster) own(ctx context.Context) (err error) {
	defer func() {
		if err != nil {
			removeSockets(c.sockets)
			c.lock.Close()
			c.lock = nil
		}
	}()
	if err := c.settleLeftovers(ctx); err != nil {
		return err
	}
	if err := c.initialize(); err != nil {
		return err
	}
	if err := c.prepareSockets(); err != nil {
		return err
	}
	return c.launch(ctx)
}

// attach connects to the owner's server and keeps one idle connection, whose breaking tells that the server is gone.
func (c *Cluster) attach(ctx context.Context) error {
	pid, err := readPIDFile(c.data())
	if err != nil {
		return err
	}
	if !pid.ready {
		return errors.New("the owner's server is not ready")
	}
	c.sockets = pid.sockets
	c.wire, err = pgx.Connect(ctx, c.URL("postgres"))
	if err != nil {
		return fmt.Errorf("attach to the owner's server: %w", err)
	}
	listening, hangUp := context.WithCancel(context.Background())
	go func() {
		defer hangUp()
		select {
		case <-c.stopping:
		case <-c.done:
		}
	}()
	go func() {
		_, err := c.wire.WaitForNotification(listening)
		if listening.Err() == nil {
			c.err = fmt.Errorf("the owner's server is gone: %w", err)
		}
		_ = c.wire.Close(context.Background()) // nothing is said on this connection that could be lost
		close(c.done)
	}()
	return nil
}
