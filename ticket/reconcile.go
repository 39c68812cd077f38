package ticket

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"ticketbot/internal/clock"
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

const (
	readers   = 4 // rooms read side by side: well below the 50 requests a second that Discord allows
	readTries = 6 // about five minutes; a room that cannot be read by then is read when it is closed
)

// MissedEvents says that events of some guilds may have been lost: after a connection that could not be resumed. Every open
// ticket of theirs is read again from what it has. It fails only when ctx ends.
func (s *Service) MissedEvents(ctx context.Context, of func(GuildID) bool) error {
	sure := MessagesSince(s.clock.Now().Add(-gapMargin))
	rooms := slices.DeleteFunc(s.rooms.All(0), func(r Room) bool { return !of(r.Guild.ID) })
	for _, room := range rooms {
		s.rooms.markGapSince(room.Channel, sure)
	}
	for try := range readTries {
		rooms = s.readAgain(ctx, rooms, sure)
		if len(rooms) == 0 || ctx.Err() != nil {
			return ctx.Err()
		}
		if err := clock.Sleep(ctx, s.clock, 5*time.Second<<try); err != nil {
			return err
		}
	}
	s.log.Warn("some tickets could not be read again; that is done when they are closed", "channels", len(rooms))
	return nil
}

// readAgain returns the rooms that are worth another try.
func (s *Service) readAgain(ctx context.Context, rooms []Room, sure MessageID) []Room {
	var mu sync.Mutex
	var left []Room
	var reading sync.WaitGroup
	todo := make(chan Room)
	for range readers {
		reading.Go(func() {
			for room := range todo {
				if s.reconcileOrEnd(ctx, room, sure) != nil {
					mu.Lock()
					left = append(left, room)
					mu.Unlock()
				}
			}
		})
	}
	for _, room := range rooms {
		todo <- room
	}
	close(todo)
	reading.Wait()
	return left
}

// reconcileOrEnd reads a room again; a ticket whose channel was deleted meanwhile ends. An error is worth another try.
func (s *Service) reconcileOrEnd(ctx context.Context, room Room, sure MessageID) error {
	since, gap := s.rooms.gap(room.Channel)
	if !gap {
		return nil
	}
	if since == 0 {
		since = sure // the rest of it can wait for the close
	}
	err := s.reconcile(ctx, room, since)
	switch {
	case errors.Is(err, ErrChannelGone) && room.Parent != 0:
		return s.ThreadGone(ctx, room.Channel)
	case errors.Is(err, ErrChannelGone):
		return s.ChannelGone(ctx, room.Guild, room.Channel)
	case final(err):
		// Nobody can read it for us; the gap stays marked, and the close tries again.
		s.log.Warn("a ticket's channel cannot be read", "guild", room.Guild.ID, "channel", room.Channel, "error", err)
		return nil
	}
	return err
}

// fillGaps reads what may be missing of a ticket's channel and threads: the last chance before they go.
func (s *Service) fillGaps(ctx context.Context, t *Ticket) error {
	for _, room := range s.rooms.OfTicket(t) {
		since, gap := s.rooms.gap(room.Channel)
		if !gap {
			continue
		}
		if err := s.reconcile(ctx, room, since); err != nil && !errors.Is(err, ErrChannelGone) && !final(err) {
			return err
		}
	}
	return nil
}

// reconcile fetches what a channel has after the last message archived below since, and merges it. Cut short, it has
// narrowed the gap by what it did, so that even the longest conversation is read in the end.
func (s *Service) reconcile(ctx context.Context, room Room, since MessageID) error {
	ctx, leave := s.fence.enter(ctx, room.Guild)
	defer leave()
	last, err := s.store.LastMessage(ctx, room.Guild, room.Channel, since)
	if err != nil {
		return err
	}
	err = s.discord.History(ctx, room.Channel, last, func(page []Sighting) error {
		for i := range page {
			page[i].Room = room
		}
		if err := s.Record(ctx, page...); err != nil {
			return err
		}
		next := page[len(page)-1].Message + 1
		s.rooms.narrowGap(room.Channel, since, next)
		since = max(since, next)
		return nil
	})
	if err != nil {
		return fmt.Errorf("read history: %w", err)
	}
	s.rooms.closeGap(room.Channel, since)
	return nil
}
