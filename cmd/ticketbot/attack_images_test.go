//go:build linux

package main

import (
	"context"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"ticketbot/internal/pglocal"
)

// dbImage is the database as somebody once copied it: a directory with a cluster in it.
type dbImage struct{ name, dir string }

// reach is the address of the running program's own database.
func (g *ground) reach(ctx context.Context, t *testing.T) string {
	t.Helper()
	cluster, err := pglocal.Start(ctx, pglocal.Options{Dir: filepath.Join(g.dir, "postgres")})
	must(t, err)
	t.Cleanup(func() { must(t, cluster.Stop(context.Background())) })
	if !cluster.Attached() {
		t.Fatal("the program does not run its database")
	}
	return cluster.URL("postgres")
}

// postgresTool is a program that came with the PostgreSQL that runs in dir.
func postgresTool(t *testing.T, dir, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, "data", "postmaster.pid"))
	must(t, err)
	pid, _, _ := strings.Cut(string(text), "\n")
	server, err := os.Readlink("/proc/" + pid + "/exe")
	must(t, err)
	return filepath.Join(filepath.Dir(server), name)
}

// baseBackup copies the database while the program works, the way operators do; also as a compressed archive.
func (g *ground) baseBackup(ctx context.Context, t *testing.T, url, name string) dbImage {
	t.Helper()
	to := dbImage{name, dataDir(t)}
	tool := postgresTool(t, filepath.Join(g.dir, "postgres"), "pg_basebackup")
	for _, args := range [][]string{
		{"-D", filepath.Join(to.dir, "data"), "-X", "stream"},
		{"-D", filepath.Join(to.dir, "archive"), "-X", "fetch", "-Ft", "-z"},
	} {
		out, err := exec.CommandContext(ctx, tool, append(args, "-d", url, "-c", "fast")...).CombinedOutput()
		if err != nil {
			t.Fatalf("pg_basebackup: %v\n%s", err, out)
		}
	}
	g.giveToServer(t, to.dir)
	return to
}

// coldCopy copies the database's directory while the program does not run.
func (g *ground) coldCopy(t *testing.T, name string) dbImage {
	t.Helper()
	to := dbImage{name, dataDir(t)}
	must(t, os.CopyFS(filepath.Join(to.dir, "data"), os.DirFS(filepath.Join(g.dir, "postgres", "data"))))
	g.giveToServer(t, to.dir)
	return to
}

// giveToServer makes a copied cluster one that pglocal takes for its own, owned by whoever runs the original.
func (g *ground) giveToServer(t *testing.T, dir string) {
	t.Helper()
	must(t, os.WriteFile(filepath.Join(dir, "owner.lock"), nil, 0o600))
	info, err := os.Stat(filepath.Join(g.dir, "postgres", "data"))
	must(t, err)
	owner := info.Sys().(*syscall.Stat_t)
	must(t, filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if err := os.Lchown(path, int(owner.Uid), int(owner.Gid)); err != nil {
			return err
		}
		if d.IsDir() {
			return os.Chmod(path, 0o700)
		}
		return os.Chmod(path, 0o600)
	}))
}

// open starts the image's database and gives its address to use.
func (i dbImage) open(ctx context.Context, t *testing.T, use func(url string)) {
	t.Helper()
	cluster, err := pglocal.Start(ctx, pglocal.Options{Dir: i.dir, Unsafe: true, MaxConnections: 10})
	must(t, err)
	defer func() { must(t, cluster.Stop(ctx)) }()
	use(cluster.URL("postgres"))
}

// dump is the image's database as pg_dump writes it.
func (i dbImage) dump(ctx context.Context, t *testing.T, url string) []byte {
	t.Helper()
	out, err := exec.CommandContext(ctx, postgresTool(t, i.dir, "pg_dump"), "-d", url).Output()
	must(t, err)
	if len(out) < 10_000 {
		t.Errorf("the dump of %s has %s bytes only", i.name, strconv.Itoa(len(out)))
	}
	return out
}
