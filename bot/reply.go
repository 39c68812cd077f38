package bot

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	"ticketbot/internal/fault"
	"ticketbot/internal/say"
	"ticketbot/ticket"

	"github.com/disgoorg/disgo/discord"
	"github.com/disgoorg/snowflake/v2"
)

// reply is what a person gets to see. The zero reply says nothing.
type reply struct {
	text    string
	visible bool          // for everybody in the channel, not only for who asked
	ping    ticket.UserID // the one person whom the text may ping
	buttons []discord.InteractiveComponent
	instead bool // of the message whose button was pressed, unless the answer was put off
	modal   *discord.ModalCreate
	choices []discord.AutocompleteChoice // also when there are none, for a completion
}

// privately is a sentence for whoever asked.
func privately(sentence string) reply { return reply{text: sentence} }

// visibly is a sentence for everybody in the channel.
func visibly(sentence string) reply { return reply{text: sentence, visible: true} }

func (r reply) empty() bool { return r.text == "" && r.modal == nil && r.choices == nil }

// maxText is Discord's limit for a message, in characters.
const maxText = 2000

func (r reply) content() string { return cut(r.text, maxText) }

func (r reply) mentions() *discord.AllowedMentions {
	m := &discord.AllowedMentions{Parse: []discord.AllowedMentionType{}, Roles: []snowflake.ID{}, Users: []snowflake.ID{}}
	if r.ping != 0 {
		m.Users = append(m.Users, snowflake.ID(r.ping))
	}
	return m
}

func (r reply) response() discord.InteractionResponse {
	switch {
	case r.modal != nil:
		return discord.InteractionResponse{Type: discord.InteractionResponseTypeModal, Data: *r.modal}
	case r.choices != nil:
		return discord.InteractionResponse{
			Type: discord.InteractionResponseTypeAutocompleteResult,
			Data: discord.AutocompleteResult{Choices: r.choices},
		}
	}
	if r.instead {
		return discord.InteractionResponse{Type: discord.InteractionResponseTypeUpdateMessage, Data: r.update()}
	}
	m := discord.MessageCreate{Content: r.content(), AllowedMentions: r.mentions(), Components: r.components()}
	if !r.visible {
		m.Flags = discord.MessageFlagEphemeral
	}
	return discord.InteractionResponse{Type: discord.InteractionResponseTypeCreateMessage, Data: m}
}

func (r reply) update() discord.MessageUpdate {
	text, components := r.content(), r.components()
	return discord.MessageUpdate{Content: &text, AllowedMentions: r.mentions(), Components: &components}
}

// components is never nil: Discord takes an empty list for none, and null for nothing to change.
func (r reply) components() []discord.LayoutComponent {
	if len(r.buttons) == 0 {
		return []discord.LayoutComponent{}
	}
	return []discord.LayoutComponent{discord.NewActionRow(r.buttons...)}
}

// refusal is the one place where an error becomes what a person reads. What they cannot change is logged, and they get
// a reference to it.
func (b *Bot) refusal(c *call, err error) reply {
	if in := c.interaction; in.kind() == completion {
		return reply{choices: []discord.AutocompleteChoice{}}
	}
	f := fault.From(err)
	switch {
	case f != nil && f.Kind != fault.Internal && f.Kind != fault.Config:
		return privately(say.Fault(f))
	case errors.Is(err, ticket.ErrChannelGone):
		return privately(say.T("bot.channel_gone"))
	case errors.Is(err, ticket.ErrMemberGone):
		return privately(say.T("bot.member_gone"))
	}
	reference := newReference()
	b.report(c, "interaction failed", err, "reference", reference)
	return privately(say.T("bot.failed", "reference", reference))
}

// unanswered is called when an answer did not reach Discord. One that nobody waits for is nobody's concern: Discord has
// told the person.
func (b *Bot) unanswered(c *call, err error) {
	if over(err) {
		b.Logger.Debug("interaction is over", "interaction", c.ID, "guild", c.Guild)
		return
	}
	b.report(c, "interaction not answered", err)
}

// report logs what happened by kinds and ids; the error's text, which may quote what somebody wrote, only when the
// operator asks for debugging.
func (b *Bot) report(c *call, what string, err error, more ...any) {
	args := append([]any{"interaction", c.ID, "guild", c.Guild, "channel", c.Channel, "kind", kindOf(err)}, more...)
	b.Logger.Error(what, args...)
	b.Logger.Debug(what, "interaction", c.ID, "error", err)
}

// kindOf says what sort of error it is: the key of a fault, or the types from the outermost error to its cause.
func kindOf(err error) string {
	if f := fault.From(err); f != nil {
		return f.Key
	}
	var types []string
	for err != nil {
		name := fmt.Sprintf("%T", err)
		if coded, ok := err.(interface{ SQLState() string }); ok {
			name += " " + coded.SQLState()
		}
		types = append(types, name)
		u, ok := err.(interface{ Unwrap() error })
		if !ok {
			break
		}
		err = u.Unwrap()
	}
	return strings.Join(types, ": ")
}

// newReference is short enough to be read out, and long enough to be found in a day's log.
func newReference() string {
	raw := make([]byte, 2)
	rand.Read(raw)
	return strings.ToUpper(hex.EncodeToString(raw))
}

// cut shortens a text to n characters.
func cut(s string, n int) string {
	runes := []rune(s)
	if len(runes) <= n {
		return s
	}
	return string(runes[:n-1]) + "…"
}
