package capture

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"ticketbot/ticket"
)

// ErrPartial says that a payload does not hold the whole message, so that keeping it would lose what is known.
// History has the whole one.
var ErrPartial = errors.New("the payload does not hold the whole message")

// Discord's numbers that decide how a message is read.
const (
	flagCrosspost = 1 << 1 // copied from a channel that this one follows
	forwarded     = 1      // type of a message reference
)

type body struct {
	Type        number           `json:"type"`
	Flags       number           `json:"flags"`
	Content     text             `json:"content"`
	Mentions    list[user]       `json:"mentions"`
	Embeds      list[embed]      `json:"embeds"`
	Components  list[component]  `json:"components"`
	Attachments list[attachment] `json:"attachments"`
	Stickers    list[sticker]    `json:"sticker_items"`
}

type message struct {
	body
	ID          id                `json:"id"`
	Channel     id                `json:"channel_id"`
	Guild       id                `json:"guild_id"` // absent in history
	Author      object[user]      `json:"author"`
	Member      object[member]    `json:"member"` // absent in history
	At          moment            `json:"timestamp"`
	Edited      moment            `json:"edited_timestamp"`
	Webhook     id                `json:"webhook_id"`
	Application id                `json:"application_id"`
	Reference   object[reference] `json:"message_reference"`
	Referenced  object[struct {
		Author object[user] `json:"author"`
	}] `json:"referenced_message"`
	Snapshots list[struct {
		Message object[body] `json:"message"`
	}] `json:"message_snapshots"`
	Metadata    object[use] `json:"interaction_metadata"`
	Interaction object[use] `json:"interaction"` // older, but the only one with the command's name
}

type reference struct {
	Type    number `json:"type"`
	Message id     `json:"message_id"`
}

type use struct {
	Name text         `json:"name"`
	User object[user] `json:"user"`
}

// Message reads a message as Discord shows it in MESSAGE_CREATE and in history. The caller completes Room and Seen.
func Message(raw []byte) (ticket.Sighting, error) { return read(raw, ticket.SeenCreated) }

// Edited reads a MESSAGE_UPDATE. One without an author is [ErrPartial].
func Edited(raw []byte) (ticket.Sighting, error) { return read(raw, ticket.SeenEdited) }

func read(raw []byte, kind ticket.SightingKind) (ticket.Sighting, error) {
	var m message
	if err := json.Unmarshal(raw, &m); err != nil {
		return ticket.Sighting{}, fmt.Errorf("read message: %w", err)
	}
	if m.ID == 0 {
		return ticket.Sighting{}, errors.New("read message: no id")
	}
	if m.Author.T == nil || m.Author.T.ID == 0 {
		return ticket.Sighting{}, fmt.Errorf("read message %d: %w", m.ID, ErrPartial)
	}
	s := ticket.Sighting{
		Room: ticket.Room{Guild: ticket.Guild{ID: ticket.GuildID(m.Guild)}, Channel: ticket.ChannelID(m.Channel)},
		Kind: kind, Message: ticket.MessageID(m.ID), At: m.At.Time, Edited: m.Edited.Time,
	}
	if s.At.IsZero() {
		s.At = writtenAt(m.ID)
	}
	p := &people{users: []ticket.User{m.author()}}
	s.Content = m.body.read(p)
	m.relate(p, &s.Content)
	s.Users = p.users
	return s, nil
}

// author is the voice of the message. An answer to an interaction travels through a webhook that bears the
// application's id, but is spoken by the bot's own account.
func (m *message) author() ticket.User {
	u := m.Author.T.in(m.Member.T)
	if m.Webhook != 0 && m.Webhook != m.Application {
		u.Webhook, u.Partial = true, false
	}
	return u
}

// relate reads what ties the message to others: the message it answers or forwards, the command it follows.
func (m *message) relate(p *people, c *ticket.Content) {
	if p.users[0].Webhook {
		c.Webhook = string(m.Author.T.Username)
	}
	if r := m.Reference.T; r != nil && r.Message != 0 && r.Type != forwarded && int(m.Flags)&flagCrosspost == 0 {
		c.Reply = &ticket.Reply{Message: ticket.MessageID(r.Message), Author: -1}
		if answered := m.Referenced.T; answered != nil && answered.Author.T != nil && answered.Author.T.ID != 0 {
			c.Reply.Author = p.index(answered.Author.T.in(nil))
		}
	}
	if len(m.Snapshots) > 0 && m.Snapshots[0].Message.T != nil {
		forward := m.Snapshots[0].Message.T.read(p)
		c.Forward = &forward
	}
	for _, u := range []*use{m.Metadata.T, m.Interaction.T} {
		if u == nil || u.User.T == nil || u.User.T.ID == 0 {
			continue
		}
		if c.Use == nil {
			c.Use = &ticket.Use{Person: p.index(u.User.T.in(nil))}
		}
		if c.Use.Name == "" {
			c.Use.Name = string(u.Name)
		}
	}
}

func (b *body) read(p *people) ticket.Content {
	for i := range b.Mentions {
		if u := &b.Mentions[i]; u.ID != 0 {
			p.index(u.in(u.Member.T))
		}
	}
	c := ticket.Content{Type: int(b.Type), Flags: int(b.Flags), Text: p.refer(b.Content)}
	for _, e := range b.Embeds {
		c.Embeds = append(c.Embeds, e.read(p))
	}
	c.Components = readComponents(b.Components, p, maxNesting)
	for _, a := range b.Attachments {
		c.Attachments = append(c.Attachments, a.read())
	}
	for _, s := range b.Stickers {
		c.Stickers = append(c.Stickers, ticket.Sticker{ID: uint64(s.ID), Name: string(s.Name), Format: int(s.Format)})
	}
	return c
}

// discordEpoch is the zero of snowflakes' time, in milliseconds of Unix time.
const discordEpoch = 1420070400000

func writtenAt(message id) time.Time {
	return time.UnixMilli(int64(message>>22) + discordEpoch).UTC()
}
