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
	clock   clock.Clock
	private *pglocal.Cluster // nil when the operator has a PostgreSQL
	ring    *keys.Ring
	owner   *store.Ownership // nil when the keys are borrowed
	store   *store.Store
	lending *lending // nil when nobody borrows keys from here
}

// openVault starts or reaches the database, brings it up to date, and opens the keyring. A second process on the same
// data directory is refused by the keyring's lock.
func openVault(ctx context.Context, p place, clk clock.Clock, log *slog.Logger) (_ *vault, err error) {
	dir, err := p.dataDir()
	if err != nil {
		return nil, err
	}
	v := &vault{clock: clk}
	defer func() {
		if err != nil {
			v.close(context.WithoutCancel(ctx), log)
		}
	}()
	if v.ring, err = p.openRing(ctx, dir, clk, log); err != nil {
		return nil, err
	}
	var lender *keys.Lender
	if p.Keys.Listen != "" { // before anything can be forgotten
		if lender, err = v.ring.Lend(); err != nil {
			return nil, err
		}
	}
	url, err := v.reach(ctx, p, dir, clk, log)
	if err != nil {
		return nil, err
	}
	if err := v.own(ctx, p, url, clk, log); err != nil {
		return nil, err
	}
	if err := store.Migrate(ctx, url, log); err != nil {
		return nil, err
	}
	v.store, err = store.Open(ctx, store.Options{
		URL: url, BlobURL: p.filesURL(dir), Keys: v.ring, Clock: clk, Logger: log, Sole: v.private != nil && !v.private.Attached(),
	})
	if err == nil && lender != nil { // only now: the store has made one of the database and the keyring
		v.lending, err = p.lend(ctx, lender)
	}
	return v, err
}

// reach is the address of the operator's database, or of the private one, which it starts.
func (v *vault) reach(ctx context.Context, p place, dir string, clk clock.Clock, log *slog.Logger) (url string, err error) {
	if p.DatabaseURL != "" {
		return p.DatabaseURL, reachDatabase(ctx, p.DatabaseURL)
	}
	v.private, err = pglocal.Start(ctx, pglocal.Options{
		Dir: filepath.Join(dir, "postgres"), BinDir: p.PostgresBin, Clock: clk, Logger: log,
	})
	if err != nil {
		return "", err
	}
	return v.private.URL("postgres"), nil
}

// close ends what openVault began, the other way round.
func (v *vault) close(ctx context.Context, log *slog.Logger) {
	if v.lending != nil {
		v.lending.stop()
		<-v.lending.ended
	}
	if v.store != nil {
		v.store.Close()
	}
	if v.owner != nil {
		v.owner.Close(ctx)
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
