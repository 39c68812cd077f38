package capture

import (
	"encoding/json"
	"errors"
	"fmt"

	"ticketbot/ticket"
)

// Deleted reads MESSAGE_DELETE and MESSAGE_DELETE_BULK. The caller completes Room and Seen.
func Deleted(raw []byte) ([]ticket.Sighting, error) {
	var d struct {
		ID      id       `json:"id"`
		IDs     list[id] `json:"ids"`
		Channel id       `json:"channel_id"`
		Guild   id       `json:"guild_id"`
	}
	if err := json.Unmarshal(raw, &d); err != nil {
		return nil, fmt.Errorf("read deletion: %w", err)
	}
	room := ticket.Room{Guild: ticket.Guild{ID: ticket.GuildID(d.Guild)}, Channel: ticket.ChannelID(d.Channel)}
	var seen []ticket.Sighting
	for _, m := range append(d.IDs, d.ID) {
		if m != 0 {
			seen = append(seen, ticket.Sighting{Room: room, Kind: ticket.SeenDeleted, Message: ticket.MessageID(m), At: writtenAt(m)})
		}
	}
	if seen == nil {
		return nil, errors.New("read deletion: no id")
	}
	return seen, nil
}
