package bot

import (
	"context"
	"testing"
	"time"

	"ticketbot/internal/fault"
	"ticketbot/internal/say"
	"ticketbot/ticket"
)

const (
	begun  = `{"session_id":"a","guilds":[{"id":"7","unavailable":true}]}`
	joined = `{"id":"7","joined_at":"2026-11-01T00:00:00Z"}`
)

// late presses a button before the guild is told of.
func late(t *testing.T) (*Bot, *ear, func(time.Duration), <-chan error) {
	t.Helper()
	b, replies, clk, _ := newDeafBot(t)
	mustDo(t, b.Handle(t.Context(), "READY", []byte(begun)))
	done := make(chan error, 1)
	go func() { done <- b.Handle(t.Context(), "INTERACTION_CREATE", press(3, `{"custom_id":"v1:close"}`)) }()
	soon, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	mustDo(t, clk.AwaitSleepers(soon, 1))
	return b, replies, clk.Advance, done
}

func TestArrivals_a_press_waits_until_the_guild_is_told_of(t *testing.T) {
	b, replies, _, done := late(t)
	if len(replies.calls) != 0 {
		t.Fatal("answered in a guild of which nobody knows whether it is still the same")
	}
	mustDo(t, b.Handle(t.Context(), "GUILD_CREATE", []byte(joined)))
	mustDo(t, <-done)
	if got := <-replies.heard; got.Type != 9 {
		t.Errorf("answered %+v", got)
	}
}

func TestArrivals_a_press_does_not_wait_for_ever(t *testing.T) {
	_, replies, advance, done := late(t)
	advance(arrivalPatience)
	mustDo(t, <-done)
	if got := <-replies.heard; got.Data.Content != say.T("bot.not_ready") {
		t.Errorf("answered %+v", got)
	}
}

func TestArrivals_a_message_comes_again(t *testing.T) {
	b, _, clk, _ := newDeafBot(t)
	handle := func(kind, data string) error { return b.Handle(t.Context(), kind, []byte(data)) }
	b.Tickets.Rooms().Add(ticket.Room{Guild: ticket.Guild{ID: 7, Epoch: 1}, Ticket: 3, Channel: 8})
	gone := `{"id":"11","channel_id":"8","guild_id":"7"}`
	mustDo(t, handle("READY", begun))
	if err := handle("MESSAGE_DELETE", gone); fault.KindOf(err) != fault.Unavailable {
		t.Errorf("taken: %v", err)
	}
	t.Run("but_not_once_the_guild_will_not_be_told_of_any_more", func(t *testing.T) {
		clk.Advance(longestArrival + time.Second)
		if b.arrivals.awaited(7) != nil {
			t.Error("still waiting")
		}
	})
}

func TestArrivals(t *testing.T) {
	b, _, clk, _ := newDeafBot(t)
	a := b.arrivals
	waiting := func(want bool, when string) {
		t.Helper()
		if got := a.awaited(7) != nil; got != want {
			t.Errorf("%s: waiting %v", when, got)
		}
	}
	waiting(false, "before anything")
	a.told(7)
	clk.Advance(time.Second)
	a.expect("a", []ticket.GuildID{7})
	waiting(false, "when the guild has overtaken the list")
	clk.Advance(time.Minute)
	a.expect("a", []ticket.GuildID{7})
	waiting(false, "when the same list is tried again")
	a.expect("b", []ticket.GuildID{7})
	waiting(true, "in a new session")
	mustDo(t, b.Handle(t.Context(), "GUILD_DELETE", []byte(`{"id":"7","unavailable":true}`)))
	waiting(true, "in an outage")
	mustDo(t, b.Handle(t.Context(), "GUILD_DELETE", []byte(`{"id":"7"}`)))
	waiting(false, "when the bot is out")
}
