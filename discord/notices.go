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
func (c *Client) PostLog(ctx context.Context, n ticket.Notice, effect ticket.EffectID, again bool) (ticket.Posted, error) {
	at, err := c.postNotice(ctx, n.Category.Log, logTitle(n), logText(n), n, effect, again)
	if err != nil {
		return at, fmt.Errorf("post log: %w", c.lacking(ctx, err, n.Ticket.Guild.ID, n.Category.Log, posting))
	}
	return at, nil
}

// RewriteLog makes an earlier post in a log channel say what is true now, above all that somebody has been forgotten:
// one request. A post that somebody deleted says nothing any more.
func (c *Client) RewriteLog(ctx context.Context, channel ticket.ChannelID, message ticket.MessageID, n ticket.Notice) error {
	if err := c.rewrite(ctx, channel, message, c.notice(logTitle(n), logText(n), n.Ticket)); err != nil {
		return fmt.Errorf("rewrite log: %w", c.lacking(ctx, err, n.Ticket.Guild.ID, channel, posting))
	}
	return nil
}

// RewriteTold does the same to what an opener was told.
func (c *Client) RewriteTold(ctx context.Context, channel ticket.ChannelID, message ticket.MessageID, n ticket.Notice) error {
	if err := c.rewrite(ctx, channel, message, c.notice(tellTitle(n), tellText(n), n.Ticket)); err != nil {
		return fmt.Errorf("rewrite a direct message: %w", err)
	}
	return nil
}

func (c *Client) rewrite(ctx context.Context, channel ticket.ChannelID, message ticket.MessageID, says discord.LayoutComponent) error {
	body := discord.NewMessageUpdateV2(says)
	body.AllowedMentions = pings()
	err := c.call(ctx, rest.UpdateMessage.Compile(nil, channel, message), body, nil)
	if refusedWith(err, unknownMessage, unknownChannel) {
		return nil
	}
	return err
}

// DeleteMessage deletes a message of ours: one request. One that is gone already is as good as deleted.
func (c *Client) DeleteMessage(ctx context.Context, channel ticket.ChannelID, message ticket.MessageID) error {
	err := c.call(ctx, rest.DeleteMessage.Compile(nil, channel, message), nil, nil)
	if err != nil && !refusedWith(err, unknownMessage, unknownChannel) {
		return fmt.Errorf("delete message: %w", err)
	}
	return nil
}

// TellOpener sends the opener where the transcript is: two requests, or three with again.
func (c *Client) TellOpener(ctx context.Context, to ticket.UserID, n ticket.Notice, effect ticket.EffectID, again bool) (ticket.Posted, error) {
	var dm struct {
		ID snowflake.ID `json:"id"`
	}
	body := discord.DMChannelCreate{RecipientID: snowflake.ID(to)}
	if err := c.call(ctx, rest.CreateDMChannel.Compile(nil), body, &dm); err != nil {
		return ticket.Posted{}, fmt.Errorf("open direct messages: %w", err)
	}
	at, err := c.postNotice(ctx, ticket.ChannelID(dm.ID), tellTitle(n), tellText(n), n, effect, again)
	if err != nil {
		return at, fmt.Errorf("tell opener: %w", err)
	}
	return at, nil
}

// postNotice says where the notice stands, found or made.
func (c *Client) postNotice(ctx context.Context, channel ticket.ChannelID, title, text string, n ticket.Notice, effect ticket.EffectID, again bool) (ticket.Posted, error) {
	at := ticket.Posted{Channel: channel}
	var err error
	if again {
		is := hasText(title)
		if link := c.transcript(n.Ticket); link != "" {
			is = hasLink(link)
		}
		if at.Message, err = c.findOwn(ctx, channel, fromEnd, is); at.Message != 0 || err != nil {
			return at, err
		}
	}
	body := discord.NewMessageCreateV2(c.notice(title, text, n.Ticket)).
		WithNonce(nonce(effect, n.Ticket)).WithEnforceNonce(true).WithAllowedMentions(pings())
	at.Message, err = c.post(ctx, channel, body)
	return at, err
}

// notice is a closing notice's one component.
func (c *Client) notice(title, text string, t *ticket.Ticket) discord.LayoutComponent {
	parts := []discord.ContainerSubComponent{discord.NewTextDisplay(title + "\n" + text)}
	if link := c.transcript(t); link != "" {
		parts = append(parts, discord.NewActionRow(discord.NewLinkButton(say.T("discord.notice.read"), link)))
	}
	return discord.NewContainer(parts...).WithAccentColor(colorClosed)
}

// transcript is the ticket's address on the dashboard.
func (c *Client) transcript(t *ticket.Ticket) string {
	if c.dashboard == "" {
		return ""
	}
	return c.dashboard + "/t/" + t.PublicID
}

func logTitle(n ticket.Notice) string {
	return say.T("discord.log.title", "ticket", n.Ticket.Name(), "category", line(n.Category.Name, 160))
}

func logText(n ticket.Notice) string {
	said := []string{
		field(say.T("discord.log.opener"), person(n.Ticket.Opener, n.Opener)),
		field(say.T("discord.log.claimer"), person(n.Ticket.Claimer, n.Claimer)),
		field(say.T("discord.log.closer"), closer(n)),
		field(say.T("discord.log.messages"), fmt.Sprint(n.Messages)),
		field(say.T("discord.log.duration"), duration(n.Ticket.ClosedAt.Sub(n.Ticket.OpenedAt))),
	}
	return strings.Join(append(said, reason(n.Ticket)...), "\n")
}

func tellTitle(n ticket.Notice) string {
	return say.T("discord.tell.title", "ticket", n.Ticket.Name(), "category", line(n.Category.Name, 160))
}

func tellText(n ticket.Notice) string {
	said := []string{field(say.T("discord.log.closer"), closer(n))}
	said = append(said, reason(n.Ticket)...)
	until := n.Ticket.ClosedAt.Add(privacy.DeleteAfter).Unix()
	return strings.Join(append(said, say.T("discord.tell.kept", "until", fmt.Sprintf("<t:%d:D>", until))), "\n")
}

func field(name, value string) string { return "**" + name + "** " + value }

// person is a mention, which pings nobody where nobody is allowed to be pinged.
func person(who ticket.PersonID, id ticket.UserID) string {
	switch {
	case who == 0:
		return say.T("discord.notice.nobody")
	case id == 0:
		return say.T("discord.deleted_user")
	}
	return "<@" + id.String() + ">"
}

// closer is who closed the ticket. Nobody did if its channel was deleted by hand, and Discord does not say by whose.
func closer(n ticket.Notice) string {
	if n.Ticket.Closer == 0 {
		return say.T("discord.notice.channel_deleted")
	}
	return person(n.Ticket.Closer, n.Closer)
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
