package main

import (
	"context"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"os"

	"ticketbot/internal/clock"
	"ticketbot/internal/fault"
	"ticketbot/store"
	"ticketbot/ticket"
	"ticketbot/transcript"
)

type transcriptCommand struct {
	ID    string `arg:"" help:"The ticket's id: the last part of its transcript's address."`
	Out   string `short:"o" placeholder:"FILE" help:"Where to write; default: standard output."`
	Place place  `embed:""`
}

// Run writes the file while the bot is stopped, or with keys borrowed from it: the keyring has one owner at a time.
func (c transcriptCommand) Run(ctx context.Context, p program) error {
	log := newLog(p, false)
	v, err := openVault(ctx, c.Place, clock.System{}, log)
	if err != nil {
		return err
	}
	defer v.close(context.WithoutCancel(ctx), log)
	tickets := ticket.New(v.store, nil, nil, clock.System{}, log)
	t, err := v.store.TicketByPublicID(ctx, c.ID)
	if fault.KindOf(err) == fault.NotFound {
		return fault.New(fault.NotFound, "cmd.transcript.none", "id", c.ID)
	}
	if err != nil {
		return err
	}
	conv, err := tickets.Conversation(ctx, t)
	if err != nil {
		return err
	}
	out := p.stdout
	if c.Out != "" {
		file, err := os.OpenFile(c.Out, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
		if err != nil {
			return fmt.Errorf("write the transcript: %w", err)
		}
		defer file.Close()
		out = file
	}
	return transcript.Render(out, conv, transcript.Options{
		GeneratedAt: clock.System{}.Now(), SelfContained: true, File: inline(ctx, v.store),
	})
}

// inlineLimit is how large an attachment may be to be put into the page itself.
const inlineLimit = 8 << 20

// inline gives a file as a data: address, so that the page needs nobody.
func inline(ctx context.Context, s *store.Store) func(ticket.File) string {
	return func(f ticket.File) string {
		if f.Detail.Size > inlineLimit {
			return ""
		}
		r, err := s.OpenFile(ctx, &f)
		if err != nil {
			return ""
		}
		defer r.Close()
		data, err := io.ReadAll(io.LimitReader(r, inlineLimit))
		if err != nil {
			return ""
		}
		return "data:" + http.DetectContentType(data) + ";base64," + base64.StdEncoding.EncodeToString(data)
	}
}
