package bot

import (
	"context"

	"ticketbot/capture"
	"ticketbot/internal/fault"
	"ticketbot/ticket"
)

func (b *Bot) messageCreated(ctx context.Context, data []byte) error {
	return b.record(ctx, data, capture.Message)
}

func (b *Bot) messageEdited(ctx context.Context, data []byte) error {
	return b.record(ctx, data, capture.Edited)
}

func (b *Bot) record(ctx context.Context, data []byte, read func([]byte) (ticket.Sighting, error)) error {
	s, err := read(data)
	if err != nil {
		return err
	}
	return b.keep(ctx, []ticket.Sighting{s})
}

func (b *Bot) messagesDeleted(ctx context.Context, data []byte) error {
	seen, err := capture.Deleted(data)
	if err != nil {
		return err
	}
	return b.keep(ctx, seen)
}

// keep returns once what was seen is committed. All of it is from one channel, which may have ceased to be a ticket's
// since the event was let in.
func (b *Bot) keep(ctx context.Context, seen []ticket.Sighting) error {
	room, ok := b.Tickets.Rooms().Room(seen[0].Room.Channel)
	if !ok {
		return nil
	}
	if b.arrivals.awaited(room.Guild.ID) != nil {
		return fault.New(fault.Unavailable, "bot.not_ready") // it comes again
	}
	for i := range seen {
		seen[i].Room, seen[i].Seen = room, b.Clock.Now()
	}
	return b.Tickets.Record(ctx, seen...)
}
