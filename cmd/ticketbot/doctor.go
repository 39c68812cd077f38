package main

import (
	"context"
	"errors"
	"fmt"

	"ticketbot/discord"
	"ticketbot/internal/clock"
)

type doctorCommand struct {
	Place   place           `embed:""`
	Discord discordSettings `embed:"" prefix:"discord-"`
	Web     webSettings     `embed:""`
}

// Run makes every check, so that all is mended in one go, and fails if one did. It takes no lock and changes no table, so
// the bot may be running.
func (c doctorCommand) Run(ctx context.Context, p program) error {
	log := newLog(p, false)
	checks := []struct {
		what  string
		check func() error
	}{
		{"settings for Discord", c.Discord.check},
		{"settings for the website", c.Web.check},
		{"settings for the keyring", c.Place.Keys.check},
		{"data directory", func() error { _, err := c.Place.dataDir(); return err }},
		{"the keyring's disk", func() error { return c.Place.checkDisks(p.stdout) }},
		{"keyring", func() error { return c.Place.checkKeyring(ctx, log) }},
		{"database", func() error { return c.Place.checkDatabase(ctx, p.stdout, log) }},
		{"place for files", func() error { return c.Place.checkFiles(ctx) }},
		{"Discord takes the token", func() error {
			if c.Discord.check() != nil {
				return errors.New("not tried: see the settings for Discord")
			}
			d := discord.New(discord.Options{Token: c.Discord.Token, API: c.Discord.API, Clock: clock.System{}, Logger: log})
			_, err := reachDiscord(ctx, d, c.Discord.API)
			return err
		}},
	}
	failed := 0
	for _, c := range checks {
		if err := c.check(); err != nil {
			failed++
			fmt.Fprintf(p.stdout, "✗ %s: %s\n", c.what, sentence(err))
			continue
		}
		fmt.Fprintf(p.stdout, "✓ %s\n", c.what)
	}
	if failed > 0 {
		return fmt.Errorf("%d of %d checks failed", failed, len(checks))
	}
	return nil
}
