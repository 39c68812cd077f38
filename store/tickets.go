package store

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"

	"ticketbot/keys"
	"ticketbot/store/db"
	"ticketbot/ticket"

	"github.com/jackc/pgx/v5"
)

const noTicket = "ticket.not_found"

// ticketRow is what every ticket query returns.
type ticketRow struct {
	Ticket     db.Ticket
	OpenerPath []byte
	CloserPath []byte
}

func (s *Store) ticket(row ticketRow) (*ticket.Ticket, error) {
	r := row.Ticket
	t := &ticket.Ticket{
		ID: r.ID, Guild: ticket.Guild{ID: r.GuildID, Epoch: r.Epoch}, Number: r.Number, PublicID: r.PublicID,
		Category: r.CategoryID, State: r.State,
		Opener: r.Opener, Claimer: orZero(r.Claimer), Closer: orZero(r.Closer),
		Channel: orZero(r.ChannelID), Welcome: orZero(r.WelcomeID),
		OpenedAt: r.OpenedAt, ClosedAt: orZero(r.ClosedAt), ChannelGoneAt: orZero(r.ChannelGoneAt),
	}
	answers, err := ticketPlace(t, keys.FieldTicket, row.OpenerPath)
	if err != nil {
		return nil, err
	}
	if err := s.unseal(answers, r.Answers, &t.Answers); err != nil {
		return nil, err
	}
	reason, err := ticketPlace(t, keys.FieldReason, row.CloserPath)
	if err != nil {
		return nil, err
	}
	return t, s.unsealOlder(reason, r.Reason, &t.CloseReason)
}

// ticketPlace is where what somebody wrote about a ticket lies: under the ticket and them. The answers are the opener's,
// the reason for closing is the closer's. They are different fields, since both may be the same person's.
func ticketPlace(t *ticket.Ticket, field keys.Field, personPath []byte) (keys.Ref, error) {
	return ofPerson(ofTicket(place(t.Guild, field, uint64(t.ID)), t.Number), personPath)
}

func (s *Store) oneTicket(row ticketRow, err error) (*ticket.Ticket, error) {
	if err != nil {
		return nil, found("read ticket", noTicket, err)
	}
	return s.ticket(row)
}

// Ticket reads one ticket; fault NotFound if the guild has no such ticket.
func (s *Store) Ticket(ctx context.Context, g ticket.Guild, id ticket.ID) (*ticket.Ticket, error) {
	row, err := s.q.TicketByID(ctx, s.pool, db.TicketByIDParams{GuildID: g.ID, Epoch: g.Epoch, ID: id})
	return s.oneTicket(ticketRow(row), err)
}

// TicketByChannel reads the ticket that lives, or lived, in a channel.
func (s *Store) TicketByChannel(ctx context.Context, g ticket.Guild, channel ticket.ChannelID) (*ticket.Ticket, error) {
	row, err := s.q.TicketByChannel(ctx, s.pool, db.TicketByChannelParams{GuildID: g.ID, Epoch: g.Epoch, ChannelID: &channel})
	return s.oneTicket(ticketRow(row), err)
}

// TicketByPublicID reads the ticket of a link, of whatever guild.
func (s *Store) TicketByPublicID(ctx context.Context, public string) (*ticket.Ticket, error) {
	row, err := s.q.TicketByPublicID(ctx, s.pool, public)
	return s.oneTicket(ticketRow(row), err)
}

// TicketsOpenedBy lists a person's tickets, newest first.
func (s *Store) TicketsOpenedBy(ctx context.Context, g ticket.Guild, person ticket.PersonID) ([]*ticket.Ticket, error) {
	rows, err := s.q.TicketsOpenedBy(ctx, s.pool, db.TicketsOpenedByParams{GuildID: g.ID, Epoch: g.Epoch, Opener: person})
	if err != nil {
		return nil, explain("list a person's tickets", err)
	}
	tickets := make([]*ticket.Ticket, len(rows))
	for i, row := range rows {
		if tickets[i], err = s.ticket(ticketRow(row)); err != nil {
			return nil, err
		}
	}
	return tickets, nil
}

// TicketsOf lists the tickets that a user opened, newest first: in these guilds, or in every guild for nil.
func (s *Store) TicketsOf(ctx context.Context, user ticket.UserID, guilds []ticket.GuildID) ([]*ticket.Ticket, error) {
	present, err := s.Guilds(ctx)
	if err != nil {
		return nil, err
	}
	wanted := map[ticket.GuildID]bool{}
	for _, id := range guilds {
		wanted[id] = true
	}
	var params db.TicketsOfTagsParams
	for _, g := range present {
		if guilds != nil && !wanted[g.ID] {
			continue
		}
		_, tag, err := s.keys.Person(uint64(g.ID), g.Epoch, uint64(user))
		if errors.Is(err, keys.ErrForgotten) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("find a person's key in guild %s: %w", g.ID, err)
		}
		params.GuildIds = append(params.GuildIds, int64(g.ID))
		params.Epochs = append(params.Epochs, int32(g.Epoch))
		params.Tags = append(params.Tags, tag[:])
	}
	rows, err := s.q.TicketsOfTags(ctx, s.pool, params)
	if err != nil {
		return nil, explain("list a user's tickets", err)
	}
	tickets := make([]*ticket.Ticket, len(rows))
	for i, row := range rows {
		if tickets[i], err = s.ticket(ticketRow(row)); err != nil {
			return nil, err
		}
	}
	return tickets, nil
}

// Participants are the people added to a ticket.
func (s *Store) Participants(ctx context.Context, g ticket.Guild, id ticket.ID) ([]ticket.PersonID, error) {
	people, err := s.q.Participants(ctx, s.pool, db.ParticipantsParams{GuildID: g.ID, Epoch: g.Epoch, TicketID: id})
	return people, explain("list participants", err)
}

// AliveRooms is every channel and thread in which a ticket's conversation may go on, of one guild or, for 0, of all.
func (s *Store) AliveRooms(ctx context.Context, guild ticket.GuildID) ([]ticket.Room, error) {
	rows, err := s.q.AliveRooms(ctx, s.pool, int64(guild))
	if err != nil {
		return nil, explain("list ticket channels", err)
	}
	rooms := make([]ticket.Room, len(rows))
	for i, r := range rows {
		rooms[i] = ticket.Room{
			Guild: ticket.Guild{ID: r.GuildID, Epoch: r.Epoch}, Ticket: r.ID, Number: r.Number, Channel: orZero(r.ChannelID),
		}
	}
	threads, err := s.q.AliveThreads(ctx, s.pool, int64(guild))
	for _, r := range threads {
		rooms = append(rooms, ticket.Room{
			Guild: ticket.Guild{ID: r.GuildID, Epoch: r.Epoch}, Ticket: r.ID, Number: r.Number, Channel: r.ChannelID, Parent: orZero(r.ParentID),
		})
	}
	return rooms, explain("list threads of tickets", err)
}

// AddThread notes that a thread belongs to a ticket.
func (s *Store) AddThread(ctx context.Context, thread ticket.Room) error {
	row := db.AddThreadParams{GuildID: thread.Guild.ID, Epoch: thread.Guild.Epoch, ChannelID: thread.Channel, TicketID: thread.Ticket}
	return explain("keep a thread", s.q.AddThread(ctx, s.pool, row))
}

// RemoveThread notes that a thread is gone.
func (s *Store) RemoveThread(ctx context.Context, thread ticket.Room) error {
	row := db.RemoveThreadParams{GuildID: thread.Guild.ID, Epoch: thread.Guild.Epoch, ChannelID: thread.Channel}
	return explain("forget a thread", s.q.RemoveThread(ctx, s.pool, row))
}

// CountAlive counts a person's tickets in a category that are not over.
func (t *tx) CountAlive(ctx context.Context, p ticket.PersonID, c ticket.CategoryID) (int, error) {
	n, err := t.s.q.CountAlive(ctx, t.tx, db.CountAliveParams{GuildID: t.g.ID, Epoch: t.g.Epoch, Opener: p, CategoryID: c})
	return int(n), explain("count a person's tickets", err)
}

// TicketByRequest finds the ticket that an interaction opened; nil if none.
func (t *tx) TicketByRequest(ctx context.Context, request uint64) (*ticket.Ticket, error) {
	row, err := t.s.q.TicketByRequest(ctx, t.tx, db.TicketByRequestParams{GuildID: t.g.ID, Epoch: t.g.Epoch, RequestID: &request})
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil
	}
	return t.s.oneTicket(ticketRow(row), err)
}

// InsertTicket numbers a ticket and keeps it. The number's row stays locked until the transaction ends, so numbers are
// in the order of commits.
func (t *tx) InsertTicket(ctx context.Context, k *ticket.Ticket, request uint64) error {
	numbered, err := t.s.q.NumberTicket(ctx, t.tx, db.NumberTicketParams{GuildID: t.g.ID, Epoch: t.g.Epoch})
	if err != nil {
		return explain("number a ticket", err)
	}
	k.ID, k.Number, k.PublicID = ticket.ID(numbered.ID), numbered.LastTicket, randomName()
	opener, err := t.pathOf(ctx, k.Opener)
	if err != nil {
		return err
	}
	row := db.InsertTicketParams{
		GuildID: t.g.ID, Epoch: t.g.Epoch, ID: k.ID, Number: k.Number, PublicID: k.PublicID, CategoryID: k.Category,
		State: k.State, Opener: k.Opener, RequestID: orNil(request), OpenedAt: k.OpenedAt,
	}
	if len(k.Answers) > 0 {
		answers, err := ticketPlace(k, keys.FieldTicket, opener)
		if err != nil {
			return err
		}
		if row.Answers, err = t.s.seal(answers, k.Answers); err != nil {
			return err
		}
	}
	return explain("keep a ticket", t.s.q.InsertTicket(ctx, t.tx, row))
}

// pathOf is where what somebody writes lies; nil for nobody.
func (t *tx) pathOf(ctx context.Context, id ticket.PersonID) ([]byte, error) {
	if id == 0 {
		return nil, nil
	}
	rows, err := t.s.q.PeopleByID(ctx, t.tx, db.PeopleByIDParams{GuildID: t.g.ID, Epoch: t.g.Epoch, Ids: []int64{int64(id)}})
	if err != nil {
		return nil, explain("find a person", err)
	}
	if len(rows) != 1 {
		return nil, fmt.Errorf("no person %d", id)
	}
	return rows[0].Path, nil
}

// LockTicket reads a ticket and makes other transactions about it wait.
func (t *tx) LockTicket(ctx context.Context, id ticket.ID) (*ticket.Ticket, error) {
	if err := t.s.q.LockTicket(ctx, t.tx, db.LockTicketParams{GuildID: t.g.ID, Epoch: t.g.Epoch, ID: id}); err != nil {
		return nil, explain("lock a ticket", err)
	}
	row, err := t.s.q.TicketByID(ctx, t.tx, db.TicketByIDParams{GuildID: t.g.ID, Epoch: t.g.Epoch, ID: id})
	return t.s.oneTicket(ticketRow(row), err)
}

// SaveTicket keeps what may change: who opened it, with which answers, in which category, may not.
func (t *tx) SaveTicket(ctx context.Context, k *ticket.Ticket) error {
	row := db.SaveTicketParams{
		GuildID: t.g.ID, Epoch: t.g.Epoch, ID: k.ID, State: k.State, Claimer: orNil(k.Claimer), Closer: orNil(k.Closer),
		ChannelID: orNil(k.Channel), WelcomeID: orNil(k.Welcome), ClosedAt: orNil(k.ClosedAt), ChannelGoneAt: orNil(k.ChannelGoneAt),
	}
	if k.CloseReason != "" {
		closer, err := t.pathOf(ctx, k.Closer)
		if err != nil {
			return err
		}
		ref, err := ticketPlace(k, keys.FieldReason, closer)
		if err != nil {
			return err
		}
		if row.Reason, err = t.s.seal(ref, k.CloseReason); err != nil {
			return err
		}
	}
	return explain("keep a ticket", t.s.q.SaveTicket(ctx, t.tx, row))
}

// SetParticipant adds somebody to a ticket or takes them out; false when it was so already.
func (t *tx) SetParticipant(ctx context.Context, id ticket.ID, p ticket.PersonID, in bool) (bool, error) {
	row := db.AddParticipantParams{GuildID: t.g.ID, Epoch: t.g.Epoch, TicketID: id, Person: p}
	var n int64
	var err error
	if in {
		n, err = t.s.q.AddParticipant(ctx, t.tx, row)
	} else {
		n, err = t.s.q.RemoveParticipant(ctx, t.tx, db.RemoveParticipantParams(row))
	}
	return n > 0, explain("change a ticket's participants", err)
}

// randomName is 128 random bits for URLs and file names.
func randomName() string {
	var b [16]byte
	rand.Read(b[:])
	return base64.RawURLEncoding.EncodeToString(b[:])
}
