package discord

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"ticketbot/capture"
	"ticketbot/internal/ttlcache"
	"ticketbot/privacy"
	"ticketbot/ticket"

	"github.com/disgoorg/disgo/discord"
	"github.com/disgoorg/disgo/rest"
	"github.com/disgoorg/snowflake/v2"
)

// Server is what we remember of a guild.
type Server struct {
	ID      ticket.GuildID
	Name    string
	Icon    string // Discord's hash, not a URL
	Owner   ticket.UserID
	Members int // 0: not known
}

// Channel is what we remember of a channel. Who may see it is not among it: that is asked each time.
type Channel struct {
	ID     ticket.ChannelID
	Name   string
	Type   int // Discord's number: 0 text, 4 category, …
	Parent ticket.ChannelID
}

// Role is what we remember of a role.
type Role struct {
	ID          ticket.RoleID
	Name        string
	Color       int // 0: none
	Permissions discord.Permissions
}

// How many of each are remembered, for the largest installation; a smaller one never fills them.
const (
	maxGuilds  = 100_000
	maxLists   = 20_000 // roles or channels of a guild
	maxMembers = 100_000
	maxUsers   = 50_000
)

// Directory answers who and what there is in a guild. It remembers what the policy names, as long as the policy says,
// learns from events, and asks Discord for the rest; many who ask for the same at once wait for one request.
type Directory struct {
	client   *Client
	guilds   *ttlcache.Cache[ticket.GuildID, Server]
	channels *ttlcache.Cache[ticket.GuildID, []Channel]
	roles    *ttlcache.Cache[ticket.GuildID, []Role]
	users    *ttlcache.Cache[ticket.UserID, ticket.User]
	members  *ttlcache.Cache[memberKey, ticket.User]
}

type memberKey struct {
	guild ticket.GuildID
	user  ticket.UserID
}

func newDirectory(c *Client) *Directory {
	itself := func(g ticket.GuildID) uint64 { return uint64(g) }
	return &Directory{
		client:   c,
		guilds:   ttlcache.New[ticket.GuildID, Server](privacy.CacheGuild, maxGuilds, c.clock, itself),
		channels: ttlcache.New[ticket.GuildID, []Channel](privacy.CacheChannel, maxLists, c.clock, itself),
		roles:    ttlcache.New[ticket.GuildID, []Role](privacy.CacheRole, maxLists, c.clock, itself),
		users:    ttlcache.New[ticket.UserID, ticket.User](privacy.CacheUser, maxUsers, c.clock, func(ticket.UserID) uint64 { return 0 }),
		members: ttlcache.New[memberKey, ticket.User](privacy.CacheMember, maxMembers, c.clock,
			func(k memberKey) uint64 { return uint64(k.guild) }),
	}
}

// Guild is at most one request.
func (d *Directory) Guild(ctx context.Context, id ticket.GuildID) (Server, error) {
	return d.guilds.Load(ctx, id, func(ctx context.Context) (Server, error) {
		var g guildShape
		if err := d.client.call(ctx, rest.GetGuild.Compile(nil, id), nil, &g); err != nil {
			return Server{}, fmt.Errorf("look up guild: %w", err)
		}
		return g.server(), nil
	})
}

// Channels of a guild, without threads; at most one request.
func (d *Directory) Channels(ctx context.Context, guild ticket.GuildID) ([]Channel, error) {
	return d.channels.Load(ctx, guild, func(ctx context.Context) ([]Channel, error) {
		all, err := d.client.channelsOf(ctx, guild)
		if err != nil {
			return nil, fmt.Errorf("look up channels: %w", err)
		}
		var out []Channel
		for _, c := range all {
			out = append(out, Channel{ID: ticket.ChannelID(c.ID), Name: c.Name, Type: c.Type, Parent: ticket.ChannelID(c.Parent)})
		}
		return out, nil
	})
}

// Roles of a guild, highest first; at most one request.
func (d *Directory) Roles(ctx context.Context, guild ticket.GuildID) ([]Role, error) {
	return d.roles.Load(ctx, guild, func(ctx context.Context) ([]Role, error) {
		var all []roleShape
		if err := d.client.call(ctx, rest.GetRoles.Compile(nil, guild), nil, &all); err != nil {
			return nil, fmt.Errorf("look up roles: %w", err)
		}
		return rolesOf(all), nil
	})
}

// User is at most one request. What only a guild knows of them is absent.
func (d *Directory) User(ctx context.Context, id ticket.UserID) (ticket.User, error) {
	return d.users.Load(ctx, id, func(ctx context.Context) (ticket.User, error) {
		var got json.RawMessage
		if err := d.client.call(ctx, rest.GetUser.Compile(nil, id), nil, &got); err != nil {
			return ticket.User{}, fmt.Errorf("look up user: %w", err)
		}
		return capture.User(got)
	})
}

// Member is at most one request; fresh asks Discord in any case. [ticket.ErrMemberGone] if they are none.
func (d *Directory) Member(ctx context.Context, guild ticket.GuildID, user ticket.UserID, fresh bool) (ticket.User, error) {
	key := memberKey{guild, user}
	if fresh {
		d.members.Drop(key)
	}
	return d.members.Load(ctx, key, func(ctx context.Context) (ticket.User, error) {
		var got json.RawMessage
		if err := d.client.call(ctx, rest.GetMember.Compile(nil, guild, user), nil, &got); err != nil {
			return ticket.User{}, fmt.Errorf("look up member: %w", err)
		}
		return capture.Member(got)
	})
}

// Permissions of a member in the guild as a whole.
func (d *Directory) Permissions(ctx context.Context, guild ticket.GuildID, member ticket.User) (discord.Permissions, error) {
	g, err := d.Guild(ctx, guild)
	if err != nil {
		return 0, err
	}
	if g.Owner == member.ID {
		return discord.PermissionsAll, nil
	}
	roles, err := d.Roles(ctx, guild)
	if err != nil {
		return 0, err
	}
	return sum(guild, roles, member.Roles), nil
}

func sum(guild ticket.GuildID, all []Role, has []ticket.RoleID) discord.Permissions {
	var p discord.Permissions
	for _, r := range all {
		if uint64(r.ID) == uint64(guild) || slices.Contains(has, r.ID) { // @everyone bears the guild's id
			p |= r.Permissions
		}
	}
	if p.Has(discord.PermissionAdministrator) {
		return discord.PermissionsAll
	}
	return p
}

// Actor is a user with what is true of them at this moment: the member is asked for afresh. Somebody who has left is
// an actor too, who is gone.
func (d *Directory) Actor(ctx context.Context, guild ticket.Guild, user ticket.UserID) (ticket.Actor, error) {
	m, err := d.Member(ctx, guild.ID, user, true)
	if errors.Is(err, ticket.ErrMemberGone) {
		return ticket.Actor{User: ticket.User{ID: user, Partial: true}, Gone: true}, nil
	}
	if err != nil {
		return ticket.Actor{}, err
	}
	p, err := d.Permissions(ctx, guild.ID, m)
	if err != nil {
		return ticket.Actor{}, err
	}
	admin := p&(discord.PermissionAdministrator|discord.PermissionManageGuild) != 0
	return ticket.Actor{User: m, Roles: m.Roles, Admin: admin}, nil
}

// Missing names the permissions, as Discord's settings call them, that the bot needs in a channel and lacks. In a
// channel category, or in the guild as a whole (channel 0), it needs all that tickets need; elsewhere what posting needs.
func (d *Directory) Missing(ctx context.Context, guild ticket.GuildID, channel ticket.ChannelID) ([]string, error) {
	have, err := d.own(ctx, guild, channel)
	if err != nil {
		return nil, err
	}
	needs := mask(Required())
	if channel != 0 {
		all, err := d.Channels(ctx, guild)
		if err != nil {
			return nil, err
		}
		is := func(c Channel) bool { return c.ID == channel && c.Type == int(discord.ChannelTypeGuildCategory) }
		if !slices.ContainsFunc(all, is) {
			needs = posting
		}
	}
	return names(needs &^ have), nil
}

// own is what the bot itself may do in a channel, or in the guild for 0. The channel is asked for each time.
func (d *Directory) own(ctx context.Context, guild ticket.GuildID, channel ticket.ChannelID) (discord.Permissions, error) {
	self, err := d.client.Me(ctx)
	if err != nil {
		return 0, err
	}
	me, err := d.Member(ctx, guild, self.User, false)
	if err != nil {
		return 0, err
	}
	base, err := d.Permissions(ctx, guild, me)
	if err != nil || channel == 0 {
		return base, err
	}
	var c channelShape
	err = d.client.call(ctx, rest.GetChannel.Compile(nil, channel), nil, &c)
	if refusedWith(err, missingAccess) {
		return base &^ discord.PermissionViewChannel, nil
	}
	if err != nil {
		return 0, fmt.Errorf("look up channel: %w", err)
	}
	return effective(base, guild, me.Roles, self.User, c.Overwrites), nil
}

// remembered is the bot's base permissions and roles in a guild, if no request is needed to know them.
func (d *Directory) remembered(guild ticket.GuildID, self ticket.UserID) (discord.Permissions, []ticket.RoleID, bool) {
	roles, ok := d.roles.Get(guild)
	me, ok2 := d.members.Get(memberKey{guild, self})
	return sum(guild, roles, me.Roles), me.Roles, ok && ok2
}

// The shapes are of Discord's objects what we read of them.
type guildShape struct {
	ID          snowflake.ID      `json:"id"`
	Name        string            `json:"name"`
	Icon        string            `json:"icon"`
	Owner       snowflake.ID      `json:"owner_id"`
	Count       int               `json:"member_count"`
	Unavailable *bool             `json:"unavailable"`
	Roles       []roleShape       `json:"roles"`
	Members     []json.RawMessage `json:"members"`
}

func (g guildShape) server() Server {
	return Server{ID: ticket.GuildID(g.ID), Name: g.Name, Icon: g.Icon, Owner: ticket.UserID(g.Owner), Members: g.Count}
}

type roleShape struct {
	ID          snowflake.ID        `json:"id"`
	Name        string              `json:"name"`
	Color       int                 `json:"color"`
	Position    int                 `json:"position"`
	Permissions discord.Permissions `json:"permissions"`
}

func rolesOf(all []roleShape) []Role {
	slices.SortStableFunc(all, func(a, b roleShape) int { return cmp.Or(b.Position-a.Position, cmp.Compare(a.ID, b.ID)) })
	var out []Role
	for _, r := range all {
		out = append(out, Role{ID: ticket.RoleID(r.ID), Name: r.Name, Color: r.Color, Permissions: r.Permissions})
	}
	return out
}

type channelShape struct {
	ID         snowflake.ID `json:"id"`
	Type       int          `json:"type"`
	Name       string       `json:"name"`
	Topic      string       `json:"topic"`
	Parent     snowflake.ID `json:"parent_id"`
	Overwrites []overwrite  `json:"permission_overwrites"`
}

func (c *Client) channelsOf(ctx context.Context, guild ticket.GuildID) ([]channelShape, error) {
	var all []channelShape
	err := c.call(ctx, rest.GetGuildChannels.Compile(nil, guild), nil, &all)
	return all, err
}
