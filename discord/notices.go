package discord

import (
	"context"
	"fmt"
	"strings"
	"time"

	"ticketbot/internal/say"
	"ticketbot/privacy"
	"ticketbot/ticket"

	"github.com/disgoorg/disgo/discord"
	"github.com/disgoorg/disgo/rest"
	"github.com/disgoorg/snowflake/v2"
)

// PostLog tells the log channel that a ticket was closed: one request, or two with again. It pings nobody.
func (c *Client) PostLog(ctx context.Context, n ticket.Notice, effect ticket.EffectID, again bool) error {
	title := say.T("discord.log.title", "ticket", n.Ticket.Name(), "category", line(n.Category.Name, 160))
	err := c.postNotice(ctx, n.Category.Log, title, c.logText(n), n, effect, again)
	if err != nil {
		return fmt.Errorf("post log: %w", c.lacking(ctx, err, n.Ticket.Guild.ID, n.Category.Log, posting))
	}
	return nil
}

// TellOpener sends the opener where the transcript is: two requests, or three with again.
func (c *Client) TellOpener(ctx context.Context, to ticket.UserID, n ticket.Notice, effect ticket.EffectID, again bool) error {
	var dm struct {
		ID snowflake.ID `json:"id"`
	}
	body := discord.DMChannelCreate{RecipientID: snowflake.ID(to)}
	if err := c.call(ctx, rest.CreateDMChannel.Compile(nil), body, &dm); err != nil {
		return fmt.Errorf("open direct messages: %w", err)
	}
	title := say.T("discord.tell.title", "ticket", n.Ticket.Name(), "category", line(n.Category.Name, 160))
	if err := c.postNotice(ctx, ticket.ChannelID(dm.ID), title, tellText(n), n, effect, again); err != nil {
		return fmt.Errorf("tell opener: %w", err)
	}
	return nil
}

func (c *Client) postNotice(ctx context.Context, channel ticket.ChannelID, title, text string, n ticket.Notice, effect ticket.EffectID, again bool) error {
	link := c.transcript(n.Ticket)
	if again {
		is := hasText(title)
		if link != "" {
			is = hasLink(link)
		}
		if found, err := c.findOwn(ctx, channel, fromEnd, is); found != 0 || err != nil {
			return err
		}
	}
	parts := []discord.ContainerSubComponent{discord.NewTextDisplay(title + "\n" + text)}
	if link != "" {
		parts = append(parts, discord.NewActionRow(discord.NewLinkButton(say.T("discord.notice.read"), link)))
	}
	body := discord.NewMessageCreateV2(discord.NewContainer(parts...).WithAccentColor(colorClosed)).
		WithNonce(nonce(effect, n.Ticket)).WithEnforceNonce(true).WithAllowedMentions(pings())
	_, err := c.post(ctx, channel, body)
	return err
}

// transcript is the ticket's address on the dashboard.
func (c *Client) transcript(t *ticket.Ticket) string {
	if c.dashboard == "" {
		return ""
	}
	return c.dashboard + "/t/" + t.PublicID
}

func (c *Client) logText(n ticket.Notice) string {
	said := []string{
		field(say.T("discord.log.opener"), person(n.Opener)),
		field(say.T("discord.log.claimer"), person(n.Claimer)),
		field(say.T("discord.log.closer"), closer(n)),
		field(say.T("discord.log.messages"), fmt.Sprint(n.Messages)),
		field(say.T("discord.log.duration"), duration(n.Ticket.ClosedAt.Sub(n.Ticket.OpenedAt))),
	}
	return strings.Join(append(said, reason(n.Ticket)...), "\n")
}

func tellText(n ticket.Notice) string {
	said := []string{field(say.T("discord.log.closer"), closer(n))}
	said = append(said, reason(n.Ticket)...)
	until := n.Ticket.ClosedAt.Add(privacy.DeleteAfter).Unix()
	return strings.Join(append(said, say.T("discord.tell.kept", "until", fmt.Sprintf("<t:%d:D>", until))), "\n")
}

func field(name, value string) string { return "**" + name + "** " + value }

// person is a mention, which pings nobody where nobody is allowed to be pinged.
func person(id ticket.UserID) string {
	if id == 0 {
		return say.T("discord.notice.nobody")
	}
	return "<@" + id.String() + ">"
}

// closer is who closed the ticket. Nobody did if its channel was deleted by hand, and Discord does not say by whose.
func closer(n ticket.Notice) string {
	if n.Ticket.Closer == 0 {
		return say.T("discord.notice.channel_deleted")
	}
	return person(n.Closer)
}

func reason(t *ticket.Ticket) []string {
	if strings.TrimSpace(t.CloseReason) == "" {
		return nil
	}
	text, cut := plain(t.CloseReason, 2*ticket.MaxReason)
	if cut {
		text += "…"
	}
	return []string{"**" + say.T("discord.log.reason") + "**", quoted(text)}
}

// duration is as exact as people are: the two largest units.
func duration(d time.Duration) string {
	minutes := int(d.Minutes())
	switch {
	case minutes < 1:
		return say.T("discord.duration.moment")
	case minutes < 60:
		return say.T("discord.duration.minutes", "m", minutes)
	case minutes < 24*60:
		return say.T("discord.duration.hours", "h", minutes/60, "m", minutes%60)
	}
	return say.T("discord.duration.days", "d", minutes/(24*60), "h", minutes/60%24)
}
