package main

import (
	"context"
	"log/slog"

	"ticketbot/internal/clock"
)

type runCommand struct {
	Place   place           `embed:""`
	Discord discordSettings `embed:"" prefix:"discord-"`
	Web     webSettings     `embed:""`
	Debug   bool            `env:"TICKETBOT_DEBUG" help:"Log more."`
}

func (c runCommand) Run(ctx context.Context, p program) error {
	log := newLog(p, c.Debug)
	if err := c.Discord.check(); err != nil {
		return err
	}
	if err := c.Web.check(); err != nil {
		return err
	}
	if err := c.Place.Keys.check(); err != nil {
		return err
	}
	log.Info("starting", "version", version(), redacted(c.Place, c.Discord, c.Web))
	in, err := install(ctx, settings{c.Place, c.Discord, c.Web}, clock.System{}, log)
	if err != nil {
		return err
	}
	defer in.close(context.WithoutCancel(ctx))
	me, err := in.discord.Me(ctx)
	if err != nil {
		return err
	}
	if err := in.vault.store.ClaimBot(ctx, me.User); err != nil {
		return err
	}
	return in.run(ctx)
}

// newLog writes JSON lines: what happened, never what somebody wrote.
func newLog(p program, debug bool) *slog.Logger {
	level := slog.LevelInfo
	if debug {
		level = slog.LevelDebug
	}
	return slog.New(slog.NewJSONHandler(p.stderr, &slog.HandlerOptions{Level: level}))
}
