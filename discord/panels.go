package discord

import (
	"cmp"
	"context"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"ticketbot/internal/say"
	"ticketbot/ticket"

	"github.com/disgoorg/disgo/discord"
	"github.com/disgoorg/snowflake/v2"
)

const (
	buttonsInRow = 5  // Discord's limit
	maxLabel     = 80 // likewise
)

// PostPanel posts a panel with a button for each category: one request, or two with again.
func (c *Client) PostPanel(ctx context.Context, p *ticket.Panel, categories []*ticket.Category, again bool) (ticket.MessageID, error) {
	if again && len(categories) > 0 {
		found, err := c.findOwn(ctx, p.Channel, fromEnd, hasComponent(openID(categories[0])))
		if found != 0 || err != nil {
			return found, err
		}
	}
	body := discord.NewMessageCreateV2(panel(p, categories)).
		WithNonce(panelNonce(p)).WithEnforceNonce(true).WithAllowedMentions(pings())
	id, err := c.post(ctx, p.Channel, body)
	if err != nil {
		return 0, fmt.Errorf("post panel: %w", c.lacking(ctx, err, p.Guild.ID, p.Channel, posting))
	}
	return id, nil
}

// panelNonce holds the channel, since numbers of panels start again with a new database; see [nonce].
func panelNonce(p *ticket.Panel) string {
	return "p" + strconv.FormatInt(int64(p.ID), 36) + "-" + strconv.FormatUint(uint64(p.Channel), 36)
}

func panel(p *ticket.Panel, categories []*ticket.Category) discord.ContainerComponent {
	text := []rune(cmp.Or(strings.TrimSpace(p.Text), say.T("discord.panel.text")))
	parts := []discord.ContainerSubComponent{
		discord.NewTextDisplay("## " + line(p.Title, 200) + "\n" + string(text[:min(len(text), 3000)])),
	}
	for row := range slices.Chunk(categories, buttonsInRow) {
		var buttons []discord.InteractiveComponent
		for _, c := range row {
			buttons = append(buttons, panelButton(c, len(categories) == 1))
		}
		parts = append(parts, discord.NewActionRow(buttons...))
	}
	return discord.NewContainer(parts...).WithAccentColor(colorOpen)
}

// panelButton names its category, unless there is nothing to choose from.
func panelButton(c *ticket.Category, only bool) discord.ButtonComponent {
	label := []rune(c.Name)
	if only {
		label = []rune(say.T("discord.panel.open"))
	}
	b := discord.NewPrimaryButton(string(label[:min(len(label), maxLabel)]), openID(c))
	if e, ok := emoji(c.Emoji); ok {
		b = b.WithEmoji(e)
	}
	return b
}

func openID(c *ticket.Category) string { return openButton + strconv.FormatInt(int64(c.ID), 10) }

var customEmoji = regexp.MustCompile(`^<(a?):(\w{2,32}):(\d{15,20})>$`)

// emoji reads one of Discord's writing, <:name:id>, or of Unicode's.
func emoji(s string) (discord.ComponentEmoji, bool) {
	if found := customEmoji.FindStringSubmatch(s); found != nil {
		id, err := snowflake.Parse(found[3])
		return discord.ComponentEmoji{ID: id, Name: found[2], Animated: found[1] == "a"}, err == nil
	}
	return discord.NewComponentEmoji(s), s != "" && !strings.ContainsAny(s, "<>: ")
}
