package ticket

import (
	"context"
	"errors"
	"fmt"
	"time"

	"ticketbot/internal/fault"
)

// Begin fills the set of rooms before the first connection. Until that has said how it went on, something may be missing
// from every one of them.
func (s *Service) Begin(ctx context.Context) error {
	if err := s.LoadRooms(ctx, 0); err != nil {
		return err
	}
	for _, room := range s.rooms.All(0) {
		s.rooms.MarkGap(room.Channel)
	}
	return nil
}

// LoadRooms fills the set of rooms from the database, for every guild (0) or for one that came (back).
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
// members may write before our own request for the channel has returned. The row learns of the channel too: the event
// will not come again for a process that takes over now.
func (s *Service) ChannelAppeared(ctx context.Context, g Guild, channel ChannelID, marker string) error {
	t, err := s.store.TicketByPublicID(ctx, marker)
	if err != nil || t.Guild != g || !t.State.Alive() || (t.Channel != 0 && t.Channel != channel) {
		return err // an admin may copy a topic; that does not make a second channel of the ticket
	}
	s.rooms.Add(Room{Guild: g, Ticket: t.ID, Number: t.Number, Channel: channel})
	if t.Channel != 0 {
		return nil
	}
	t.Channel = channel
	return s.saveChannel(ctx, t)
}

// gapMargin is how far before the moment a gap was noticed its beginning is looked for. What came in since then may be
// newer than what was missed, so the last archived message says nothing; the last one older than the margin does. What is
// read twice is kept once.
const gapMargin = time.Hour

// MissedEvents says that events of a guild (or of all, for 0) may have been lost: after a connection that could not be
// resumed. Every open ticket is read again from what it has.
func (s *Service) MissedEvents(ctx context.Context, guild GuildID) error {
	rooms := s.rooms.All(guild)
	for _, room := range rooms {
		s.rooms.MarkGap(room.Channel)
	}
	sure := MessagesSince(s.clock.Now().Add(-gapMargin))
	var errs []error
	for _, room := range rooms {
		errs = append(errs, s.reconcileOrEnd(ctx, room, sure))
	}
	return errors.Join(errs...)
}

// reconcileOrEnd reads a room again; a ticket whose channel was deleted meanwhile ends.
func (s *Service) reconcileOrEnd(ctx context.Context, room Room, sure MessageID) error {
	err := s.reconcile(ctx, room, sure)
	switch {
	case errors.Is(err, ErrChannelGone) && room.Parent != 0:
		s.rooms.Remove(room.Channel)
		return nil
	case errors.Is(err, ErrChannelGone):
		return s.ChannelGone(ctx, room.Guild, room.Channel)
	case fault.KindOf(err) == fault.Permission:
		// Nobody can read it for us; the gap stays marked, and the close tries again.
		s.log.Warn("a ticket's channel cannot be read", "guild", room.Guild.ID, "channel", room.Channel)
		return nil
	}
	return err
}

// fillGap reads a channel from its beginning, if anything of it may be missing: the last chance before it goes.
func (s *Service) fillGap(ctx context.Context, channel ChannelID) error {
	room, kept := s.rooms.Room(channel)
	if !kept || !s.rooms.Gap(channel) {
		return nil
	}
	err := s.reconcile(ctx, room, 0)
	if errors.Is(err, ErrChannelGone) || fault.KindOf(err) == fault.Permission {
		return nil
	}
	return err
}

// reconcile fetches what a channel has after the last message archived below sure, and merges it.
func (s *Service) reconcile(ctx context.Context, room Room, sure MessageID) error {
	last, err := s.store.LastMessage(ctx, room.Guild, room.Channel, sure)
	if err != nil {
		return err
	}
	err = s.discord.History(ctx, room.Channel, last, func(page []Sighting) error {
		for i := range page {
			page[i].Room = room
		}
		return s.Record(ctx, page...)
	})
	if err != nil {
		return fmt.Errorf("read history: %w", err)
	}
	s.rooms.closeGap(room.Channel)
	return nil
}
