package bot

import (
	"context"

	"ticketbot/internal/say"
)

// claimTicket is /claim and the button in the ticket's first message.
func (b *Bot) claimTicket(ctx context.Context, c *call) (reply, error) {
	t, err := b.Tickets.Claim(ctx, c.guild, c.actor, c.room)
	if err != nil {
		return reply{}, err
	}
	return visibly(say.T("bot.claim.done", "ticket", t.Name(), "user", c.actor.User.ID)), nil
}
