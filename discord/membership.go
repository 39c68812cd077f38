package discord

import (
	"context"
	"fmt"
	"time"

	"ticketbot/internal/fault"
	"ticketbot/ticket"

	"github.com/disgoorg/disgo/discord"
	"github.com/disgoorg/disgo/rest"
	"github.com/disgoorg/snowflake/v2"
)

// Membership is since when the bot has been in a server, asked afresh: one request. Fault NotFound means that Discord
// itself says it is in there no more. Any other error means that nobody knows, and no server is ever forgotten for it: not
// for an outage, a limit, a token that is wrong, or a 404 of something between us and Discord.
func (c *Client) Membership(ctx context.Context, guild ticket.GuildID) (time.Time, error) {
	const doing = "ask whether the bot is in a server"
	self, err := c.Me(ctx)
	if err != nil {
		return time.Time{}, unknown(doing, err)
	}
	var me struct {
		JoinedAt time.Time `json:"joined_at"`
	}
	err = c.call(ctx, rest.GetMember.Compile(nil, guild, self.User), nil, &me)
	switch {
	case refusedWith(err, unknownGuild, unknownMember, missingAccess):
		return time.Time{}, fmt.Errorf("%s: %w", doing, fault.New(fault.NotFound, "discord.membership.none").Because(err))
	case err != nil:
		return time.Time{}, unknown(doing, err)
	case me.JoinedAt.IsZero():
		return time.Time{}, fmt.Errorf("%s: Discord does not say since when", doing)
	}
	return me.JoinedAt, nil
}

// Guilds lists the servers that the bot is in: one request for each 200 of them. It is all of them or an error.
func (c *Client) Guilds(ctx context.Context) ([]ticket.GuildID, error) {
	const page = 200 // the most that Discord gives at once
	var all []ticket.GuildID
	for after := snowflake.ID(0); ; {
		var some []struct {
			ID snowflake.ID `json:"id"`
		}
		query := discord.QueryValues{"limit": page, "after": after}
		if err := c.call(ctx, rest.GetCurrentUserGuilds.Compile(query), nil, &some); err != nil {
			return nil, unknown("list the bot's servers", err)
		}
		for _, g := range some {
			all = append(all, ticket.GuildID(g.ID))
			after = max(after, g.ID)
		}
		if len(some) < page {
			return all, nil
		}
	}
}

// unknown is an error that says nothing about a membership.
func unknown(doing string, err error) error {
	if fault.KindOf(err) == fault.NotFound {
		err = fault.New(fault.Unavailable, "discord.unavailable").Because(err)
	}
	return fmt.Errorf("%s: %w", doing, err)
}
