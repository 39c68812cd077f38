package store

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"ticketbot/keys"
	"ticketbot/store/db"
	"ticketbot/ticket"
)

// lock reads the rows of records, which are all in the database, with all their wordings, and holds them.
func (b *batch) lock(ctx context.Context, records []*archived) (map[messageKey]*archived, error) {
	if len(records) == 0 {
		return nil, nil
	}
	var want db.LockMessagesParams
	rooms := map[messageKey]ticket.Room{}
	for _, a := range records {
		rooms[a.key()] = a.room
		addKey(&want, a.key())
	}
	locked, err := b.s.q.LockMessages(ctx, b.tx, want)
	if err != nil {
		return nil, err
	}
	if len(locked) != len(records) {
		return nil, fmt.Errorf("of %d messages that were there, %d are", len(records), len(locked))
	}
	known, err := b.readKnown(ctx, want, rooms)
	if err != nil {
		return nil, err
	}
	return known, b.readRevisions(ctx, want, known)
}

func addKey(p *db.LockMessagesParams, k messageKey) {
	p.GuildIds, p.Epochs = append(p.GuildIds, int64(k.guild.ID)), append(p.Epochs, int32(k.guild.Epoch))
	p.ChannelIds, p.MessageIds = append(p.ChannelIds, int64(k.channel)), append(p.MessageIds, int64(k.message))
}

func (b *batch) readKnown(ctx context.Context, have db.LockMessagesParams, rooms map[messageKey]ticket.Room) (map[messageKey]*archived, error) {
	rows, err := b.s.q.KnownMessages(ctx, b.tx, db.KnownMessagesParams(have))
	if err != nil {
		return nil, err
	}
	known := make(map[messageKey]*archived, len(rows))
	for _, r := range rows {
		m := r.Message
		k := messageKey{ticket.Guild{ID: m.GuildID, Epoch: m.Epoch}, m.ChannelID, m.MessageID}
		a := &archived{room: rooms[k], message: m.MessageID, deleted: orZero(m.DeletedAt), wordings: map[int64]wording{}}
		known[k] = a
		if m.Erased {
			a.erase()
			a.at, a.edited, a.author, a.owner = m.At, orZero(m.EditedAt), orZero(m.Author), orZero(m.Owner)
			continue
		}
		if m.Content == nil {
			continue // its deletion came first, and the time in the row is only what the id tells
		}
		a.at = m.At
		w := wording{edited: orZero(m.EditedAt), seen: orZero(m.SeenAt), author: orZero(m.Author), people: m.People}
		w.owner = cmp.Or(orZero(m.Owner), w.author)
		if err := b.reopen(a, w, keys.FieldMessage, uint64(m.MessageID), r.OwnerPath, m.Content); err != nil {
			return nil, err
		}
	}
	return known, nil
}

func (b *batch) readRevisions(ctx context.Context, have db.LockMessagesParams, known map[messageKey]*archived) error {
	rows, err := b.s.q.RevisionsOfMessages(ctx, b.tx, db.RevisionsOfMessagesParams(have))
	if err != nil {
		return err
	}
	for _, row := range rows {
		r := row.Revision
		a := known[messageKey{ticket.Guild{ID: r.GuildID, Epoch: r.Epoch}, r.ChannelID, r.MessageID}]
		w := wording{edited: r.At, seen: orZero(r.SeenAt), author: orZero(r.Author), people: r.People}
		w.owner = cmp.Or(orZero(r.Owner), w.author)
		if r.At.Equal(a.at) {
			w.edited = time.Time{} // the first wording
		}
		if err := b.reopen(a, w, keys.FieldRevision, uint64(r.ID), row.OwnerPath, r.Content); err != nil {
			return err
		}
	}
	return nil
}

// reopen unseals a wording into a. One whose key has been forgotten cannot take part in a merge any more, and a message
// whose newest wording is one is not filled again from what Discord still shows.
func (b *batch) reopen(a *archived, w wording, field keys.Field, row uint64, ownerPath, content []byte) error {
	path, err := keys.ParsePath(ownerPath)
	if err != nil {
		return fmt.Errorf("owner of message %d: %w", a.message, err)
	}
	b.paths[personKey{a.room.Guild, w.owner}] = path
	w.body, err = b.s.keys.Unseal(b.wordingPlace(a, w, field, row), content)
	if errors.Is(err, keys.ErrForgotten) {
		if field == keys.FieldMessage {
			a.erase()
			a.edited, a.author, a.owner = w.edited, w.author, w.owner
		}
		return nil
	}
	if err != nil {
		return fmt.Errorf("unseal message %d: %w", a.message, err)
	}
	if !a.erased {
		a.wordings[w.moment()] = w
	}
	return nil
}
