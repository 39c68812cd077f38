package main

import (
	"context"
	"fmt"

	"ticketbot/internal/clock"
)

type migrateCommand struct {
	Place place `embed:""`
}

func (c migrateCommand) Run(ctx context.Context, p program) error {
	log := newLog(p, false)
	v, err := openVault(ctx, c.Place, clock.System{}, log)
	if err != nil {
		return err
	}
	v.close(ctx, log)
	fmt.Fprintln(p.stdout, "The database has this version's schema.")
	return nil
}
