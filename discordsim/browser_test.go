package discordsim_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// browser is one tab of a real Chromium, used as a person uses it: by what can be read on the page.
type browser struct {
	t   *testing.T
	ctx context.Context
}

func openBrowser(t *testing.T) *browser {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx, chromedp.WithAllocatorOptions(
		chromedp.Headless, chromedp.NoSandbox, chromedp.NoFirstRun, chromedp.DisableGPU))
	t.Cleanup(cancel)
	b := &browser{t: t, ctx: ctx}
	// The first call starts the browser, and its context ends it: it must not be one of do's.
	if err := chromedp.Do(ctx, chromedp.EmulateViewport(1400, 900)); err != nil {
		t.Fatal(err)
	}
	messages := chromedp.Console(ctx)
	go func() {
		for m, err := range messages {
			if err != nil {
				return
			}
			if m.IsException() || strings.Contains(m.String(), "Content Security Policy") {
				t.Errorf("the page complains: %s", m)
			}
		}
	}()
	return b
}

// do carries out steps. One that finds its element redrawn between looking and acting is tried again, as a person would.
func (b *browser) do(steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, 2*time.Minute)
	defer cancel()
	for _, step := range steps {
		err := chromedp.Do(ctx, step)
		for try := 0; err != nil && try < 5 && strings.Contains(err.Error(), "(-32000)"); try++ {
			err = chromedp.Do(ctx, step)
		}
		if err != nil {
			b.shot("failure")
			b.t.Fatal(err)
		}
	}
}

// open goes to an address of the client and waits until it is drawn.
func (b *browser) open(url string) {
	b.t.Helper()
	b.do(chromedp.Navigate("about:blank"), chromedp.Navigate(url), chromedp.WaitVisible(`body.ready`))
}

// until waits for a JavaScript condition. Frames are the signal; nothing sleeps.
func (b *browser) until(what, condition string) {
	b.t.Helper()
	script := fmt.Sprintf(`(async () => {
		for (const end = Date.now() + 15000; Date.now() < end; await new Promise(requestAnimationFrame)) if (%s) return true;
		return false;
	})()`, condition)
	ok, err := chromedp.Run(b.ctx, chromedp.Evaluate[bool](script, chromedp.EvalAwaitPromise))
	if err != nil || !ok {
		b.shot("failure")
		b.t.Fatalf("waited in vain until %s (%v)", what, err)
	}
}

// sees waits until the text can be read in the element; element "" is the whole page.
func (b *browser) sees(element, text string) {
	b.t.Helper()
	b.until(fmt.Sprintf("%s shows %q", element, text), has(element, text))
}

// seesNot waits until the text is gone.
func (b *browser) seesNot(element, text string) {
	b.t.Helper()
	b.until(fmt.Sprintf("%s no longer shows %q", element, text), "!("+has(element, text)+")")
}

func has(element, text string) string {
	if element == "" {
		element = "body"
	}
	return fmt.Sprintf(`[...document.querySelectorAll(%q)].some((e) => e.innerText.includes(%q))`, element, text)
}

func eval[T any](b *browser, script string) T {
	b.t.Helper()
	v, err := chromedp.Run(b.ctx, chromedp.Evaluate[T](script))
	if err != nil {
		b.t.Fatalf("%s: %v", script, err)
	}
	return v
}

// click clicks what the selector or XPath finds, once a person could hit it: enabled, uncovered, and at rest for a frame. A
// message that arrives while the mouse is on its way would move the button from under it.
func (b *browser) click(selector string) {
	b.t.Helper()
	find := fmt.Sprintf(`document.querySelector(%q)`, selector)
	if strings.HasPrefix(selector, "/") {
		find = fmt.Sprintf(`document.evaluate(%q, document, null, 9).singleNodeValue`, selector)
	}
	script := fmt.Sprintf(`(async () => {
		let before = '';
		for (const end = Date.now() + 15000; Date.now() < end; await new Promise(requestAnimationFrame)) {
			const e = %s;
			if (!e || e.disabled) continue;
			e.scrollIntoViewIfNeeded();
			const r = e.getBoundingClientRect(), now = [r.x, r.y, r.width, r.height].join();
			const hit = document.elementFromPoint(r.x + r.width / 2, r.y + r.height / 2);
			if (now === before && hit && (e.contains(hit) || hit.contains(e) && hit.innerText === e.innerText)) {
				e.click();
				return true;
			}
			before = now;
		}
		return false;
	})()`, find)
	ok, err := chromedp.Run(b.ctx, chromedp.Evaluate[bool](script, chromedp.EvalAwaitPromise))
	if err != nil || !ok {
		b.shot("failure")
		b.t.Fatalf("nothing to click at %s (%v)", selector, err)
	}
}

// press clicks the button with this label.
func (b *browser) press(label string) {
	b.t.Helper()
	b.click(fmt.Sprintf(`//button[normalize-space()=%q]`, label))
}

// in clicks an element by its test id.
func (b *browser) in(testid string) {
	b.t.Helper()
	b.click(fmt.Sprintf(`[data-testid=%q]`, testid))
}

// fill types into the field with this label.
func (b *browser) fill(label, text string) {
	b.t.Helper()
	b.do(chromedp.SendKeys(fmt.Sprintf(`//*[@id=//label[starts-with(normalize-space(), %q)]/@for]`, label), text))
}

// say types a message and sends it.
func (b *browser) say(text string) {
	b.t.Helper()
	b.do(chromedp.SendKeys(`[data-testid="composer"]`, text+"\r"))
}

// become switches the persona.
func (b *browser) become(username string) {
	b.t.Helper()
	label := strings.ToUpper(username[:1]) + username[1:]
	eval[any](b, fmt.Sprintf(`(() => {
		const s = document.querySelector('[data-testid="persona-select"]');
		s.value = [...s.options].find((o) => o.text.startsWith(%q)).value;
		s.dispatchEvent(new Event('change'));
		return null;
	})()`, label))
	b.sees(`[data-testid="user-panel"]`, label)
}

// shot keeps a picture when SCREENSHOTS names a directory, for people who want to look.
func (b *browser) shot(name string) {
	dir := os.Getenv("SCREENSHOTS")
	if dir == "" {
		return
	}
	png, err := chromedp.Run(b.ctx, chromedp.CaptureScreenshot())
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, strings.ReplaceAll(b.t.Name(), "/", "-")+"-"+name+".png"), png, 0o644)
	}
	if err != nil {
		b.t.Log(err)
	}
}
