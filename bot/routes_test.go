package bot

import (
	"fmt"
	"strings"
	"testing"

	"ticketbot/internal/say"
	"ticketbot/ticket"
)

// press is an interaction of a member of guild 7.
func press(kind int, data string) []byte {
	return fmt.Appendf(nil, `{"id":"1","application_id":"2","token":"t","type":%d,"guild_id":"7","channel_id":"8",
		"member":{"user":{"id":"5","username":"ana"},"roles":[],"permissions":"0"},"data":%s}`, kind, data)
}

// direct is one of somebody in direct messages.
func direct(kind int, data string) []byte {
	return fmt.Appendf(nil, `{"id":"1","application_id":"2","token":"t","type":%d,"channel_id":"8","user":{"id":"5","username":"ana"},"data":%s}`, kind, data)
}

func TestInteract(t *testing.T) {
	stale := say.T("bot.stale")
	for _, test := range []struct {
		name    string
		event   []byte
		kind    int // of the callback
		content string
	}{
		{"help", press(2, `{"name":"help"}`), 4, say.T("bot.help")},
		{"close_button_asks_why", press(3, `{"custom_id":"v1:close"}`), 9, ""},
		{"button_of_a_later_release", press(3, `{"custom_id":"v9:open:3"}`), 4, stale},
		{"button_of_an_unknown_verb", press(3, `{"custom_id":"v1:dance"}`), 4, stale},
		{"button_without_a_version", press(3, `{"custom_id":"open"}`), 4, stale},
		{"button_without_its_argument", press(3, `{"custom_id":"v1:open:x"}`), 4, stale},
		{"unknown_form", press(5, `{"custom_id":"v1:claim"}`), 4, stale},
		{"unknown_command", press(2, `{"name":"dance"}`), 4, stale},
		{"unknown_type", press(77, `{}`), 4, stale},
		{"direct_message", direct(2, `{"name":"help"}`), 4, say.T("bot.only_in_server")},
		{"privacy_in_a_server", press(2, `{"name":"privacy","options":[{"name":"delete","type":1,"options":[]}]}`), 4, say.T("bot.erase.ask")},
		{"privacy_in_a_direct_message", direct(2, `{"name":"privacy","options":[{"name":"delete","type":1}]}`), 4, say.T("bot.erase.ask")},
		{"privacy_in_a_server_not_known", []byte(strings.ReplaceAll(string(press(2, `{"name":"privacy","options":[{"name":"delete","type":1}]}`)), `"7"`, `"77"`)), 4, say.T("bot.erase.ask")},
		{"privacy_without_a_subcommand", direct(2, `{"name":"privacy"}`), 4, stale},
		{"guild_not_known_yet", []byte(strings.ReplaceAll(string(press(2, `{"name":"help"}`)), `"7"`, `"77"`)), 4, say.T("bot.not_ready")},
	} {
		t.Run(test.name, func(t *testing.T) {
			b, replies, _, log := newDeafBot(t)
			if err := b.Handle(t.Context(), "INTERACTION_CREATE", test.event); err != nil {
				t.Fatal(err)
			}
			if len(replies.calls) != 1 {
				t.Fatalf("%d calls, want 1", len(replies.calls))
			}
			got := replies.calls[0]
			if got.Type != test.kind || got.Data.Content != test.content {
				t.Errorf("got %+v", got)
			}
			if got.Type == 4 && got.Data.Flags != 64 {
				t.Error("not for their eyes only")
			}
			if log.Len() > 0 {
				t.Errorf("logged %s", log)
			}
		})
	}
}

func TestInteract_survives_a_bad_event(t *testing.T) {
	b, replies, _, _ := newDeafBot(t)
	if err := b.Handle(t.Context(), "INTERACTION_CREATE", []byte(`{"id":{}}`)); err == nil {
		t.Error("it was taken")
	}
	if len(replies.calls) > 0 {
		t.Errorf("answered %v", replies.calls)
	}
}

func TestWants(t *testing.T) {
	b, _, _, _ := newDeafBot(t)
	b.Tickets.Rooms().Add(ticket.Room{Guild: ticket.Guild{ID: 7, Epoch: 1}, Channel: 8})
	for _, test := range []struct {
		kind    string
		channel uint64
		want    bool
	}{
		{"MESSAGE_CREATE", 8, true},
		{"MESSAGE_CREATE", 9, false},
		{"MESSAGE_DELETE_BULK", 8, true},
		{"MESSAGE_UPDATE", 9, false},
		{"INTERACTION_CREATE", 9, true},
		{"GUILD_CREATE", 0, true},
		{"CHANNEL_DELETE", 9, true},
		{"TYPING_START", 8, false},
		{"FUTURE_THING", 8, false},
	} {
		if got := b.Wants(test.kind, 7, test.channel); got != test.want {
			t.Errorf("Wants(%s, channel %d) = %v", test.kind, test.channel, got)
		}
	}
	if n := testing.AllocsPerRun(100, func() { b.Wants("MESSAGE_CREATE", 7, 9) }); n != 0 {
		t.Errorf("%v allocations for a message elsewhere", n)
	}
}

func TestThreads_inside_a_ticket_are_kept_with_it(t *testing.T) {
	b, _, _, _ := newDeafBot(t)
	rooms := b.Tickets.Rooms()
	rooms.Add(ticket.Room{Guild: ticket.Guild{ID: 7, Epoch: 1}, Ticket: 3, Channel: 8})
	handle := func(kind, data string) {
		t.Helper()
		if err := b.Handle(t.Context(), kind, []byte(data)); err != nil {
			t.Fatal(err)
		}
	}
	handle("THREAD_CREATE", `{"id":"80","parent_id":"8","guild_id":"7","type":12}`)
	handle("THREAD_CREATE", `{"id":"90","parent_id":"9","guild_id":"7","type":12}`)
	handle("THREAD_LIST_SYNC", `{"guild_id":"7","threads":[{"id":"81","parent_id":"8"},{"id":{}},null,{"id":"91","parent_id":"9"}]}`)
	for id, want := range map[ticket.ChannelID]bool{80: true, 81: true, 90: false, 91: false} {
		room, kept := rooms.Room(id)
		if kept != want || kept && (room.Ticket != 3 || room.Parent != 8 || room.Channel != id) {
			t.Errorf("thread %d: %+v %v", id, room, kept)
		}
	}
	handle("THREAD_DELETE", `{"id":"80","parent_id":"8","guild_id":"7"}`)
	if _, kept := rooms.Room(80); kept {
		t.Error("a deleted thread is kept")
	}
	handle("THREAD_DELETE", `{"id":"8","guild_id":"7"}`)
	if _, kept := rooms.Room(8); !kept {
		t.Error("a thread's end ended the ticket")
	}
	rooms.Remove(8)
	if _, kept := rooms.Room(81); kept {
		t.Error("a thread outlived its channel")
	}
}
