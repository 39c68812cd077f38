package main

import (
	"context"
	"encoding/base64"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"ticketbot/internal/clock"
)

// demoTime is how long a visitor waits for the links, once the program is compiled.
var demoTime = judged(15 * time.Second)

// TestDemo runs the demo as a visitor does: in a temporary directory, then in one that is kept.
func TestDemo(t *testing.T) {
	t.Run("shows links that work, and ends without a trace", func(t *testing.T) {
		d := launchDemo(t, dataDir(t))
		for _, link := range d.links() {
			d.opens(link)
		}
		d.interrupt()
		d.noServers()
		d.nothingLeft()
	})
	data := dataDir(t)
	t.Run("keeps its data where it is told to", func(t *testing.T) {
		d := launchDemo(t, dataDir(t), "--data", data)
		d.interrupt()
		d.nothingLeft()
	})
	t.Run("of which a transcript is one file that needs nobody", func(t *testing.T) {
		id := ticketClosedWith(t, data, "Refunded the second charge")
		page := saveTranscript(t, data, id)
		for _, words := range []string{
			"Refund for a double charge", "I bought the soundtrack once and was charged twice.", "two charges",
			"Sure, here is what my bank says:", "3 to 5 working days", "That was quick, thanks a lot!", "Refunded the second charge",
			"Two charges of the same amount", "Leo", "Sam",
		} {
			if !strings.Contains(page, words) {
				t.Errorf("it does not say %q", words)
			}
		}
		if !strings.Contains(page, "data:image/png;base64,"+base64.StdEncoding.EncodeToString(statement())) {
			t.Error("it does not hold the picture")
		}
		for _, reference := range outside(page) {
			t.Errorf("it refers to %q", reference)
		}
	})
	t.Run("starts again on it, and killed leaves no database running", func(t *testing.T) {
		d := launchDemo(t, dataDir(t), "--data", data)
		if len(serversBelow(t, data)) == 0 {
			t.Error("no PostgreSQL is seen even while the demo runs")
		}
		d.kill()
		d.dirs = append(d.dirs, data)
		d.noServers()
	})
	t.Run("says which address is taken", func(t *testing.T) {
		g := &ground{}
		g.settings.Token, g.settings.ClientSecret, g.settings.Secret = "sim.none", "none of it", "none of it"
		site, client := freeAddress(t), listening(t)
		start(t, nil, "demo", "--listen", site, "--client", client).refuses(g, client, "in use", "--client")
		start(t, nil, "demo", "--listen", client, "--client", site).refuses(g, client, "in use", "--listen")
	})
}

// running is a demo that has shown its links.
type running struct {
	*child
	dirs []string // where it may leave something
}

// launchDemo starts a demo whose temporary files go to a directory of their own.
func launchDemo(t *testing.T, temporary string, args ...string) *running {
	t.Helper()
	must(t, os.Chmod(temporary, 0o777)) // as /tmp is
	began := time.Now()
	args = append([]string{"demo", "--listen", freeAddress(t), "--client", freeAddress(t)}, args...)
	c := start(t, map[string]string{"TMPDIR": temporary}, args...)
	for !strings.Contains(c.output(), "Ctrl-C ends it.") {
		select {
		case <-c.done:
			t.Fatalf("ended instead of serving:\n%s", c.output())
		case <-time.After(10 * time.Millisecond):
		}
		if time.Since(began) > demoTime {
			t.Fatalf("no links within %s:\n%s", demoTime, c.output())
		}
	}
	t.Logf("links after %s", time.Since(began).Round(10*time.Millisecond))
	return &running{c, []string{temporary}}
}

// links are those that it printed: three people's and the website.
func (d *running) links() []string {
	d.t.Helper()
	links := regexp.MustCompile(`http://\S+`).FindAllString(d.output(), -1)
	if len(links) != 4 {
		d.t.Fatalf("it printed the links %q:\n%s", links, d.output())
	}
	return links
}

func (d *running) opens(link string) {
	d.t.Helper()
	r, err := http.Get(link)
	must(d.t, err)
	defer r.Body.Close()
	page, err := io.ReadAll(r.Body)
	must(d.t, err)
	if r.StatusCode != http.StatusOK || !strings.Contains(string(page), "<html") {
		d.t.Errorf("%s: %s, %d bytes", link, r.Status, len(page))
	}
}

// interrupt is Ctrl-C.
func (d *running) interrupt() {
	d.t.Helper()
	must(d.t, d.cmd.Process.Signal(os.Interrupt))
	ctx, cancel := context.WithTimeout(d.t.Context(), demoTime)
	defer cancel()
	d.ended(ctx)
	if !strings.Contains(d.output(), "Stopped.") || strings.Contains(d.output(), "ERROR") || strings.Contains(d.output(), "panic") {
		d.t.Errorf("its last words:\n%s", d.output())
	}
}

// noServers waits until no PostgreSQL is left; a killed one's takes a moment to shut down.
func (d *running) noServers() {
	d.t.Helper()
	for _, dir := range d.dirs {
		for began := time.Now(); len(serversBelow(d.t, dir)) > 0; time.Sleep(20 * time.Millisecond) {
			if time.Since(began) > 10*time.Second {
				d.t.Fatalf("the processes %v still run in %s", serversBelow(d.t, dir), dir)
			}
		}
	}
}

func (d *running) nothingLeft() {
	d.t.Helper()
	left, err := os.ReadDir(d.dirs[0])
	must(d.t, err)
	for _, entry := range left {
		d.t.Errorf("left behind: %s", entry.Name())
	}
}

// serversBelow are the processes that stand in a directory below dir, as PostgreSQL's do.
func serversBelow(t *testing.T, dir string) []string {
	t.Helper()
	all, err := filepath.Glob("/proc/[0-9]*/cwd")
	must(t, err)
	if len(all) == 0 {
		t.Skip("processes can be looked at on Linux only")
	}
	var found []string
	for _, cwd := range all {
		if at, err := os.Readlink(cwd); err == nil && strings.HasPrefix(at, dir+"/") {
			found = append(found, filepath.Base(filepath.Dir(cwd)))
		}
	}
	return found
}

// ticketClosedWith finds the id of a ticket by the reason that it was closed with.
func ticketClosedWith(t *testing.T, data, reason string) string {
	t.Helper()
	log := newLog(program{io.Discard, io.Discard}, false)
	v, err := openVault(t.Context(), place{DataDir: data}, clock.System{}, log)
	must(t, err)
	defer v.close(context.Background(), log)
	rows, err := v.store.Pool().Query(t.Context(), "select public_id from ticket where state = 'closed'")
	must(t, err)
	defer rows.Close()
	for rows.Next() {
		var id string
		must(t, rows.Scan(&id))
		one, err := v.store.TicketByPublicID(t.Context(), id)
		must(t, err)
		if one.CloseReason == reason {
			return id
		}
	}
	t.Fatalf("no ticket was closed with %q", reason)
	return ""
}

func saveTranscript(t *testing.T, data, id string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "ticket.html")
	start(t, map[string]string{"TICKETBOT_DATA_DIR": data}, "transcript", id, "--out", file).ended(t.Context())
	page, err := os.ReadFile(file)
	must(t, err)
	return string(page)
}

var (
	references = regexp.MustCompile(`(?i)\b(?:src|srcset|href|poster|action|data|background)\s*=\s*["']?([^"'\s>]*)`)
	inStyle    = regexp.MustCompile(`(?i)url\(\s*["']?([^"')]*)|@import\s+([^;]*)`)
)

// outside is what a page refers to beyond itself.
func outside(page string) []string {
	var found []string
	for _, m := range append(references.FindAllStringSubmatch(page, -1), inStyle.FindAllStringSubmatch(page, -1)...) {
		if to := strings.Join(m[1:], ""); !strings.HasPrefix(to, "#") && !strings.HasPrefix(to, "data:") {
			found = append(found, m[0])
		}
	}
	return found
}

func TestOutsideSeesEveryReference(t *testing.T) {
	page := `<link rel=x href="https://a/x.css"><img src='//b/y.png'><style>@import "z"; a{background:url(https://c/w)}</style>` +
		`<a href="#m1"><img src="data:image/png;base64,AA=="><video poster=/p></video></a>`
	if got := outside(page); len(got) != 5 {
		t.Errorf("of five references it sees %q", got)
	}
}
