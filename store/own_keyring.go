package store

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"time"

	"ticketbot/internal/clock"
	"ticketbot/internal/fault"

	"github.com/jackc/pgx/v5"
)

// Ownership is that this process, and no other on this database, owns the keyring. The directory has a lock of its own,
// but two copies of a directory have two. Two owners would forget in one copy each.
//
// It is an advisory lock of PostgreSQL's, on a connection for itself alone, and lives as long as that connection. So it
// does not pass a connection pooler that shares connections between transactions.
type Ownership struct {
	url   string
	clock clock.Clock
	log   *slog.Logger
	name  string // of our connection: tells one that the server has not given up yet from another process's

	conn *pgx.Conn
}

// keyringLock is "keyring" as a number. Frozen: processes of different releases have to meet at it.
const keyringLock int64 = 0x6b657972696e67

const (
	ownershipChecked  = 5 * time.Second
	ownershipAnswered = 3 * time.Second
	ownershipPatience = 3 * time.Second // for the server to notice that the process before us is gone
	ownershipRetried  = 200 * time.Millisecond
)

var errOwned = errors.New("another process owns the keyring")

// OwnKeyring takes the ownership, or says that another process has it. Close gives it back.
func OwnKeyring(ctx context.Context, url string, clk clock.Clock, log *slog.Logger) (*Ownership, error) {
	o := &Ownership{url: url, clock: clk, log: log, name: "ticketbot keyring " + rand.Text()}
	for end := clk.Now().Add(ownershipPatience); ; {
		err := o.take(ctx)
		if err == nil {
			return o, nil
		}
		if !errors.Is(err, errOwned) {
			return nil, explain("take the ownership of the keyring", err)
		}
		if !clk.Now().Before(end) {
			return nil, fault.New(fault.Config, "store.keyring_owned")
		}
		if err := clock.Sleep(ctx, clk, ownershipRetried); err != nil {
			return nil, err
		}
	}
}

// Watch returns nil when ctx ends, and an error when another process has become the owner: then this one has to end.
// While the database is away nobody can, so it waits.
func (o *Ownership) Watch(ctx context.Context) error {
	away := false
	for clock.Sleep(ctx, o.clock, ownershipChecked) == nil {
		err := o.check(ctx)
		if errors.Is(err, errOwned) {
			return fault.New(fault.Config, "store.keyring_lost")
		}
		if ctx.Err() == nil && (err != nil) != away {
			away = err != nil
			o.log.Warn("the connection that owns the keyring", "away", away, "error", err)
		}
	}
	return nil
}

// check asks whether the connection lives, and else takes the ownership anew.
func (o *Ownership) check(ctx context.Context) error {
	short, cancel := context.WithTimeout(ctx, ownershipAnswered)
	defer cancel()
	if o.conn != nil && o.conn.Ping(short) == nil {
		return nil
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	o.Close(ctx)
	return o.take(ctx)
}

// Outside of queries/, because the generator does not know these views.
const (
	tryOwnKeyring = `select pg_try_advisory_lock($1)`

	// A connection of ours that broke on our side only may still hold the lock on the server's.
	endOwnGhost = `select pg_terminate_backend(pid) from pg_stat_activity where application_name = $1 and pid <> pg_backend_pid()`
)

func (o *Ownership) take(ctx context.Context) error {
	short, cancel := context.WithTimeout(ctx, ownershipAnswered)
	defer cancel()
	cfg, err := pgx.ParseConfig(o.url)
	if err != nil {
		return fault.New(fault.Config, "store.bad_url") // why could quote a part of the password
	}
	cfg.RuntimeParams["application_name"] = o.name
	conn, err := pgx.ConnectConfig(short, cfg)
	if err != nil {
		return err
	}
	if err := o.lock(short, conn); err != nil {
		_ = conn.Close(short) // it holds nothing
		return err
	}
	o.conn = conn
	return nil
}

func (o *Ownership) lock(ctx context.Context, conn *pgx.Conn) error {
	for {
		var ours bool
		if err := conn.QueryRow(ctx, tryOwnKeyring, keyringLock).Scan(&ours); err != nil || ours {
			return err
		}
		ghosts, err := conn.Exec(ctx, endOwnGhost, o.name)
		if err != nil {
			return err
		}
		if ghosts.RowsAffected() == 0 {
			return errOwned
		}
		if err := clock.Sleep(ctx, o.clock, ownershipRetried); err != nil {
			return err
		}
	}
}

// Close gives the ownership back.
func (o *Ownership) Close(ctx context.Context) {
	if o.conn == nil {
		return
	}
	short, cancel := context.WithTimeout(context.WithoutCancel(ctx), ownershipAnswered)
	defer cancel()
	_ = o.conn.Close(short) // broken or not, the server gives the lock back
	o.conn = nil
}
