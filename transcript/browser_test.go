package transcript_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"ticketbot/transcript"
)

// harness counts what runs, presses everything that can be pressed, and writes the count where --dump-dom shows it.
const harness = `<script>
var hits = 0;
window.alert = function () { hits++; report(); };
function report() { document.documentElement.setAttribute("data-hits", hits); }
addEventListener("click", function (e) {
  var a = e.target.closest && e.target.closest("a[href]");
  if (a && !/^\s*javascript:/i.test(a.href)) e.preventDefault();
});
addEventListener("load", function () {
  report();
  document.querySelectorAll("a, button, div, input, label, summary").forEach(function (e) {
    e.removeAttribute("target");
    e.dispatchEvent(new MouseEvent("mouseover", { bubbles: true }));
    e.click();
  });
  setTimeout(report, 200);
});
</script>`

// chromium loads an address and gives back the page as it became, and what the browser wrote to its console.
func chromium(t *testing.T, address string, flags ...string) (dom, log string) {
	t.Helper()
	browser, err := exec.LookPath("chromium")
	if err != nil {
		t.Fatal("this test needs Chromium: install chromium, and run it again")
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	args := append([]string{
		"--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
		"--disable-component-update", "--disable-sync", "--user-data-dir=" + t.TempDir(), "--virtual-time-budget=3000",
		"--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1", "--dump-dom",
	}, flags...)
	cmd := exec.CommandContext(ctx, browser, append(args, address)...)
	var out, errors strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &errors
	if err := cmd.Run(); err != nil {
		t.Fatalf("chromium: %v\n%s", err, errors.String())
	}
	return out.String(), errors.String()
}

var hitCount = regexp.MustCompile(`<html[^>]* data-hits="(\d+)"`)

// executions opens a page in a real browser, without any policy, and counts what ran.
func executions(t *testing.T, page string) int {
	t.Helper()
	file := filepath.Join(t.TempDir(), "page.html")
	page = strings.Replace(withoutStyle(page), "<head>", "<head>"+harness, 1) // laying a page out takes long
	if err := os.WriteFile(file, []byte(page), 0o600); err != nil {
		t.Fatal(err)
	}
	dom, _ := chromium(t, "file://"+file)
	found := hitCount.FindStringSubmatch(dom)
	if found == nil {
		t.Fatalf("the page went somewhere else: %.300q", dom)
	}
	n, _ := strconv.Atoi(found[1])
	return n
}

func TestPage_runs_nothing(t *testing.T) {
	if testing.Short() {
		t.Skip("opens a browser")
	}
	all := payloads()
	t.Run("the browser runs what is not escaped", func(t *testing.T) {
		// Attacks that take the page away, or swallow what follows, are left out: they would hide the others.
		var raw strings.Builder
		for _, a := range attacks {
			if !strings.Contains(a, "refresh") && !strings.Contains(a, "<base") && !strings.Contains(a, "<template") && !strings.Contains(a, "noscript") {
				raw.WriteString("<div>" + a + "</div>\n")
			}
		}
		if n := executions(t, "<!doctype html><html><head></head><body>"+raw.String()+"</body></html>"); n < 20 {
			t.Errorf("it ran only %d of %d attacks", n, len(attacks))
		} else {
			t.Logf("%d executions of %d attacks", n, len(attacks))
		}
	})
	const perPage = 60
	for from := 0; from < len(all); from += perPage {
		to := min(from+perPage, len(all))
		t.Run(fmt.Sprintf("payloads %d to %d in every field", from, to), func(t *testing.T) {
			if n := executions(t, together(t, all[from:to])); n != 0 {
				t.Errorf("%d executions", n)
			}
		})
	}
	t.Logf("%d payloads", len(all))
}

// together is one page with the bodies of many.
func together(t *testing.T, texts []string) string {
	var page strings.Builder
	for i, text := range texts {
		one := hostilePage(t, text, i%2 == 0)
		if i > 0 {
			_, one, _ = strings.Cut(one, "<body>")
		}
		page.WriteString(strings.TrimSuffix(one, "</body></html>"))
	}
	return page.String() + "</body></html>"
}

func TestPolicy(t *testing.T) {
	if testing.Short() {
		t.Skip("opens a browser")
	}
	serve := func(page string) (log string, asked map[string]bool) {
		var mu sync.Mutex
		asked = map[string]bool{}
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			mu.Lock()
			asked[r.URL.Path] = true
			mu.Unlock()
			if r.URL.Path != "/" {
				return
			}
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			w.Header().Set("Content-Security-Policy", transcript.Policy("'self'", strings.TrimSuffix("http://"+r.Host, "/")))
			_, _ = w.Write([]byte(page))
		}))
		defer server.Close()
		_, log = chromium(t, server.URL+"/", "--enable-logging=stderr", "--window-size=1100,7000")
		return log, asked
	}
	complains := func(log string) bool {
		return strings.Contains(log, "Content Security Policy") || strings.Contains(log, "Blocked script execution")
	}
	t.Run("a page keeps to it", func(t *testing.T) {
		log, asked := serve(render(t, sample(), options()))
		if complains(log) {
			t.Errorf("the browser complains:\n%s", log)
		}
		for _, want := range []string{"/files/60", "/avatars/a1", "/emoji/6"} {
			if !asked[want] {
				t.Errorf("%s was not loaded", want)
			}
		}
	})
	t.Run("what a page does not do is forbidden", func(t *testing.T) {
		for _, foreign := range []string{`<b style="color:red">x</b>`, `<script>1</script>`, `<style>b{}</style>`, `<img src="http://example.com/x.png">`} {
			page := strings.Replace(render(t, sample(), options()), "<body>", "<body>"+foreign, 1)
			if log, _ := serve(page); !complains(log) {
				t.Errorf("the browser allows %s:\n%s", foreign, log)
			}
		}
	})
}
