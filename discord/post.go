package discord

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"ticketbot/capture"
	"ticketbot/ticket"

	"github.com/disgoorg/disgo/discord"
	"github.com/disgoorg/disgo/rest"
	"github.com/disgoorg/snowflake/v2"
)

// post sends a message: one request.
func (c *Client) post(ctx context.Context, channel ticket.ChannelID, body discord.MessageCreate) (ticket.MessageID, error) {
	var made struct {
		ID snowflake.ID `json:"id"`
	}
	err := c.call(ctx, rest.CreateMessage.Compile(nil, channel), body, &made)
	return ticket.MessageID(made.ID), err
}

// nonce makes Discord recognise a message sent twice, for some minutes. It compares nonces of all our messages, so the
// ticket's random id is in it: numbers of effects start again with a new database. It may be 25 characters long.
func nonce(effect ticket.EffectID, t *ticket.Ticket) string {
	return strconv.FormatInt(int64(effect), 36) + "-" + t.PublicID[:min(len(t.PublicID), 11)]
}

// Where findOwn looks: a channel's first messages, or its last.
const (
	fromStart = true
	fromEnd   = false
)

// ownPage is how far findOwn looks. What it looks for was posted a moment ago, or first of all.
const ownPage = 100

// findOwn looks for a message of ours: one request. It is how a message is found whose nonce Discord has forgotten.
func (c *Client) findOwn(ctx context.Context, channel ticket.ChannelID, start bool, is func(ticket.Content) bool) (ticket.MessageID, error) {
	self, err := c.Me(ctx)
	if err != nil {
		return 0, err
	}
	var after ticket.MessageID
	if start {
		after = ticket.MessageID(channel) // no message is older than its channel
	}
	all, err := c.messages(ctx, channel, after, ownPage)
	if err != nil {
		return 0, fmt.Errorf("look for own message: %w", err)
	}
	for _, raw := range all {
		s, err := capture.Message(raw)
		if err == nil && s.Users[0].ID == self.User && is(s.Content) {
			return s.Message, nil
		}
	}
	return 0, nil
}

// messages is one page of a channel, newest first as Discord has it: those after a message, or the last for 0.
func (c *Client) messages(ctx context.Context, channel ticket.ChannelID, after ticket.MessageID, limit int) ([]json.RawMessage, error) {
	query := discord.QueryValues{"limit": limit}
	if after != 0 {
		query["after"] = after
	}
	var all []json.RawMessage
	err := c.call(ctx, rest.GetMessages.Compile(query, channel), nil, &all)
	return all, err
}

func hasComponent(customID string) func(ticket.Content) bool {
	return func(c ticket.Content) bool {
		return anyComponent(c.Components, func(one ticket.Component) bool { return one.ID == customID })
	}
}

func hasLink(url string) func(ticket.Content) bool {
	return func(c ticket.Content) bool {
		return anyComponent(c.Components, func(one ticket.Component) bool { return one.URL == url })
	}
}

func hasText(text string) func(ticket.Content) bool {
	return func(c ticket.Content) bool {
		return anyComponent(c.Components, func(one ticket.Component) bool { return strings.Contains(one.Text, text) })
	}
}

func anyComponent(all []ticket.Component, is func(ticket.Component) bool) bool {
	return slices.ContainsFunc(all, func(one ticket.Component) bool {
		return is(one) || anyComponent(one.Children, is) || (one.Accessory != nil && is(*one.Accessory))
	})
}
