package store

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"ticketbot/keys"
	"ticketbot/store/db"
	"ticketbot/ticket"

	"github.com/jackc/pgx/v5"
)

// SaveSightings keeps a batch of sightings. What belongs to a guild or a ticket that is gone is dropped and counted:
// there is nowhere to keep it, and it must not cost the others' messages.
func (s *Store) SaveSightings(ctx context.Context, all []ticket.Sighting) error {
	err := s.saveSightings(ctx, all)
	if err == nil || !isRefusal(err) {
		return explain("keep messages", err)
	}
	byGuild := map[ticket.Guild][]ticket.Sighting{}
	for _, seen := range all {
		byGuild[seen.Room.Guild] = append(byGuild[seen.Room.Guild], seen)
	}
	var failed error
	for _, g := range slices.SortedFunc(maps.Keys(byGuild), compareGuilds) {
		failed = errors.Join(failed, s.saveGuild(ctx, g, byGuild[g]))
	}
	return explain("keep messages", failed)
}

// saveGuild keeps what was seen in one guild. While its keys are there, a refusal is about one person or ticket that is
// being forgotten, and each message is tried alone.
func (s *Store) saveGuild(ctx context.Context, g ticket.Guild, all []ticket.Sighting) error {
	err := s.saveSightings(ctx, all)
	if !isRefusal(err) {
		return err
	}
	if len(all) > 1 && s.keys.Has(uint64(g.ID), g.Epoch) {
		var failed error
		for _, seen := range all {
			failed = errors.Join(failed, s.saveGuild(ctx, g, []ticket.Sighting{seen}))
		}
		return failed
	}
	s.refused.Add(int64(len(all)))
	s.log.Error("messages refused", "guild", g.ID, "epoch", g.Epoch, "messages", len(all), "error", err)
	return nil
}

func (s *Store) saveSightings(ctx context.Context, all []ticket.Sighting) error {
	var b *batch
	err := s.inTx(ctx, func(tx pgx.Tx) error {
		b = &batch{s: s, tx: tx, paths: map[personKey]keys.Path{}, since: map[personKey]time.Time{}}
		return b.save(ctx, all)
	})
	if err != nil {
		return err
	}
	s.met.remember(b.met)
	s.refused.Add(int64(b.refused))
	return nil
}

// batch is one transaction over many guilds.
type batch struct {
	s       *Store
	tx      pgx.Tx
	met     []acquaintance
	paths   map[personKey]keys.Path
	since   map[personKey]time.Time // when somebody was forgotten, if they were
	refused int
}

type personKey struct {
	guild ticket.Guild
	id    ticket.PersonID
}

type messageKey struct {
	guild   ticket.Guild
	channel ticket.ChannelID
	message ticket.MessageID
}

func (a *archived) key() messageKey { return messageKey{a.room.Guild, a.room.Channel, a.message} }

// inOrder is the order in which everybody takes the locks.
func inOrder(a, b *archived) int {
	return cmp.Or(compareGuilds(a.room.Guild, b.room.Guild), cmp.Compare(a.room.Channel, b.room.Channel), cmp.Compare(a.message, b.message))
}

func (b *batch) save(ctx context.Context, all []ticket.Sighting) error {
	kept, err := b.stillWanted(ctx, all)
	if err != nil || len(kept) == 0 {
		return err
	}
	people, err := b.meetEverybody(ctx, kept)
	if err != nil {
		return err
	}
	records, err := b.fold(kept, people)
	if err != nil {
		return err
	}
	known, err := b.insert(ctx, records)
	if err != nil {
		return err
	}
	if err := b.mergeKnown(ctx, known); err != nil {
		return err
	}
	return b.addFiles(ctx, records)
}

// stillWanted holds the guilds and tickets of the batch, and drops what belongs to those that are gone.
func (b *batch) stillWanted(ctx context.Context, all []ticket.Sighting) ([]ticket.Sighting, error) {
	tickets := map[ticketKey]uint32{}
	guilds := map[ticket.Guild]bool{}
	for _, seen := range all {
		guilds[seen.Room.Guild] = false
	}
	var want db.HoldTenanciesParams
	for _, g := range slices.SortedFunc(maps.Keys(guilds), compareGuilds) {
		want.GuildIds, want.Epochs = append(want.GuildIds, int64(g.ID)), append(want.Epochs, int32(g.Epoch))
	}
	active, err := b.s.q.HoldTenancies(ctx, b.tx, want)
	if err != nil {
		return nil, err
	}
	for _, g := range active {
		guilds[ticket.Guild{ID: g.GuildID, Epoch: g.Epoch}] = true
	}
	if err := b.holdTickets(ctx, all, tickets); err != nil {
		return nil, err
	}
	var kept []ticket.Sighting
	for _, seen := range all {
		number, there := tickets[ticketKey{seen.Room.Guild, seen.Room.Ticket}]
		if !guilds[seen.Room.Guild] || !there {
			b.refused++
			continue
		}
		seen.Room.Number = number
		kept = append(kept, seen)
	}
	return kept, nil
}

type ticketKey struct {
	guild ticket.Guild
	id    ticket.ID
}

func (b *batch) holdTickets(ctx context.Context, all []ticket.Sighting, numbers map[ticketKey]uint32) error {
	var want db.HoldTicketsParams
	asked := map[ticketKey]bool{}
	for _, seen := range all {
		k := ticketKey{seen.Room.Guild, seen.Room.Ticket}
		if asked[k] {
			continue
		}
		asked[k] = true
		want.GuildIds, want.Epochs = append(want.GuildIds, int64(k.guild.ID)), append(want.Epochs, int32(k.guild.Epoch))
		want.Ids = append(want.Ids, int64(k.id))
	}
	rows, err := b.s.q.HoldTickets(ctx, b.tx, want)
	for _, r := range rows {
		numbers[ticketKey{ticket.Guild{ID: r.GuildID, Epoch: r.Epoch}, r.ID}] = r.Number
	}
	return err
}

// meetEverybody returns, for each sighting, the persons of its users.
func (b *batch) meetEverybody(ctx context.Context, all []ticket.Sighting) ([][]ticket.PersonID, error) {
	var introductions []introduction
	for _, seen := range all {
		for _, u := range seen.Users {
			introductions = append(introductions, introduction{seen.Room.Guild, u, seen.Written()})
		}
	}
	met, err := b.s.meet(ctx, b.tx, introductions)
	if err != nil {
		return nil, err
	}
	b.met = met
	people := make([][]ticket.PersonID, len(all))
	for i, seen := range all {
		people[i] = make([]ticket.PersonID, len(seen.Users))
		for j := range seen.Users {
			a := met[0]
			met = met[1:]
			people[i][j] = a.id
			b.paths[personKey{a.guild, a.id}] = a.path
			b.since[personKey{a.guild, a.id}] = a.since
		}
	}
	return people, nil
}

// fold merges the batch's sightings of the same message. Of what was written by, or about, somebody who was forgotten
// since then, only the place in the conversation is kept.
func (b *batch) fold(all []ticket.Sighting, people [][]ticket.PersonID) ([]*archived, error) {
	byKey := map[messageKey]*archived{}
	for i, seen := range all {
		a, err := sighting(seen, people[i])
		if err != nil {
			return nil, err
		}
		for _, w := range a.wordings {
			if isBefore(seen.Written(), b.since[personKey{seen.Room.Guild, w.owner}]) {
				a.erase()
			}
		}
		if have, ok := byKey[a.key()]; ok {
			have.merge(a)
		} else {
			byKey[a.key()] = a
		}
	}
	return slices.SortedFunc(maps.Values(byKey), inOrder), nil
}

// insert writes the messages that are new, as most are, and returns those that are known.
func (b *batch) insert(ctx context.Context, records []*archived) (known []*archived, err error) {
	params := make([]db.InsertMessageParams, len(records))
	for i, a := range records {
		row, err := b.messageRow(a)
		if err != nil {
			return nil, err
		}
		params[i] = db.InsertMessageParams{
			GuildID: row.GuildID, Epoch: row.Epoch, ChannelID: row.ChannelID, MessageID: row.MessageID, TicketID: a.room.Ticket,
			Author: row.Author, Owner: row.Owner, People: row.People, At: row.At, EditedAt: row.EditedAt, SeenAt: row.SeenAt,
			DeletedAt: row.DeletedAt, Content: row.Content, Erased: row.Erased,
		}
	}
	var fresh []*archived
	b.s.q.InsertMessage(ctx, b.tx, params).QueryRow(func(i int, _ ticket.MessageID, rowErr error) {
		switch {
		case errors.Is(rowErr, pgx.ErrNoRows):
			known = append(known, records[i])
		case rowErr != nil:
			err = errors.Join(err, rowErr)
		default:
			fresh = append(fresh, records[i])
		}
	})
	if err != nil {
		return nil, err
	}
	return known, b.saveRevisions(ctx, fresh, nil)
}

// mergeKnown merges records into the rows that are there.
func (b *batch) mergeKnown(ctx context.Context, records []*archived) error {
	before, err := b.lock(ctx, records)
	if err != nil {
		return err
	}
	var changed []*archived
	var params []db.SaveMessageParams
	for _, a := range records {
		merged := before[a.key()].clone()
		merged.merge(a)
		if merged.erased {
			a.erase() // its files are not wanted either
		}
		if merged.same(before[a.key()]) {
			continue
		}
		row, err := b.messageRow(merged)
		if err != nil {
			return err
		}
		changed, params = append(changed, merged), append(params, row)
	}
	if len(params) == 0 {
		return nil
	}
	b.s.q.SaveMessage(ctx, b.tx, params).Exec(func(_ int, rowErr error) { err = errors.Join(err, rowErr) })
	if err != nil {
		return err
	}
	return b.saveRevisions(ctx, changed, before)
}
