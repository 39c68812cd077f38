//go:build linux

package pglocal

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"ticketbot/internal/clock"
	"ticketbot/internal/fault"
	"ticketbot/internal/say"

	"github.com/jackc/pgx/v5"
)

// TestMain doubles as the program that the tests kill: see ownerProcess.
func TestMain(m *testing.M) {
	if len(os.Args) == 3 && os.Args[1] == "own-and-insert" {
		ownAndInsert(os.Args[2])
		return
	}
	os.Exit(m.Run())
}

func TestStart(t *testing.T) {
	t.Run("a new cluster answers, and a stopped one comes back with its rows", func(t *testing.T) {
		dir := home(t)
		c := start(t, Options{Dir: dir})
		exec1(t, c, "create table kept (word text)")
		exec1(t, c, "insert into kept values ('here')")
		stop(t, c)
		c = start(t, Options{Dir: dir})
		if got := query[string](t, c, "select word from kept"); got != "here" {
			t.Errorf("after a restart: got %q, want %q", got, "here")
		}
		if got := query[string](t, c, "show data_checksums"); got != "on" {
			t.Errorf("data_checksums: got %s, want on", got)
		}
	})

	t.Run("case folds beyond ASCII", func(t *testing.T) {
		c := start(t, Options{Dir: home(t), Unsafe: true})
		if got := query[string](t, c, "select lower('ÄÉ')"); got != "äé" {
			t.Errorf("lower('ÄÉ'): got %q, want äé", got)
		}
	})

	t.Run("two clusters run side by side", func(t *testing.T) {
		a := start(t, Options{Dir: home(t), Unsafe: true})
		b := start(t, Options{Dir: home(t), Unsafe: true})
		exec1(t, a, "create table only_a ()")
		if query[bool](t, b, "select to_regclass('only_a') is not null") {
			t.Error("a table of one cluster is seen in the other")
		}
	})

	t.Run("a path too long for a socket works", func(t *testing.T) {
		dir := filepath.Join(filepath.Dir(home(t)), strings.Repeat("long", 20), strings.Repeat("path", 20))
		c := start(t, Options{Dir: dir, Unsafe: true})
		second := start(t, Options{Dir: dir, Unsafe: true})
		if !second.Attached() || query[int](t, second, "select 1") != 1 {
			t.Error("a second process does not find the socket")
		}
		stop(t, second)
		stop(t, c)
		if exists(c.sockets) {
			t.Errorf("%s is left behind", c.sockets)
		}
	})

	t.Run("an interrupted initdb is forgotten", func(t *testing.T) {
		dir := home(t)
		half := filepath.Join(dir, unfinishedPrefix+"123")
		must(t, os.MkdirAll(half, 0o700))
		must(t, os.WriteFile(filepath.Join(half, "PG_VERSION"), []byte("15\n"), 0o600))
		must(t, os.WriteFile(filepath.Join(dir, "owner.lock"), nil, 0o600))
		c := start(t, Options{Dir: dir, Unsafe: true})
		if query[int](t, c, "select 1") != 1 || exists(half) {
			t.Errorf("left behind: %s", half)
		}
	})

	t.Run("a stranger who got the dead server's process number does not stop us", func(t *testing.T) {
		dir := home(t)
		stop(t, start(t, Options{Dir: dir, Unsafe: true}))
		must(t, os.WriteFile(filepath.Join(dir, "data", "postmaster.pid"), fmt.Appendf(nil, "%d\n", os.Getpid()), 0o600))
		start(t, Options{Dir: dir, Unsafe: true})
	})

	t.Run("the log keeps no statement and no row", func(t *testing.T) {
		c := start(t, Options{Dir: home(t), Unsafe: true})
		exec1(t, c, "create table secrets (word text primary key)")
		exec1(t, c, "insert into secrets values ('canary-in-a-row')")
		conn := connect(t, c)
		if _, err := conn.Exec(t.Context(), "insert into secrets values ('canary-in-a-row')"); err == nil {
			t.Fatal("the second insert succeeded")
		}
		log, err := os.ReadFile(c.logPath())
		must(t, err)
		if !strings.Contains(string(log), "duplicate key") {
			t.Errorf("the log does not tell of the failure at all:\n%s", log)
		}
		if strings.Contains(string(log), "canary") {
			t.Errorf("the log repeats the row:\n%s", log)
		}
	})
}

func TestCreateDatabase(t *testing.T) {
	c := start(t, Options{Dir: home(t), Unsafe: true})
	for range 2 { // the second time finds it there
		must(t, c.CreateDatabase(t.Context(), `tick"et`))
	}
	conn, err := pgx.Connect(t.Context(), c.URL(`tick"et`))
	must(t, err)
	defer conn.Close(t.Context())
	var got string
	must(t, conn.QueryRow(t.Context(), "select current_database()").Scan(&got))
	if got != `tick"et` {
		t.Errorf("connected to %s", got)
	}
}

func TestAttach(t *testing.T) {
	t.Run("a second process uses the first one's server, and learns when it is gone", func(t *testing.T) {
		dir := home(t)
		owner := start(t, Options{Dir: dir, Unsafe: true})
		exec1(t, owner, "create table shared ()")
		second := start(t, Options{Dir: dir, Unsafe: true})
		if owner.Attached() || !second.Attached() {
			t.Errorf("attached: owner %v, second %v", owner.Attached(), second.Attached())
		}
		if !query[bool](t, second, "select to_regclass('shared') is not null") {
			t.Error("the second process sees another database")
		}
		stop(t, owner)
		await(t, second.Done())
		if second.Err() == nil {
			t.Error("the second process does not know why")
		}
	})

	t.Run("one who leaves takes nothing with it", func(t *testing.T) {
		dir := home(t)
		owner := start(t, Options{Dir: dir, Unsafe: true})
		stop(t, start(t, Options{Dir: dir, Unsafe: true}))
		if query[int](t, owner, "select 1") != 1 {
			t.Error("the owner's server is gone")
		}
	})

	t.Run("many who start at once get one owner", func(t *testing.T) {
		dir := home(t)
		clusters := make(chan *Cluster)
		for range 5 {
			go func() {
				c, err := Start(context.Background(), Options{Dir: dir, Unsafe: true})
				if err != nil {
					t.Error(err)
				}
				clusters <- c
			}()
		}
		owners := 0
		for range 5 {
			c := <-clusters
			if c == nil {
				continue
			}
			t.Cleanup(func() { stop(t, c) })
			if !c.Attached() {
				owners++
			}
		}
		if owners != 1 {
			t.Errorf("got %d owners, want 1", owners)
		}
	})

	t.Run("an owner that never answers is named", func(t *testing.T) {
		dir := home(t)
		lock, err := os.Create(filepath.Join(dir, "owner.lock"))
		must(t, err)
		defer lock.Close()
		must(t, syscall.Flock(int(lock.Fd()), syscall.LOCK_EX))
		manual := clock.NewManual(time.Unix(0, 0))
		go func() {
			_ = manual.AwaitSleepers(t.Context(), 1)
			manual.Advance(ownerPatience)
		}()
		_, err = Start(t.Context(), Options{Dir: dir, Clock: manual})
		wantFault(t, err, fault.Unavailable, "does not answer", dir)
	})
}

func TestDeath(t *testing.T) {
	t.Run("a killed server is noticed, and the next start recovers", func(t *testing.T) {
		dir := home(t)
		c := start(t, Options{Dir: dir})
		exec1(t, c, "create table kept (n int)")
		exec1(t, c, "insert into kept values (7)")
		must(t, c.server.Process.Kill())
		await(t, c.Done())
		if c.Err() == nil {
			t.Error("nobody says why the server is gone")
		}
		stop(t, c)
		c = start(t, Options{Dir: dir})
		if got := query[int](t, c, "select n from kept"); got != 7 {
			t.Errorf("after the crash: got %d, want 7", got)
		}
	})

	t.Run("a killed owner takes the server with it and loses no acknowledged row", func(t *testing.T) {
		for _, alsoServer := range []bool{false, true} {
			dir := home(t)
			acknowledged := killWhileInserting(t, dir, alsoServer)
			c := start(t, Options{Dir: dir})
			if got := query[int](t, c, "select max(n) from inserted"); got < acknowledged {
				t.Errorf("server killed too: %v: row %d was acknowledged, the last one kept is %d", alsoServer, acknowledged, got)
			}
			if got := query[int](t, c, "select max(n) - count(*) from inserted"); got != 0 {
				t.Errorf("server killed too: %v: %d rows are missing in between", alsoServer, got)
			}
		}
	})

	t.Run("an orphan is shut down and taken over", func(t *testing.T) {
		dir := home(t)
		stop(t, start(t, Options{Dir: dir, Unsafe: true}))
		orphan, err := newCluster(Options{Dir: dir, Unsafe: true})
		must(t, err)
		orphan.sockets = dir
		must(t, orphan.launch(t.Context())) // without the lock, as if its owner were gone
		c := start(t, Options{Dir: dir, Unsafe: true})
		await(t, orphan.Done())
		if c.Attached() || query[int](t, c, "select 1") != 1 {
			t.Error("the new owner does not own")
		}
	})
}

func TestRefusals(t *testing.T) {
	t.Run("no PostgreSQL on the machine", func(t *testing.T) {
		_, err := Start(t.Context(), Options{Dir: home(t), usualPlaces: []string{t.TempDir()}})
		wantFault(t, err, fault.Config, "apt-get install postgresql", "TICKETBOT_DATABASE_URL")
	})

	t.Run("an initdb without its server beside it is not PostgreSQL", func(t *testing.T) {
		bin := t.TempDir()
		must(t, os.WriteFile(filepath.Join(bin, "initdb"), []byte("#!/bin/sh\n"), 0o755))
		_, err := Start(t.Context(), Options{Dir: home(t), BinDir: bin})
		wantFault(t, err, fault.Config, bin, "TICKETBOT_POSTGRES_BIN")
	})

	t.Run("only an old PostgreSQL", func(t *testing.T) {
		_, err := Start(t.Context(), Options{Dir: home(t), BinDir: fakeBinaries(t, "14.9")})
		wantFault(t, err, fault.Config, "PostgreSQL 14", "too old")
	})

	t.Run("a cluster of another major version is left alone", func(t *testing.T) {
		dir := home(t)
		must(t, os.MkdirAll(filepath.Join(dir, "data"), 0o700))
		version := filepath.Join(dir, "data", "PG_VERSION")
		must(t, os.WriteFile(version, []byte("12\n"), 0o600))
		_, err := Start(t.Context(), Options{Dir: dir})
		wantFault(t, err, fault.Config, "made by PostgreSQL 12", "postgresql-12")
		if got, _ := os.ReadFile(version); string(got) != "12\n" {
			t.Error("it was changed")
		}
	})

	t.Run("a directory that holds other things", func(t *testing.T) {
		dir := home(t)
		must(t, os.WriteFile(filepath.Join(dir, "thesis.doc"), nil, 0o600))
		_, err := Start(t.Context(), Options{Dir: dir})
		wantFault(t, err, fault.Config, "not PostgreSQL's", dir)
	})

	t.Run("a directory that cannot be made", func(t *testing.T) {
		_, err := Start(t.Context(), Options{Dir: "/proc/nowhere/db"})
		wantFault(t, err, fault.Config, "/proc/nowhere/db")
	})

	t.Run("a directory behind a closed door", func(t *testing.T) {
		if os.Geteuid() != 0 {
			t.Skip("only root runs the server as somebody else")
		}
		door := filepath.Join(filepath.Dir(home(t)), "closed")
		must(t, os.Mkdir(door, 0o700))
		_, err := Start(t.Context(), Options{Dir: filepath.Join(door, "below", "db")})
		wantFault(t, err, fault.Config, "chmod o+x "+door)
	})

	t.Run("a user without a name", func(t *testing.T) {
		err := startAs(t, 12345)
		if !strings.Contains(err, "12345") || !strings.Contains(err, "/etc/passwd") {
			t.Errorf("got %q", err)
		}
	})

	t.Run("a setting that the server does not take", func(t *testing.T) {
		_, err := Start(t.Context(), Options{Dir: home(t), Unsafe: true, MaxConnections: -5})
		wantFault(t, err, fault.Config, "postgres.log", "max_connections")
	})

	t.Run("a start that is called off leaves nothing running", func(t *testing.T) {
		dir := home(t)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := Start(ctx, Options{Dir: dir, Unsafe: true}); !errors.Is(err, context.Canceled) {
			t.Errorf("got %v, want context.Canceled", err)
		}
		if left := serversIn(filepath.Join(dir, "data"), 0); len(left) != 0 {
			t.Errorf("still running: %v", left)
		}
	})
}

func TestUnprivileged(t *testing.T) {
	if err := startAs(t, 65534); err != "" {
		t.Errorf("nobody cannot start it: %s", err)
	}
}

// killWhileInserting runs an owner in a process of its own, kills it in the middle of its inserts, and returns the last
// number that the database had acknowledged.
func killWhileInserting(t *testing.T, dir string, alsoServer bool) int {
	t.Helper()
	cmd := exec.Command(os.Args[0], "own-and-insert", dir)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	must(t, err)
	must(t, cmd.Start())
	lines := bufio.NewScanner(out)
	last := 0
	for lines.Scan() {
		n, err := strconv.Atoi(lines.Text())
		must(t, err)
		last = n
		if last != 50 {
			continue
		}
		if alsoServer {
			for _, pid := range serversIn(filepath.Join(dir, "data"), 0) {
				_ = syscall.Kill(pid, syscall.SIGKILL)
			}
		}
		must(t, cmd.Process.Kill())
	}
	_ = cmd.Wait()
	if last < 50 {
		t.Fatalf("the owner ended after %d rows", last)
	}
	return last
}

func ownAndInsert(dir string) {
	ctx := context.Background()
	c, err := Start(ctx, Options{Dir: dir})
	exitOn(err)
	conn, err := pgx.Connect(ctx, c.URL("postgres"))
	exitOn(err)
	_, err = conn.Exec(ctx, "create table inserted (n int)")
	exitOn(err)
	for n := 1; ; n++ {
		_, err := conn.Exec(ctx, "insert into inserted values ($1)", n)
		if err != nil && n > 50 {
			select {} // the server was killed first; our turn comes
		}
		exitOn(err)
		fmt.Println(n)
	}
}

func exitOn(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// startAs starts and stops a cluster in a process of user uid, and returns the sentence that the user reads if it fails.
func startAs(t *testing.T, uid uint32) string {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("only root can be somebody else")
	}
	dir := home(t)
	must(t, os.Chown(dir, int(uid), int(uid)))
	program := copyOf(t, os.Args[0], dir)
	cmd := exec.Command(program, "-test.run=^TestOnce$", "-test.v")
	cmd.Env = []string{"PGLOCAL_ONCE=" + filepath.Join(dir, "db")}
	cmd.Dir = dir
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uid, Gid: uid}}
	out, err := cmd.CombinedOutput()
	if err == nil && strings.Contains(string(out), "started and stopped") {
		return ""
	}
	return string(out)
}

func TestOnce(t *testing.T) {
	dir := os.Getenv("PGLOCAL_ONCE")
	if dir == "" {
		t.Skip("run by startAs, as another user")
	}
	c, err := Start(t.Context(), Options{Dir: dir, Unsafe: true})
	if err != nil {
		t.Fatal(say.Fault(fault.From(err)))
	}
	must(t, c.Stop(t.Context()))
	t.Log("started and stopped")
}

// home is a directory that the server's user can reach, which t.TempDir's is not.
func home(t *testing.T) string {
	t.Helper()
	top, err := os.MkdirTemp("/tmp", "pglocal-test-")
	must(t, err)
	t.Cleanup(func() { _ = os.RemoveAll(top) })
	must(t, os.Chmod(top, 0o755))
	dir := filepath.Join(top, "db")
	must(t, os.Mkdir(dir, 0o700))
	return dir
}

func start(t *testing.T, opt Options) *Cluster {
	t.Helper()
	c, err := Start(t.Context(), opt)
	must(t, err)
	t.Cleanup(func() { stop(t, c) })
	return c
}

func stop(t *testing.T, c *Cluster) {
	t.Helper()
	must(t, c.Stop(context.Background()))
}

func await(t *testing.T, done <-chan struct{}) {
	t.Helper()
	select {
	case <-done:
	case <-time.After(30 * time.Second):
		t.Fatal("not done after 30 s")
	}
}

func connect(t *testing.T, c *Cluster) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), c.URL("postgres"))
	must(t, err)
	t.Cleanup(func() { conn.Close(context.Background()) })
	return conn
}

func exec1(t *testing.T, c *Cluster, sql string) {
	t.Helper()
	_, err := connect(t, c).Exec(t.Context(), sql)
	must(t, err)
}

func query[T any](t *testing.T, c *Cluster, sql string) T {
	t.Helper()
	var got T
	must(t, connect(t, c).QueryRow(t.Context(), sql).Scan(&got))
	return got
}

func wantFault(t *testing.T, err error, kind fault.Kind, parts ...string) {
	t.Helper()
	f := fault.From(err)
	if f == nil {
		t.Fatalf("got %v, want a fault", err)
	}
	sentence := say.Fault(f)
	if f.Kind != kind {
		t.Errorf("kind: got %v, want %v", f.Kind, kind)
	}
	for _, part := range parts {
		if !strings.Contains(sentence, part) {
			t.Errorf("%q does not say %q", sentence, part)
		}
	}
	if strings.ContainsAny(sentence, "{}") {
		t.Errorf("%q has an empty place", sentence)
	}
}

func fakeBinaries(t *testing.T, version string) string {
	t.Helper()
	bin := t.TempDir()
	must(t, os.WriteFile(filepath.Join(bin, "initdb"), []byte("#!/bin/sh\n"), 0o755))
	must(t, os.WriteFile(filepath.Join(bin, "postgres"), []byte("#!/bin/sh\necho 'postgres (PostgreSQL) "+version+"'\n"), 0o755))
	return bin
}

func copyOf(t *testing.T, file, dir string) string {
	t.Helper()
	from, err := os.Open(file)
	must(t, err)
	defer from.Close()
	to, err := os.OpenFile(filepath.Join(dir, "program"), os.O_CREATE|os.O_WRONLY, 0o755)
	must(t, err)
	_, err = io.Copy(to, from)
	must(t, errors.Join(err, to.Close()))
	return to.Name()
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
