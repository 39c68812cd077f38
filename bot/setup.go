package bot

import (
	"context"
	"strconv"
	"strings"

	"ticketbot/internal/fault"
	"ticketbot/internal/say"
	"ticketbot/ticket"
)

// setup is /setup: a category and a panel for it, in this channel. What the bot is not allowed to do is said before
// anything is made.
func (b *Bot) setup(ctx context.Context, c *call) (reply, error) {
	req := ticket.SetupRequest{
		Name:    c.text("name"),
		Staff:   ticket.RoleID(c.id("staff")),
		Parent:  ticket.ChannelID(c.id("parent")),
		Log:     ticket.ChannelID(c.id("log")),
		Channel: ticket.ChannelID(c.Channel),
		NoForm:  c.text("form") == "false",
	}
	req.Limit, _ = strconv.Atoi(c.text("limit"))
	if err := ticket.May(c.actor, ticket.VerbSetup, nil, nil); err != nil {
		return reply{}, err
	}
	if err := b.examine(ctx, c.guild.ID, req.Channel, req.Parent, req.Log); err != nil {
		return reply{}, err
	}
	if _, err := b.Tickets.Setup(ctx, c.guild, c.actor, req); err != nil {
		return reply{}, err
	}
	return privately(say.T("bot.setup.done", "channel", req.Channel, "role", req.Staff)), nil
}

// examine names every permission that is missing, place by place. Without a parent, tickets stand at the top of the
// guild, and what the bot may do there counts.
func (b *Bot) examine(ctx context.Context, guild ticket.GuildID, panel, parent, log ticket.ChannelID) error {
	var lines []string
	look := func(channel ticket.ChannelID, line string) error {
		missing, err := b.Doctor.Missing(ctx, guild, channel)
		if len(missing) > 0 {
			lines = append(lines, say.T(line, "channel", channel, "permissions", strings.Join(missing, ", ")))
		}
		return err
	}
	if err := look(panel, "bot.setup.missing_panel"); err != nil {
		return err
	}
	inParent := "bot.setup.missing_parent"
	if parent == 0 {
		inParent = "bot.setup.missing_server"
	}
	if err := look(parent, inParent); err != nil {
		return err
	}
	if log != 0 && log != panel {
		if err := look(log, "bot.setup.missing_log"); err != nil {
			return err
		}
	}
	if len(lines) > 0 {
		return fault.New(fault.Permission, "bot.setup.missing", "places", strings.Join(lines, "\n"))
	}
	return nil
}
