package discordsim_test

import (
	"slices"
	"testing"

	"github.com/chromedp/chromedp"

	"ticketbot/discordsim"
)

// TestClient_life does each event of a guild's life in the drawer of a real browser.
func TestClient_life(t *testing.T) {
	sim, world, control := startWorld(t)
	startPanelBot(t, sim, world)
	b := openBrowser(t)
	b.open(control.Link(world.Olivia, world.Guild, world.General))
	b.in("admin-toggle")
	b.sees(`[data-testid="bot-TicketBot"]`, "connected")
	mark := sim.Seq()
	happened := func(kind string) {
		t.Helper()
		waitUntil(t, sim, kind, func() bool {
			return slices.ContainsFunc(sim.Facts(mark), func(f discordsim.Fact) bool { return f.Kind == kind && f.Guild == world.Guild })
		})
		mark = sim.Seq()
	}

	b.press("Begin outage")
	happened("outage_begin")
	b.sees(`[data-testid="server-card"]`, "outage")
	b.shot("outage")
	b.press("End outage")
	happened("outage_end")
	b.sees(`[data-testid="server-card"]`, "available")

	b.press("Odd delete")
	happened("odd_delete")
	b.press("Hide from READY")
	happened("ready_hides")
	b.sees(`[data-testid="bot-TicketBot"]`, "not in READY")
	b.press("List in READY")
	happened("ready_lists")
	b.seesNot(`[data-testid="bot-TicketBot"]`, "not in READY")

	for _, label := range []string{"Kick", "Kick silently"} {
		b.press(label)
		happened("bot_remove")
		b.until("the bot is out of the members", `!document.querySelector('[data-testid="member-TicketBot"]')`)
		b.press("Repeat last event")
		happened("resend")
		b.press("Invite")
		happened("bot_add")
		b.until("the bot is back", `document.querySelector('[data-testid="member-TicketBot"]')`)
	}

	b.press("Answer 500 for 30 s")
	b.sees("#admin-faults", "every request: 500")
	b.press("Stop")
	b.seesNot("#admin-faults", "every request: 500")

	b.press("Disconnect")
	b.sees(`[data-testid="bot-TicketBot"]`, "not connected")
	b.shot("life")
}

// TestClient_direct writes to the bot first, from the member list: a command, a button and a form without any server.
func TestClient_direct(t *testing.T) {
	sim, world, control := startWorld(t)
	startPanelBot(t, sim, world)
	b := openBrowser(t)
	b.open(control.Link(world.Mia, world.Guild, world.General))
	b.in("member-TicketBot")
	b.sees(`[data-testid="channel-title"]`, "TicketBot")
	b.sees(".beginning", "This is the beginning of your direct messages with TicketBot.")
	b.do(chromedp.SendKeys(`[data-testid="composer"]`, "/rep"))
	b.sees(`[data-testid="command-menu"]`, "Send a file")
	b.shot("direct-menu")
	b.in("command-report")
	b.press("Send")
	b.sees(`[data-testid="modal"]`, "Report")
	b.press("Cancel")

	dm, err := sim.OpenDM(world.Mia, world.App.ID)
	if err != nil {
		t.Fatal(err)
	}
	buttons := []discordsim.Object{{"type": 1, "components": []object{{"type": 2, "style": 1, "label": "Start over", "custom_id": "open"}}}}
	if _, err := sim.Post(world.App.ID, dm.ID, "Anything else?", nil, buttons); err != nil {
		t.Fatal(err)
	}
	b.press("Start over")
	b.sees(`[data-testid="modal"]`, "What happened?")
	b.shot("direct-modal")
}
