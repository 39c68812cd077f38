package bot

import (
	"context"

	"ticketbot/internal/fault"
	"ticketbot/internal/say"
)

// addMember is /add. Who is added gets a ping: the channel has just appeared to them.
func (b *Bot) addMember(ctx context.Context, c *call) (reply, error) {
	who, member, err := c.user("user")
	if err != nil {
		return reply{}, err
	}
	if !member {
		return reply{}, fault.New(fault.NotFound, "bot.add.not_member", "user", who.ID)
	}
	if _, err := b.Tickets.AddMember(ctx, c.guild, c.actor, c.room, who); err != nil {
		return reply{}, err
	}
	r := visibly(say.T("bot.add.done", "user", who.ID, "by", c.actor.User.ID))
	r.ping = who.ID
	return r, nil
}
