package bot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"ticketbot/internal/fault"
	"ticketbot/ticket"
)

// guild is GUILD_CREATE and GUILD_DELETE, as far as tickets go. Channels are read one by one: one of a kind that
// Discord adds tomorrow must not cost us the guild.
type guild struct {
	ID          looseID           `json:"id"`
	Owner       looseID           `json:"owner_id"`
	JoinedAt    string            `json:"joined_at"`
	Unavailable *bool             `json:"unavailable"`
	Channels    []json.RawMessage `json:"channels"`
	Threads     []json.RawMessage `json:"threads"`
}

type channel struct {
	ID     looseID `json:"id"`
	Guild  looseID `json:"guild_id"` // absent inside a guild
	Parent looseID `json:"parent_id"`
	Topic  string  `json:"topic"`
	New    bool    `json:"newly_created"` // of a thread, in its own event
}

// guildCreated comes when the bot joins, after every start, and when an outage ends.
func (b *Bot) guildCreated(ctx context.Context, data []byte) error {
	var d guild
	if err := json.Unmarshal(data, &d); err != nil {
		return fmt.Errorf("read guild: %w", err)
	}
	if d.Unavailable != nil && *d.Unavailable {
		return nil
	}
	at, err := time.Parse(time.RFC3339Nano, d.JoinedAt)
	if err != nil {
		return errors.New("read guild: no time of joining")
	}
	g, err := b.Tenants.Joined(ctx, ticket.GuildID(d.ID), at, ticket.UserID(d.Owner))
	if fault.KindOf(err) == fault.NotFound {
		b.arrivals.told(ticket.GuildID(d.ID))
		return nil // it came late: that membership is over
	}
	if err != nil {
		return fmt.Errorf("join guild: %w", err)
	}
	b.forgetRooms(g)
	b.arrivals.told(g.ID)
	if err := b.Tickets.LoadRooms(ctx, g.ID); err != nil {
		return err
	}
	for _, c := range readAll(d.Channels) {
		if err := b.appeared(ctx, g, c); err != nil {
			return err
		}
	}
	return b.keepThreads(ctx, readAll(d.Threads))
}

// guildDeleted tells an outage, where nothing changes but that something may be missed, from the end of a membership. An
// explicit "unavailable": false says neither; then Discord has to be asked, and until it has answered nobody reads.
func (b *Bot) guildDeleted(ctx context.Context, data []byte) error {
	var d guild
	if err := json.Unmarshal(data, &d); err != nil {
		return fmt.Errorf("read guild: %w", err)
	}
	if d.ID == 0 {
		return nil
	}
	id := ticket.GuildID(d.ID)
	if d.Unavailable != nil && *d.Unavailable {
		for _, room := range b.Tickets.Rooms().All(id) {
			b.Tickets.Rooms().MarkGap(room.Channel)
		}
		return nil
	}
	b.Tickets.EndGuild(ticket.Guild{ID: id})
	evidence := b.Tenants.Left
	if d.Unavailable != nil {
		evidence = b.Tenants.Unclear
	}
	if err := evidence(ctx, id); err != nil {
		return fmt.Errorf("leave guild: %w", err)
	}
	b.arrivals.told(id)
	return nil
}

// forgetRooms ends what is kept of a guild's other memberships than now.
func (b *Bot) forgetRooms(now ticket.Guild) {
	for _, room := range b.Tickets.Rooms().All(now.ID) {
		if room.Guild != now {
			b.Tickets.Rooms().Remove(room.Channel)
		}
	}
}

func (b *Bot) channelCreated(ctx context.Context, data []byte) error {
	c, g, err := b.readChannel(ctx, data)
	if err != nil || g == nil {
		return err
	}
	return b.appeared(ctx, *g, c)
}

// appeared begins to keep a channel that bears a ticket's marker.
func (b *Bot) appeared(ctx context.Context, g ticket.Guild, c channel) error {
	id := ticket.ChannelID(c.ID)
	if _, kept := b.Tickets.Rooms().Room(id); kept {
		return nil
	}
	publicID, ok := ticket.MarkerIn(c.Topic)
	if !ok {
		return nil
	}
	err := b.Tickets.ChannelAppeared(ctx, g, id, publicID)
	if fault.KindOf(err) == fault.NotFound {
		return nil // anybody may write a topic that looks like ours
	}
	return err
}

func (b *Bot) channelDeleted(ctx context.Context, data []byte) error {
	c, g, err := b.readChannel(ctx, data)
	if err != nil || g == nil {
		return err
	}
	if _, kept := b.Tickets.Rooms().Room(ticket.ChannelID(c.ID)); !kept {
		return nil
	}
	return b.Tickets.ChannelGone(ctx, *g, ticket.ChannelID(c.ID))
}

// readChannel reads an event about a channel; the guild is nil for DMs and where the bot is no member.
func (b *Bot) readChannel(ctx context.Context, data []byte) (channel, *ticket.Guild, error) {
	var c channel
	if err := json.Unmarshal(data, &c); err != nil {
		return c, nil, fmt.Errorf("read channel: %w", err)
	}
	if c.Guild == 0 {
		return c, nil, nil
	}
	g, err := b.Tenants.Tenant(ctx, ticket.GuildID(c.Guild))
	if fault.KindOf(err) == fault.NotFound {
		return c, nil, nil
	}
	return c, &g, err
}

func (b *Bot) threadCreated(ctx context.Context, data []byte) error {
	return b.keepThreads(ctx, readAll([]json.RawMessage{data}))
}

// threadsListed comes when the bot gains sight of channels. What was said in them before, it has not heard.
func (b *Bot) threadsListed(ctx context.Context, data []byte) error {
	var d struct {
		Channels []looseID         `json:"channel_ids"`
		Threads  []json.RawMessage `json:"threads"`
	}
	if err := json.Unmarshal(data, &d); err != nil {
		return fmt.Errorf("read threads: %w", err)
	}
	for _, id := range d.Channels {
		if _, kept := b.Tickets.Rooms().Room(ticket.ChannelID(id)); kept {
			b.Tickets.Rooms().MarkGap(ticket.ChannelID(id))
		}
	}
	return b.keepThreads(ctx, readAll(d.Threads))
}

// keepThreads keeps the threads inside tickets with their tickets.
func (b *Bot) keepThreads(ctx context.Context, threads []channel) error {
	for _, t := range threads {
		if err := b.Tickets.ThreadAppeared(ctx, ticket.ChannelID(t.Parent), ticket.ChannelID(t.ID), t.New); err != nil {
			return fmt.Errorf("keep thread: %w", err)
		}
	}
	return nil
}

func (b *Bot) threadDeleted(ctx context.Context, data []byte) error {
	for _, t := range readAll([]json.RawMessage{data}) {
		if err := b.Tickets.ThreadGone(ctx, ticket.ChannelID(t.ID)); err != nil {
			return fmt.Errorf("forget thread: %w", err)
		}
	}
	return nil
}

// readAll passes over what cannot be read.
func readAll(raws []json.RawMessage) []channel {
	var all []channel
	for _, raw := range raws {
		var c channel
		if json.Unmarshal(raw, &c) == nil && c.ID != 0 {
			all = append(all, c)
		}
	}
	return all
}
