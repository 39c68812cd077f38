package main

import (
	"context"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"ticketbot/discord"
	"ticketbot/internal/fault"
)

// answerTime is how long somebody else may take to answer us for the first time. Later on whoever asks has answerTime of
// their own; at the start an operator is looking at the screen.
const answerTime = 8 * time.Second

// oldestPostgres is the first version that every query of ours is written for, as PostgreSQL numbers versions.
const oldestPostgres = 150000

// reachDiscord asks Discord who we are, and says what to mend when that fails.
func reachDiscord(ctx context.Context, d *discord.Client, address string) (discord.Self, error) {
	short, cancel := context.WithTimeout(ctx, answerTime)
	defer cancel()
	me, err := d.Me(short)
	switch {
	case err == nil, ctx.Err() != nil, fault.KindOf(err) == fault.Config:
		return me, err
	case short.Err() != nil:
		return me, fault.New(fault.Unavailable, "cmd.discord.silent", "address", address, "seconds", int(answerTime.Seconds()))
	case fault.KindOf(err) == fault.Unavailable && !nonsense(err):
		return me, fault.New(fault.Unavailable, "cmd.discord.away", "address", address).Because(errors.Unwrap(fault.From(err)))
	}
	return me, fault.New(fault.Config, "cmd.discord.other", "address", address).Because(errors.Unwrap(fault.From(err)))
}

// nonsense is an answer that no API gives, such as a page of HTML.
func nonsense(err error) bool {
	if r, ok := errors.AsType[*discord.Refusal](err); ok && r.Status == http.StatusNotFound {
		return true
	}
	_, syntax := errors.AsType[*json.SyntaxError](err)
	_, shape := errors.AsType[*json.UnmarshalTypeError](err)
	return syntax || shape
}

// reachDatabase looks whether the operator's own database can be used, and says what to mend when it cannot. A failure
// names neither the address nor the password, which the operator may have written where the address should be.
func reachDatabase(ctx context.Context, url string) error {
	cfg, err := pgx.ParseConfig(url)
	if err != nil {
		return fault.New(fault.Config, "store.bad_url")
	}
	short, cancel := context.WithTimeout(ctx, answerTime)
	defer cancel()
	conn, err := pgx.ConnectConfig(short, cfg)
	if err != nil {
		return whyNoDatabase(ctx, err)
	}
	defer conn.Close(context.WithoutCancel(ctx))
	var number int
	var version string
	const ask = "select current_setting('server_version_num')::int, current_setting('server_version')"
	if err := conn.QueryRow(short, ask).Scan(&number, &version); err != nil {
		return whyNoDatabase(ctx, err)
	}
	if number < oldestPostgres {
		return fault.New(fault.Config, "cmd.database.old", "version", version)
	}
	return nil
}

func whyNoDatabase(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if pg, ok := errors.AsType[*pgconn.PgError](err); ok {
		return fault.New(fault.Config, "cmd.database.refuses", "reason", pg.Message)
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return fault.New(fault.Unavailable, "cmd.database.silent", "seconds", int(answerTime.Seconds()))
	}
	if network, ok := errors.AsType[net.Error](err); ok {
		err = network // of several attempts the first
	}
	return fault.New(fault.Config, "cmd.database.away").Because(err)
}
