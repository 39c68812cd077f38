package bot

import (
	"context"
	"strings"

	"ticketbot/internal/fault"
	"ticketbot/ticket"
)

// routes is everything that a person can type or press, grouped by who may. The grouping is for readers; ticket.May
// decides.
func routes() []route {
	return []route{
		// Anybody, also in direct messages.
		{command, "privacy policy", everywhere, soon, (*Bot).showPolicy},
		{command, "privacy delete", everywhere, soon, (*Bot).askErasure},
		{button, "erase", everywhere, soon, (*Bot).erase},

		// Anybody in a server.
		{command, "help", servers, soon, (*Bot).help},
		{command, "open", servers, asks, (*Bot).openByCommand},
		{completion, "open", servers, atOnce, (*Bot).suggestCategories},
		{button, "open", servers, asks, (*Bot).openFromPanel},
		{modal, "open", servers, soon, (*Bot).openWithAnswers},

		// The opener of a ticket, and its staff.
		{command, "close", servers, soon, (*Bot).closeByCommand},
		{button, "close", servers, atOnce, (*Bot).askReason},
		{modal, "close", servers, soon, (*Bot).closeWithReason},

		// The staff of a ticket.
		{command, "claim", servers, soon, (*Bot).claimTicket},
		{button, "claim", servers, soon, (*Bot).claimTicket},
		{command, "add", servers, soon, (*Bot).addMember},
		{command, "remove", servers, soon, (*Bot).removeMember},

		// Whoever manages the server.
		{command, "setup", servers, first, (*Bot).setup},
	}
}

// events is every event that is listened to.
func events() map[string]listener {
	return map[string]listener{
		"INTERACTION_CREATE": {do: (*Bot).interact},

		"MESSAGE_CREATE":      {inRooms: true, do: (*Bot).messageCreated},
		"MESSAGE_UPDATE":      {inRooms: true, do: (*Bot).messageEdited},
		"MESSAGE_DELETE":      {inRooms: true, do: (*Bot).messagesDeleted},
		"MESSAGE_DELETE_BULK": {inRooms: true, do: (*Bot).messagesDeleted},

		"READY":            {do: (*Bot).ready},
		"GUILD_CREATE":     {inDirectory: true, do: (*Bot).guildCreated},
		"GUILD_DELETE":     {inDirectory: true, do: (*Bot).guildDeleted},
		"CHANNEL_CREATE":   {inDirectory: true, do: (*Bot).channelCreated},
		"CHANNEL_DELETE":   {inDirectory: true, do: (*Bot).channelDeleted},
		"THREAD_CREATE":    {do: (*Bot).threadCreated},
		"THREAD_LIST_SYNC": {do: (*Bot).threadsListed},
		"THREAD_DELETE":    {do: (*Bot).threadDeleted},

		"GUILD_UPDATE":        {inDirectory: true},
		"CHANNEL_UPDATE":      {inDirectory: true},
		"GUILD_ROLE_CREATE":   {inDirectory: true},
		"GUILD_ROLE_UPDATE":   {inDirectory: true},
		"GUILD_ROLE_DELETE":   {inDirectory: true},
		"GUILD_MEMBER_UPDATE": {inDirectory: true},
		"GUILD_MEMBER_REMOVE": {inDirectory: true},
	}
}

type route struct {
	kind  kind
	name  string
	place place
	pace  pace
	do    func(*Bot, context.Context, *call) (reply, error)
}

type listener struct {
	inRooms     bool // only in a ticket's channel or a thread inside it
	inDirectory bool // the directory learns from it
	do          func(*Bot, context.Context, []byte) error
}

// kind is what a person did.
type kind int

const (
	command kind = iota + 1
	completion
	button
	modal
)

// place is where a person can do it.
type place int

const (
	servers    place = iota // and there the bot has to know which server it is
	everywhere              // also in direct messages: it is about the person alone
)

type where struct {
	kind kind
	name string
}

// pace is how a verb keeps the 3 seconds that Discord waits for an answer.
type pace int

const (
	soon   pace = iota // defers when the verb takes long
	first              // defers at once: it takes long, or must not be done when nobody waits for it any more
	asks               // may answer with a form, which cannot follow a deferral
	atOnce             // nothing that takes time
)

// version stands before every custom id.
const version = "v1"

// find is the route of an interaction, and the argument that its custom id carries.
func (b *Bot) find(in *interaction) (route, string, error) {
	at, argument := where{in.kind(), in.command()}, ""
	if at.kind == button || at.kind == modal {
		spoken, rest, _ := strings.Cut(in.Data.CustomID, ":")
		at.name, argument, _ = strings.Cut(rest, ":")
		if spoken != version {
			return route{}, "", fault.New(fault.NotFound, "bot.stale")
		}
	}
	r, ok := b.routes[at]
	if !ok {
		return route{}, "", fault.New(fault.NotFound, "bot.stale")
	}
	return r, argument, nil
}

// call is one interaction under way.
type call struct {
	*interaction
	who      ticket.UserID
	guild    ticket.Guild
	room     ticket.ChannelID // the ticket's channel, also when it happens in a thread inside
	actor    ticket.Actor
	argument string
	answer   *answer
}

// interact carries out what a person did and answers them.
func (b *Bot) interact(ctx context.Context, data []byte) error {
	in, err := readInteraction(data)
	if err != nil {
		return err
	}
	c := &call{interaction: in, answer: &answer{replier: b.Replier, clock: b.Clock, in: in}}
	r, err := b.carryOut(ctx, c)
	if err != nil {
		r = b.refusal(c, err)
	}
	if err := c.answer.give(ctx, r); err != nil {
		b.unanswered(c, err)
	}
	return nil
}

func (b *Bot) carryOut(ctx context.Context, c *call) (reply, error) {
	r, argument, err := b.find(c.interaction)
	if err != nil {
		return reply{}, err
	}
	if err := c.answer.begin(ctx, r.pace); err != nil {
		return reply{}, err
	}
	defer c.answer.stopWaiting()
	c.argument = argument
	if c.who, err = c.interaction.by(); err != nil {
		return reply{}, err
	}
	if r.place == servers {
		if err := b.identify(ctx, c); err != nil {
			return reply{}, err
		}
	}
	return r.do(b, ctx, c)
}

// identify finds out as what they did it, in which guild and in which ticket.
func (b *Bot) identify(ctx context.Context, c *call) error {
	if c.Guild == 0 {
		return fault.New(fault.Invalid, "bot.only_in_server")
	}
	err := b.arrivals.wait(ctx, ticket.GuildID(c.Guild))
	if err != nil {
		return err
	}
	c.guild, err = b.Tenants.Tenant(ctx, ticket.GuildID(c.Guild))
	if fault.KindOf(err) == fault.NotFound {
		return fault.New(fault.Unavailable, "bot.not_ready") // GUILD_CREATE has not been handled yet
	}
	if err != nil {
		return err
	}
	c.room = ticket.ChannelID(c.Channel)
	if room, ok := b.Tickets.Rooms().Room(c.room); ok && room.Parent != 0 {
		c.room = room.Parent
	}
	c.actor, err = c.interaction.actor()
	return err
}
