package discord

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"ticketbot/capture"
	"ticketbot/ticket"
)

const historyPage = 100 // Discord's limit

// History reads what a channel holds after a message, oldest first: one request for each hundred messages. It leaves
// out a message that cannot be kept, and says so in the log.
func (c *Client) History(ctx context.Context, channel ticket.ChannelID, after ticket.MessageID, page func([]ticket.Sighting) error) error {
	if after == 0 {
		after = ticket.MessageID(channel) // no message is older than its channel
	}
	for {
		asked := c.clock.Now() // what an event tells from now on is newer than the answer
		all, err := c.messages(ctx, channel, after, historyPage)
		if err != nil {
			return fmt.Errorf("read messages: %w", err)
		}
		seen, last := c.sightings(all, after, asked)
		if len(seen) > 0 {
			if err := page(seen); err != nil {
				return err
			}
		}
		if len(all) < historyPage || last == after {
			return nil
		}
		after = last
	}
}

// sightings are a page's messages, oldest first, and the id of its newest.
func (c *Client) sightings(all []json.RawMessage, after ticket.MessageID, seenAt time.Time) ([]ticket.Sighting, ticket.MessageID) {
	var seen []ticket.Sighting
	last := after
	for _, raw := range all {
		s, err := capture.Message(raw)
		if err != nil {
			c.log.Warn("a message in the history cannot be read", "error", err)
			continue
		}
		s.Seen = seenAt
		seen, last = append(seen, s), max(last, s.Message)
	}
	slices.SortFunc(seen, func(a, b ticket.Sighting) int { return int(int64(a.Message) - int64(b.Message)) })
	return seen, last
}
