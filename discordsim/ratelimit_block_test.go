package discordsim

import (
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// TestTurnedAway: ten thousand requests that are refused in ten minutes, and whoever it was is turned away. What others
// may have caused does not count.
func TestTurnedAway(t *testing.T) {
	s := New(Options{Frozen: true, Start: time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)})
	owner := s.NewUser("olivia", "")
	guild, err := s.NewGuild(owner.ID, "Northwind")
	if err != nil {
		t.Fatal(err)
	}
	channel, err := s.NewChannel(guild, ChannelOptions{Name: "lobby"})
	if err != nil {
		t.Fatal(err)
	}
	app := s.NewApplication("Helper", nil)
	if err := s.AddBot(app.ID, guild, PermAdministrator); err != nil {
		t.Fatal(err)
	}
	ask := func(from, method, token, path, body string) *httptest.ResponseRecorder {
		r := httptest.NewRequest(method, "/api/v10"+path, strings.NewReader(body))
		r.RemoteAddr = from
		r.Header.Set("Authorization", "Bot "+token)
		w := httptest.NewRecorder()
		s.serveREST(w, r)
		return w
	}
	wrong := func(n int) {
		t.Helper()
		for range n {
			if got := ask("127.0.0.2:1", "GET", "sim.wrong", "/users/@me", ""); got.Code != 401 || got.Header().Get("Via") == "" {
				t.Fatalf("a wrong token: %d %v", got.Code, got.Header())
			}
		}
	}

	wrong(maxRefused - 1)
	s.Advance(refusedPer)
	wrong(maxRefused - 1)
	for _, want := range []int{200, 200, 429} { // the third is a shared limit
		if got := ask("127.0.0.2:1", "PATCH", app.Token, "/channels/"+channel.ID.String(), `{"name":"x"}`); got.Code != want {
			t.Fatalf("a rename: %d, want %d", got.Code, want)
		}
	}
	wrong(1)
	got := ask("127.0.0.2:2", "GET", app.Token, "/users/@me", "")
	h := got.Header()
	if got.Code != 429 || h.Get("Via") != "" || h.Get("X-RateLimit-Bucket") != "" || h.Get("Retry-After") != "3600" ||
		!strings.HasPrefix(h.Get("Content-Type"), "text/html") || !strings.Contains(got.Body.String(), "1015") {
		t.Errorf("after ten thousand: %d %v %s", got.Code, h, got.Body)
	}
	if calls := s.Calls(s.Seq() - 1); len(calls) != 1 || calls[0].Scope != blockedScope {
		t.Errorf("the oracle tells of %+v", calls)
	}
	if got := ask("127.0.0.3:1", "GET", app.Token, "/users/@me", ""); got.Code != 200 {
		t.Errorf("another address: %d", got.Code)
	}
	s.Advance(blockedFor)
	if got := ask("127.0.0.2:1", "GET", app.Token, "/users/@me", ""); got.Code != 200 {
		t.Errorf("an hour later: %d", got.Code)
	}
}
