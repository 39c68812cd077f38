package store

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"ticketbot/internal/clock"
	"ticketbot/internal/fault"
	"ticketbot/keys"
	"ticketbot/store/db"
	"ticketbot/ticket"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"gocloud.dev/blob"
)

// RiverSchema is where the job queue's own tables are.
const RiverSchema = "river"

// Options of Open.
type Options struct {
	URL      string // postgres://…
	BlobURL  string // where attachments go, as gocloud.dev/blob understands it; see BlobDir
	Keys     *keys.Ring
	Clock    clock.Clock
	Logger   *slog.Logger
	MaxConns int  // 0 means 16
	Sole     bool // no other process uses the database, so whatever is held is held by the dead
}

// Store keeps everything. It may be used from many goroutines.
type Store struct {
	pool    *pgxpool.Pool
	turns   *pgxpool.Pool // see foresee; nil in a process that borrows its keys
	q       *db.Queries
	jobs    *river.Client[pgx.Tx] // inserts only
	keys    *keys.Ring
	bucket  *blob.Bucket
	clock   clock.Clock
	log     *slog.Logger
	holder  int64 // this process, in the leases it takes
	tenants *tenantCache
	met     *acquaintances
	refused atomic.Int64

	reconciled atomic.Bool // the database and the keyring know the same: see Reconcile
}

// Open connects, and first of all brings the database and the keyring together: see Reconcile. It does not migrate: see
// Migrate. With Sole it gives back what a dead process held.
func Open(ctx context.Context, opt Options) (*Store, error) {
	pool, err := connect(ctx, opt)
	if err != nil {
		return nil, err
	}
	s := &Store{
		pool: pool, q: db.New(), keys: opt.Keys, clock: opt.Clock, log: opt.Logger,
		holder: randomHolder(), tenants: newTenantCache(opt.Clock), met: newAcquaintances(),
	}
	if err := s.open(ctx, opt); err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}

func (s *Store) open(ctx context.Context, opt Options) error {
	var err error
	s.jobs, err = river.NewClient(riverpgxv5.New(s.pool), &river.Config{
		Schema: RiverSchema, Logger: s.log, Test: river.TestConfig{Time: riverClock{s.clock}},
	})
	if err != nil {
		return fmt.Errorf("open job queue: %w", err)
	}
	if s.bucket, err = blob.OpenBucket(ctx, opt.BlobURL); err != nil {
		return fault.New(fault.Config, "store.blobs", "url", opt.BlobURL).Because(err)
	}
	if err := s.checkMigrated(ctx); err != nil {
		return err
	}
	if err := s.claimInstallation(ctx); err != nil {
		return err
	}
	if err := s.Reconcile(ctx); err != nil {
		return err
	}
	if opt.Sole {
		err := s.q.ReleaseAllEffects(ctx, s.pool, s.clock.Now())
		return explain("release what a dead process held", err)
	}
	return nil
}

func connect(ctx context.Context, opt Options) (*pgxpool.Pool, error) {
	cfg, err := pgxpool.ParseConfig(opt.URL)
	if err != nil {
		return nil, fault.New(fault.Config, "store.bad_url") // why could quote a part of the password
	}
	cfg.MaxConns = 16
	if opt.MaxConns > 0 {
		cfg.MaxConns = int32(opt.MaxConns)
	}
	cfg.ConnConfig.RuntimeParams["timezone"] = "UTC"
	cfg.ConnConfig.RuntimeParams["application_name"] = "ticketbot"
	cfg.AfterConnect = func(ctx context.Context, conn *pgx.Conn) error {
		conn.TypeMap().RegisterType(&pgtype.Type{
			Name: "timestamptz", OID: pgtype.TimestamptzOID, Codec: &pgtype.TimestamptzCodec{ScanLocation: time.UTC},
		})
		return registerDomains(ctx, conn)
	}
	pool, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		return nil, explain("connect", err)
	}
	if err := pool.Ping(ctx); err != nil {
		pool.Close()
		return nil, explain("connect", err)
	}
	return pool, nil
}

// claimInstallation refuses to go on with another keyring than the one the rows were sealed with: every message would
// look damaged, and new ones would be readable with the wrong keyring only.
func (s *Store) claimInstallation(ctx context.Context) error {
	id := s.keys.State().ID
	theirs, err := s.q.ClaimInstallation(ctx, s.pool, id[:])
	if err != nil {
		return explain("find out which keyring the database belongs to", err)
	}
	if string(theirs) != string(id[:]) {
		return fault.New(fault.Config, "store.wrong_keyring")
	}
	return nil
}

// ClaimBot refuses to go on as another bot than the one whose servers these are: Discord would say of every one of them
// that this bot is not there, and all would be forgotten.
func (s *Store) ClaimBot(ctx context.Context, bot ticket.UserID) error {
	known, err := s.q.ClaimBot(ctx, s.pool, int64(bot))
	if err != nil {
		return explain("find out which bot the database belongs to", err)
	}
	if ticket.UserID(known) != bot {
		return fault.New(fault.Config, "store.wrong_bot", "bot", bot, "known", ticket.UserID(known))
	}
	return nil
}

// Close ends all connections. The keyring is the caller's.
func (s *Store) Close() {
	if s.bucket != nil {
		_ = s.bucket.Close() // writes are closed one by one, so nothing is pending here
	}
	s.stopForeseeing()
	s.pool.Close()
}

// Pool is for the job queue's worker, which shares the connections.
func (s *Store) Pool() *pgxpool.Pool { return s.pool }

// Ping asks whether the database answers.
func (s *Store) Ping(ctx context.Context) error { return explain("ping", s.pool.Ping(ctx)) }

// Refused counts sightings that were dropped because their guild or ticket was gone.
func (s *Store) Refused() int64 { return s.refused.Load() }

func randomHolder() int64 {
	var b [8]byte
	rand.Read(b[:])
	return int64(binary.BigEndian.Uint64(b[:]))
}

// riverClock makes the job queue's SQL use our time.
type riverClock struct{ clock clock.Clock }

func (c riverClock) Now() time.Time { return c.clock.Now() }

func (c riverClock) NowOrNil() *time.Time {
	now := c.clock.Now()
	return &now
}
