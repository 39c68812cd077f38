package bot_test

import (
	"slices"
	"strings"
	"testing"

	"ticketbot/discordsim"
	"ticketbot/internal/say"
	"ticketbot/ticket"
)

// TestConversation is the main job from end to end, and what it costs in requests.
func TestConversation(t *testing.T) {
	h := newHouse(t, discordsim.SupportOptions{})
	panel := h.setUp(nil)

	mark := h.calm()
	channel := h.open(h.Mia, panel)
	h.costs("open with a form", mark, 4)

	greeting := h.bots(h.Mia, channel)
	if !strings.Contains(text(greeting.Components), "My save is gone") {
		t.Errorf("the greeting shows no answers: %s", text(greeting.Components))
	}
	for who, want := range map[discordsim.ID]bool{h.Mia: true, h.Sam: true, h.Ben: true, h.Leo: false} {
		if got := h.sees(who, channel); got != want {
			t.Errorf("%d sees the ticket: %v", who, got)
		}
	}

	h.say(h.Mia, channel, "It was there yesterday.")
	h.say(h.Sam, channel, "Let me look.")

	mark = h.calm()
	claimed := h.told(h.press(h.Sam, greeting, "v1:claim"))
	h.costs("claim", mark, 2)
	if want := say.T("bot.claim.done", "ticket", "#0001", "user", h.Sam); claimed != want {
		t.Errorf("claim: %s", claimed)
	}
	if shown := text(h.bots(h.Mia, channel).Components); !strings.Contains(shown, h.Sam.String()) {
		t.Errorf("the greeting does not name who claimed it: %s", shown)
	}

	h.told(h.sim.Command(h.Sam, channel, "add", map[string]any{"user": h.Leo}))
	if !h.sees(h.Leo, channel) {
		t.Error("Leo was added and sees nothing")
	}
	h.say(h.Leo, channel, "I have the same.")
	h.told(h.sim.Command(h.Sam, channel, "remove", map[string]any{"user": h.Leo}))
	if h.sees(h.Leo, channel) {
		t.Error("Leo was removed and still sees it")
	}

	i, err := h.press(h.Mia, greeting, "v1:close")
	if a := h.answered(i, err); a.State != discordsim.StateModal {
		t.Fatalf("close: %+v", a)
	}
	mark = h.calm()
	said := h.told(h.sim.Submit(h.Mia, i.ID, discordsim.Fields{Values: map[string][]string{"reason": {"It is back."}}}))
	if want := say.T("bot.close.done_reason", "ticket", "#0001", "user", h.Mia, "reason", "It is back."); said != want {
		t.Errorf("close: %s", said)
	}
	h.until("the channel is gone and the room with it", func() bool {
		_, kept := h.tickets.Rooms().Room(ticket.ChannelID(channel))
		return len(h.ticketChannels()) == 0 && !kept
	})
	h.costs("close", mark, 5)

	closed := h.ticketOf(h.Mia)
	if closed.State != ticket.Closed || closed.CloseReason != "It is back." {
		t.Errorf("ticket %+v", closed)
	}
	kept := h.archived(closed)
	for _, want := range []string{"It was there yesterday.", "Let me look.", "I have the same."} {
		if !slices.Contains(kept, want) {
			t.Errorf("%q is not kept; kept are %q", want, kept)
		}
	}
	if notice := text(h.bots(h.Sam, h.TicketLog).Components); !strings.Contains(notice, "#0001") || !strings.Contains(notice, "It is back.") {
		t.Errorf("log: %s", notice)
	}
	dm, err := h.sim.OpenDM(h.Mia, h.App.ID)
	must(t, err)
	if notice := text(h.bots(h.Mia, dm.ID).Components); !strings.Contains(notice, "#0001") {
		t.Errorf("direct message: %s", notice)
	}
}

func TestCommands_do_what_buttons_do(t *testing.T) {
	h := newHouse(t, discordsim.SupportOptions{})
	h.setUp(map[string]any{"form": false})
	channel := h.channelIn(h.told(h.sim.Command(h.Mia, h.General, "open", nil)))
	mark := h.calm()
	h.told(h.sim.Command(h.Ben, channel, "claim", nil))
	h.costs("claim by command", mark, 2)
	mark = h.calm()
	h.told(h.sim.Command(h.Ben, channel, "close", map[string]any{"reason": "done"}))
	h.until("the channel is gone", func() bool { return len(h.ticketChannels()) == 0 })
	h.costs("close by command", mark, 5)
	if got := h.told(h.sim.Command(h.Mia, h.General, "help", nil)); got != say.T("bot.help") {
		t.Errorf("help: %s", got)
	}
	for _, command := range []string{"claim", "close"} {
		if got := h.told(h.sim.Command(h.Ben, h.General, command, nil)); got != say.T("ticket.not_here") {
			t.Errorf("/%s elsewhere: %s", command, got)
		}
	}
}

func TestWhoMay(t *testing.T) {
	h := newHouse(t, discordsim.SupportOptions{})
	channel := h.open(h.Mia, h.setUp(nil))
	greeting := h.bots(h.Mia, channel)
	if got := h.told(h.press(h.Mia, greeting, "v1:claim")); got != say.T("ticket.may.staff_only") {
		t.Errorf("a member claims: %s", got)
	}
	if got := h.told(h.sim.Command(h.Mia, channel, "add", map[string]any{"user": h.Leo})); got != say.T("ticket.may.staff_only") {
		t.Errorf("a member adds: %s", got)
	}
	h.told(h.press(h.Sam, greeting, "v1:claim"))
	if got, want := h.told(h.sim.Command(h.Ben, channel, "claim", nil)), say.T("ticket.claim.taken", "user", h.Sam); got != want {
		t.Errorf("claimed twice: %s", got)
	}
	if got := h.told(h.sim.Command(h.Sam, channel, "remove", map[string]any{"user": h.Mia})); got != say.T("ticket.remove.opener") {
		t.Errorf("the opener removed: %s", got)
	}
	h.told(h.sim.Command(h.Sam, channel, "add", map[string]any{"user": h.Leo}))
	if got, want := h.told(h.sim.Command(h.Sam, channel, "add", map[string]any{"user": h.Leo})), say.T("ticket.add.already", "user", h.Leo); got != want {
		t.Errorf("added twice: %s", got)
	}
	if got := h.told(h.sim.Command(h.Leo, channel, "close", nil)); got != say.T("ticket.may.close") {
		t.Errorf("a guest closes: %s", got)
	}
}

// costs checks how many requests there were since mark.
func (h *house) costs(what string, mark int64, most int) {
	h.Helper()
	h.calm()
	calls := h.sim.CallCounts(mark)
	n := 0
	for _, c := range calls {
		n += c
	}
	if n > most || n == 0 {
		h.Errorf("%s: %d requests, at most %d wanted: %v", what, n, most, calls)
	}
	h.Logf("%s: %d requests %v", what, n, calls)
}

func (h *house) sees(who, channel discordsim.ID) bool {
	h.Helper()
	view, err := h.sim.See(who)
	must(h, err)
	return slices.ContainsFunc(view.Guilds[0].Channels, func(c discordsim.ChannelView) bool { return c.ID == channel })
}

// text is all that a message's components say.
func text(components []discordsim.Object) string {
	var b strings.Builder
	for _, c := range components {
		for _, key := range []string{"content", "label", "url"} {
			if s, ok := c[key].(string); ok {
				b.WriteString(s + "\n")
			}
		}
		for _, key := range []string{"components", "accessory"} {
			switch inner := c[key].(type) {
			case []any:
				b.WriteString(text(objects(inner)))
			case []discordsim.Object:
				b.WriteString(text(inner))
			case discordsim.Object:
				b.WriteString(text([]discordsim.Object{inner}))
			}
		}
	}
	return b.String()
}
