package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"ticketbot/keys"
	"ticketbot/store/db"
	"ticketbot/ticket"
)

// lock reads the rows of records that are in the database, with all their wordings, and holds them.
func (b *batch) lock(ctx context.Context, records []*archived) (map[messageKey]*archived, error) {
	var want db.LockMessagesParams
	rooms := map[messageKey]ticket.Room{}
	for _, a := range records {
		rooms[a.key()] = a.room
		want.GuildIds, want.Epochs = append(want.GuildIds, int64(a.room.Guild.ID)), append(want.Epochs, int32(a.room.Guild.Epoch))
		want.ChannelIds, want.MessageIds = append(want.ChannelIds, int64(a.room.Channel)), append(want.MessageIds, int64(a.message))
	}
	rows, err := b.s.q.LockMessages(ctx, b.tx, want)
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	known := make(map[messageKey]*archived, len(rows))
	for _, r := range rows {
		m := r.Message
		k := messageKey{ticket.Guild{ID: m.GuildID, Epoch: m.Epoch}, m.ChannelID, m.MessageID}
		a := &archived{room: rooms[k], message: m.MessageID, deleted: orZero(m.DeletedAt), wordings: map[int64]wording{}}
		known[k] = a
		if m.Content == nil {
			continue // its deletion came first, and the time in the row is only what the id tells
		}
		a.at = m.At
		w := wording{edited: orZero(m.EditedAt), seen: orZero(m.SeenAt), author: orZero(m.Author), people: m.People}
		if err := b.reopen(a, w, keys.FieldMessage, uint64(m.MessageID), r.AuthorPath, m.Content); err != nil {
			return nil, err
		}
	}
	revisions, err := b.s.q.RevisionsOfMessages(ctx, b.tx, db.RevisionsOfMessagesParams(want))
	if err != nil {
		return nil, err
	}
	for _, row := range revisions {
		r := row.Revision
		a := known[messageKey{ticket.Guild{ID: r.GuildID, Epoch: r.Epoch}, r.ChannelID, r.MessageID}]
		w := wording{edited: r.At, seen: orZero(r.SeenAt), author: orZero(r.Author), people: r.People}
		if r.At.Equal(a.at) {
			w.edited = time.Time{} // the first wording
		}
		if err := b.reopen(a, w, keys.FieldRevision, uint64(r.ID), row.AuthorPath, r.Content); err != nil {
			return nil, err
		}
	}
	return known, nil
}

// reopen unseals a wording into a. One whose key has been forgotten cannot take part in a merge any more.
func (b *batch) reopen(a *archived, w wording, field keys.Field, row uint64, authorPath, content []byte) error {
	path, err := keys.ParsePath(authorPath)
	if err != nil {
		return fmt.Errorf("author of message %d: %w", a.message, err)
	}
	b.paths[personKey{a.room.Guild, w.author}] = path
	w.body, err = b.s.keys.Unseal(b.wordingPlace(a, w, field, row), content)
	if errors.Is(err, keys.ErrForgotten) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("unseal message %d: %w", a.message, err)
	}
	a.wordings[w.moment()] = w
	return nil
}
