package api_test

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"ticketbot/api"
	"ticketbot/internal/say"
)

func TestLogin(t *testing.T) {
	h := newHouse(t)

	t.Run("leads back to the page that was asked for", func(t *testing.T) {
		v := h.visitor()
		login := v.get("/transcripts/abc").redirect()
		back := v.consent(v.get(login).redirect(), h.Mia, "allow")
		if got := v.get(back).redirect(); got != "/transcripts/abc" {
			t.Errorf("led to %s", got)
		}
		if got := v.get("/api/me").body; !strings.Contains(got, `"name":"Mia"`) {
			t.Errorf("logged in as %s", got)
		}
	})

	t.Run("keeps no token: Discord's is given back", func(t *testing.T) {
		before := h.sim.Seq()
		h.loggedIn(h.Mia)
		if got := h.sim.CallCounts(before)["POST /oauth2/token/revoke"]; got != 1 {
			t.Errorf("revoked %d times: %v", got, h.sim.CallCounts(before))
		}
	})

	t.Run("asks for nothing but who somebody is and which servers they are in", func(t *testing.T) {
		q := query(t, h.visitor().get("/login").redirect())
		if q.Get("scope") != "identify guilds" || q.Get("code_challenge_method") != "S256" || q.Get("code_challenge") == "" || len(q.Get("state")) < 40 {
			t.Errorf("asks %v", q)
		}
	})

	t.Run("a callback works once", func(t *testing.T) {
		v := h.visitor()
		v.get("/login")
		v = h.visitor()
		page := v.get("/login").redirect()
		secret := v.cookie("tb_login")
		back := v.consent(page, h.Mia, "allow")
		v.get(back).redirect()
		v.setCookie("tb_login", secret)
		refused(t, v.get(back), http.StatusBadRequest, "api.login.stale")
	})

	t.Run("another browser cannot finish it", func(t *testing.T) {
		mallory := h.visitor()
		back := mallory.consent(mallory.get("/login").redirect(), h.Noah, "allow")
		victim := h.visitor()
		refused(t, victim.get(back), http.StatusBadRequest, "api.login.stale")
		victim.get("/login") // has a login of its own under way
		refused(t, victim.get(back), http.StatusBadRequest, "api.login.stale")
		if victim.cookie("tb_session") != "" {
			t.Error("the victim is logged in as somebody else")
		}
		if got := mallory.get(back).status; got != http.StatusSeeOther { // the control: it was good where it began
			t.Errorf("its own browser got %d", got)
		}
	})

	t.Run("a foreign state does not spoil the login under way", func(t *testing.T) {
		v := h.visitor()
		back := v.consent(v.get("/login").redirect(), h.Mia, "allow")
		refused(t, v.get("/auth/callback?code=x&state=y"), http.StatusBadRequest, "api.login.stale")
		v.get(back).redirect()
	})

	t.Run("a code that Discord refuses", func(t *testing.T) {
		v := h.visitor()
		state := query(t, v.get("/login").redirect()).Get("state")
		refused(t, v.get("/auth/callback?code=made-up&state="+state), http.StatusBadRequest, "api.login.refused")
	})

	t.Run("somebody else's code is worth nothing without the verifier", func(t *testing.T) {
		victim := h.visitor()
		stolen := query(t, victim.consent(victim.get("/login").redirect(), h.Mia, "allow")).Get("code")
		thief := h.visitor()
		state := query(t, thief.get("/login").redirect()).Get("state")
		refused(t, thief.get("/auth/callback?code="+stolen+"&state="+state), http.StatusBadRequest, "api.login.refused")
	})

	t.Run("saying no", func(t *testing.T) {
		v := h.visitor()
		back := v.consent(v.get("/login").redirect(), h.Mia, "deny")
		got := v.get(back)
		refused(t, got, http.StatusForbidden, "api.login.denied")
		if !strings.Contains(got.body, `href="/login"`) {
			t.Error("the page offers no other try")
		}
	})

	t.Run("taking too long", func(t *testing.T) {
		v := h.visitor()
		back := v.consent(v.get("/login").redirect(), h.Mia, "allow")
		h.clock.Advance(api.LoginTime)
		refused(t, v.get(back), http.StatusBadRequest, "api.login.stale")
	})
}

func TestSession(t *testing.T) {
	h := newHouse(t)

	t.Run("is a new one at each login", func(t *testing.T) {
		v := h.loggedIn(h.Mia)
		first := v.cookie("tb_session")
		v.get(v.consent(v.get("/login").redirect(), h.Leo, "allow"))
		if second := v.cookie("tb_session"); second == first {
			t.Fatal("the session was kept")
		}
		v.setCookie("tb_session", first)
		if got := v.get("/api/me").status; got != http.StatusUnauthorized {
			t.Errorf("the old session still answers %d", got)
		}
	})

	t.Run("cannot be brought along", func(t *testing.T) {
		v := h.visitor()
		planted := strings.Repeat("A", 43)
		v.setCookie("tb_session", planted)
		v.get(v.consent(v.get("/login").redirect(), h.Mia, "allow"))
		if v.cookie("tb_session") == planted {
			t.Error("the planted session was taken")
		}
		thief := h.visitor()
		thief.setCookie("tb_session", planted)
		if got := thief.get("/api/me").status; got != http.StatusUnauthorized {
			t.Errorf("the planted session answers %d", got)
		}
	})

	t.Run("ends at logout, wherever its cookie went", func(t *testing.T) {
		v := h.loggedIn(h.Mia)
		stolen := v.cookie("tb_session")
		if got := v.ask("POST", "/api/logout").status; got != http.StatusNoContent {
			t.Fatalf("logout answered %d", got)
		}
		if v.cookie("tb_session") != "" {
			t.Error("the cookie is still there")
		}
		v.setCookie("tb_session", stolen)
		if got := v.get("/api/me").status; got != http.StatusUnauthorized {
			t.Errorf("the ended session answers %d", got)
		}
	})

	t.Run("ends by itself", func(t *testing.T) {
		v := h.loggedIn(h.Mia)
		h.clock.Advance(api.SessionTime - 1)
		if got := v.get("/api/me").status; got != http.StatusOK {
			t.Fatalf("just before its end: %d", got)
		}
		h.clock.Advance(1)
		if got := v.get("/api/me").status; got != http.StatusUnauthorized {
			t.Errorf("after its end: %d", got)
		}
	})

	t.Run("cookies are out of reach of scripts and other websites", func(t *testing.T) {
		v := h.visitor()
		begun := v.get("/login")
		ended := v.get(v.consent(begun.redirect(), h.Mia, "allow"))
		for _, c := range append(begun.header["Set-Cookie"], ended.header["Set-Cookie"]...) {
			if !strings.Contains(c, "HttpOnly") || !strings.Contains(c, "SameSite=Lax") || !strings.Contains(c, "Path=/") || strings.Contains(c, "Domain") {
				t.Errorf("cookie %s", c)
			}
		}
	})
}

func TestReturnTo(t *testing.T) {
	for _, good := range []string{"/tickets", "/transcripts/aZ0-_", "/t/x", "/a/b/c"} {
		if got := api.ReturnTo(good); got != good {
			t.Errorf("%q leads to %q", good, got)
		}
	}
	for _, bad := range []string{
		"", "/", "//evil.example", "///evil.example", `/\evil.example`, `\\evil.example`, "https://evil.example", "//evil.example/%2f..",
		"javascript:alert(1)", "/%09/evil.example", "/\t/evil.example", "/\n/evil.example", "/x?next=//evil", "/x#y", "/..//evil", "/.evil",
		"/a//evil.example", "evil.example", "/x\x00", "/ｅvil", "/@evil.example", "/x:80", "http:/evil.example", "/x/", "/\r\nSet-Cookie: a=b",
		"/login", "/login/x", "/api/logout", "/auth/callback", "/" + strings.Repeat("a", 300),
	} {
		if got := api.ReturnTo(bad); got != "/tickets" {
			t.Errorf("%q leads to %q", bad, got)
		}
	}
}

func TestLoginsAreLimited(t *testing.T) {
	h := newHouse(t)
	v := h.visitor()
	from := func(address string) int { return v.ask("GET", "/login", "X-Forwarded-For", address).status }
	for range api.LoginBurst {
		if got := from("203.0.113.7"); got != http.StatusFound {
			t.Fatalf("within the limit: %d", got)
		}
	}
	refused(t, v.ask("GET", "/login", "X-Forwarded-For", "203.0.113.7"), http.StatusTooManyRequests, "api.login.limit")
	if got := from("198.51.100.1, 203.0.113.7"); got != http.StatusTooManyRequests {
		t.Errorf("an invented hop got past the limit: %d", got)
	}
	if got := from("203.0.113.8"); got != http.StatusFound {
		t.Errorf("a neighbour got %d", got)
	}
	for i := range api.LoginBurst {
		from("2001:db8:1:2::" + strconv.Itoa(i+1))
	}
	if got := from("2001:db8:1:2:ffff::1"); got != http.StatusTooManyRequests {
		t.Errorf("the same household got %d", got)
	}
	h.advance(4e9)
	if got := from("203.0.113.7"); got != http.StatusFound {
		t.Errorf("later: %d", got)
	}
}

// refused checks that a page says this sentence.
func refused(t *testing.T, got answer, status int, key string, args ...any) {
	t.Helper()
	if got.status != status || !strings.Contains(unescape(got.body), say.T(key, args...)) {
		t.Errorf("answered %d, want %d %s:\n%s", got.status, status, key, got.body)
	}
}

func unescape(s string) string {
	return strings.NewReplacer("&#39;", "'", "&amp;", "&").Replace(s)
}

func query(t *testing.T, address string) url.Values {
	t.Helper()
	u, err := url.Parse(address)
	must(t, err)
	return u.Query()
}
