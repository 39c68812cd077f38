package bot

import (
	"context"

	"ticketbot/internal/say"
)

// removeMember is /remove. It works for people who have left the server too.
func (b *Bot) removeMember(ctx context.Context, c *call) (reply, error) {
	who, _, err := c.user("user")
	if err != nil {
		return reply{}, err
	}
	if _, err := b.Tickets.RemoveMember(ctx, c.guild, c.actor, c.room, who); err != nil {
		return reply{}, err
	}
	return visibly(say.T("bot.remove.done", "user", who.ID, "by", c.actor.User.ID)), nil
}
