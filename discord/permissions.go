package discord

import (
	"slices"

	"ticketbot/ticket"

	"github.com/disgoorg/disgo/discord"
	"github.com/disgoorg/snowflake/v2"
)

// Permission is one that the bot asks for.
type Permission struct {
	Bit  discord.Permissions
	Name string // as Discord's settings call it
	Why  string // catalogue key
}

// Required are the permissions without which tickets do not work. Administrator is never among them.
func Required() []Permission {
	return []Permission{
		{discord.PermissionViewChannel, "View Channels", "discord.why.view"},
		{discord.PermissionSendMessages, "Send Messages", "discord.why.send"},
		{discord.PermissionEmbedLinks, "Embed Links", "discord.why.embed"},
		{discord.PermissionAttachFiles, "Attach Files", "discord.why.attach"},
		{discord.PermissionReadMessageHistory, "Read Message History", "discord.why.history"},
		{discord.PermissionManageChannels, "Manage Channels", "discord.why.channels"},
		{discord.PermissionManageRoles, "Manage Roles", "discord.why.roles"},
		{discord.PermissionManageThreads, "Manage Threads", "discord.why.threads"},
		{discord.PermissionPinMessages, "Pin Messages", "discord.why.pin"},
	}
}

// Optional are those without which something is less nice.
func Optional() []Permission {
	return []Permission{
		{discord.PermissionManageWebhooks, "Manage Webhooks", "discord.why.webhooks"},
		{discord.PermissionMentionEveryone, "Mention @everyone, @here, and All Roles", "discord.why.mention"},
	}
}

// Invited are all of them, for the link that invites the bot.
func Invited() discord.Permissions { return mask(Required()) | mask(Optional()) }

func mask(all []Permission) discord.Permissions {
	var m discord.Permissions
	for _, p := range all {
		m |= p.Bit
	}
	return m
}

func names(m discord.Permissions) []string {
	var said []string
	for _, p := range slices.Concat(Required(), Optional()) {
		if m.Has(p.Bit) {
			said = append(said, p.Name)
		}
	}
	return said
}

const (
	// conversing is what people in a ticket may do; a bot may only give what it has itself.
	conversing = discord.PermissionViewChannel | discord.PermissionSendMessages | discord.PermissionEmbedLinks |
		discord.PermissionAttachFiles | discord.PermissionReadMessageHistory

	// presiding is what the bot gives itself in a ticket's channel, so that no other overwrite can take it away.
	// Manage Roles cannot be among it: only administrators may give that in a channel.
	presiding = conversing | discord.PermissionManageChannels

	// making is what a new channel needs in the category where it appears.
	making = presiding | discord.PermissionManageRoles

	// posting is what a panel or a log needs in its channel. History is for finding our own post again.
	posting = discord.PermissionViewChannel | discord.PermissionSendMessages | discord.PermissionEmbedLinks |
		discord.PermissionReadMessageHistory
)

type overwrite struct {
	ID    snowflake.ID                    `json:"id"`
	Type  discord.PermissionOverwriteType `json:"type"`
	Allow discord.Permissions             `json:"allow"`
	Deny  discord.Permissions             `json:"deny"`
}

// effective is what somebody may do in a channel, by Discord's rule: base permissions, then the overwrite of
// @everyone, then those of all their roles together, then their own. Discord adds that who may not view may nothing;
// here the other bits stay, because the question is what has to be given.
func effective(base discord.Permissions, guild ticket.GuildID, roles []ticket.RoleID, user ticket.UserID, all []overwrite) discord.Permissions {
	if base.Has(discord.PermissionAdministrator) {
		return discord.PermissionsAll
	}
	var everyone, byRole, own overwrite
	for _, o := range all {
		switch {
		case o.Type == discord.PermissionOverwriteTypeMember && uint64(o.ID) == uint64(user):
			own = o
		case o.Type != discord.PermissionOverwriteTypeRole:
		case uint64(o.ID) == uint64(guild):
			everyone = o
		case slices.Contains(roles, ticket.RoleID(o.ID)):
			byRole.Allow |= o.Allow
			byRole.Deny |= o.Deny
		}
	}
	for _, o := range []overwrite{everyone, byRole, own} {
		base = base&^o.Deny | o.Allow
	}
	return base
}
