package bot

import (
	"context"

	"ticketbot/internal/say"
)

// help is /help.
func (b *Bot) help(context.Context, *call) (reply, error) {
	return privately(say.T("bot.help")), nil
}
