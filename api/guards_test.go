package api_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"ticketbot/api"
	"ticketbot/internal/say"
	"ticketbot/ticket"
)

func TestGuards(t *testing.T) {
	h := newHouse(t)
	host := strings.TrimPrefix(h.url, "http://")

	t.Run("another website cannot write in somebody's name", func(t *testing.T) {
		v := h.loggedIn(h.Mia)
		for _, headers := range [][]string{
			{"Sec-Fetch-Site", "cross-site"},
			{"Sec-Fetch-Site", "same-site"},
			{"Origin", "https://evil.example"},
			{"Origin", "null"},
		} {
			problem(t, v.ask("POST", "/api/logout", headers...), http.StatusForbidden, "api.cross_origin")
		}
		if got := v.get("/api/me").status; got != http.StatusOK {
			t.Fatalf("yet the session has ended: %d", got)
		}
		if got := v.ask("POST", "/api/logout", "Origin", h.url, "Sec-Fetch-Site", "same-origin").status; got != http.StatusNoContent {
			t.Errorf("our own page got %d", got)
		}
	})

	t.Run("another host name leads to ours", func(t *testing.T) {
		v := h.visitor()
		for from, to := range map[string]string{
			"/tickets?a=b": h.url + "/tickets?a=b",
			"/%2fevil/x":   h.url + "/%2fevil/x",
		} {
			got := v.ask("GET", h.url+from, "Host", "evil.example")
			if got.status != http.StatusPermanentRedirect || got.header.Get("Location") != to {
				t.Errorf("%s: %d to %s", from, got.status, got.header.Get("Location"))
			}
		}
		if got := v.ask("POST", "/api/logout", "Host", "evil.example").status; got != http.StatusMisdirectedRequest {
			t.Errorf("writing: %d", got)
		}
		if got := v.ask("GET", "/", "Host", strings.ToUpper(host)).status; got != http.StatusOK {
			t.Errorf("ours in capitals: %d", got)
		}
		if got := v.ask("GET", "/healthz", "Host", "10.0.0.7").status; got != http.StatusOK {
			t.Errorf("a probe by address: %d", got)
		}
	})

	t.Run("every answer is kept by nobody and taken for nothing else", func(t *testing.T) {
		v := h.loggedIn(h.Mia)
		for _, path := range []string{"/", "/tickets", "/api/me", "/api/me/tickets", "/no/such/page", "/api/none", "/login", "/auth/callback", "/transcripts/x"} {
			got := v.get(path)
			for name, want := range map[string]string{
				"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "X-Frame-Options": "DENY",
			} {
				if got.header.Get(name) != want {
					t.Errorf("%s: %s is %q", path, name, got.header.Get(name))
				}
			}
			policy := got.header.Get("Content-Security-Policy")
			if !strings.HasPrefix(policy, "default-src 'none'") || !strings.Contains(policy, "frame-ancestors 'none'") || strings.Contains(policy, "unsafe") {
				t.Errorf("%s: policy %q", path, policy)
			}
		}
	})

	t.Run("the site's own files are kept, and asked about", func(t *testing.T) {
		v := h.visitor()
		got := v.get("/assets/site.css")
		if got.header.Get("Content-Type") != "text/css; charset=utf-8" || got.header.Get("ETag") == "" {
			t.Fatalf("headers %v", got.header)
		}
		if again := v.ask("GET", "/assets/site.css", "If-None-Match", got.header.Get("ETag")); again.status != http.StatusNotModified {
			t.Errorf("the same again: %d", again.status)
		}
		for _, path := range []string{"/assets/../problem.html", "/assets/..%2fproblem.html", "/assets/%2e%2e/index.html", "/assets/", "/problem.html"} {
			if got := v.get(path); got.status == http.StatusOK {
				t.Errorf("%s is served", path)
			}
		}
	})
}

func TestOverTLSCookiesAreBoundToTheHost(t *testing.T) {
	h := newHouse(t)
	o := h.options()
	o.PublicURL = "https://Tickets.example"
	s, err := api.New(o)
	must(t, err)
	w := httptest.NewRecorder()
	s.Handler().ServeHTTP(w, httptest.NewRequest("GET", "https://tickets.example/login", http.NoBody))
	cookie := w.Header().Get("Set-Cookie")
	if !strings.HasPrefix(cookie, "__Host-tb_login=") || !strings.Contains(cookie, "; Secure") || strings.Contains(cookie, "Domain") {
		t.Errorf("cookie %q", cookie)
	}
	if w.Header().Get("Strict-Transport-Security") == "" {
		t.Error("the browser may come back without TLS")
	}
}

func TestAFailureOfOurs(t *testing.T) {
	h := newHouse(t)
	o := h.options()
	o.Reader = broken{}
	s, err := api.New(o)
	must(t, err)
	v := h.loggedIn(h.Mia)
	k := h.newTicket(h.category, h.Mia, "Mia")
	for _, path := range []string{"/transcripts/", "/api/tickets/"} {
		h.log.Reset()
		r := httptest.NewRequest("GET", h.url+path+k.PublicID, http.NoBody)
		r.AddCookie(&http.Cookie{Name: "tb_session", Value: v.cookie("tb_session")})
		w := httptest.NewRecorder()
		s.Handler().ServeHTTP(w, r)
		reference := regexp.MustCompile(`reference[= ]"?([A-Z2-7]{8})`)
		said, logged := reference.FindStringSubmatch(w.Body.String()), reference.FindStringSubmatch(h.log.String())
		if w.Code != http.StatusInternalServerError || said == nil || logged == nil || said[1] != logged[1] {
			t.Errorf("%s: %d, said %v, logged %v", path, w.Code, said, logged)
		}
		if strings.Contains(w.Body.String(), "the cellar") || strings.Count(h.log.String(), "the cellar") != 1 {
			t.Errorf("%s: said %s\nlogged %s", path, w.Body, h.log)
		}
	}
}

// broken fails in a way that no reader should hear of.
type broken struct{}

func (broken) Read(context.Context, ticket.Actor, *ticket.Ticket) (*ticket.Conversation, error) {
	return nil, errors.New("a pipe burst in the cellar")
}

func TestProblems(t *testing.T) {
	h := newHouse(t)
	v := h.loggedIn(h.Mia)
	problem(t, h.visitor().get("/api/me"), http.StatusUnauthorized, "api.login.needed")
	problem(t, v.get("/api/tickets/none"), http.StatusNotFound, "ticket.not_found")
	problem(t, v.get("/api/none"), http.StatusNotFound, "api.operation.unknown")
	problem(t, v.ask("DELETE", "/api/me"), http.StatusNotFound, "api.operation.unknown")
	refused(t, v.get("/none"), http.StatusNotFound, "api.page.unknown")
	refused(t, v.get("/transcripts/none"), http.StatusNotFound, "ticket.not_found")

	t.Run("our own failure says nothing but where the log has it", func(t *testing.T) {
		h.store.Close()
		got := v.get("/api/me")
		if got.status != http.StatusServiceUnavailable && got.status != http.StatusInternalServerError {
			t.Fatalf("answered %d", got.status)
		}
		for _, inside := range []string{"pool", "pgx", "sql", "closed", "panic"} {
			if strings.Contains(got.body, inside) {
				t.Errorf("tells about our insides: %s", got.body)
			}
		}
	})
}

// problem checks that an operation says this sentence, as RFC 9457 wants it.
func problem(t *testing.T, got answer, status int, key string, args ...any) {
	t.Helper()
	var p struct {
		Type, Title, Detail string
		Status              int
	}
	must(t, json.Unmarshal([]byte(got.body), &p))
	if got.status != status || p.Status != status || p.Type != "urn:ticketbot:"+key || p.Detail != say.T(key, args...) || p.Title == "" ||
		got.header.Get("Content-Type") != "application/problem+json" {
		t.Errorf("answered %d %s, want %d %s: %s", got.status, got.header.Get("Content-Type"), status, key, got.body)
	}
}
