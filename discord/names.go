package discord

import (
	"context"
	"slices"

	"ticketbot/ticket"
)

// Names are a guild's names for a reader of a transcript.
type Names struct {
	Server   Server
	roles    map[ticket.RoleID]Role
	ranks    []Role // highest first
	channels map[ticket.ChannelID]string
}

// Names is at most three requests, none when what they answer is remembered. What Discord does not tell is missing from
// the names, and no reason to show no transcript.
func (d *Directory) Names(ctx context.Context, guild ticket.GuildID) Names {
	n := Names{roles: map[ticket.RoleID]Role{}, channels: map[ticket.ChannelID]string{}}
	n.Server, _ = d.Guild(ctx, guild)
	n.ranks, _ = d.Roles(ctx, guild)
	for _, r := range n.ranks {
		n.roles[r.ID] = r
	}
	channels, _ := d.Channels(ctx, guild)
	for _, c := range channels {
		n.channels[c.ID] = c.Name
	}
	return n
}

// Role names a role.
func (n Names) Role(id ticket.RoleID) (name string, color int, ok bool) {
	r, ok := n.roles[id]
	return r.Name, r.Color, ok
}

// Color is that of a person's highest role that has one; 0 is no colour.
func (n Names) Color(u ticket.User) int {
	for _, r := range n.ranks {
		if r.Color != 0 && slices.Contains(u.Roles, r.ID) {
			return r.Color
		}
	}
	return 0
}

// Channel names a channel.
func (n Names) Channel(id ticket.ChannelID) (name string, ok bool) {
	name, ok = n.channels[id]
	return name, ok
}
