package store

import (
	"context"
	"errors"
	"fmt"

	"ticketbot/keys"
	"ticketbot/privacy"
	"ticketbot/store/db"
	"ticketbot/ticket"

	"github.com/jackc/pgx/v5"
)

const guildsAtOnce = 5000

// WhereKnown finds the person that a user is in every guild, whether or not they are still a member there. A membership
// that is about to end counts: it might turn out to go on. Unreadable are guilds in which the bot is although their keys
// are missing: who is known there cannot be told.
//
// It is exact for whoever was met before their wish was written down. Whoever is met later is told from them by the time
// that their row has in since.
func (s *Store) WhereKnown(ctx context.Context, user ticket.UserID) (known []privacy.Known, unreadable []ticket.Guild, err error) {
	if err := s.awaitMeetings(ctx, user); err != nil {
		return nil, nil, err
	}
	guilds, err := s.q.Tenancies(ctx, s.pool)
	if err != nil {
		return nil, nil, explain("list guilds", err)
	}
	paths := map[ticket.Guild]keys.Path{}
	var wanted db.KnownAsParams
	for i, row := range guilds {
		g := ticket.Guild{ID: row.GuildID, Epoch: row.Epoch}
		path, tag, err := s.keys.Person(uint64(g.ID), g.Epoch, uint64(user))
		switch {
		case errors.Is(err, keys.ErrUnknownGuild):
			if row.State == string(privacy.StateActive) {
				unreadable = append(unreadable, g)
			}
		case errors.Is(err, keys.ErrForgotten): // nothing of the guild can be read, nor will it ever be
		case err != nil:
			return nil, nil, fmt.Errorf("find a person's key in guild %s: %w", g.ID, err)
		default:
			paths[g] = path
			wanted.GuildIds, wanted.Epochs = append(wanted.GuildIds, int64(g.ID)), append(wanted.Epochs, int32(g.Epoch))
			wanted.Tags = append(wanted.Tags, tag[:])
		}
		if len(wanted.Tags) < guildsAtOnce && i < len(guilds)-1 {
			continue
		}
		rows, err := s.q.KnownAs(ctx, s.pool, wanted)
		if err != nil {
			return nil, nil, explain("find a person in every guild", err)
		}
		for _, r := range rows {
			g := ticket.Guild{ID: r.GuildID, Epoch: r.Epoch}
			known = append(known, privacy.Known{Guild: g, Person: r.ID, Path: paths[g].Bytes(), Tag: r.Tag})
		}
		wanted = db.KnownAsParams{}
	}
	return known, unreadable, nil
}

// awaitMeetings waits until whoever met the user without seeing their wish has written so down. Those who meet them from
// then on see it.
func (s *Store) awaitMeetings(ctx context.Context, user ticket.UserID) error {
	tag, err := s.erasureTag(user)
	if err != nil {
		return err
	}
	return explain("wait for those who meet a person", s.inTx(ctx, func(tx pgx.Tx) error {
		return s.q.AwaitMeetings(ctx, tx, tag[:])
	}))
}
