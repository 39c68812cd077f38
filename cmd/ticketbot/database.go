package main

import (
	"context"
	"log/slog"
	"path/filepath"

	"ticketbot/internal/clock"
	"ticketbot/internal/pglocal"
	"ticketbot/keys"
	"ticketbot/store"
)

// vault is the part of an installation that commands without Discord need: the database, migrated, and the keyring.
type vault struct {
	private *pglocal.Cluster // nil when the operator has a PostgreSQL
	ring    *keys.Ring
	store   *store.Store
}

// openVault starts or reaches the database, brings it up to date, and opens the keyring. A second process on the same
// data directory is refused by the keyring's lock.
func openVault(ctx context.Context, p place, clk clock.Clock, log *slog.Logger) (_ *vault, err error) {
	dir, err := p.dataDir()
	if err != nil {
		return nil, err
	}
	v := &vault{}
	defer func() {
		if err != nil {
			v.close(context.WithoutCancel(ctx), log)
		}
	}()
	if v.ring, err = keys.Open(filepath.Join(dir, "keys"), keys.Options{Clock: clk, Logger: log}); err != nil {
		return nil, err
	}
	url := p.DatabaseURL
	if url != "" {
		err = reachDatabase(ctx, url)
	} else {
		v.private, err = pglocal.Start(ctx, pglocal.Options{
			Dir: filepath.Join(dir, "postgres"), BinDir: p.PostgresBin, Clock: clk, Logger: log,
		})
		if err == nil {
			url = v.private.URL("postgres")
		}
	}
	if err != nil {
		return nil, err
	}
	if err := store.Migrate(ctx, url, log); err != nil {
		return nil, err
	}
	files := p.FilesURL
	if files == "" {
		files = store.BlobDir(filepath.Join(dir, "files"))
	}
	v.store, err = store.Open(ctx, store.Options{
		URL: url, BlobURL: files, Keys: v.ring, Clock: clk, Logger: log, Sole: v.private != nil && !v.private.Attached(),
	})
	return v, err
}

// close ends what openVault began, the other way round.
func (v *vault) close(ctx context.Context, log *slog.Logger) {
	if v.store != nil {
		v.store.Close()
	}
	if v.private != nil {
		if err := v.private.Stop(ctx); err != nil {
			log.Warn("the private database did not stop cleanly; the next start repairs it", "error", err)
		}
	}
	if v.ring != nil {
		v.ring.Close()
	}
}
