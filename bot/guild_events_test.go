package bot

import (
	"context"
	"slices"
	"testing"

	"ticketbot/ticket"
)

// leaving notes which guilds were left.
type leaving struct {
	tenants
	left []ticket.GuildID
}

func (l *leaving) Left(_ context.Context, id ticket.GuildID) error {
	l.left = append(l.left, id)
	return nil
}

// gossip notes what the directory is told.
type gossip []string

func (g *gossip) Saw(kind string, _ []byte) { *g = append(*g, kind) }

func TestGuildDeleted(t *testing.T) {
	for _, test := range []struct {
		name, event string
		left        bool
	}{
		{"an_outage_changes_nothing", `{"id":"7","unavailable":true}`, false},
		{"an_explicit_no_outage_is_doubtful", `{"id":"7","unavailable":false}`, false},
		{"without_the_field_the_bot_was_removed", `{"id":"7"}`, true},
		{"no_guild", `{}`, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			b, _, _, _ := newDeafBot(t)
			l := &leaving{}
			b.Tenants = l
			b.Tickets.Rooms().Add(ticket.Room{Guild: ticket.Guild{ID: 7, Epoch: 1}, Channel: 8})
			b.Tickets.Rooms().Add(ticket.Room{Guild: ticket.Guild{ID: 6, Epoch: 1}, Channel: 9})
			mustDo(t, b.Handle(t.Context(), "GUILD_DELETE", []byte(test.event)))
			if _, kept := b.Tickets.Rooms().Room(8); kept == test.left || slices.Contains(l.left, 7) != test.left {
				t.Errorf("left %v, room kept %v", l.left, kept)
			}
			if _, kept := b.Tickets.Rooms().Room(9); !kept {
				t.Error("another guild lost its room")
			}
		})
	}
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
