package discord

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"ticketbot/internal/say"
	"ticketbot/privacy"
	"ticketbot/ticket"

	"github.com/disgoorg/disgo/discord"
	"github.com/disgoorg/disgo/rest"
	"github.com/disgoorg/snowflake/v2"
)

// Ids of our buttons. They carry a version, because a button outlives the release that made it.
const (
	claimButton = "v1:claim"
	closeButton = "v1:close"
	openButton  = "v1:open:" // and the category's id
)

// Colours at the edge of our messages.
const (
	colorOpen    = 0x5865F2
	colorClaimed = 0x23A55A
	colorClosed  = 0x80848E
)

const (
	maxMessage = 3900 // characters of all texts together; Discord's limit is 4000
	maxWelcome = 1200 // of a category's own words
)

// PostWelcome greets in a new channel: one request, or two with again.
func (c *Client) PostWelcome(ctx context.Context, w ticket.Welcome, effect ticket.EffectID, again bool) (ticket.MessageID, error) {
	if again {
		found, err := c.findOwn(ctx, w.Ticket.Channel, fromStart, hasComponent(closeButton))
		if found != 0 || err != nil {
			return found, err
		}
	}
	body := discord.NewMessageCreateV2(welcome(w)...).
		WithNonce(nonce(effect, w.Ticket)).WithEnforceNonce(true).WithAllowedMentions(greeted(w))
	id, err := c.post(ctx, w.Ticket.Channel, body)
	if err != nil {
		return 0, fmt.Errorf("post welcome: %w", c.lacking(ctx, err, w.Ticket.Guild.ID, w.Ticket.Channel, posting))
	}
	return id, nil
}

// EditWelcome shows what has changed: one request. A welcome that somebody deleted has nothing to show.
func (c *Client) EditWelcome(ctx context.Context, w ticket.Welcome) error {
	body := discord.NewMessageUpdateV2(welcome(w)...)
	body.AllowedMentions = greeted(w)
	err := c.call(ctx, rest.UpdateMessage.Compile(nil, w.Ticket.Channel, w.Ticket.Welcome), body, nil)
	if err != nil && !refusedWith(err, unknownMessage) {
		return fmt.Errorf("edit welcome: %w", c.lacking(ctx, err, w.Ticket.Guild.ID, w.Ticket.Channel, posting))
	}
	return nil
}

// greeted are the only ones whom a welcome pings, whatever the answers in it say.
func greeted(w ticket.Welcome) *discord.AllowedMentions {
	m := pings()
	if w.Opener != 0 {
		m.Users = append(m.Users, snowflake.ID(w.Opener))
	}
	for _, r := range w.Category.StaffRoles {
		m.Roles = append(m.Roles, snowflake.ID(r))
	}
	return m
}

// pings is nobody, to be added to.
func pings() *discord.AllowedMentions {
	return &discord.AllowedMentions{Parse: []discord.AllowedMentionType{}, Roles: []snowflake.ID{}, Users: []snowflake.ID{}}
}

func welcome(w ticket.Welcome) []discord.LayoutComponent {
	head := say.T("discord.welcome.title", "ticket", w.Ticket.Name(), "category", line(w.Category.Name, 160)) + "\n" + hello(w)
	notice := say.T("discord.welcome.notice", "archive", days(privacy.ArchiveAfter), "delete", days(privacy.DeleteAfter))
	if w.Ticket.Claimer != 0 {
		notice = say.T("discord.welcome.claimed", "claimer", person(w.Ticket.Claimer, w.Claimer)) + "\n" + notice
	}
	room := maxMessage - utf8.RuneCountInString(head) - utf8.RuneCountInString(notice)
	parts := []discord.ContainerSubComponent{discord.NewTextDisplay(head)}
	if texts := answers(w.Ticket.Answers, room); len(texts) > 0 {
		parts = append(parts, discord.NewSmallSeparator())
		for _, text := range texts { // one component each: Discord sets them apart
			parts = append(parts, discord.NewTextDisplay(text))
		}
	}
	parts = append(parts, discord.NewSmallSeparator(), discord.NewTextDisplay(notice), buttons(w))
	color := colorOpen
	if w.Ticket.Claimer != 0 {
		color = colorClaimed
	}
	return []discord.LayoutComponent{discord.NewContainer(parts...).WithAccentColor(color)}
}

func hello(w ticket.Welcome) string {
	var staff []string
	for _, r := range w.Category.StaffRoles {
		staff = append(staff, "<@&"+r.String()+">")
	}
	text := say.T("discord.welcome.hello", "opener", person(w.Ticket.Opener, w.Opener), "staff", strings.Join(staff, " "))
	if own := []rune(strings.TrimSpace(w.Category.Welcome)); len(own) > 0 {
		text += "\n" + string(own[:min(len(own), maxWelcome)])
	}
	return text
}

func buttons(w ticket.Welcome) discord.ActionRowComponent {
	claim := discord.NewSuccessButton(say.T("discord.welcome.claim"), claimButton)
	if w.Ticket.Claimer != 0 {
		claim = discord.NewSecondaryButton(say.T("discord.welcome.claimed_button"), claimButton).AsDisabled()
	}
	return discord.NewActionRow(claim, discord.NewDangerButton(say.T("discord.welcome.close"), closeButton))
}

// answers shows the form within room characters, which are shared out so that a long answer takes what short ones leave.
func answers(all []ticket.Answer, room int) []string {
	var out []string
	for i, a := range all {
		if len(a.Values) == 0 {
			continue
		}
		head := "**" + line(a.Question, 2*ticket.MaxLabel) + "**\n"
		share := (room - 1) / (len(all) - i)
		text := head + answer(a, share-utf8.RuneCountInString(head))
		room -= utf8.RuneCountInString(text) + 1
		out = append(out, text)
	}
	return out
}

// maxLines is how many lines of one answer are shown: each costs a mark, and the channel should show more than one form.
const maxLines = 40

func answer(a ticket.Answer, room int) string {
	short := "\n> " + say.T("discord.welcome.cut")
	lines := strings.SplitN(strings.Join(a.Values, ", "), "\n", maxLines+1)
	whole := len(lines) <= maxLines
	text, cut := plain(strings.Join(lines[:min(len(lines), maxLines)], "\n"), room-utf8.RuneCountInString(short)-4*maxLines)
	text = quoted(text)
	if cut || !whole {
		text += short
	}
	return text
}

func days(d time.Duration) int { return int(d / (24 * time.Hour)) }
