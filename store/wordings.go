package store

import (
	"context"
	"errors"

	"ticketbot/keys"
	"ticketbot/store/db"
	"ticketbot/ticket"
)

// messageRow seals the newest wording. Without one, only the deletion is known.
func (b *batch) messageRow(a *archived) (db.SaveMessageParams, error) {
	row := db.SaveMessageParams{
		GuildID: a.room.Guild.ID, Epoch: a.room.Guild.Epoch, ChannelID: a.room.Channel, MessageID: a.message,
		People: []ticket.PersonID{}, At: a.written(), DeletedAt: orNil(a.deleted),
		Author: orNil(a.author), Owner: orNil(a.owner), EditedAt: orNil(a.edited), Erased: a.erased,
	}
	all := a.ordered()
	if len(all) == 0 {
		return row, nil
	}
	w := all[len(all)-1]
	row.Author, row.Owner, row.EditedAt, row.SeenAt = orNil(w.author), orNil(w.owner), orNil(w.edited), orNil(w.seen)
	row.People = append(row.People, w.people...)
	var err error
	row.Content, err = b.s.keys.Seal(b.wordingPlace(a, w, keys.FieldMessage, uint64(a.message)), w.body)
	return row, err
}

// wordingPlace: what was written by somebody, or by the bot about them, lies under them and the ticket, so that either can
// be forgotten.
func (b *batch) wordingPlace(a *archived, w wording, field keys.Field, row uint64) keys.Ref {
	ref := ofTicket(place(a.room.Guild, field, row), a.room.Number)
	ref.Person = b.paths[personKey{a.room.Guild, w.owner}]
	return ref
}

// saveRevisions writes the earlier wordings of records, but for those that are revisions already.
func (b *batch) saveRevisions(ctx context.Context, records []*archived, before map[messageKey]*archived) error {
	type earlier struct {
		of *archived
		w  wording
	}
	var all []earlier
	for _, a := range records {
		ordered := a.ordered()
		for _, w := range ordered[:max(0, len(ordered)-1)] {
			if known := before[a.key()]; known == nil || !known.hasRevision(w) {
				all = append(all, earlier{a, w})
			}
		}
	}
	if len(all) == 0 {
		return nil
	}
	ids, err := b.s.q.NextRevisionIDs(ctx, b.tx, int32(len(all)))
	if err != nil {
		return err
	}
	params := make([]db.SaveRevisionParams, len(all))
	for i, e := range all {
		content, err := b.s.keys.Seal(b.wordingPlace(e.of, e.w, keys.FieldRevision, uint64(ids[i])), e.w.body)
		if err != nil {
			return err
		}
		params[i] = db.SaveRevisionParams{
			GuildID: e.of.room.Guild.ID, Epoch: e.of.room.Guild.Epoch, ChannelID: e.of.room.Channel, MessageID: e.of.message,
			ID: ids[i], At: e.of.writtenAt(e.w), SeenAt: orNil(e.w.seen), Author: orNil(e.w.author), Owner: orNil(e.w.owner),
			People: append([]ticket.PersonID{}, e.w.people...), Content: content,
		}
	}
	b.s.q.SaveRevision(ctx, b.tx, params).Exec(func(_ int, rowErr error) { err = errors.Join(err, rowErr) })
	return err
}
