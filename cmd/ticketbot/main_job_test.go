package main

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// TestTheMainJobInABrowser is the product as people meet it: `ticketbot demo` and a real Chromium, nothing else. The owner
// sets it up, a member opens a ticket, they talk, it is closed, and whoever may reads the transcript.
func TestTheMainJobInABrowser(t *testing.T) {
	d := startDemo(t, "--empty")
	b := openBrowser(t)
	s := &story{
		t: t, demoLinks: d, browser: b,
		olivia: b.person(), mia: b.person(), sam: b.person(), ava: b.person(), leo: b.person(),
	}
	for _, chapter := range []struct {
		name string
		tell func()
	}{
		{"the console of a page is heard", s.consoleIsHeard},
		{"the owner sets up with one command", s.setUp},
		{"a member opens a ticket with a form", s.open},
		{"staff claim it with a button", s.claim},
		{"they talk: text, a file, an edit, a deletion", s.talk},
		{"staff let somebody in", s.letIn},
		{"staff close it with a reason", s.close},
		{"the member logs in and reads the transcript", s.read},
		{"my tickets lists it", s.myTickets},
		{"the ticket's staff may read it", s.staffRead},
		{"to others it does not exist", s.strangers},
		{"after logging out nothing is left", s.logOut},
	} {
		began := time.Now()
		t.Log(chapter.name)
		chapter.tell()
		t.Logf("    %d ms", time.Since(began).Milliseconds())
	}
	for _, p := range []*page{s.olivia, s.mia, s.sam, s.ava, s.leo} {
		p.quiet()
	}
}

// TestTheSeededDemo is what a visitor finds when the demo has started.
func TestTheSeededDemo(t *testing.T) {
	d := startDemo(t)
	b := openBrowser(t)
	staff := b.person()
	staff.visit(d.sam)
	staff.pick("channel-ticket-log")
	staff.sees(".container", "Ticket #0001 was closed")
	staff.sees(".container", "Ticket #0002 was closed")
	staff.shot("demo-server")
	staff.pick("channel-ticket-0003")
	staff.sees(".container", "Controller is not found")
	staff.quiet()

	p := b.person()

	p.visit(d.website)
	p.sees("h1", "Your support conversations")
	p.prefers("dark")
	p.shot("website")

	p.press("Log in with Discord")
	p.logInAs("Leo")
	p.sees(".row", "Support")
	p.click(".row")
	p.sees(".text", "One of them is on its way back to you")
	p.sees(".text", "Ticket #0001 was closed by @Sam")
	p.until("the statement is drawn", `[...document.images].some((i) => i.naturalWidth === 480)`)
	p.quiet()
}

// demoLinks are what the demo prints.
type demoLinks struct{ mia, sam, olivia, website string }

var printed = regexp.MustCompile(`(?m)^  (As Mia|As Sam|As Olivia|The website)\b.*?(http://\S+)$`)

// startDemo runs `ticketbot demo` in a process of its own and reads the links it prints.
func startDemo(t *testing.T, flags ...string) demoLinks {
	t.Helper()
	args := append([]string{"demo", "--listen", freeAddress(t), "--client", freeAddress(t)}, flags...)
	c := start(t, nil, args...)
	t.Cleanup(c.stop) // before the kill that start has promised: the demo tidies up behind itself
	for limit := time.After(time.Minute); ; {
		links := map[string]string{}
		for _, m := range printed.FindAllStringSubmatch(c.output(), -1) {
			links[m[1]] = m[2]
		}
		if len(links) == 4 {
			return demoLinks{links["As Mia"], links["As Sam"], links["As Olivia"], links["The website"]}
		}
		select {
		case <-c.done:
			t.Fatalf("the demo ended:\n%s", c.output())
		case <-limit:
			t.Fatalf("the demo prints no links:\n%s", c.output())
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// story is one ticket's life, chapter by chapter.
type story struct {
	demoLinks
	*browser
	t                           *testing.T
	olivia, mia, sam, ava, leo  *page
	ticket, transcript, picture string // addresses; the picture is a file
}

// consoleIsHeard shows that silence means something: what the console says, and what a page's policy refuses, arrives.
func (s *story) consoleIsHeard() {
	p := s.browser.person()
	p.visit(s.demoLinks.mia)
	look[any](p, `console.error('a control'), null`)
	look[any](p, `document.body.append(Object.assign(document.createElement('script'), {textContent: 'window.ran = true'})), null`)
	limit := time.After(patience)
	for {
		heard := strings.Join(p.complaints(), "\n")
		if strings.Contains(heard, "a control") && strings.Contains(heard, "Content Security Policy") {
			break
		}
		select {
		case <-limit:
			s.t.Fatalf("heard only %q", heard)
		case <-time.After(10 * time.Millisecond):
		}
	}
	if look[bool](p, `window.ran === true`) {
		s.t.Error("the client runs scripts that are not its own")
	}
}

func (s *story) setUp() {
	p := s.olivia
	p.visit(s.demoLinks.olivia)
	p.sees(`[data-testid="user-panel"]`, "Olivia")
	p.do(chromedp.SendKeys(`[data-testid="composer"]`, "/"))
	p.sees(`[data-testid="command-menu"]`, "/setup")
	p.pick("command-setup")
	p.choose(`[data-option="staff"]`, "@Support")
	p.choose(`[data-option="log"]`, "#ticket-log")
	p.choose(`[data-option="parent"]`, "Tickets")
	p.shot("setup")
	p.press("Send")
	p.sees(".message.ephemeral", "The panel is up in #support")
	p.sees(".container", "Open a ticket")
}

func (s *story) open() {
	p := s.mia
	p.visit(s.demoLinks.mia)
	p.sees(".container", "Press the button to talk to our staff.")
	p.shot("panel")
	p.press("Open a ticket")
	p.sees(`[data-testid="modal"]`, "What is it about?")
	p.press("Submit")
	p.sees(".field-problem", "This field is required")
	p.fill("What is it about?", "Stuck behind the waterfall")
	p.fill("Tell us more", "I fell through the floor of the cave and cannot get out. It is my only save.")
	p.click(`[data-testid="modal"] .select-face`)
	p.click(`.select-option[data-value="high"]`)
	p.shot("form")
	p.press("Submit")
	p.sees(".message.ephemeral", "is open: #ticket-0001")
	p.click(`//button[contains(@class,"mention") and contains(., "ticket-0001")]`)
	p.sees(`[data-testid="channel-title"]`, "ticket-0001")
	p.sees(".container", "Stuck behind the waterfall")
	p.sees(".container", "I cannot go on without help")
	p.sees(".container", "This conversation is stored.")
}

func (s *story) claim() {
	s.sam.visit(s.demoLinks.sam)
	s.sam.pick("channel-ticket-0001")
	s.sam.sees(".container", "Stuck behind the waterfall")
	s.sam.press("Claim")
	for _, p := range []*page{s.sam, s.mia} { // both see it, without a reload
		p.sees(".container", "Claimed by @Sam")
		p.sees(".message", "@Sam has claimed this ticket.")
		p.until("it cannot be claimed again", `[...document.querySelectorAll('button')].some((b) => b.innerText === 'Claimed' && b.disabled)`)
	}
	s.sam.shot("claim")
}

func (s *story) talk() {
	mia, sam := s.mia, s.sam
	sam.say("Hi Mia, that cave is slippery. Can you show me where you are?")
	mia.sees(".content", "Can you show me where you are?")

	s.picture = filepath.Join(s.t.TempDir(), "cave.png")
	if err := os.WriteFile(s.picture, mountains(), 0o600); err != nil {
		s.t.Fatal(err)
	}
	mia.do(chromedp.SetUploadFiles(`[data-testid="file-input"]`, []string{s.picture}, chromedp.NodeReady))
	mia.sees(".tray", "cave.png")
	mia.say("Right *here*, under the **second bridge**:")
	sam.sees(".content", "Right here, under the second bridge:")
	sam.until("the picture is drawn", drawn(640))

	mia.say("`/stuck` does nothing")
	sam.sees(".content", "/stuck does nothing")
	mia.use("/stuck does nothing", "Edit")
	mia.do(chromedp.SendKeys(`[data-testid="edit-box"]`, ", I tried it twice\r"))
	sam.sees(".content", "/stuck does nothing, I tried it twice (edited)")

	mia.say("My key is NWG-4471, if you need it")
	sam.sees(".content", "NWG-4471")
	mia.use("NWG-4471", "Delete")
	sam.seesNot(".content", "NWG-4471")

	sam.say("Got it. I moved you back to the mill; your save is safe.")
	mia.sees(".content", "your save is safe")
	mia.say("That was quick, thank you!")
	sam.sees(".content", "thank you!")
	sam.shot("conversation")
	mia.size(420, 860)
	mia.until("the end is in sight", `[...document.querySelectorAll('.message')].at(-1).getBoundingClientRect().bottom <= innerHeight`)
	mia.shot("conversation-narrow")
	mia.size(1280, 800)
}

func (s *story) letIn() {
	s.ava.visit(strings.Replace(s.demoLinks.mia, "as="+as(s.demoLinks.mia), "as=Ava", 1))
	s.ava.sees(`[data-testid="user-panel"]`, "Ava")
	if look[bool](s.ava, `Boolean(document.querySelector('[data-testid="channel-ticket-0001"]'))`) {
		s.t.Fatal("a member sees somebody else's ticket")
	}
	s.sam.do(chromedp.SendKeys(`[data-testid="composer"]`, "/add"))
	s.sam.pick("command-add")
	s.sam.choose(`[data-option="user"]`, "Ava")
	s.sam.press("Send")
	s.sam.sees(".message", "@Sam added @Ava to this ticket.")
	s.ava.pick("channel-ticket-0001")
	s.ava.sees(".content", "Right here, under the second bridge:")
	s.ava.say("It happened to me too, on two machines.")
	s.sam.sees(".content", "It happened to me too")
}

func (s *story) close() {
	s.sam.press("Close")
	s.sam.sees(`[data-testid="modal"]`, "Why is it closed?")
	s.sam.fill("Why is it closed?", "Moved back to the mill; the floor is fixed in 1.4.1")
	s.sam.press("Submit")
	for _, p := range []*page{s.sam, s.mia, s.ava} {
		p.until("the channel is gone", `!document.querySelector('[data-testid="channel-ticket-0001"]')`)
	}
	s.sam.pick("channel-ticket-log")
	s.sam.sees(".container", "Ticket #0001 was closed")
	s.sam.sees(".container", "the floor is fixed in 1.4.1")
	s.sam.shot("log")
	s.mia.pick("home")
	s.mia.pick("dm-TicketBot")
	s.mia.sees(".container", "Your ticket #0001 was closed")
	s.mia.shot("direct-message")
}

func (s *story) read() {
	p := s.browser.newTab(s.mia, "Read the transcript")
	s.mia = p // she goes on in the tab that the link has opened
	p.sees("h1", "TicketBot")
	p.shot("consent")
	p.logInAs("Mia")
	p.sees("h1", "Ticket #0001")
	s.transcript = look[string](p, `location.href`)
	s.ticket = strings.Replace(s.transcript, "/transcripts/", "/t/", 1)
	s.wholeTranscript(p)

	p.prefers("dark")
	p.shot("transcript-head")
	p.scrollTo(".message:nth-of-type(2)")
	p.shot("transcript-dark")
	p.prefers("light")
	p.shot("transcript-light")
	p.prefers("dark")
	p.size(420, 860)
	p.until("nothing is wider than the window", `document.documentElement.scrollWidth <= 420`)
	p.shot("transcript-narrow")
	p.size(1280, 800)
}

// wholeTranscript looks for everything that was said and done.
func (s *story) wholeTranscript(p *page) {
	s.t.Helper()
	for _, fact := range [][2]string{
		{"header", "Northwind Games"}, {"header", "Closed"}, {"header", "Sam"}, {"header", "2 edited"}, {"header", "1 deleted"},
		{".remark", "What is it about? Stuck behind the waterfall"},
		{".remark", "I fell through the floor of the cave"},
		{".remark", "How urgent is it? I cannot go on without help"},
		{".remark", "the floor is fixed in 1.4.1"},
		{".message", "Claimed by @Sam"},
		{".message", "Can you show me where you are?"},
		{".message", "Right here, under the second bridge:"},
		{".message", "I tried it twice(edited)"}, // the other edit is the bot's: its greeting says who claimed
		{".message.deleted", "NWG-4471"},
		{".message", "I moved you back to the mill"},
		{".message", "@Sam added @Ava to this ticket."},
		{".message", "on two machines"},
	} {
		p.sees(fact[0], fact[1])
	}
	p.until("the picture is drawn", drawn(640))
	p.until("every picture is", `[...document.images].every((i) => i.complete && i.naturalWidth > 0)`)
	for what, want := range map[string]string{
		`getComputedStyle(document.querySelector('.message.deleted .text')).textDecorationLine`:                                                  "line-through",
		`getComputedStyle([...document.querySelectorAll('.byline .name')].find((e) => e.innerText === 'Sam')).color`:                             "rgb(26, 188, 156)",
		`[...document.querySelectorAll('.message strong')].find((e) => e.innerText === 'second bridge')?.tagName`:                                "STRONG",
		`String([...document.querySelectorAll('.message:not(.deleted)')].filter((e) => e.innerText.includes('under the second bridge')).length)`: "1",
		`String(document.querySelectorAll('script').length)`:                                                                                     "0",
	} {
		if got := look[string](p, what); got != want {
			s.t.Errorf("%s is %q, not %q", what, got, want)
		}
	}
}

func (s *story) myTickets() {
	s.openAnother()
	p := s.mia
	p.visit(s.website)
	p.sees("h1", "My tickets")
	p.sees(".row", "#0001 Stuck behind the waterfall")
	p.sees(".row", "#0002 A refund for the soundtrack")
	p.sees(".me", "Mia")
	p.until("every picture is drawn", `[...document.images].every((i) => i.complete && i.naturalWidth > 0)`)
	p.prefers("light")
	p.shot("my-tickets-light")
	p.prefers("dark")
	p.shot("my-tickets-dark")
	p.size(420, 860)
	p.shot("my-tickets-narrow")
	p.size(1280, 800)
	p.click(`//a[contains(., "#0001")]`)
	p.sees("h1", "Ticket #0001")
	if at := look[string](p, `location.href`); at != s.transcript {
		s.t.Errorf("the row leads to %s, not to %s", at, s.transcript)
	}
}

// openAnother has Mia open a second ticket, which may be read while it is open.
func (s *story) openAnother() {
	p := s.browser.person()
	p.visit(s.demoLinks.mia)
	p.press("Open a ticket")
	p.sees(`[data-testid="modal"]`, "What is it about?")
	p.fill("What is it about?", "A refund for the soundtrack")
	p.click(`[data-testid="modal"] .select-face`)
	p.click(`.select-option[data-value="low"]`)
	p.press("Submit")
	p.sees(".message.ephemeral", "is open: #ticket-0002")
	p.quiet()
}

func (s *story) staffRead() {
	s.sam.visit(s.ticket)
	s.sam.logInAs("Sam")
	s.sam.sees("h1", "Ticket #0001")
	s.wholeTranscript(s.sam)
	s.sam.visit(s.website)
	s.sam.sees("main", "No tickets yet")
}

// strangers: a member whom the ticket does not concern reads word for word what somebody reads who made the address up.
func (s *story) strangers() {
	p := s.leo
	p.visit(s.website + "/tickets")
	p.logInAs("Leo")
	p.sees("h1", "My tickets")
	p.refusedAt(s.transcript)
	foreign := p.text("body")
	id := s.transcript[strings.LastIndex(s.transcript, "/")+1:]
	p.refusedAt(strings.Replace(s.transcript, id, madeUp(id), 1))
	if nonsense := p.text("body"); foreign != nonsense || !strings.Contains(foreign, "does not exist, or you may not see it") {
		s.t.Errorf("a foreign ticket's page says %q, a page of nothing %q", foreign, nonsense)
	}
}

func (s *story) logOut() {
	p := s.mia
	p.visit(s.website + "/tickets")
	p.sees(".row", "#0001")
	p.press("Log out")
	p.sees("main", "Log in with Discord")
	for _, address := range []string{s.transcript, s.ticket, s.website + "/tickets"} {
		p.visit(address)
		p.sees("button", "Authorize") // Discord's page asks who it is
		if text := p.text("body"); strings.Contains(text, "waterfall") {
			s.t.Errorf("%s shows the ticket: %s", address, text)
		}
	}
}

// madeUp is an id of the same form.
func madeUp(id string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r < 'z', r >= 'A' && r < 'Z', r >= '2' && r < '7':
			return r + 1
		}
		return r
	}, id)
}

// as is who a link of the demo is for.
func as(link string) string {
	_, rest, _ := strings.Cut(link, "as=")
	who, _, _ := strings.Cut(rest, "&")
	return who
}

// drawn is a condition: a picture of this width has been loaded.
func drawn(width int) string {
	return fmt.Sprintf(`[...document.images].some((i) => i.complete && i.naturalWidth === %d)`, width)
}

// logInAs goes through Discord's consent page.
func (p *page) logInAs(name string) {
	p.t.Helper()
	p.choose(`[data-testid="consent-user"]`, name)
	p.pick("consent-allow")
}

// fill types into the field with this label.
func (p *page) fill(label, text string) {
	p.t.Helper()
	p.do(chromedp.SendKeys(fmt.Sprintf(`//*[@id=//label[starts-with(normalize-space(), %q)]/@for]`, label), text))
}

// say types a message and sends it.
func (p *page) say(text string) {
	p.t.Helper()
	p.do(chromedp.SendKeys(`[data-testid="composer"]`, text+"\r"))
}

// use moves the mouse over the message that says this, and clicks an action in the bar that appears.
func (p *page) use(text, action string) {
	p.t.Helper()
	p.sees(".content", text)
	at := look[[]float64](p, fmt.Sprintf(`(() => {
		const m = [...document.querySelectorAll('.message')].find((e) => e.querySelector('.content')?.innerText.includes(%q));
		const r = m.getBoundingClientRect();
		return [r.left + 100, r.top + r.height / 2];
	})()`, text))
	p.do(chromedp.MouseEvent(chromedp.MouseMoved, at[0], at[1]))
	p.click(fmt.Sprintf(`//article[.//div[contains(@class,"content") and contains(., %q)]]//button[@aria-label=%q]`, text, action))
}

// scrollTo brings an element to the top.
func (p *page) scrollTo(selector string) {
	p.t.Helper()
	look[any](p, fmt.Sprintf(`scrollTo({top: scrollY + document.querySelector(%q).getBoundingClientRect().top - 24, behavior: 'instant'}), null`, selector))
}

// mountains draws what a game about mountains might look like: ridge behind ridge in the evening.
func mountains() []byte {
	const width, height, ridges = 640, 300, 5
	img := image.NewRGBA(image.Rect(0, 0, width, height))
	blend := func(a, b color.RGBA, t float64) color.RGBA {
		mix := func(x, y uint8) uint8 { return uint8(float64(x) + (float64(y)-float64(x))*t) }
		return color.RGBA{mix(a.R, b.R), mix(a.G, b.G), mix(a.B, b.B), 255}
	}
	sky, glow := color.RGBA{58, 64, 120, 255}, color.RGBA{250, 176, 120, 255}
	far, near := color.RGBA{196, 132, 128, 255}, color.RGBA{30, 32, 58, 255}
	for x := range width {
		for y := range height {
			c := blend(sky, glow, min(1, float64(y)/190))
			for r := range ridges {
				n, f := float64(r), float64(x)
				top := 105 + 38*n + 26*math.Sin(f/(83-9*n)+2.1*n) + 11*math.Sin(f/(29-2*n)+n)
				if float64(y) > top {
					c = blend(far, near, n/(ridges-1))
				}
			}
			img.Set(x, y, c)
		}
	}
	var out bytes.Buffer
	_ = png.Encode(&out, img) // to memory, which does not fail
	return out.Bytes()
}
