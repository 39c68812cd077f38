package bot_test

import (
	"slices"
	"strings"
	"testing"

	"ticketbot/discordsim"
	"ticketbot/internal/fault"
	"ticketbot/internal/say"
	"ticketbot/ticket"
)

// membership is the present one; the zero value if there is none.
func (h *house) membership() ticket.Guild {
	h.Helper()
	g, err := h.store.Tenant(h.Context(), ticket.GuildID(h.Guild))
	if err != nil && fault.KindOf(err) != fault.NotFound {
		h.Fatal(err)
	}
	return g
}

func (h *house) listens(channel discordsim.ID) bool {
	_, kept := h.tickets.Rooms().Room(ticket.ChannelID(channel))
	return kept
}

// confirm does what the job does that asks Discord.
func (h *house) confirm(g ticket.Guild) {
	h.Helper()
	must(h, h.privacy.Confirm(h.Context(), g))
}

// sayAndKeep waits until a sentence of Mia's is archived.
func (h *house) sayAndKeep(channel discordsim.ID, sentence string) {
	h.Helper()
	h.say(h.Mia, channel, sentence)
	h.until("it is kept: "+sentence, func() bool { return slices.Contains(h.archived(h.ticketOf(h.Mia)), sentence) })
}

func TestGuildLife_thrown_out(t *testing.T) {
	h := newHouse(t, discordsim.SupportOptions{})
	channel := h.open(h.Mia, h.setUp(nil))
	h.sayAndKeep(channel, "before")
	was := h.membership()
	must(t, h.sim.KickBot(h.App.ID, h.Guild))
	h.until("nothing of it is read or listened to", func() bool { return h.membership() == ticket.Guild{} && !h.listens(channel) })
	h.confirm(was)
	must(t, h.privacy.ForgetGuild(t.Context(), was))
	if h.home.Keys().Has(uint64(was.ID), was.Epoch) {
		t.Error("its keys are still there")
	}

	t.Run("and invited again it is another membership", func(t *testing.T) {
		must(t, h.sim.AddBot(h.App.ID, h.Guild, discordsim.UsualBotPermissions))
		h.until("it is known", func() bool { return h.membership().Epoch == was.Epoch+1 })
		if h.listens(channel) {
			t.Error("the old ticket's channel is listened to")
		}
	})
}

func TestGuildLife_an_outage_ends_nothing(t *testing.T) {
	h := newHouse(t, discordsim.SupportOptions{})
	channel := h.open(h.Mia, h.setUp(nil))
	was := h.membership()
	must(t, h.sim.BeginOutage(h.Guild))
	mark := h.calm()
	if h.membership() != was || !h.listens(channel) {
		t.Error("the guild is gone")
	}
	must(t, h.privacy.Sweep(t.Context()))
	if err := h.privacy.Confirm(t.Context(), was); err == nil {
		t.Error("Discord does not answer, and yet it is known")
	}
	if h.membership() != was {
		t.Error("the guild is gone because Discord did not answer")
	}
	must(t, h.sim.EndOutage(h.Guild))
	h.until("it is told of again", func() bool { return h.sim.Seq() > mark })
	h.sayAndKeep(channel, "after")
	if h.membership() != was {
		t.Error("it is another membership")
	}
}

func TestGuildLife_an_odd_end_is_asked_about(t *testing.T) {
	t.Run("and was none", func(t *testing.T) {
		h := newHouse(t, discordsim.SupportOptions{})
		channel := h.open(h.Mia, h.setUp(nil))
		was := h.membership()
		must(t, h.sim.SendOddDelete(h.App.ID, h.Guild))
		h.until("nobody reads", func() bool { return h.membership() == ticket.Guild{} && !h.listens(channel) })
		h.confirm(was)
		if h.membership() != was || !h.listens(channel) {
			t.Fatal("it is not opened again")
		}
		h.sayAndKeep(channel, "as ever")
	})
	t.Run("and was one", func(t *testing.T) {
		h := newHouse(t, discordsim.SupportOptions{})
		was := h.membership()
		must(t, h.sim.SendOddDelete(h.App.ID, h.Guild))
		h.until("nobody reads", func() bool { return h.membership() == ticket.Guild{} })
		must(t, h.sim.KickBotSilently(h.App.ID, h.Guild))
		h.confirm(was)
		must(t, h.privacy.ForgetGuild(t.Context(), was))
		if h.home.Keys().Has(uint64(was.ID), was.Epoch) {
			t.Error("its keys are still there")
		}
	})
}

func TestGuildLife_missing_from_the_list_is_no_proof(t *testing.T) {
	h := newHouse(t, discordsim.SupportOptions{})
	channel := h.open(h.Mia, h.setUp(nil))
	was := h.membership()
	must(t, h.sim.HideFromReady(h.App.ID, h.Guild, true))
	must(t, h.sim.Gateway(h.App.ID, discordsim.GatewayInvalidate))
	h.until("it is asked about", func() bool {
		n, err := h.jobs("confirm_membership")
		must(t, err)
		return n == 1
	})
	if h.membership() != was || !h.listens(channel) {
		t.Fatal("the list alone ended it")
	}
	h.confirm(was)
	h.sayAndKeep(channel, "as ever")
}

// jobs counts what waits in the queue, which nobody works off here.
func (h *house) jobs(kind string) (n int, err error) {
	err = h.store.Pool().QueryRow(h.Context(), "select count(*) from river.river_job where kind = $1", kind).Scan(&n)
	return n, err
}

func TestGuildLife_while_the_bot_was_away(t *testing.T) {
	t.Run("it was thrown out", func(t *testing.T) {
		h := newHouse(t, discordsim.SupportOptions{})
		was := h.membership()
		h.away()
		must(t, h.sim.KickBotSilently(h.App.ID, h.Guild))
		must(t, h.privacy.Sweep(t.Context())) // as at a start
		h.confirm(was)
		if h.membership() != (ticket.Guild{}) {
			t.Error("it is still there")
		}
	})
	t.Run("it was thrown out and invited again", func(t *testing.T) {
		h := newHouse(t, discordsim.SupportOptions{})
		panel := h.setUp(nil)
		channel := h.open(h.Mia, panel)
		h.sayAndKeep(channel, "to the old ones")
		was := h.membership()
		h.away()
		must(t, h.sim.KickBotSilently(h.App.ID, h.Guild))
		must(t, h.sim.AddBot(h.App.ID, h.Guild, discordsim.UsualBotPermissions))
		h.wake()
		h.until("it is another membership", func() bool { return h.membership().Epoch == was.Epoch+1 })
		if h.listens(channel) {
			t.Error("the old ticket's channel is listened to")
		}
		if got := h.told(h.press(h.Mia, panel, "v1:open:")); strings.Contains(got, "<#") {
			t.Errorf("the old panel says %s", got)
		}
		must(t, h.privacy.ForgetGuild(t.Context(), was))
		if !h.home.Keys().Has(uint64(was.ID), was.Epoch+1) || h.home.Keys().Has(uint64(was.ID), was.Epoch) {
			t.Error("the keys that are left are not those of the new membership")
		}
	})
}

func TestPrivacy_from_the_question_to_the_receipt(t *testing.T) {
	h := newHouse(t, discordsim.SupportOptions{})
	channel := h.open(h.Mia, h.setUp(nil))
	h.sayAndKeep(channel, "mine to take back")
	h.say(h.Sam, channel, "and mine to keep")
	h.until("both are kept", func() bool { return slices.Contains(h.archived(h.ticketOf(h.Mia)), "and mine to keep") })
	mine := h.ticketOf(h.Mia)

	dm, err := h.sim.OpenDM(h.Mia, h.App.ID)
	must(t, err)
	if got := h.told(h.sim.Command(h.Mia, dm.ID, "privacy policy", nil)); !strings.Contains(got, "30 days") {
		t.Errorf("the policy in short: %s", got)
	}
	asked := h.answered(h.sim.Command(h.Mia, dm.ID, "privacy delete", nil))
	if asked.Message == nil || asked.Message.Content != say.T("bot.erase.ask") {
		t.Fatalf("asked %+v", asked.Message)
	}
	first := h.answered(h.press(h.Mia, asked.Message, "v1:erase"))
	if first.Message == nil || first.Message.Content != say.T("bot.erase.under_way") {
		t.Fatalf("said %+v", first.Message)
	}
	again := h.answered(h.sim.Command(h.Mia, channel, "privacy delete", nil)) // pressed a second time, on the server
	h.answered(h.press(h.Mia, again.Message, "v1:erase"))
	if n, err := h.jobs("erasure"); n != 1 || err != nil {
		t.Errorf("%d erasures under way, %v", n, err)
	}

	must(t, h.privacy.ContinueErasures(t.Context()))
	receipts, err := h.privacy.Receipts(t.Context(), ticket.UserID(h.Mia))
	must(t, err)
	if len(receipts) != 1 || !strings.Contains(text(first.Message.Components), website+"/receipts/"+receipts[0].ID) {
		t.Errorf("the link %s leads to none of %v", text(first.Message.Components), receipts)
	}
	left := h.archived(mine)
	if slices.Contains(left, "mine to take back") || !slices.Contains(left, "and mine to keep") {
		t.Errorf("left is %q", left)
	}
	if shown := text(h.bots(h.Sam, channel).Components); strings.Contains(shown, h.Mia.String()) || !strings.Contains(shown, say.T("discord.deleted_user")) {
		t.Errorf("the greeting says %s", shown)
	}
}
