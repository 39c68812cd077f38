package store

import (
	"context"
	"fmt"
	"slices"

	"ticketbot/keys"
	"ticketbot/privacy"
	"ticketbot/store/db"
	"ticketbot/ticket"

	"github.com/jackc/pgx/v5"
)

// batchOfEntries is after how many lines of the ledger it is noted how far forgetting again has come.
const batchOfEntries = 200

// forgetAgain carries out, on the rows of a database that was put back from an older copy, what the keyring has forgotten
// since. What is deleted here nobody can read any more, so a line that is carried out twice does no harm.
func (s *Store) forgetAgain(ctx context.Context, seen uint64) error {
	entries, err := s.keys.Ledger(seen)
	if err != nil {
		return fmt.Errorf("read the keyring's ledger: %w", err)
	}
	if len(entries) > 0 {
		// PostgreSQL knows nothing of rows that were just put back, and without statistics it compares all with all.
		if _, err := s.pool.Exec(ctx, "analyze"); err != nil {
			return explain("look at the rows that were put back", err)
		}
	}
	for part := range slices.Chunk(entries, batchOfEntries) {
		if err := s.forgetEntries(ctx, part); err != nil {
			return err
		}
		err := s.inTx(ctx, func(tx pgx.Tx) error {
			if _, err := s.lockKeyring(ctx, tx); err != nil {
				return err
			}
			return s.note(ctx, tx, part)
		})
		if err != nil {
			return explain("note what has been forgotten again", err)
		}
	}
	return nil
}

// forgetEntries begins with whole guilds, which need not be looked through for tickets.
func (s *Store) forgetEntries(ctx context.Context, part []keys.Entry) error {
	var whole []ticket.Guild
	var people db.PeopleAtPathsParams
	for _, e := range part {
		g := ticket.Guild{ID: ticket.GuildID(e.Guild), Epoch: e.Epoch}
		if e.Path.IsZero() {
			whole = append(whole, g)
		} else if _, _, ok := e.Path.Tickets(); !ok {
			people.GuildIds = append(people.GuildIds, int64(g.ID))
			people.Epochs = append(people.Epochs, int32(g.Epoch))
			people.Paths = append(people.Paths, e.Path.Bytes())
		}
	}
	if err := s.forgetGuildsAgain(ctx, whole); err != nil {
		return err
	}
	if err := s.forgetPeopleAgain(ctx, people); err != nil {
		return err
	}
	for _, e := range part {
		if first, last, ok := e.Path.Tickets(); ok {
			g := ticket.Guild{ID: ticket.GuildID(e.Guild), Epoch: e.Epoch}
			if err := s.forgetTicketsAgain(ctx, g, first, last); err != nil {
				return err
			}
		}
	}
	return nil
}

// forgetGuildsAgain seals memberships. Their rows are left to the jobs that delete those of every guild: there may be
// millions, and sealed rows are not served.
func (s *Store) forgetGuildsAgain(ctx context.Context, guilds []ticket.Guild) error {
	now, why := s.clock.Now(), string(privacy.EvidenceLedger)
	for _, g := range guilds {
		row := db.SealTenancyParams{SealedAt: &now, Evidence: &why, GuildID: g.ID, Epoch: g.Epoch}
		if err := s.q.SealTenancy(ctx, s.pool, row); err != nil {
			return explain("seal a forgotten guild", err)
		}
		if err := s.q.CondemnTenancy(ctx, s.pool, db.CondemnTenancyParams{GuildID: g.ID, Epoch: g.Epoch}); err != nil {
			return explain("seal a forgotten guild", err)
		}
	}
	return s.Remind(ctx, nil, guilds)
}

func (s *Store) forgetPeopleAgain(ctx context.Context, at db.PeopleAtPathsParams) error {
	people, err := s.q.PeopleAtPaths(ctx, s.pool, at)
	if err != nil {
		return explain("find forgotten people", err)
	}
	for _, p := range people {
		known := privacy.Known{Guild: ticket.Guild{ID: p.GuildID, Epoch: p.Epoch}, Person: p.ID, Path: p.Path, Tag: p.Tag}
		if _, err := s.ErasePerson(ctx, known); err != nil {
			return err
		}
	}
	return nil
}

// forgetTicketsAgain deletes the rows of tickets by their numbers, of a sealed guild too: it may have been sealed by
// mistake. Those of a guild whose keys are gone go with it.
func (s *Store) forgetTicketsAgain(ctx context.Context, g ticket.Guild, first, last uint32) error {
	if !s.keys.Has(uint64(g.ID), g.Epoch) {
		return nil
	}
	numbered := db.TicketsNumberedParams{GuildID: g.ID, Epoch: g.Epoch, First: int64(first), Last: int64(last), Max: batchOfTickets}
	for {
		ids, err := s.q.TicketsNumbered(ctx, s.pool, numbered)
		if err != nil || len(ids) == 0 {
			return explain("find forgotten tickets", err)
		}
		for _, id := range ids {
			events := db.EraseEventsOfTicketParams{GuildID: g.ID, Epoch: g.Epoch, TicketID: &id}
			if err := s.q.EraseEventsOfTicket(ctx, s.pool, events); err != nil {
				return explain("forget a ticket's events", err)
			}
		}
		if err := s.deletePart(ctx, g, numbers(ids)); err != nil {
			return err
		}
	}
}
