//go:build unix

package pglocal

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"syscall"
	"time"

	"ticketbot/internal/fault"
)

// stopPatience is how long a fast shutdown may take (it writes a checkpoint) before the server is made to crash
// safely; the next start then recovers from the log.
const stopPatience = 20 * time.Second

const maxLogSize = 10 << 20

// launch starts the server and waits until it takes connections. Recovery may take long, so only ctx bounds it.
func (c *Cluster) launch(ctx context.Context) error {
	log, err := c.openLog()
	if err != nil {
		return err
	}
	defer log.Close()
	c.server = c.command("postgres", c.settings()...)
	c.server.Stdout, c.server.Stderr = log, log
	exited, err := startWatched(c.server)
	if err != nil {
		return fmt.Errorf("start postgres: %w", err)
	}
	go c.watch(exited)
	for {
		// Somebody else's server may answer on our socket: only a file that names our child counts.
		if pid, err := readPIDFile(c.data()); err == nil && pid.ready && pid.pid == c.server.Process.Pid {
			return nil
		}
		select {
		case <-c.done:
			return fault.New(fault.Config, "pglocal.server.failed", "log", log.Name(), "lines", c.logTail()).Because(c.err)
		case <-ctx.Done():
			c.shutDown(context.WithoutCancel(ctx))
			return ctx.Err()
		case <-c.opt.Clock.After(pollEvery):
		}
	}
}

func (c *Cluster) settings() []string {
	args := []string{"-D", c.data(), "-k", c.sockets, "-p", port}
	set := func(name, value string) { args = append(args, "-c", name+"="+value) }
	set("listen_addresses", "")
	set("unix_socket_permissions", "0700")
	set("max_connections", itoa(c.opt.MaxConnections))
	set("shared_buffers", "64MB")
	set("timezone", "UTC")
	set("log_timezone", "UTC")
	// The log must not repeat what people wrote: no statement, and none of the row that an error's detail shows.
	set("log_min_error_statement", "panic")
	set("log_error_verbosity", "terse")
	if c.opt.Unsafe {
		set("fsync", "off")
		set("synchronous_commit", "off")
		set("full_page_writes", "off")
	}
	return args
}

func (c *Cluster) watch(exited <-chan error) {
	err := <-exited
	if err == nil {
		err = errors.New("exit status 0")
	}
	select {
	case <-c.stopping:
	default:
		c.err = fmt.Errorf("postgres ended without being told: %w: %s", err, c.logTail())
	}
	close(c.done)
}

// Stop shuts the server down if it is ours, and lets go of it if it is not. When ctx ends before a clean shutdown does,
// the server is stopped the hard way, which loses nothing either.
func (c *Cluster) Stop(ctx context.Context) error {
	var err error
	c.stopOnce.Do(func() {
		c.shutDown(ctx)
		if c.lock != nil {
			removeSockets(c.sockets)
			err = c.lock.Close()
		}
	})
	return err
}

func (c *Cluster) shutDown(ctx context.Context) {
	close(c.stopping)
	if c.server != nil {
		// Not SIGTERM, on which PostgreSQL waits for its clients to leave. A signal fails only when nobody is there.
		_ = c.server.Process.Signal(syscall.SIGINT)
		select {
		case <-c.done:
		case <-ctx.Done():
			_ = c.server.Process.Signal(syscall.SIGQUIT)
		case <-c.opt.Clock.After(stopPatience):
			_ = c.server.Process.Signal(syscall.SIGQUIT)
		}
	}
	<-c.done
}

func (c *Cluster) logPath() string { return filepath.Join(c.dir, "postgres.log") }

func (c *Cluster) openLog() (*os.File, error) {
	path := c.logPath()
	if st, err := os.Stat(path); err == nil && st.Size() > maxLogSize {
		if err := os.Rename(path, path+".old"); err != nil {
			return nil, unwritable(c.dir, err)
		}
	}
	log, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, unwritable(c.dir, err)
	}
	return log, nil
}

func (c *Cluster) logTail() string {
	raw, err := os.ReadFile(c.logPath())
	if err != nil {
		return err.Error()
	}
	return lastLines(string(raw), 3)
}

// startWatched starts cmd on an OS thread that lives as long as cmd does: the kernel's signal on the death of a parent
// is about the thread that made the child, and Go ends threads at will.
func startWatched(cmd *exec.Cmd) (exited <-chan error, err error) {
	started, ended := make(chan error), make(chan error, 1)
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := cmd.Start()
		started <- err
		if err == nil {
			ended <- cmd.Wait()
		}
	}()
	return ended, <-started
}
