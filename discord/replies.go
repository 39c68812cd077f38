package discord

import (
	"context"
	"fmt"

	"ticketbot/internal/fault"

	"github.com/disgoorg/disgo/discord"
	"github.com/disgoorg/disgo/rest"
)

// Answer gives the first answer to an interaction: one request. Discord takes it for three seconds and once; after that
// it is fault NotFound, and after an earlier answer fault Conflict.
func (c *Client) Answer(ctx context.Context, interaction uint64, token string, r discord.InteractionResponse) error {
	body, err := r.ToBody()
	if err != nil {
		return fmt.Errorf("answer: %w", err)
	}
	if err := c.call(ctx, rest.CreateInteractionResponse.Compile(nil, interaction, token), body, nil); err != nil {
		return fmt.Errorf("answer: %w", err)
	}
	return nil
}

// EditAnswer replaces the first answer, for fifteen minutes: one request.
func (c *Client) EditAnswer(ctx context.Context, app uint64, token string, m discord.MessageUpdate) error {
	body, err := m.ToBody()
	if err != nil {
		return fmt.Errorf("edit answer: %w", err)
	}
	return late(c.call(ctx, rest.UpdateInteractionResponse.Compile(nil, app, token), body, nil), "edit answer")
}

// FollowUp adds a message to an answered interaction, for fifteen minutes: one request.
func (c *Client) FollowUp(ctx context.Context, app uint64, token string, m discord.MessageCreate) error {
	body, err := m.ToBody()
	if err != nil {
		return fmt.Errorf("follow up: %w", err)
	}
	return late(c.call(ctx, rest.CreateFollowupMessage.Compile(nil, app, token), body, nil), "follow up")
}

// late reads a 401 on these routes right: the token that is over is the interaction's, not the bot's.
func late(err error, what string) error {
	if err == nil {
		return nil
	}
	if fault.KindOf(err) == fault.Config || refusedWith(err, unknownMessage) {
		err = fault.New(fault.NotFound, "discord.interaction.over").Because(err)
	}
	return fmt.Errorf("%s: %w", what, err)
}

// RegisterCommands makes the commands what they are in all guilds: one request.
func (c *Client) RegisterCommands(ctx context.Context, app uint64, commands []discord.ApplicationCommandCreate) error {
	if err := c.call(ctx, rest.SetGlobalCommands.Compile(nil, app), commands, nil); err != nil {
		return fmt.Errorf("register commands: %w", err)
	}
	return nil
}
