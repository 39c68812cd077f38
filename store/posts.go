package store

import (
	"context"

	"ticketbot/privacy"
	"ticketbot/store/db"
	"ticketbot/ticket"
)

// postsAtOnce is how many posts are rewritten between two notes of how far it has come.
const postsAtOnce = 20

// AddPost notes where a message of ours outside ticket channels names people.
func (t *tx) AddPost(ctx context.Context, id ticket.ID, at ticket.Posted, kind ticket.PostKind) error {
	return explain("note a post", t.s.q.InsertPost(ctx, t.tx, db.InsertPostParams{
		GuildID: t.g.ID, Epoch: t.g.Epoch, ChannelID: at.Channel, MessageID: at.Message, TicketID: id, Kind: string(kind),
	}))
}

// PostsNaming are the next posts that name a person: as opener or closer of their ticket, in a log also as its claimer.
func (s *Store) PostsNaming(ctx context.Context, g ticket.Guild, p ticket.PersonID, after ticket.MessageID) ([]privacy.Post, error) {
	rows, err := s.q.PostsNaming(ctx, s.pool, db.PostsNamingParams{
		GuildID: g.ID, Epoch: g.Epoch, Person: int64(p), After: int64(after), Max: postsAtOnce,
	})
	all := make([]privacy.Post, len(rows))
	for i, r := range rows {
		all[i] = post(db.PostsOfTicketRow(r))
	}
	return all, explain("find what names a person", err)
}

// PostsOfTicket are the posts about a ticket.
func (s *Store) PostsOfTicket(ctx context.Context, g ticket.Guild, id ticket.ID) ([]privacy.Post, error) {
	rows, err := s.q.PostsOfTicket(ctx, s.pool, db.PostsOfTicketParams{GuildID: g.ID, Epoch: g.Epoch, TicketID: id})
	all := make([]privacy.Post, len(rows))
	for i, r := range rows {
		all[i] = post(r)
	}
	return all, explain("find what was posted about a ticket", err)
}

func post(r db.PostsOfTicketRow) privacy.Post {
	return privacy.Post{Ticket: r.TicketID, At: ticket.Posted{Channel: r.ChannelID, Message: r.MessageID}, Kind: ticket.PostKind(r.Kind)}
}

// DeletePost notes that a post is gone.
func (s *Store) DeletePost(ctx context.Context, g ticket.Guild, at ticket.Posted) error {
	return explain("forget a post", s.q.DeletePost(ctx, s.pool, db.DeletePostParams{
		GuildID: g.ID, Epoch: g.Epoch, ChannelID: at.Channel, MessageID: at.Message,
	}))
}
