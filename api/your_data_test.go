package api_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"ticketbot/privacy"
	"ticketbot/store/storetest"
	"ticketbot/ticket"
)

// views keeps the page as it looks by day and by night, wide and narrow, for people who want to look. Nowhere may it be
// wider than its window.
func (b *browser) views(name string) {
	b.Helper()
	for _, scheme := range []string{"light", "dark"} {
		b.do(chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
			_, err := cdp.Call(ctx, t, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
				Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}},
			})
			return err
		}))
		for _, width := range []int64{1200, 390} {
			b.do(chromedp.EmulateViewport(width, 800))
			if got := eval[int64](b, `document.documentElement.scrollWidth`); got > width {
				b.Errorf("%s is %d pixels wide in a window of %d", name, got, width)
			}
			b.whole(fmt.Sprintf("%s-%s-%d", name, scheme, width))
		}
	}
	b.do(chromedp.EmulateViewport(1200, 800))
}

// whole is a picture of all of the page.
func (b *browser) whole(name string) {
	dir := os.Getenv("SCREENSHOTS")
	if dir == "" {
		return
	}
	picture, err := chromedp.Run(b.ctx, chromedp.FullScreenshot(100))
	must(b, err)
	must(b, os.WriteFile(filepath.Join(dir, name+".png"), picture, 0o644))
}

func TestYourDataInABrowser(t *testing.T) {
	h := newHouse(t)
	h.newTicket(h.category, h.Mia, "Mia")
	server := aReceipt(privacy.KindGuild)
	server.ID, server.At = "A_receipt-of-the-server", storetest.Start.Add(-48*time.Hour)
	server.Guild = &privacy.GuildForgotten{
		Server: ticket.GuildID(h.Guild), Epoch: 1, Evidence: "event", Joined: storetest.Start.Add(-90 * time.Hour), Sealed: server.At.Add(-3 * time.Second),
		Forgotten: server.At.Add(-2 * time.Second), Rows: server.At,
	}
	h.office.issue(t, ticket.UserID(h.Mia), server)
	b := openBrowser(t)
	b.do(chromedp.Navigate(h.url + "/tickets"))
	b.logIn(h.Mia)
	b.do(chromedp.WaitVisible(`#receipts .row`))
	b.views("your-data")

	// The question can be taken back.
	b.do(chromedp.Click(`#erase`), chromedp.WaitVisible(`#erase-no`))
	b.views("erase-question")
	b.do(chromedp.Click(`#erase-no`))
	b.until(`!document.querySelector('dialog').open`)
	if len(h.office.asked) != 0 {
		t.Fatalf("asked to forget %v", h.office.asked)
	}

	// It is under way until there is a receipt.
	b.do(chromedp.Click(`#erase`), chromedp.WaitVisible(`#erase-yes`), chromedp.Click(`#erase-yes`))
	b.until(`document.querySelector('#receipts .row').innerText.includes('being deleted')`)
	b.views("erase-under-way")
	if got := eval[string](b, `document.querySelector('#receipts').innerText`); strings.Contains(got, "Your data was deleted") {
		t.Errorf("it says %q before it is done", got)
	}
	// Come back later, it is still under way, and the page says how far it is.
	me := ticket.UserID(h.Mia)
	h.office.goesOn(me, privacy.UnderWay{
		Receipt: fmt.Sprintf("receipt-of-%020d", me), Asked: storetest.Start, Stage: privacy.StageForgotten,
		KeysGone: storetest.Start.Add(time.Second), Servers: 3, Waiting: 2,
	})
	b.do(chromedp.Navigate(h.url+"/tickets"), chromedp.WaitVisible(`#receipts .row`))
	b.do(chromedp.Click(`#receipts .row`), chromedp.WaitVisible(`.steps`))
	b.views("under-way")
	b.do(chromedp.Navigate(h.url+"/tickets"), chromedp.WaitVisible(`#receipts .row`))

	mine := aReceipt(privacy.KindPerson)
	mine.ID = fmt.Sprintf("receipt-of-%020d", h.Mia)
	h.office.issue(t, ticket.UserID(h.Mia), mine)
	b.until(`[...document.querySelectorAll('#receipts .title')].some((e) => e.innerText === 'Your data was deleted')`)
	b.views("erased")

	b.do(chromedp.Click(`#receipts .row`), chromedp.WaitVisible(`.receipt h1`))
	b.views("receipt")
	b.do(chromedp.Click(`summary`), chromedp.WaitVisible(`pre`))
	if got := eval[string](b, `document.querySelector('pre').innerText`); !json.Valid([]byte(got)) {
		t.Errorf("the statement shown is %s", got)
	}
	b.views("receipt-open")

	b.do(chromedp.Navigate(h.url+"/privacy"), chromedp.WaitVisible(`.text h1`))
	b.views("policy")
}
