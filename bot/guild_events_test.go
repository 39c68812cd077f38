package bot

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"ticketbot/internal/fault"
	"ticketbot/ticket"
)

// witness notes the evidence that it is given.
type witness struct {
	tenants
	heard []string
	err   error
}

func (w *witness) note(format string, args ...any) error {
	w.heard = append(w.heard, fmt.Sprintf(format, args...))
	return w.err
}

func (w *witness) Joined(_ context.Context, id ticket.GuildID, at time.Time, owner ticket.UserID) (ticket.Guild, error) {
	return w.guild, w.note("joined %d at %s, of %d", id, at.Format(time.RFC3339), owner)
}
func (w *witness) Left(_ context.Context, id ticket.GuildID) error { return w.note("left %d", id) }
func (w *witness) Unclear(_ context.Context, id ticket.GuildID) error {
	return w.note("unclear %d", id)
}
func (w *witness) Ready(_ context.Context, listed []ticket.GuildID, mine func(ticket.GuildID) bool) error {
	return w.note("ready with %v, of mine %v %v", listed, mine(3<<22), mine(4<<22))
}

// gossip notes what the directory is told.
type gossip []string

func (g *gossip) Saw(kind string, _ []byte) { *g = append(*g, kind) }

func TestEvidence_of_where_the_bot_is(t *testing.T) {
	for _, test := range []struct {
		name, kind, event, heard string
		ends                     bool // what is kept of the guild in this process
	}{
		{"an_outage_changes_nothing", "GUILD_DELETE", `{"id":"7","unavailable":true}`, "", false},
		{"an_explicit_no_outage_has_to_be_asked_about", "GUILD_DELETE", `{"id":"7","unavailable":false}`, "unclear 7", true},
		{"without_the_field_the_bot_was_removed", "GUILD_DELETE", `{"id":"7"}`, "left 7", true},
		{"no_guild", "GUILD_DELETE", `{}`, "", false},
		{"a_guild_in_an_outage_is_not_joined", "GUILD_CREATE", `{"id":"7","unavailable":true}`, "", false},
		{
			"a_list_is_read_by_the_shard_that_got_it", "READY",
			`{"session_id":"a","shard":[1,2],"guilds":[{"id":"7","unavailable":true},{"id":"8","unavailable":true},null,{"id":{}}]}`,
			"ready with [7 8], of mine true false", false,
		},
		{"without_shards_every_guild_is_ours", "READY", `{"session_id":"a","guilds":[]}`, "ready with [], of mine true true", false},
		{"a_shard_that_makes_no_sense", "READY", `{"session_id":"a","shard":[1,0]}`, "ready with [], of mine true true", false},
	} {
		t.Run(test.name, func(t *testing.T) {
			b, _, _, _ := newDeafBot(t)
			w := &witness{}
			b.Tenants = w
			b.Tickets.Rooms().Add(ticket.Room{Guild: ticket.Guild{ID: 7, Epoch: 1}, Channel: 8})
			b.Tickets.Rooms().Add(ticket.Room{Guild: ticket.Guild{ID: 6, Epoch: 1}, Channel: 9})
			mustDo(t, b.Handle(t.Context(), test.kind, []byte(test.event)))
			if heard := strings.Join(w.heard, "; "); heard != test.heard {
				t.Errorf("heard %q, want %q", heard, test.heard)
			}
			if _, kept := b.Tickets.Rooms().Room(8); kept == test.ends {
				t.Errorf("room kept: %v", kept)
			}
			if _, kept := b.Tickets.Rooms().Room(9); !kept {
				t.Error("another guild lost its room")
			}
		})
	}
	t.Run("whose_server_it_is_and_since_when", func(t *testing.T) {
		b, _, _, _ := newDeafBot(t)
		w := &witness{err: fault.New(fault.NotFound, "store.guild_gone")} // as for news that come late
		b.Tenants = w
		mustDo(t, b.Handle(t.Context(), "GUILD_CREATE", []byte(`{"id":"7","owner_id":"5","joined_at":"2026-11-23T12:00:00.5+00:00"}`)))
		if heard := strings.Join(w.heard, "; "); heard != "joined 7 at 2026-11-23T12:00:00Z, of 5" {
			t.Errorf("heard %q", heard)
		}
	})
	t.Run("what_cannot_be_noted_now_comes_again", func(t *testing.T) {
		b, _, _, _ := newDeafBot(t)
		b.Tenants = &witness{err: fault.New(fault.Unavailable, "store.away")}
		for kind, event := range map[string]string{
			"GUILD_DELETE": `{"id":"7"}`, "READY": `{"session_id":"a"}`, "GUILD_CREATE": `{"id":"7","joined_at":"2026-11-23T12:00:00Z"}`,
		} {
			if err := b.Handle(t.Context(), kind, []byte(event)); fault.KindOf(err) != fault.Unavailable {
				t.Errorf("%s: %v", kind, err)
			}
		}
	})
}

func TestDirectory_is_told(t *testing.T) {
	b, _, _, _ := newDeafBot(t)
	var heard gossip
	b.Directory = &heard
	for _, kind := range []string{"GUILD_ROLE_UPDATE", "CHANNEL_UPDATE", "TYPING_START", "THREAD_LIST_SYNC"} {
		mustDo(t, b.Handle(t.Context(), kind, []byte(`{}`)))
	}
	if !slices.Equal(heard, gossip{"GUILD_ROLE_UPDATE", "CHANNEL_UPDATE"}) {
		t.Errorf("heard %v", heard)
	}
}

func TestChoose(t *testing.T) {
	billing, support := &ticket.Category{ID: 1, Name: "Billing"}, &ticket.Category{ID: 2, Name: "Support"}
	for _, test := range []struct {
		all  []*ticket.Category
		name string
		want *ticket.Category
	}{
		{nil, "", nil},
		{[]*ticket.Category{support}, "", support},
		{[]*ticket.Category{billing, support}, "", nil},
		{[]*ticket.Category{billing, support}, "support", support},
		{[]*ticket.Category{billing, support}, "1", billing},
		{[]*ticket.Category{support}, "sales", nil},
	} {
		got, err := choose(test.all, test.name)
		if got != test.want || (err == nil) != (test.want != nil) {
			t.Errorf("choose(%d categories, %q) = %v, %v", len(test.all), test.name, got, err)
		}
	}
}
