package bot

import (
	"context"
	"strings"

	"ticketbot/internal/say"
	"ticketbot/ticket"

	"github.com/disgoorg/disgo/discord"
)

// reasonField is the field of the form that the close button shows.
const reasonField = "reason"

// askReason is the close button: a form also keeps a slip of the finger from ending a conversation.
func (b *Bot) askReason(context.Context, *call) (reply, error) {
	reason := discord.NewParagraphTextInput(reasonField).WithRequired(false).WithMaxLength(ticket.MaxReason)
	label := discord.NewLabel(say.T("bot.close.reason"), reason.WithPlaceholder(say.T("bot.close.reason_hint")))
	m := discord.NewModalCreate(customID("close", ""), say.T("bot.close.title"), label)
	return reply{modal: &m}, nil
}

// closeWithReason is that form coming back.
func (b *Bot) closeWithReason(ctx context.Context, c *call) (reply, error) {
	return b.close(ctx, c, strings.Join(c.submitted()[reasonField], " "))
}

// closeByCommand is /close.
func (b *Bot) closeByCommand(ctx context.Context, c *call) (reply, error) {
	return b.close(ctx, c, c.text(reasonField))
}

// close answers as soon as the close is certain: what follows ends with the channel. Should that fail, a job goes on
// with it, and there is nothing the person could do.
func (b *Bot) close(ctx context.Context, c *call, reason string) (reply, error) {
	certain := false
	_, err := b.Tickets.Close(ctx, c.guild, c.actor, c.room, strings.TrimSpace(reason), func(t *ticket.Ticket) {
		certain = true
		said := visibly(say.T("bot.close.done", "ticket", t.Name(), "user", c.actor.User.ID))
		if t.CloseReason != "" {
			said = visibly(say.T("bot.close.done_reason", "ticket", t.Name(), "user", c.actor.User.ID, "reason", t.CloseReason))
		}
		if err := c.answer.give(ctx, said); err != nil {
			b.unanswered(c, err)
		}
	})
	if err != nil && certain {
		b.report(c, "close will be completed later", err)
		return reply{}, nil
	}
	return reply{}, err
}
