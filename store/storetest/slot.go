//go:build unix

package storetest

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"syscall"

	"ticketbot/internal/fault"
	"ticketbot/internal/pglocal"
	"ticketbot/internal/say"
	"ticketbot/store"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// slot is one private PostgreSQL, ours while we live.
type slot struct {
	lock     *os.File // never closed: the kernel does it when we end, however we end
	cluster  *pglocal.Cluster
	admin    *pgxpool.Pool
	template string
	clones   atomic.Int64
}

// ourSlot is the one slot of this test binary: its tests share a server, and Go gives them nothing else to share.
var ourSlot = sync.OnceValues(takeSlot)

func takeSlot() (*slot, error) {
	ctx := context.Background()
	base, err := baseDirectory()
	if err != nil {
		return nil, err
	}
	for n := 0; ; n++ {
		dir := filepath.Join(base, fmt.Sprintf("slot-%d", n))
		lock, err := tryLock(dir + ".lock")
		if err != nil {
			return nil, err
		}
		if lock == nil {
			continue // another test binary has it
		}
		s := &slot{lock: lock}
		if err := s.start(ctx, dir); err != nil {
			// Without fsync, a machine that lost power may leave a cluster that nobody can start.
			if err := errors.Join(os.RemoveAll(dir), s.start(ctx, dir)); err != nil {
				return nil, readable(err)
			}
		}
		return s, s.prepareTemplate(ctx)
	}
}

// baseDirectory is in memory when a gigabyte is free there; in containers /dev/shm often has 64 MB.
func baseDirectory() (string, error) {
	const enough = 1 << 30
	root := "/tmp"
	var st syscall.Statfs_t
	if err := syscall.Statfs("/dev/shm", &st); err == nil && st.Bavail*uint64(st.Bsize) > enough {
		root = "/dev/shm"
	}
	base := filepath.Join(root, fmt.Sprintf("ticketbot-test-%d", os.Getuid()))
	if err := os.Mkdir(base, 0o711); err != nil && !errors.Is(err, fs.ErrExist) {
		return "", err
	}
	info, err := os.Lstat(base)
	if err != nil {
		return "", err
	}
	if own, ok := info.Sys().(*syscall.Stat_t); !info.IsDir() || !ok || int(own.Uid) != os.Getuid() {
		return "", fmt.Errorf("%s belongs to somebody else", base)
	}
	return base, nil
}

func tryLock(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return nil, f.Close()
	}
	return f, err
}

func (s *slot) start(ctx context.Context, dir string) error {
	var err error
	if s.cluster, err = pglocal.Start(ctx, pglocal.Options{Dir: dir, Unsafe: true, MaxConnections: 200}); err != nil {
		return fmt.Errorf("start a database for the tests: %w", err)
	}
	s.admin, err = pgxpool.New(ctx, s.cluster.URL("postgres"))
	return err
}

// readable puts the sentence that an operator would read before the error: here a developer lacks PostgreSQL.
func readable(err error) error {
	if f := fault.From(err); f != nil {
		return fmt.Errorf("%s (%w)", say.Fault(f), err)
	}
	return err
}

// prepareTemplate migrates one database that every test's is a copy of, and removes what earlier runs left.
func (s *slot) prepareTemplate(ctx context.Context) error {
	schema, err := store.SchemaID()
	if err != nil {
		return err
	}
	s.template = "template_" + schema
	rows, err := s.admin.Query(ctx, "select datname from pg_database where starts_with(datname, 'test_') or starts_with(datname, 'template_')")
	if err != nil {
		return err
	}
	left, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return err
	}
	for _, name := range left {
		if name == s.template {
			continue
		}
		if err := s.drop(ctx, name); err != nil {
			return err
		}
	}
	if err := s.cluster.CreateDatabase(ctx, s.template); err != nil {
		return err
	}
	return store.Migrate(ctx, s.cluster.URL(s.template), slog.New(slog.DiscardHandler))
}

func (s *slot) clone(ctx context.Context) (string, error) {
	name := fmt.Sprintf("test_%d", s.clones.Add(1))
	// file_copy: copying a small template through the log costs more, and nothing here has to survive a crash.
	_, err := s.admin.Exec(ctx, fmt.Sprintf("create database %s template %s strategy file_copy", name, s.template))
	if err != nil {
		return "", fmt.Errorf("copy the template: %w", err)
	}
	return name, nil
}

func (s *slot) drop(ctx context.Context, name string) error {
	_, err := s.admin.Exec(ctx, "drop database if exists "+name+" with (force)")
	return err
}
