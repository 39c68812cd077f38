package bot

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"sync"
	"testing"
	"time"

	"ticketbot/internal/clock"
	"ticketbot/internal/fault"
	"ticketbot/ticket"

	"github.com/disgoorg/disgo/discord"
)

// said is one call that an interaction led to, as JSON.
type said struct {
	Type int `json:"type"` // 0: an edit
	Data struct {
		Content  string            `json:"content"`
		Flags    int               `json:"flags"`
		CustomID string            `json:"custom_id"`
		Title    string            `json:"title"`
		Choices  []json.RawMessage `json:"choices"`
	} `json:"data"`
}

// ear is a Replier that hears what is said.
type ear struct {
	mu    sync.Mutex
	calls []said
	raw   []json.RawMessage
	heard chan said
	err   error // what Answer says
}

func newEar() *ear { return &ear{heard: make(chan said, 10)} }

func (e *ear) Answer(_ context.Context, _ uint64, _ string, r discord.InteractionResponse) error {
	return e.hear(r)
}

func (e *ear) EditAnswer(_ context.Context, _ uint64, _ string, m discord.MessageUpdate) error {
	return e.hear(struct {
		Data discord.MessageUpdate `json:"data"`
	}{m})
}

func (e *ear) hear(v any) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	raw, err := json.Marshal(v)
	if err != nil {
		return err
	}
	var s said
	if err := json.Unmarshal(raw, &s); err != nil {
		return err
	}
	e.calls, e.raw = append(e.calls, s), append(e.raw, raw)
	e.heard <- s
	return e.err
}

// tenants is a bot in one guild.
type tenants struct{ guild ticket.Guild }

func (t tenants) Joined(context.Context, ticket.GuildID, time.Time, ticket.UserID) (ticket.Guild, error) {
	return t.guild, nil
}
func (tenants) Left(context.Context, ticket.GuildID) error    { return nil }
func (tenants) Unclear(context.Context, ticket.GuildID) error { return nil }
func (tenants) Ready(context.Context, []ticket.GuildID, func(ticket.GuildID) bool) error {
	return nil
}
func (t tenants) Tenant(_ context.Context, id ticket.GuildID) (ticket.Guild, error) {
	if id != t.guild.ID {
		return ticket.Guild{}, fault.New(fault.NotFound, "store.guild_gone")
	}
	return t.guild, nil
}

// newDeafBot is a bot without anything behind it: enough for what no ticket is needed for.
func newDeafBot(t *testing.T) (*Bot, *ear, *clock.Manual, *bytes.Buffer) {
	t.Helper()
	clk := clock.NewManual(time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC))
	replies, log := newEar(), &bytes.Buffer{}
	b := New(Options{
		Tickets: ticket.New(noStore{}, nil, nil, clk, slog.New(slog.DiscardHandler)), Tenants: tenants{ticket.Guild{ID: 7, Epoch: 1}},
		Replier: replies, Clock: clk, Logger: slog.New(slog.NewTextHandler(log, nil)),
	})
	return b, replies, clk, log
}

// noStore panics when a verb asks it anything. Threads it only listens to.
type noStore struct{ ticket.Store }

func (noStore) AliveRooms(context.Context, ticket.GuildID) ([]ticket.Room, error) {
	return nil, nil
}
func (noStore) AddThread(context.Context, ticket.Room) error    { return nil }
func (noStore) RemoveThread(context.Context, ticket.Room) error { return nil }
