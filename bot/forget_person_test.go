package bot_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"ticketbot/discordsim"
	"ticketbot/ticket"
)

// everything is all that can be read of a ticket, as one text.
func (h *house) everything(t *ticket.Ticket) string {
	h.Helper()
	t, err := h.store.Ticket(h.Context(), t.Guild, t.ID)
	must(h, err)
	c, err := h.tickets.Conversation(h.Context(), t)
	must(h, err)
	events, err := h.store.EventsAfter(h.Context(), t.Guild, 0, 1000)
	must(h, err)
	raw, err := json.Marshal([]any{c, events})
	must(h, err)
	return string(raw)
}

// TestForgottenWithWhatTheBotSaidOfThem: the bot writes down what people tell it, in its greeting, its notices and its
// answers. All of it goes with them, and what others said stays.
func TestForgottenWithWhatTheBotSaidOfThem(t *testing.T) {
	h := newHouse(t, discordsim.SupportOptions{})
	channel := h.open(h.Mia, h.setUp(nil))
	h.say(h.Mia, channel, "It was there yesterday.")
	h.say(h.Sam, channel, fmt.Sprintf("Let me look, <@%d>.", h.Mia))
	h.told(h.sim.Command(h.Sam, channel, "add", map[string]any{"user": h.Leo}))
	i, err := h.press(h.Mia, h.bots(h.Mia, channel), "v1:close")
	h.answered(i, err)
	h.told(h.sim.Submit(h.Mia, i.ID, discordsim.Fields{Values: map[string][]string{"reason": {"It is back."}}}))
	h.until("the channel is gone and the room with it", func() bool {
		_, kept := h.tickets.Rooms().Room(ticket.ChannelID(channel))
		return len(h.ticketChannels()) == 0 && !kept
	})
	h.calm()
	k := h.ticketOf(h.Mia)
	hers := []string{"My save is gone", "After the update.", "It was there yesterday.", "It is back.", h.Mia.String(), "mia"}
	before := h.everything(k)
	for _, word := range hers {
		if !strings.Contains(strings.ToLower(before), strings.ToLower(word)) {
			t.Fatalf("%q was not there before", word)
		}
	}
	dm, err := h.sim.OpenDM(h.Mia, h.App.ID)
	must(t, err)
	posts, err := h.sim.Messages(h.Mia, dm.ID, 0, 10)
	must(t, err)
	if notice := text(h.bots(h.Sam, h.TicketLog).Components); !strings.Contains(notice, h.Mia.String()) || len(posts) != 1 {
		t.Fatalf("the log says %s, the opener has %d messages", notice, len(posts))
	}

	_, err = h.privacy.ForgetPerson(t.Context(), ticket.UserID(h.Mia))
	must(t, err)
	must(t, h.privacy.ContinueErasures(t.Context()))

	after := h.everything(k)
	for _, word := range hers {
		if strings.Contains(strings.ToLower(after), strings.ToLower(word)) {
			t.Errorf("%q is still there: %s", word, after)
		}
	}
	for _, word := range []string{"Let me look, ", h.Sam.String(), h.Leo.String()} {
		if !strings.Contains(after, word) {
			t.Errorf("%q is gone", word)
		}
	}
	if notice := text(h.bots(h.Sam, h.TicketLog).Components); strings.Contains(notice, h.Mia.String()) || strings.Contains(notice, "It is back.") {
		t.Errorf("the log says %s", notice)
	}
	posts, err = h.sim.Messages(h.Mia, dm.ID, 0, 10)
	must(t, err)
	if len(posts) != 0 {
		t.Errorf("the opener still has %d messages", len(posts))
	}
}

// TestForgottenInAnOpenTicket: of what the bot says in a channel that stays, nothing names them; what people say stays.
func TestForgottenInAnOpenTicket(t *testing.T) {
	for _, c := range []struct {
		name string
		who  func(*house) discordsim.ID
	}{
		{"who claimed it by command", func(h *house) discordsim.ID { return h.Sam }},
		{"who was added and removed", func(h *house) discordsim.ID { return h.Leo }},
		{"who opened it", func(h *house) discordsim.ID { return h.Mia }},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := newHouse(t, discordsim.SupportOptions{})
			channel := h.open(h.Mia, h.setUp(nil))
			h.told(h.sim.Command(h.Sam, channel, "claim", nil))
			h.told(h.sim.Command(h.Ben, channel, "add", map[string]any{"user": h.Leo}))
			h.say(h.Leo, channel, "I have the same.")
			h.told(h.sim.Command(h.Ben, channel, "remove", map[string]any{"user": h.Leo}))
			h.say(h.Ben, channel, fmt.Sprintf("Thanks, <@%d>, <@%d> and <@%d>.", h.Mia, h.Sam, h.Leo))
			k := h.ticketOf(h.Mia)
			h.until("three answers and what two people said are archived", func() bool { return len(h.archived(k)) == 5 })
			said := func() (n int) {
				all, err := h.sim.Messages(h.Olivia, channel, 0, 100)
				must(t, err)
				for _, m := range all {
					if m.Author.ID != h.App.ID {
						n++
					}
				}
				return n
			}
			if len(h.naming(c.who(h))) == 0 || said() != 2 {
				t.Fatalf("named %d times, people said %d things", len(h.naming(c.who(h))), said())
			}
			h.forget(c.who(h))
			if found := h.naming(c.who(h)); len(found) > 0 {
				t.Errorf("still named: %s", found)
			}
			if said() != 2 || len(h.naming(h.Ben)) == 0 && c.who(h) != h.Leo {
				t.Errorf("people said %d things, the bot names who acted %d times", said(), len(h.naming(h.Ben)))
			}
		})
	}
}
