package discordsim_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"ticketbot/discordsim"
)

// TestClient clicks through the web client in a real browser: a bot that posts a panel, a member who opens a ticket.
func TestClient(t *testing.T) {
	sim, world, control := startWorld(t)
	bot := startPanelBot(t, sim, world)
	b := openBrowser(t)

	step := func(name string, f func()) {
		if t.Failed() {
			return
		}
		start := time.Now()
		f()
		t.Logf("%-60s %v", name, time.Since(start).Round(time.Millisecond))
	}

	step("a slash command is found in the menu, its options filled in, its answer seen by one person", func() {
		b.open(control.Link(world.Olivia, world.Guild, world.Support))
		b.do(chromedp.SendKeys(`[data-testid="composer"]`, "/pan"))
		b.sees(`[data-testid="command-menu"]`, "Post the panel")
		b.shot("menu")
		b.in("command-panel")
		b.do(chromedp.SetValue(`[data-option="role"]`, world.SupportRole.String()))
		b.press("Send")
		b.sees(".message.ephemeral", "The panel is up.")
		b.sees(".container", "Need help?")
		b.press("Dismiss message")
		b.seesNot("", "The panel is up.")
	})

	step("a subcommand that takes long shows that the bot is thinking, then the answer", func() {
		b.do(chromedp.SendKeys(`[data-testid="composer"]`, "/privacy export\r"))
		b.sees(".command-line", "/privacy export")
		b.press("Send")
		b.sees(`[data-testid="thinking"]`, "TicketBot is thinking...")
		close(bot.think)
		b.sees(".message.ephemeral", "Here is everything we know.")
	})

	step("a select sends its choice", func() {
		b.become("mia")
		b.click(`button.select-face[data-custom-id="topic"]`)
		b.click(`.select-option[data-value="bug"]`)
		b.sees(".message.ephemeral", "You chose bug.")
	})

	step("a button that the bot ignores fails after three seconds", func() {
		b.press("Say nothing")
		waitFor(t, sim, "interaction", world.Mia, "silent")
		sim.Advance(3 * time.Second)
		b.sees(`[data-testid="interaction-failed"]`, "This interaction failed")
	})

	step("a form refuses what is missing, then opens a ticket", func() {
		b.press("Open a ticket")
		b.sees(`[data-testid="modal"]`, "What happened?")
		b.press("Submit")
		b.sees(".field-problem", "This field is required")
		b.fill("Subject", "No")
		b.press("Submit")
		b.sees(".field-problem", "Must be 3 or more in length.")
		b.shot("modal")
		b.fill("Subject", " login since the patch")
		b.fill("What happened?", `<img src=x onerror="window.hacked=1"> & **bold**`)
		b.click(`[data-testid="modal"] .select-face`)
		b.click(`.select-option[data-value="mac"]`)
		b.click(`input[type=radio][value=high]`)
		bot.mute.Store(true)
		b.press("Submit")
		waitFor(t, sim, "interaction", world.Mia, "form")
		sim.Advance(3 * time.Second)
		b.sees(".modal-failure", "This interaction failed")
		bot.mute.Store(false)
		b.press("Submit")
		b.until("the form closes", `!document.querySelector('dialog')`)
		b.sees(".message.ephemeral", "Your ticket: #ticket-0001")
	})

	step("the ticket is talked in: text, file, edit, delete, reply", func() {
		b.click(`//button[contains(@class,"mention") and text()="#ticket-0001"]`)
		b.sees(`[data-testid="channel-title"]`, "ticket-0001")
		b.sees(".content", "No login since the patch")
		b.say("It worked yesterday.")
		b.sees(".content", "It worked yesterday.")
		path := filepath.Join(t.TempDir(), "crash.log")
		if err := os.WriteFile(path, []byte("boom"), 0o600); err != nil {
			t.Fatal(err)
		}
		b.do(chromedp.SetUploadFiles(`[data-testid="file-input"]`, []string{path}, chromedp.NodeReady))
		b.sees(".tray", "crash.log")
		b.say("the log")
		b.sees(`[data-testid="file-card"]`, "crash.log")
		b.toolbar("It worked yesterday.", "Edit")
		b.do(chromedp.SendKeys(`[data-testid="edit-box"]`, " I think.\r"))
		b.sees(".content", "It worked yesterday. I think. (edited)")
		b.say("never mind")
		b.sees(".content", "never mind")
		b.toolbar("never mind", "Delete")
		b.seesNot(".content", "never mind")
		b.toolbar("It worked yesterday.", "Reply")
		b.sees(".reply-bar", "Replying to Mia")
		b.say("today it does not")
		b.sees(".overhead", "It worked yesterday. I think.")
	})

	step("the bot's direct message waits under the home button", func() {
		b.in("home")
		b.in("dm-TicketBot")
		b.sees(".content", "We have your ticket.")
	})

	step("staff see the ticket, live; other members do not", func() {
		b.become("sam")
		b.in("guild-Northwind Games")
		b.in("channel-ticket-0001")
		b.sees(".content", "today it does not")
		if _, err := sim.Say(world.Mia, channelNamed(t, sim, world.Mia, "ticket-0001"), discordsim.SayOptions{Content: "are you there?"}); err != nil {
			t.Fatal(err)
		}
		b.sees(".content", "are you there?")
		b.shot("ticket")
		b.become("leo")
		b.until("the ticket is out of the list", `!document.querySelector('[data-testid="channel-ticket-0001"]')`)
		b.until("ticket-log is out of the list", `!document.querySelector('[data-testid="channel-ticket-log"]')`)
	})

	step("a form takes a file", func() {
		b.in("channel-general")
		b.do(chromedp.SendKeys(`[data-testid="composer"]`, "/report\r"))
		b.press("Send")
		path := filepath.Join(t.TempDir(), "trace.txt")
		if err := os.WriteFile(path, []byte("123456"), 0o600); err != nil {
			t.Fatal(err)
		}
		b.do(chromedp.SetUploadFiles(`[data-testid="modal"] input[type=file]`, []string{path}, chromedp.NodeReady))
		b.press("Submit")
		b.sees(".message.ephemeral", "trace.txt of 6 bytes")
	})

	step("a dropped file waits to be sent", func() {
		eval[any](b, `(() => {
			const data = new DataTransfer();
			data.items.add(new File(['x'], 'dropped.txt'));
			document.getElementById('pane').dispatchEvent(new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true }));
			return null;
		})()`)
		b.sees(".tray", "dropped.txt")
	})

	step("no text of anybody ran as a program", func() {
		if eval[bool](b, `window.hacked !== undefined || document.querySelector('.content img[src="x"]') !== null`) {
			t.Error("a message ran in the page")
		}
	})

	step("the drawer counts calls, moves the clock and kicks the bot", func() {
		b.become("olivia")
		b.in("admin-toggle")
		b.sees(`[data-testid="oracle"]`, "are you there?")
		b.sees("#admin-calls", "POST /channels/{channel}/messages")
		before := sim.Now()
		b.press("+30 days")
		b.until("the clock has moved", `document.querySelector('[data-testid="clock"]').textContent.length > 0`)
		waitUntil(t, sim, "the clock moves", func() bool { return sim.Now().Sub(before) >= 30*24*time.Hour })
		b.shot("drawer")
		b.sees(".admin-bot", "connected")
		b.press("Kick")
		b.until("the bot is gone from the members", `!document.querySelector('[data-testid="member-TicketBot"]')`)
	})
}

// toolbar uses an action of the message that says this.
func (b *browser) toolbar(text, action string) {
	b.t.Helper()
	article := `//article[.//div[contains(@class,"content") and contains(., "` + text + `")]]`
	b.do(chromedp.Focus(article), chromedp.Click(article+`//button[@aria-label="`+action+`"]`))
}

// TestClientUnknown: a channel and a component of types that the client has never heard of.
func TestClientUnknown(t *testing.T) {
	sim, world, control := startWorld(t)
	if _, err := sim.NewChannel(world.Guild, discordsim.ChannelOptions{Name: "from-the-future", Type: 99}); err != nil {
		t.Fatal(err)
	}
	if _, err := sim.SayUnknown(world.App.ID, world.General); err != nil {
		t.Fatal(err)
	}
	b := openBrowser(t)
	b.open(control.Link(world.Mia, world.Guild, world.General))
	b.sees(`[data-testid="unknown-component"]`, "This client does not know component type 99")
	b.until("the channel is listed", `document.querySelector('[data-testid="channel-from-the-future"]') !== null`)
}
