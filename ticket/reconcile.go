package ticket

import (
	"context"
	"errors"
	"fmt"
)

// LoadRooms fills the set of rooms from the database: at start, for every guild; later, for one that came (back).
func (s *Service) LoadRooms(ctx context.Context, guild GuildID) error {
	rooms, err := s.store.AliveRooms(ctx, guild)
	if err != nil {
		return fmt.Errorf("load ticket channels: %w", err)
	}
	for _, room := range rooms {
		s.rooms.Add(room)
	}
	return nil
}

// ChannelAppeared takes a channel into the set when it bears the marker of one of our tickets. Events overtake answers:
// members may write before our own request for the channel has returned.
func (s *Service) ChannelAppeared(ctx context.Context, g Guild, channel ChannelID, marker string) error {
	t, err := s.store.TicketByPublicID(ctx, marker)
	if err != nil || t.Guild != g || !t.State.Alive() {
		return err
	}
	s.rooms.Add(Room{Guild: g, Ticket: t.ID, Number: t.Number, Channel: channel})
	return nil
}

// MissedEvents says that events of a guild (or of all, for 0) may have been lost: after a connection that could not be
// resumed. Every open ticket is read again from what it has.
func (s *Service) MissedEvents(ctx context.Context, guild GuildID) error {
	rooms := s.rooms.All(guild)
	for _, room := range rooms {
		s.rooms.MarkGap(room.Channel)
	}
	var errs []error
	for _, room := range rooms {
		err := s.Reconcile(ctx, room.Guild, room.Channel)
		if errors.Is(err, ErrChannelGone) {
			err = s.ChannelGone(ctx, room.Guild, room.Channel)
		}
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// Reconcile fetches what a channel has after the last archived message and merges it.
func (s *Service) Reconcile(ctx context.Context, g Guild, channel ChannelID) error {
	room, ok := s.rooms.Room(channel)
	if !ok {
		return nil
	}
	last, err := s.store.LastMessage(ctx, g, channel)
	if err != nil {
		return err
	}
	err = s.discord.History(ctx, channel, last, func(page []Sighting) error {
		for i := range page {
			page[i].Room = room
		}
		return s.Record(ctx, page...)
	})
	if err != nil {
		return fmt.Errorf("read history: %w", err)
	}
	s.rooms.closeGap(channel)
	return nil
}
