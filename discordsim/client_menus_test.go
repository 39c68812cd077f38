package discordsim_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/chromedp/chromedp"

	"ticketbot/discordsim"
)

// TestClient_menus does in a real browser what is behind menus: reactions, polls, forwards, threads, pins, the commands that
// bots put there, suggestions, and in the drawer roles, overwrites and what the last action cost.
func TestClient_menus(t *testing.T) {
	sim, world, control := startWorld(t)
	startPanelBot(t, sim, world)
	said := must(sim.Say(world.Mia, world.General, discordsim.SayOptions{Content: "my invoice is wrong"}))(t)
	b := openBrowser(t)
	b.open(control.Link(world.Olivia, world.Guild, world.General))
	happened := func(kind string) {
		t.Helper()
		waitUntil(t, sim, kind, func() bool {
			return slices.ContainsFunc(sim.Facts(0), func(f discordsim.Fact) bool { return f.Kind == kind })
		})
	}
	at := fmt.Sprintf(`[data-message-id="%s"]`, said.ID)
	menu := func(testid string) {
		t.Helper()
		b.until("the message is there", fmt.Sprintf(`document.querySelector('%s')`, at))
		eval[any](b, fmt.Sprintf(`document.querySelector('%s').dispatchEvent(new MouseEvent('contextmenu', {bubbles: true, cancelable: true, clientX: 500, clientY: 300}))`, at))
		if testid != "" {
			b.in(testid)
		}
	}

	menu("")
	b.sees(`[data-testid="popup"]`, "Ticket about this")
	b.shot("menu")
	b.in("app-Ticket about this")
	b.sees(".message.ephemeral", "Ticket about this: "+said.ID.String())
	b.press("Dismiss message")

	eval[any](b, fmt.Sprintf(`document.querySelector('%s [title="Add reaction"]').click()`, at))
	b.shot("picker")
	b.click(`.picker-cell[data-emoji="👀"]`)
	happened("reaction_add")
	b.sees(at+" .reaction", "1")

	menu("forward-message")
	b.do(chromedp.SetValue(`[data-testid="forward-to"]`, world.Support.String()))
	b.press("Send")
	b.until("the dialog is closed", `!document.querySelector('[data-testid="forward-dialog"]')`)
	b.in("channel-support")
	b.sees(`[data-testid="forward"]`, "my invoice is wrong")
	b.shot("forward")
	b.in("channel-general")

	menu("create-thread")
	b.do(chromedp.SendKeys(`[data-testid="thread-name"]`, "Invoices\r"))
	b.sees(`[data-testid="channel-title"]`, "Invoices")
	b.in("channel-general")
	b.sees(`[data-testid="thread-link"]`, "Invoices")

	menu("")
	b.click(`//button[@role="menuitem"][normalize-space()="Pin message"]`)
	happened("message_pin")
	b.click(`[title="Pinned messages"]`)
	b.sees(`[data-testid="pins"]`, "my invoice is wrong")
	b.shot("pins")
	b.do(chromedp.SendKeys(`[data-testid="pins"]`, "\x1b"))

	b.click(`[title="Create a poll"]`)
	b.do(chromedp.SendKeys(`[data-testid="poll-question"]`, "Tea or coffee?"))
	for i, answer := range []string{"Tea", "Coffee"} {
		b.do(chromedp.SendKeys(fmt.Sprintf(`.poll-edit-row:nth-child(%d) input`, i+1), answer))
	}
	b.shot("poll-dialog")
	b.press("Post")
	b.click(`.poll-answer[data-answer="2"]`)
	happened("poll_vote_add")
	b.sees(`.poll-answer.chosen`, "1 vote · 100 %")
	b.shot("poll")

	b.do(chromedp.SendKeys(`[data-testid="composer"]`, "/art"))
	b.in("command-article")
	b.do(chromedp.SendKeys(`[data-option="about"]`, "ref"))
	b.sees(`[data-testid="suggestions"]`, "Refunds, and when")
	b.shot("suggestions")
	b.click(`[data-testid="suggestions"] .menu-item`)
	b.press("Send")
	b.sees(".message.ephemeral", "Article refunds")

	b.in("admin-toggle")
	b.sees(`[data-testid="last-action"]`, "POST /interactions/{interaction}/{token}/callback")
	b.click(`[data-testid="overwrites"] summary`)
	b.do(chromedp.SetValue(`[data-testid="overwrites"] [aria-label="Send messages"]`, "deny"))
	eval[any](b, `document.querySelector('[data-testid="overwrites"] [aria-label="Send messages"]').dispatchEvent(new Event('change'))`)
	b.until("the overwrite is kept", `document.querySelector('[data-testid="overwrites"] [aria-label="Send messages"]').dataset.state === 'deny'`)
	b.shot("drawer")
	b.become("mia")
	b.sees(".composer-closed", "You do not have permission")
	b.press("Controls")
	b.do(chromedp.EmulateViewport(420, 860))
	b.in("admin-toggle")
	b.shot("narrow")
	eval[any](b, `document.getElementById('theme').click()`)
	b.shot("light")
}
