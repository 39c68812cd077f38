package discord

import (
	"context"
	"fmt"

	"ticketbot/ticket"

	"github.com/disgoorg/disgo/discord"
	"github.com/disgoorg/disgo/rest"
	"github.com/disgoorg/snowflake/v2"
)

// CreateChannel makes a ticket's channel: one request, which carries all overwrites, so that there is no moment at
// which others can see it.
func (c *Client) CreateChannel(ctx context.Context, spec ticket.ChannelSpec) (ticket.NewChannel, error) {
	self, err := c.Me(ctx)
	if err != nil {
		return ticket.NewChannel{}, err
	}
	guild := spec.Ticket.Guild.ID
	body := discord.GuildTextChannelCreate{
		Name:                 spec.Ticket.ChannelName(),
		Topic:                ticket.TopicOf(spec.Ticket),
		ParentID:             snowflake.ID(spec.Category.Parent),
		PermissionOverwrites: overwritesFor(spec, self.User),
	}
	var made channelShape
	err = c.call(ctx, rest.CreateGuildChannel.Compile(nil, guild), body, &made, rest.WithReason("Ticket "+spec.Ticket.Name()))
	if err != nil {
		return ticket.NewChannel{}, fmt.Errorf("create channel: %w", c.lacking(ctx, err, guild, spec.Category.Parent, making))
	}
	return ticket.NewChannel{ID: ticket.ChannelID(made.ID), Missing: c.missingIn(made, guild, self.User)}, nil
}

func overwritesFor(spec ticket.ChannelSpec, self ticket.UserID) []discord.PermissionOverwrite {
	all := []discord.PermissionOverwrite{
		discord.RolePermissionOverwrite{RoleID: snowflake.ID(spec.Ticket.Guild.ID), Deny: discord.PermissionViewChannel},
		discord.MemberPermissionOverwrite{UserID: snowflake.ID(self), Allow: presiding},
	}
	for _, r := range spec.Category.StaffRoles {
		all = append(all, discord.RolePermissionOverwrite{RoleID: snowflake.ID(r), Allow: conversing})
	}
	seen := map[ticket.UserID]bool{self: true, 0: true}
	for _, m := range append([]ticket.UserID{spec.Opener}, spec.Members...) {
		if !seen[m] {
			all = append(all, discord.MemberPermissionOverwrite{UserID: snowflake.ID(m), Allow: conversing})
		}
		seen[m] = true
	}
	return all
}

// missingIn works out what the bot lacks in a channel just made, from the overwrites that Discord says it has. Its base
// permissions are remembered or, since the request was granted, those that it takes.
func (c *Client) missingIn(made channelShape, guild ticket.GuildID, self ticket.UserID) []string {
	base, roles, ok := c.directory.remembered(guild, self)
	if !ok {
		base, roles = making, nil
	}
	return names(making &^ effective(base, guild, roles, self, made.Overwrites))
}

// FindChannel looks for a channel that bears the ticket's marker: one request.
func (c *Client) FindChannel(ctx context.Context, t *ticket.Ticket) (ticket.ChannelID, error) {
	all, err := c.channelsOf(ctx, t.Guild.ID)
	if err != nil {
		return 0, fmt.Errorf("find channel: %w", err)
	}
	for _, ch := range all {
		if id, ok := ticket.MarkerIn(ch.Topic); ok && id == t.PublicID {
			return ticket.ChannelID(ch.ID), nil
		}
	}
	return 0, nil
}

// DeleteChannel is one request.
func (c *Client) DeleteChannel(ctx context.Context, channel ticket.ChannelID, reason string) error {
	err := c.call(ctx, rest.DeleteChannel.Compile(nil, channel), nil, nil, rest.WithReason("Ticket "+reason))
	if err != nil {
		return fmt.Errorf("delete channel: %w", err)
	}
	return nil
}

// Grant lets somebody into a channel: one request.
func (c *Client) Grant(ctx context.Context, channel ticket.ChannelID, user ticket.UserID) error {
	allow, deny := conversing, discord.Permissions(0)
	body := discord.MemberPermissionOverwriteUpdate{Allow: &allow, Deny: &deny}
	if err := c.call(ctx, rest.UpdatePermissionOverwrite.Compile(nil, channel, user), body, nil); err != nil {
		return fmt.Errorf("let into channel: %w", err)
	}
	return nil
}

// Revoke shows somebody out: one request. Somebody who was never let in is out.
func (c *Client) Revoke(ctx context.Context, channel ticket.ChannelID, user ticket.UserID) error {
	err := c.call(ctx, rest.DeletePermissionOverwrite.Compile(nil, channel, user), nil, nil)
	if err != nil && !refusedWith(err, unknownOverwrite) {
		return fmt.Errorf("show out of channel: %w", err)
	}
	return nil
}
