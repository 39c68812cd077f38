package store

import (
	"context"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"

	"ticketbot/internal/fault"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivermigrate"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Migrate brings the database at url to this program's schema. Processes that do it at once wait for each other.
func Migrate(ctx context.Context, url string, log *slog.Logger) error {
	pool, err := connect(ctx, Options{URL: url, MaxConns: 4})
	if err != nil {
		return err
	}
	defer pool.Close()
	steps, done, err := provider(pool)
	if err != nil {
		return err
	}
	defer done()
	results, err := steps.Up(ctx)
	if err != nil {
		return explain("migrate", err)
	}
	if err := migrateRiver(ctx, pool, log); err != nil {
		return explain("migrate the job queue", err)
	}
	if len(results) > 0 {
		log.Info("database migrated", "steps", len(results))
	}
	return nil
}

func provider(pool *pgxpool.Pool) (steps *goose.Provider, done func(), err error) {
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return nil, nil, fmt.Errorf("read migrations: %w", err)
	}
	oneAtATime, err := lock.NewPostgresSessionLocker()
	if err != nil {
		return nil, nil, fmt.Errorf("migration lock: %w", err)
	}
	sqlDB := stdlib.OpenDBFromPool(pool)
	steps, err = goose.NewProvider(goose.DialectPostgres, sqlDB, files, goose.WithSessionLocker(oneAtATime))
	if err != nil {
		return nil, nil, errors.Join(fmt.Errorf("read migrations: %w", err), sqlDB.Close())
	}
	return steps, func() { _ = sqlDB.Close() }, nil // the pool below stays, and is what holds connections
}

func migrateRiver(ctx context.Context, pool *pgxpool.Pool, log *slog.Logger) error {
	if _, err := pool.Exec(ctx, "create schema if not exists "+RiverSchema); err != nil {
		return err
	}
	migrator, err := rivermigrate.New(riverpgxv5.New(pool), &rivermigrate.Config{Schema: RiverSchema, Logger: log})
	if err != nil {
		return err
	}
	_, err = migrator.Migrate(ctx, rivermigrate.DirectionUp, nil)
	return err
}

// checkMigrated refuses a database that is older or newer than this program.
func (s *Store) checkMigrated(ctx context.Context) error {
	steps, done, err := provider(s.pool)
	if err != nil {
		return err
	}
	defer done()
	current, target, err := steps.GetVersions(ctx)
	if err != nil {
		return explain("read the database's version", err)
	}
	switch {
	case current < target:
		return fault.New(fault.Config, "store.not_migrated", "have", current, "want", target)
	case current > target:
		return fault.New(fault.Config, "store.too_new", "have", current, "want", target)
	}
	return nil
}

// SchemaID changes when a migration does.
func SchemaID() (string, error) {
	names, err := fs.Glob(migrations, "migrations/*.sql")
	if err != nil {
		return "", fmt.Errorf("list migrations: %w", err)
	}
	h := sha256.New()
	for _, name := range names { // in order: Glob sorts
		text, err := migrations.ReadFile(name)
		if err != nil {
			return "", fmt.Errorf("read migration: %w", err)
		}
		fmt.Fprintf(h, "%s %d\n%s", name, len(text), text)
	}
	return hex.EncodeToString(h.Sum(nil)[:8]), nil
}
