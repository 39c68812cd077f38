package store

import (
	"context"
	"errors"

	"ticketbot/keys"
	"ticketbot/store/db"
	"ticketbot/ticket"

	"github.com/jackc/pgx/v5"
)

// Messages reads a ticket's conversation, oldest first, with earlier wordings.
func (s *Store) Messages(ctx context.Context, g ticket.Guild, id ticket.ID) ([]ticket.Message, error) {
	t, err := s.Ticket(ctx, g, id)
	if err != nil {
		return nil, err
	}
	rows, err := s.q.Messages(ctx, s.pool, db.MessagesParams{GuildID: g.ID, Epoch: g.Epoch, TicketID: id})
	if err != nil {
		return nil, explain("read messages", err)
	}
	revisions, err := s.revisions(ctx, t)
	if err != nil {
		return nil, err
	}
	messages := make([]ticket.Message, len(rows))
	for i, row := range rows {
		r := row.Message
		messages[i] = ticket.Message{
			ID: r.MessageID, Channel: r.ChannelID, Author: orZero(r.Author), People: r.People, At: r.At,
			EditedAt: orZero(r.EditedAt), DeletedAt: orZero(r.DeletedAt), Erased: r.Erased,
			Revisions: revisions[placeOf{r.ChannelID, r.MessageID}],
		}
		ref, err := ofPerson(ofTicket(place(g, keys.FieldMessage, uint64(r.MessageID)), t.Number), row.OwnerPath)
		if err != nil {
			return nil, err
		}
		if err := s.unseal(ref, r.Content, &messages[i].Content); err != nil {
			return nil, err
		}
	}
	return messages, nil
}

type placeOf struct {
	channel ticket.ChannelID
	message ticket.MessageID
}

func (s *Store) revisions(ctx context.Context, t *ticket.Ticket) (map[placeOf][]ticket.Revision, error) {
	rows, err := s.q.Revisions(ctx, s.pool, db.RevisionsParams{GuildID: t.Guild.ID, Epoch: t.Guild.Epoch, TicketID: t.ID})
	if err != nil {
		return nil, explain("read revisions", err)
	}
	all := map[placeOf][]ticket.Revision{}
	for _, row := range rows {
		r := row.Revision
		ref, err := ofPerson(ofTicket(place(t.Guild, keys.FieldRevision, uint64(r.ID)), t.Number), row.OwnerPath)
		if err != nil {
			return nil, err
		}
		revision := ticket.Revision{At: r.At, People: r.People}
		if err := s.unseal(ref, r.Content, &revision.Content); err != nil {
			return nil, err
		}
		at := placeOf{r.ChannelID, r.MessageID}
		all[at] = append(all[at], revision)
	}
	return all, nil
}

// CountMessages counts a ticket's messages.
func (s *Store) CountMessages(ctx context.Context, g ticket.Guild, id ticket.ID) (int, error) {
	n, err := s.q.CountMessages(ctx, s.pool, db.CountMessagesParams{GuildID: g.ID, Epoch: g.Epoch, TicketID: id})
	return int(n), explain("count messages", err)
}

// LastMessage is the newest message archived from a channel among those with a smaller id; 0 if none.
func (s *Store) LastMessage(ctx context.Context, g ticket.Guild, channel ticket.ChannelID, before ticket.MessageID) (ticket.MessageID, error) {
	id, err := s.q.LastMessage(ctx, s.pool, db.LastMessageParams{
		GuildID: g.ID, Epoch: g.Epoch, ChannelID: channel, Before: int64(before),
	})
	if errors.Is(err, pgx.ErrNoRows) {
		return 0, nil
	}
	return id, explain("find the last message", err)
}
