package bot

import (
	"context"
	"fmt"
	"time"

	"ticketbot/internal/say"
	"ticketbot/privacy"

	"github.com/disgoorg/disgo/discord"
)

// showPolicy is /privacy policy: what is promised, in short, and where it is written.
func (b *Bot) showPolicy(context.Context, *call) (reply, error) {
	text := say.T("bot.privacy.policy", "date", privacy.PolicyDate, "archive", days(privacy.ArchiveAfter), "delete", days(privacy.DeleteAfter))
	r := privately(text)
	if b.Website != "" {
		r.buttons = append(r.buttons, discord.NewLinkButton(say.T("bot.privacy.read"), b.Website+"/privacy"))
	}
	return r, nil
}

// askErasure is /privacy delete: it says what goes and what stays, and asks.
func (b *Bot) askErasure(context.Context, *call) (reply, error) {
	r := privately(say.T("bot.erase.ask"))
	r.buttons = append(r.buttons, discord.NewDangerButton(say.T("bot.erase.button"), customID("erase", "")))
	return r, nil
}

// erase is that button. It is never said that something is deleted before it is: the receipt says so, later.
func (b *Bot) erase(ctx context.Context, c *call) (reply, error) {
	receipt, err := b.Erasures.ForgetPerson(ctx, c.who)
	if err != nil {
		return reply{}, fmt.Errorf("begin to forget a person: %w", err)
	}
	r := privately(say.T("bot.erase.under_way"))
	r.instead = true
	if b.Website != "" {
		r.buttons = append(r.buttons, discord.NewLinkButton(say.T("bot.erase.receipt"), b.Website+"/receipts/"+receipt))
	}
	return r, nil
}

func days(d time.Duration) int { return int(d / (24 * time.Hour)) }
