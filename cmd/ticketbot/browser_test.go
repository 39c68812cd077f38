package main

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"image/png"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"
)

var screenshots = flag.String("screenshots", "", "write pictures of the pages to this directory")

// patience ends a test that waits in vain. It is no promise: machines that test stand still at times.
const patience = 2 * time.Minute

// browser is a real Chromium. Everybody has a profile of their own in it, as on a machine of their own.
type browser struct {
	t   *testing.T
	ctx context.Context
}

func openBrowser(t *testing.T) *browser {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 8*time.Minute)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx, chromedp.WithAllocatorOptions(
		chromedp.Headless, chromedp.NoSandbox, chromedp.NoFirstRun, chromedp.DisableGPU))
	t.Cleanup(cancel)
	// The first call starts the browser, and its context ends it.
	if err := chromedp.Do(ctx, chromedp.Navigate("about:blank")); err != nil {
		t.Fatal(err)
	}
	return &browser{t, ctx}
}

// page is one tab, used as a person uses it: by what can be read on it. What the console says is kept, see [page.quiet].
type page struct {
	t   *testing.T
	ctx context.Context

	mu      sync.Mutex
	refused []string // addresses whose refusal is wanted
	said    []string // errors and warnings in the console
}

// person opens a tab in a fresh profile.
func (b *browser) person() *page { return b.tab(chromedp.WithNewBrowserContext()) }

func (b *browser) tab(o chromedp.ContextOption) *page {
	b.t.Helper()
	ctx, cancel := chromedp.NewContext(b.ctx, o)
	b.t.Cleanup(cancel)
	p := &page{t: b.t, ctx: ctx}
	messages := chromedp.Console(ctx)
	go func() {
		for m, err := range messages {
			if err != nil {
				return
			}
			p.hear(m)
		}
	}()
	p.size(1280, 800)
	return p
}

func (p *page) hear(m chromedp.ConsoleMessage) {
	p.mu.Lock()
	defer p.mu.Unlock()
	harmless := m.Type != chromedp.ConsoleError && m.Type != chromedp.ConsoleWarning && !m.IsException()
	if harmless || m.Source == "network" && slices.Contains(p.refused, m.URL) {
		return
	}
	p.said = append(p.said, fmt.Sprintf("%s (%s)", m, m.URL))
}

// complaints are what the console has said so far.
func (p *page) complaints() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.said)
}

// quiet fails the test for each error, warning and refusal by a page's policy that the console has shown.
func (p *page) quiet() {
	p.t.Helper()
	for _, c := range p.complaints() {
		p.t.Errorf("a page complains: %s", c)
	}
}

func (p *page) size(width, height int64) { p.do(chromedp.EmulateViewport(width, height)) }

// prefers is what the person's system is set to, "dark" or "light".
func (p *page) prefers(scheme string) {
	p.t.Helper()
	p.do(chromedp.Func(func(ctx context.Context, to *chromedp.Target) error {
		_, err := cdp.Call(ctx, to, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}},
		})
		return err
	}))
}

// do carries out steps. One that finds its element redrawn between looking and acting is tried again, as a person would.
func (p *page) do(steps ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	for _, step := range steps {
		err := chromedp.Do(ctx, step)
		for try := 0; err != nil && try < 5 && strings.Contains(err.Error(), "(-32000)"); try++ {
			err = chromedp.Do(ctx, step)
		}
		if err != nil {
			p.fail(err.Error())
		}
	}
}

func (p *page) fail(why string) {
	p.t.Helper()
	p.keep("failure")
	p.t.Fatalf("%s\nthe page says:\n%s\nits console: %q", why, p.text("body"), p.complaints())
}

// visit goes to an address and returns the status it was answered with.
func (p *page) visit(url string) int64 {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	r, err := chromedp.Run(ctx, chromedp.NavigateResponse(url))
	if err != nil {
		p.fail(err.Error())
	}
	return r.Status
}

// refusedAt is visit, for an address that has to answer 404.
func (p *page) refusedAt(url string) {
	p.t.Helper()
	p.mu.Lock()
	p.refused = append(p.refused, url)
	p.mu.Unlock()
	if status := p.visit(url); status != 404 {
		p.fail(fmt.Sprintf("%s answers %d, not 404", url, status))
	}
}

// until waits for a condition in JavaScript. It is asked from here, because a transcript's policy lets no page wait.
func (p *page) until(what, condition string) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		ok, err := chromedp.Run(ctx, chromedp.Evaluate[bool]("Boolean("+condition+")"))
		if err == nil && ok {
			return
		}
		select {
		case <-ctx.Done():
			p.fail(fmt.Sprintf("waited in vain until %s (%v)", what, err))
		case <-tick.C:
		}
	}
}

// sees waits until the text can be read in an element that the selector finds; blanks and new lines are one.
func (p *page) sees(selector, text string) {
	p.t.Helper()
	p.until(fmt.Sprintf("%s shows %q", selector, text), shows(selector, text))
}

// seesNot waits until it cannot.
func (p *page) seesNot(selector, text string) {
	p.t.Helper()
	p.until(fmt.Sprintf("%s no longer shows %q", selector, text), "!"+shows(selector, text))
}

func shows(selector, text string) string {
	return fmt.Sprintf(`[...document.querySelectorAll(%q)].some((e) => e.checkVisibility() && e.innerText.replace(/\s+/g, ' ').includes(%q))`, selector, text)
}

func (p *page) text(selector string) string {
	return look[string](p, fmt.Sprintf(`document.querySelector(%q)?.innerText ?? ''`, selector))
}

func look[T any](p *page, script string) T {
	p.t.Helper()
	v, err := chromedp.Run(p.ctx, chromedp.Evaluate[T](script))
	if err != nil {
		p.t.Fatalf("%s: %v", script, err)
	}
	return v
}

// click clicks what the selector or XPath finds, once a person could hit it: enabled, uncovered, and at rest between two
// looks. What arrives while the mouse is on its way would move it from under it.
func (p *page) click(selector string) {
	p.t.Helper()
	find := fmt.Sprintf(`document.querySelector(%q)`, selector)
	if strings.HasPrefix(selector, "/") {
		find = fmt.Sprintf(`document.evaluate(%q, document, null, 9).singleNodeValue`, selector)
	}
	where := fmt.Sprintf(`(() => {
		const e = %s;
		if (!e || e.disabled) return '';
		e.scrollIntoViewIfNeeded();
		const r = e.getClientRects()[0] ?? e.getBoundingClientRect();
		const hit = document.elementFromPoint(r.x + r.width / 2, r.y + r.height / 2);
		return hit && (e.contains(hit) || hit.contains(e)) ? [r.x, r.y, r.width, r.height].join() : '';
	})()`, find)
	p.until(selector+" can be clicked", fmt.Sprintf("(() => { const w = %s, b = window.restedAt; window.restedAt = w; return w && w === b; })()", where))
	p.do(chromedp.Click(selector))
}

// press clicks what bears this label: a button or a link.
func (p *page) press(label string) {
	p.t.Helper()
	p.click(fmt.Sprintf(`//*[self::button or self::a][normalize-space()=%q]`, label))
}

// pick clicks an element by its test id.
func (p *page) pick(id string) {
	p.t.Helper()
	p.click(fmt.Sprintf(`[data-testid=%q]`, id))
}

// choose takes the entry of a select box that begins with this text.
func (p *page) choose(selector, entry string) {
	p.t.Helper()
	p.do(chromedp.WaitVisible(selector))
	value := look[string](p, fmt.Sprintf(`[...document.querySelector(%q).options].find((o) => o.text.startsWith(%q))?.value ?? ''`, selector, entry))
	if value == "" {
		p.fail(fmt.Sprintf("%s offers nothing that begins with %q", selector, entry))
	}
	p.do(chromedp.SetValue(selector, value))
}

// newTab clicks a link that opens one, and returns the new tab.
func (b *browser) newTab(from *page, label string) *page {
	b.t.Helper()
	ids := chromedp.WaitNewTarget(from.ctx, func(i *target.Info) bool { return i.URL != "" })
	from.press(label)
	select {
	case id := <-ids:
		return b.tab(chromedp.WithTargetID(id))
	case <-time.After(patience):
		from.fail("no tab opened")
		return nil
	}
}

// shot keeps a picture, once everything in sight is drawn, if pictures are wanted.
func (p *page) shot(name string) {
	if *screenshots == "" {
		return
	}
	p.t.Helper()
	p.do(chromedp.MouseEvent(chromedp.MouseMoved, 0, 0)) // off what it would light up
	p.until("the pictures in sight are drawn", `[...document.images].every((i) => i.complete || !i.checkVisibility() || i.getBoundingClientRect().top > innerHeight)`)
	p.keep(name)
}

// keep takes the picture as it is.
func (p *page) keep(name string) {
	if *screenshots == "" {
		return
	}
	p.t.Helper()
	taken, err := chromedp.Run(p.ctx, chromedp.CaptureScreenshot())
	if err == nil {
		taken, err = smaller(taken)
	}
	if err == nil {
		err = os.WriteFile(filepath.Join(*screenshots, name+".png"), taken, 0o644)
	}
	if err != nil {
		p.t.Errorf("keep a picture: %v", err)
	}
}

// smaller packs a picture as tightly as PNG can.
func smaller(picture []byte) ([]byte, error) {
	img, err := png.Decode(bytes.NewReader(picture))
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	err = (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&out, img)
	return out.Bytes(), err
}
