package pglocal

import (
	"context"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"os/exec"
	"sync"

	"ticketbot/internal/clock"

	"github.com/jackc/pgx/v5"
)

const (
	port = "5432" // no TCP port is opened; it only names the socket file
	user = "ticketbot"
)

// Options says where and how to run.
type Options struct {
	Dir            string       // the cluster's own directory; made when missing
	BinDir         string       // where initdb and postgres are; empty: look in the usual places
	Unsafe         bool         // never wait for the disk: for tests, which throw the cluster away
	MaxConnections int          // 0 means 60
	Clock          clock.Clock  // nil means the system's
	Logger         *slog.Logger // nil means silence

	usualPlaces []string // instead of the package's own list: for tests
}

// Cluster is a running PostgreSQL, our own child or that of another process of ours.
type Cluster struct {
	dir     string
	sockets string // the directory of the unix socket
	bin     string
	runAs   *account // nil: as ourselves
	opt     Options

	lock     *os.File  // held by the owner
	server   *exec.Cmd // the owner's child
	wire     *pgx.Conn // an attached process learns by it that the server is gone
	done     chan struct{}
	err      error // why the server ended; written before done is closed
	stopping chan struct{}
	stopOnce sync.Once
}

// Attached tells whether another process owns the server.
func (c *Cluster) Attached() bool { return c.lock == nil }

// Done is closed once the server is gone, be it by Stop or by death. Nobody restarts it here: Stop, then Start again.
func (c *Cluster) Done() <-chan struct{} { return c.done }

// Err says why the server is gone; nil while it runs and after Stop.
func (c *Cluster) Err() error {
	select {
	case <-c.done:
		return c.err
	default:
		return nil
	}
}

// URL is the address of database db, for pgx. A new cluster has "postgres"; see CreateDatabase.
func (c *Cluster) URL(db string) string {
	return (&url.URL{
		Scheme:   "postgres",
		User:     url.User(user),
		Path:     "/" + db,
		RawQuery: url.Values{"host": {c.sockets}, "port": {port}, "sslmode": {"disable"}}.Encode(),
	}).String()
}

// CreateDatabase makes db unless it is there.
func (c *Cluster) CreateDatabase(ctx context.Context, db string) error {
	conn, err := pgx.Connect(ctx, c.URL("postgres"))
	if err != nil {
		return fmt.Errorf("connect to make database %s: %w", db, err)
	}
	defer conn.Close(ctx)
	var there bool
	err = conn.QueryRow(ctx, "select exists (select from pg_database where datname = $1)", db).Scan(&there)
	if err != nil || there {
		return err
	}
	_, err = conn.Exec(ctx, "create database "+pgx.Identifier{db}.Sanitize())
	if isDuplicate(err) {
		return nil // another process was faster
	}
	return err
}

// account is the unprivileged user that the server runs as when we are root: PostgreSQL refuses to run as root.
type account struct {
	name     string
	uid, gid int
}
