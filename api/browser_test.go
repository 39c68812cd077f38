package api_test

import (
	"context"
	"fmt"
	"image"
	"image/color"
	pngcodec "image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"ticketbot/discordsim"
	"ticketbot/ticket"
)

// browser is one tab of a real Chromium. What the page's policy refuses, or its script throws, fails the test.
type browser struct {
	testing.TB
	ctx context.Context
}

func openBrowser(t testing.TB) *browser {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx, chromedp.WithAllocatorOptions(
		chromedp.Headless, chromedp.NoSandbox, chromedp.NoFirstRun, chromedp.DisableGPU))
	t.Cleanup(cancel)
	must(t, chromedp.Do(ctx, chromedp.EmulateViewport(1200, 800))) // starts the browser, which ends with this context
	b := &browser{t, ctx}
	messages := chromedp.Console(ctx)
	go func() {
		for m, err := range messages {
			if err != nil {
				return
			}
			if m.IsException() || strings.Contains(m.String(), "Security Policy") {
				t.Errorf("the page complains: %s", m)
			}
		}
	}()
	return b
}

func (b *browser) do(steps ...chromedp.Action[chromedp.Void]) {
	b.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, 2*time.Minute)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		b.shot("failure")
		b.Fatal(err)
	}
}

// until waits for a JavaScript condition.
func (b *browser) until(condition string) {
	b.Helper()
	script := fmt.Sprintf(`(async () => {
		for (const end = Date.now() + 15000; Date.now() < end; await new Promise(requestAnimationFrame)) if (%s) return true;
		return false;
	})()`, condition)
	ok, err := chromedp.Run(b.ctx, chromedp.Evaluate[bool](script, chromedp.EvalAwaitPromise))
	for again := 0; err != nil && strings.Contains(err.Error(), "(-32000)") && again < 9; again++ { // another page was coming
		ok, err = chromedp.Run(b.ctx, chromedp.Evaluate[bool](script, chromedp.EvalAwaitPromise))
	}
	if err != nil || !ok {
		b.shot("failure")
		b.Fatalf("waited in vain until %s (%v)", condition, err)
	}
}

func eval[T any](b *browser, script string) T {
	b.Helper()
	v, err := chromedp.Run(b.ctx, chromedp.Evaluate[T](script))
	if err != nil {
		b.shot("failure")
		b.Fatalf("%s: %v", script, err)
	}
	return v
}

// logIn goes through Discord's page as somebody.
func (b *browser) logIn(who discordsim.ID) {
	b.Helper()
	b.do(chromedp.WaitVisible(`#user`))
	eval[any](b, fmt.Sprintf(`document.querySelector('#user').value = %q, null`, who))
	b.do(chromedp.Click(`[data-testid="consent-allow"]`))
}

// shot keeps a picture when SCREENSHOTS names a directory, for people who want to look.
func (b *browser) shot(name string) {
	dir := os.Getenv("SCREENSHOTS")
	if dir == "" {
		return
	}
	picture, err := chromedp.Run(b.ctx, chromedp.CaptureScreenshot())
	must(b, err)
	must(b, os.WriteFile(filepath.Join(dir, name+".png"), picture, 0o644))
}

// picture is a real PNG.
func picture(t testing.TB) []byte {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, 320, 200))
	for x := range 320 {
		for y := range 200 {
			img.Set(x, y, color.RGBA{uint8(x / 2), uint8(80 + y/2), 200, 255})
		}
	}
	var b strings.Builder
	must(t, pngcodec.Encode(&b, img))
	return []byte(b.String())
}

func TestInABrowser(t *testing.T) {
	h := newHouse(t)
	k := h.newTicket(h.category, h.Mia, "Mia")
	mia := ticket.User{ID: ticket.UserID(h.Mia), Username: "mia_k", GlobalName: "Mia"}
	h.say(k, mia, 41, "My save is gone. Here is what I see:", file{801, "shot.png", "image/png", picture(t)},
		file{802, "save.svg", "image/svg+xml", []byte(`<svg xmlns="http://www.w3.org/2000/svg"/>`)})
	h.say(k, ticket.User{ID: ticket.UserID(h.Sam), Username: "sam", GlobalName: "Sam"}, 42, "Thank you, I will look.")
	b := openBrowser(t)

	// Not logged in: Discord's page, and back to what was asked for.
	b.do(chromedp.Navigate(h.url + "/tickets"))
	b.logIn(h.Mia)
	b.do(chromedp.WaitVisible(`.row`))
	if got := eval[string](b, `document.querySelector('.row').innerText`); !strings.Contains(got, "#0001") || !strings.Contains(got, "Northwind Games") {
		t.Errorf("the row says %q", got)
	}
	b.until(`document.querySelector('#name').innerText === 'Mia'`)
	b.shot("tickets")

	// The transcript. Its scripts are off, ours too: loading is the only thing to wait for.
	b.do(chromedp.Navigate(eval[string](b, `document.querySelector('.row').href`)))
	if got := eval[string](b, `location.pathname + ' ' + origin`); got != "/transcripts/"+k.PublicID+" null" {
		t.Errorf("path and origin are %s", got)
	}
	if got := eval[int](b, `[...document.images].filter((i) => i.src.includes('/files/801') && i.naturalWidth === 320).length`); got != 1 {
		t.Errorf("the picture is shown %d times", got)
	}
	if got := eval[string](b, `[...document.images].filter((i) => i.naturalWidth === 0).map((i) => i.src).join()`); got != "" {
		t.Errorf("not shown: %s", got)
	}
	b.shot("transcript")

	// Out again, and nothing is left.
	b.do(chromedp.Navigate(h.url+"/tickets"), chromedp.WaitVisible(`#logout`), chromedp.Click(`#logout`), chromedp.WaitVisible(`.hero`))
	b.shot("landing")
	b.do(chromedp.Navigate(h.url+"/transcripts/"+k.PublicID), chromedp.WaitVisible(`#user`))
}
