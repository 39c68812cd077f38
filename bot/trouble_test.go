package bot_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"ticketbot/discordsim"
	"ticketbot/internal/say"
	"ticketbot/ticket"
)

func TestOpen(t *testing.T) {
	t.Run("second_click_opens_nothing", func(t *testing.T) {
		h := newHouse(t, discordsim.SupportOptions{})
		panel := h.setUp(map[string]any{"form": false})
		var first, second *discordsim.Interaction
		var both sync.WaitGroup
		both.Go(func() { first, _ = h.press(h.Mia, panel, "v1:open:") })
		both.Go(func() { second, _ = h.press(h.Mia, panel, "v1:open:") })
		both.Wait()
		sentences := h.told(first, nil) + "\n" + h.told(second, nil)
		if n := len(h.ticketChannels()); n != 1 {
			t.Fatalf("%d channels", n)
		}
		channel := h.ticketChannels()[0]
		already := say.T("ticket.open.limit_one", "channel", fmt.Sprintf("<#%d>", channel))
		if !strings.Contains(sentences, already) && !strings.Contains(sentences, say.T("ticket.open.limit_opening")) {
			t.Errorf("said %s", sentences)
		}
		if !strings.Contains(sentences, say.T("bot.open.done", "ticket", "#0001", "channel", channel)) {
			t.Errorf("said %s", sentences)
		}
	})
	t.Run("nobody_fills_a_form_in_vain", func(t *testing.T) {
		h := newHouse(t, discordsim.SupportOptions{})
		panel := h.setUp(nil)
		early, err := h.press(h.Mia, panel, "v1:open:") // a form left open
		h.answered(early, err)
		channel := h.open(h.Mia, panel)
		already := say.T("ticket.open.limit_one", "channel", fmt.Sprintf("<#%d>", channel))
		if got := h.told(h.press(h.Mia, panel, "v1:open:")); got != already {
			t.Errorf("the button: %s", got)
		}
		if got := h.told(h.sim.Submit(h.Mia, early.ID, form)); got != already {
			t.Errorf("the form: %s", got)
		}
		if n := len(h.ticketChannels()); n != 1 {
			t.Errorf("%d channels", n)
		}
	})
	t.Run("several_up_to_the_limit", func(t *testing.T) {
		h := newHouse(t, discordsim.SupportOptions{})
		panel := h.setUp(map[string]any{"limit": 2})
		one, two := h.open(h.Mia, panel), h.open(h.Mia, panel)
		got := h.told(h.press(h.Mia, panel, "v1:open:"))
		if !strings.Contains(got, fmt.Sprintf("<#%d>", one)) || !strings.Contains(got, fmt.Sprintf("<#%d>", two)) {
			t.Errorf("said %s", got)
		}
	})
	t.Run("permission_taken_away_leaves_no_orphan", func(t *testing.T) {
		h := newHouse(t, discordsim.SupportOptions{})
		panel := h.setUp(map[string]any{"form": false})
		must(t, h.sim.SetRolePermissions(h.Guild, h.botRole(), discordsim.UsualBotPermissions&^discordsim.PermManageChannels))
		got := h.told(h.press(h.Mia, panel, "v1:open:"))
		if !strings.Contains(got, "Manage Channels") {
			t.Errorf("said %s", got)
		}
		h.noOrphan(h.Mia)
		must(t, h.sim.SetRolePermissions(h.Guild, h.botRole(), discordsim.UsualBotPermissions))
		h.told(h.press(h.Mia, panel, "v1:open:"))
		if got := h.ticketOf(h.Mia); got.State != ticket.Open || got.Number != 2 {
			t.Errorf("afterwards: %+v", got)
		}
	})
	t.Run("category_full", func(t *testing.T) {
		h := newHouse(t, discordsim.SupportOptions{})
		panel := h.setUp(map[string]any{"form": false})
		for i := range 50 {
			_, err := h.sim.NewChannel(h.Guild, discordsim.ChannelOptions{Name: fmt.Sprintf("old-%d", i), Parent: h.Tickets})
			must(t, err)
		}
		got := h.told(h.press(h.Mia, panel, "v1:open:"))
		if !strings.Contains(got, "50") {
			t.Errorf("said %s", got)
		}
		h.noOrphan(h.Mia)
	})
	t.Run("panel_of_an_earlier_membership", func(t *testing.T) {
		h := newHouse(t, discordsim.SupportOptions{})
		panel := h.setUp(nil)
		must(t, h.sim.KickBot(h.App.ID, h.Guild))
		h.until("the bot knows that it left", func() bool {
			_, err := h.store.Tenant(t.Context(), ticket.GuildID(h.Guild))
			return err != nil
		})
		must(t, h.sim.AddBot(h.App.ID, h.Guild, discordsim.UsualBotPermissions))
		h.until("the bot knows that it is back", func() bool {
			g, err := h.store.Tenant(t.Context(), ticket.GuildID(h.Guild))
			return err == nil && g.Epoch == 2
		})
		if got := h.told(h.press(h.Mia, panel, "v1:open:")); got != say.T("ticket.open.category_gone") {
			t.Errorf("said %s", got)
		}
	})
}

func TestSetup(t *testing.T) {
	t.Run("names_each_missing_permission", func(t *testing.T) {
		lacking := discordsim.UsualBotPermissions &^ discordsim.PermManageChannels &^ discordsim.PermManageRoles
		h := newHouse(t, discordsim.SupportOptions{BotPermissions: lacking})
		got := h.told(h.sim.Command(h.Olivia, h.Support, "setup", map[string]any{"staff": h.SupportRole, "parent": h.Tickets}))
		for _, want := range []string{"Manage Channels", "Manage Roles", fmt.Sprintf("<#%d>", h.Tickets), "Server Settings"} {
			if !strings.Contains(got, want) {
				t.Errorf("said %q without %q", got, want)
			}
		}
	})
	t.Run("everyone_is_no_staff", func(t *testing.T) {
		h := newHouse(t, discordsim.SupportOptions{})
		if got := h.told(h.sim.Command(h.Olivia, h.Support, "setup", map[string]any{"staff": h.Guild})); got != say.T("ticket.setup.everyone") {
			t.Errorf("said %s", got)
		}
	})
	t.Run("twice_makes_two_kinds", func(t *testing.T) {
		h := newHouse(t, discordsim.SupportOptions{})
		h.setUp(nil)
		h.setUp(map[string]any{"name": "Billing"})
		if got, want := h.told(h.sim.Command(h.Mia, h.General, "open", nil)), say.T("bot.open.which", "categories", "Support, Billing"); got != want {
			t.Errorf("said %s", got)
		}
		if a := h.answered(h.sim.Command(h.Mia, h.General, "open", map[string]any{"category": "billing"})); a.State != discordsim.StateModal {
			t.Errorf("open billing: %+v", a)
		}
	})
}

func TestTicket(t *testing.T) {
	t.Run("channel_deleted_by_hand", func(t *testing.T) {
		h := newHouse(t, discordsim.SupportOptions{})
		panel := h.setUp(nil)
		channel := h.open(h.Mia, panel)
		h.say(h.Mia, channel, "Anybody there?")
		must(t, h.sim.DeleteChannel(h.Olivia, channel))
		h.until("the ticket is closed", func() bool { return h.ticketOf(h.Mia).State == ticket.Closed })
		if kept := h.archived(h.ticketOf(h.Mia)); len(kept) == 0 || kept[len(kept)-1] != "Anybody there?" {
			t.Errorf("kept %q", kept)
		}
		h.until("the log tells how it ended", func() bool {
			all, err := h.sim.Messages(h.Sam, h.TicketLog, 0, 100)
			must(t, err)
			return slices.ContainsFunc(all, func(m *discordsim.Message) bool {
				return strings.Contains(text(m.Components), say.T("discord.notice.channel_deleted"))
			})
		})
		h.open(h.Mia, panel)
	})
	t.Run("opener_has_left", func(t *testing.T) {
		h := newHouse(t, discordsim.SupportOptions{})
		channel := h.open(h.Mia, h.setUp(nil))
		must(t, h.sim.Leave(h.Mia, h.Guild))
		if got, want := h.told(h.sim.Command(h.Sam, channel, "close", nil)), say.T("bot.close.done", "ticket", "#0001", "user", h.Sam); got != want {
			t.Errorf("close: %s", got)
		}
		h.until("the channel is gone", func() bool { return len(h.ticketChannels()) == 0 })
		if got := h.ticketOf(h.Mia); got.State != ticket.Closed {
			t.Errorf("ticket %+v", got)
		}
	})
	t.Run("opener_takes_no_direct_messages", func(t *testing.T) {
		h := newHouse(t, discordsim.SupportOptions{})
		channel := h.open(h.Mia, h.setUp(nil))
		must(t, h.sim.CloseDMs(h.Mia, true))
		h.told(h.sim.Command(h.Mia, channel, "close", nil))
		h.until("the channel is gone", func() bool { return len(h.ticketChannels()) == 0 })
	})
	t.Run("who_is_not_here_cannot_be_added", func(t *testing.T) {
		h := newHouse(t, discordsim.SupportOptions{})
		channel := h.open(h.Mia, h.setUp(nil))
		must(t, h.sim.Leave(h.Leo, h.Guild))
		got := h.told(h.sim.Command(h.Sam, channel, "add", map[string]any{"user": h.Leo}))
		if got != say.T("bot.add.not_member", "user", h.Leo) {
			t.Errorf("said %s", got)
		}
	})
	t.Run("a_thread_inside_is_part_of_it", func(t *testing.T) {
		h := newHouse(t, discordsim.SupportOptions{})
		channel := h.open(h.Mia, h.setUp(nil))
		thread := h.newThread(channel)
		h.say(h.Mia, thread, "between us")
		h.until("it is kept", func() bool { return h.keeps(h.Mia, "between us") })
		if got := h.told(h.sim.Command(h.Sam, thread, "claim", nil)); got != say.T("bot.claim.done", "ticket", "#0001", "user", h.Sam) {
			t.Errorf("claimed in the thread: %s", got)
		}
		h.told(h.sim.Command(h.Sam, channel, "close", nil))
		h.until("nothing of it is listened to any more", func() bool { return len(h.tickets.Rooms().All(0)) == 0 })
	})
	t.Run("a_thread_inside_is_part_of_it_for_the_next_process_too", func(t *testing.T) {
		h := newHouse(t, discordsim.SupportOptions{})
		channel := h.open(h.Mia, h.setUp(nil))
		thread := h.newThread(channel)
		h.until("it is listened to", func() bool { _, kept := h.tickets.Rooms().Room(ticket.ChannelID(thread)); return kept })
		h.calm()
		h.away()
		h.wake() // resumes: nobody tells it of the thread
		h.say(h.Mia, thread, "between us")
		h.until("it is kept", func() bool { return h.keeps(h.Mia, "between us") })
		if n := h.gateway.Stats().Identifies; n != 0 {
			t.Errorf("%d identifies", n)
		}
	})
	t.Run("a_thread_that_is_not_new_is_read_from_its_beginning", func(t *testing.T) {
		h := newHouse(t, discordsim.SupportOptions{})
		channel := h.open(h.Mia, h.setUp(nil))
		thread := h.newThread(channel)
		h.until("it is listened to", func() bool { _, kept := h.tickets.Rooms().Room(ticket.ChannelID(thread)); return kept })
		h.tickets.Rooms().Remove(ticket.ChannelID(thread)) // as if it had been out of sight
		h.say(h.Mia, thread, "unheard")
		h.calm()
		must(t, h.tickets.ThreadAppeared(t.Context(), ticket.ChannelID(channel), ticket.ChannelID(thread), false))
		h.told(h.sim.Command(h.Sam, channel, "close", nil))
		h.until("the channel is gone", func() bool { return len(h.ticketChannels()) == 0 })
		if !h.keeps(h.Mia, "unheard") {
			t.Errorf("kept %q", h.archived(h.ticketOf(h.Mia)))
		}
	})
	t.Run("what_is_said_while_the_bot_is_away_is_kept", func(t *testing.T) {
		h := newHouse(t, discordsim.SupportOptions{})
		channel := h.open(h.Mia, h.setUp(nil))
		h.away()
		h.say(h.Mia, channel, "is anybody awake?")
		h.wake()
		h.until("it is kept", func() bool { return h.keeps(h.Mia, "is anybody awake?") })
		h.told(h.sim.Command(h.Sam, channel, "claim", nil))
	})
}

// TestTomorrow: Discord adds kinds of channels, components and events without asking. disgo's own gateway ends in a loop
// of reconnections at the first of them.
func TestTomorrow(t *testing.T) {
	h := newHouse(t, discordsim.SupportOptions{}, func(h *house) {
		_, err := h.sim.NewChannel(h.Guild, discordsim.ChannelOptions{Name: "holodeck", Type: 99})
		must(h, err)
	})
	channel := h.open(h.Mia, h.setUp(nil))
	h.sim.Announce(h.Guild, "FUTURE_THING", discordsim.Object{"future": true, "channel_id": channel})
	_, err := h.sim.NewChannel(h.Guild, discordsim.ChannelOptions{Name: "holodeck-2", Type: 99})
	must(t, err)
	_, err = h.sim.SayUnknown(h.App.ID, channel)
	must(t, err)
	h.say(h.Mia, channel, "still here")
	h.until("it is kept", func() bool { return h.keeps(h.Mia, "still here") })
	h.told(h.sim.Command(h.Sam, channel, "close", nil))
	h.until("the channel is gone", func() bool { return len(h.ticketChannels()) == 0 })
	if got := h.gateway.Stats(); got.Connections != 1 || got.Identifies != 1 || got.Failed != 0 {
		t.Errorf("%+v", got)
	}
	if len(h.lost) > 0 {
		t.Errorf("lost %v", h.lost)
	}
}

// newThread makes a thread in a channel, as a bot of somebody's would.
func (h *house) newThread(channel discordsim.ID) discordsim.ID {
	h.Helper()
	body := strings.NewReader(`{"name":"aside","type":11}`)
	req, err := http.NewRequestWithContext(h.Context(), http.MethodPost, h.sim.URL()+"/api/v10/channels/"+channel.String()+"/threads", body)
	must(h, err)
	req.Header.Set("Authorization", "Bot "+h.App.Token)
	req.Header.Set("Content-Type", "application/json")
	answer, err := http.DefaultClient.Do(req)
	must(h, err)
	defer answer.Body.Close()
	var thread struct {
		ID string `json:"id"`
	}
	must(h, json.NewDecoder(answer.Body).Decode(&thread))
	id, err := discordsim.ParseID(thread.ID)
	must(h, err)
	return id
}

func (h *house) keeps(opener discordsim.ID, text string) bool {
	for _, kept := range h.archived(h.ticketOf(opener)) {
		if kept == text {
			return true
		}
	}
	return false
}

// noOrphan: a refused ticket leaves no channel, and its row says so.
func (h *house) noOrphan(who discordsim.ID) {
	h.Helper()
	if left := h.ticketChannels(); len(left) > 0 {
		h.Errorf("left behind: %v", left)
	}
	if got := h.ticketOf(who); got.State != ticket.Void || got.Channel != 0 {
		h.Errorf("ticket %+v", got)
	}
}

// botRole is the role that came with the bot.
func (h *house) botRole() discordsim.ID {
	h.Helper()
	view, err := h.sim.See(h.Olivia)
	must(h, err)
	for _, r := range view.Guilds[0].Roles {
		if r.Tags != nil && r.Tags.BotID == h.App.ID {
			return r.ID
		}
	}
	h.Fatal("the bot has no role")
	return 0
}
