package discordsim_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"image/png"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"ticketbot/discordsim"
)

const redirect = "http://127.0.0.1:1/callback"

// fetch gets a page or a file.
func (s *scene) fetch(link string) (int, string) {
	s.t.Helper()
	response, err := http.Get(link)
	s.ok(err)
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	s.ok(err)
	return response.StatusCode, string(body)
}

// consent presses a button on the consent page and returns where it leads.
func (s *scene) consent(query, answer url.Values) (*url.URL, int) {
	s.t.Helper()
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	response, err := client.PostForm(s.sim.URL()+"/oauth2/authorize?"+query.Encode(), answer)
	s.ok(err)
	defer response.Body.Close()
	target, _ := response.Location()
	return target, response.StatusCode
}

func (s *scene) ask(scope string) url.Values {
	sum := sha256.Sum256([]byte("verifier"))
	return url.Values{
		"client_id": {s.app.ID.String()}, "response_type": {"code"}, "redirect_uri": {redirect}, "scope": {scope}, "state": {"st"},
		"code_challenge": {base64.RawURLEncoding.EncodeToString(sum[:])}, "code_challenge_method": {"S256"},
	}
}

func (s *scene) code(scope string) string {
	s.t.Helper()
	target, status := s.consent(s.ask(scope), url.Values{"decision": {"allow"}, "user": {s.mia.ID.String()}})
	if status != http.StatusFound || target.Query().Get("state") != "st" {
		s.t.Fatalf("consent leads to %v (%d)", target, status)
	}
	return target.Query().Get("code")
}

// token posts a form to a token route.
func (s *scene) token(path string, form url.Values) reply {
	s.t.Helper()
	r, err := http.NewRequestWithContext(s.t.Context(), "POST", s.sim.URL()+"/api/v10/oauth2/"+path, strings.NewReader(form.Encode()))
	s.ok(err)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.SetBasicAuth(s.app.ID.String(), s.app.ClientSecret)
	return s.do(r)
}

func (s *scene) redeem(code, verifier string) reply {
	s.t.Helper()
	return s.token("token", url.Values{"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {redirect}, "code_verifier": {verifier}})
}

func TestOAuth2(t *testing.T) {
	t.Run("from consent to who I am", func(t *testing.T) {
		s := newScene(t, discordsim.Options{NoRateLimits: true})
		status, page := s.fetch(s.sim.URL() + "/oauth2/authorize?" + s.ask("identify guilds").Encode())
		if status != 200 || !strings.Contains(page, "simulator, not Discord") || !strings.Contains(page, "Mia (mia)") {
			t.Errorf("the page (%d) lacks the banner or the people", status)
		}
		got := s.redeem(s.code("identify guilds"), "verifier")
		if got.at("token_type") != "Bearer" || got.at("scope") != "identify guilds" {
			t.Fatalf("token: %v", got.body)
		}
		bearer := "Bearer " + got.at("access_token").(string)
		if me := s.request("GET", "/api/v10/users/@me", bearer, nil); me.id() != s.mia.ID.String() {
			t.Errorf("me: %v", me.body)
		}
		guilds := s.request("GET", "/api/v10/users/@me/guilds", bearer, nil)
		if guilds.at(0, "id") != s.guild.String() || guilds.at(0, "owner") != false {
			t.Errorf("guilds: %v", guilds.body)
		}
		if m := s.request("GET", "/api/v10/users/@me/guilds/"+s.guild.String()+"/member", bearer, nil); m.code() != 50026 {
			t.Errorf("a scope that was not granted: %v, want 50026", m.body)
		}
		s.sim.Advance(8 * 24 * time.Hour)
		if me := s.request("GET", "/api/v10/users/@me", bearer, nil); me.status != 401 {
			t.Errorf("a token works after its week: %d", me.status)
		}
	})
	t.Run("a code works once, for a minute, with its verifier and redirect", func(t *testing.T) {
		s := newScene(t, discordsim.Options{NoRateLimits: true})
		code := s.code("identify")
		if got := s.redeem(code, "verifier"); got.status != 200 {
			t.Fatalf("%v", got.body)
		}
		if got := s.redeem(code, "verifier"); got.status != 400 || got.at("error") != "invalid_grant" {
			t.Errorf("a second time: %v", got.body)
		}
		if got := s.redeem(s.code("identify"), "wrong"); got.at("error") != "invalid_grant" {
			t.Errorf("a wrong verifier: %v", got.body)
		}
		code = s.code("identify")
		s.sim.Advance(2 * time.Minute)
		if got := s.redeem(code, "verifier"); got.at("error") != "invalid_grant" {
			t.Errorf("two minutes later: %v", got.body)
		}
		if got := s.token("token", url.Values{"grant_type": {"authorization_code"}, "code": {s.code("identify")}, "redirect_uri": {"http://evil/"}, "code_verifier": {"verifier"}}); got.at("error") != "invalid_grant" {
			t.Errorf("another redirect: %v", got.body)
		}
	})
	t.Run("refreshing rotates, revoking ends", func(t *testing.T) {
		s := newScene(t, discordsim.Options{NoRateLimits: true})
		first := s.redeem(s.code("identify"), "verifier")
		renew := url.Values{"grant_type": {"refresh_token"}, "refresh_token": {first.at("refresh_token").(string)}}
		second := s.token("token", renew)
		if second.status != 200 || second.at("access_token") == first.at("access_token") {
			t.Fatalf("refresh: %v", second.body)
		}
		if again := s.token("token", renew); again.at("error") != "invalid_grant" {
			t.Errorf("the old refresh token: %v", again.body)
		}
		s.token("token/revoke", url.Values{"token": {second.at("access_token").(string)}})
		if me := s.request("GET", "/api/v10/users/@me", "Bearer "+second.at("access_token").(string), nil); me.status != 401 {
			t.Errorf("a revoked token: %d", me.status)
		}
	})
	t.Run("JSON and a wrong secret are refused", func(t *testing.T) {
		s := newScene(t, discordsim.Options{})
		if got := s.request("POST", "/api/v10/oauth2/token", "", object{"grant_type": "authorization_code"}); got.status != 400 {
			t.Errorf("JSON: %d", got.status)
		}
		s.app.ClientSecret = "wrong"
		if got := s.token("token", url.Values{"grant_type": {"refresh_token"}}); got.status != 401 || got.at("error") != "invalid_client" {
			t.Errorf("wrong secret: %v", got.body)
		}
	})
	t.Run("denying goes back with an error", func(t *testing.T) {
		s := newScene(t, discordsim.Options{})
		target, _ := s.consent(s.ask("identify"), url.Values{"decision": {"deny"}})
		if target.Query().Get("error") != "access_denied" || target.Query().Get("state") != "st" {
			t.Errorf("denied: %v", target)
		}
	})
	t.Run("an unknown redirect is never followed", func(t *testing.T) {
		s := newScene(t, discordsim.Options{})
		q := s.ask("identify")
		q.Set("redirect_uri", "http://evil.example/")
		target, status := s.consent(q, url.Values{"decision": {"allow"}, "user": {s.mia.ID.String()}})
		if target != nil || status != 400 {
			t.Errorf("leads to %v (%d)", target, status)
		}
	})
	t.Run("the bot scope adds the bot, for those who manage the server", func(t *testing.T) {
		s := newScene(t, discordsim.Options{})
		other := must(s.sim.NewGuild(s.owner.ID, "Second"))(t)
		q := s.ask("bot identify")
		q.Set("permissions", "1024")
		_, status := s.consent(q, url.Values{"decision": {"allow"}, "user": {s.mia.ID.String()}, "guild_id": {other.String()}})
		if status != 403 {
			t.Errorf("a stranger adds the bot: %d", status)
		}
		target, _ := s.consent(q, url.Values{"decision": {"allow"}, "user": {s.owner.ID.String()}, "guild_id": {other.String()}})
		if target.Query().Get("guild_id") != other.String() {
			t.Errorf("leads to %v", target)
		}
		s.want(200, "GET", "/guilds/"+other.String(), nil)
	})
}

func TestCDN_links(t *testing.T) {
	s := newScene(t, discordsim.Options{})
	m := must(s.sim.Say(s.mia.ID, s.lobby.ID, discordsim.SayOptions{Files: []discordsim.File{{Name: "a.txt", Data: []byte("A")}}}))(t)
	link := m.Attachments[0].URL
	if status, body := s.fetch(link); status != 200 || body != "A" {
		t.Errorf("a fresh link gives %d %q", status, body)
	}
	bare, _, _ := strings.Cut(link, "?")
	if status, _ := s.fetch(bare); status != 404 {
		t.Errorf("an unsigned link gives %d", status)
	}
	if status, _ := s.fetch(strings.Replace(link, "ex=", "ex=f", 1)); status != 404 {
		t.Errorf("a forged expiry gives %d", status)
	}
	s.sim.Advance(25 * time.Hour)
	if status, _ := s.fetch(link); status != 404 {
		t.Errorf("after a day the link gives %d", status)
	}
	again := s.want(200, "GET", "/channels/"+s.lobby.ID.String()+"/messages/"+m.ID.String(), nil)
	if status, _ := s.fetch(again.at("attachments", 0, "url").(string)); status != 200 {
		t.Errorf("a link signed anew gives %d", status)
	}
	s.ok(s.sim.DeleteChannel(s.owner.ID, s.lobby.ID))
	if status, _ := s.fetch(again.at("attachments", 0, "url").(string)); status != 404 {
		t.Errorf("after the channel is gone the file gives %d", status)
	}
}

func TestCDN_pictures(t *testing.T) {
	s := newScene(t, discordsim.Options{})
	for _, link := range []string{s.sim.AvatarURL(s.mia), s.sim.Guilds()[0].Icon, s.sim.URL() + "/embed/avatars/3.png"} {
		status, first := s.fetch(link)
		picture, err := png.Decode(bytes.NewReader([]byte(first)))
		if status != 200 || err != nil || picture.Bounds().Dx() != 128 {
			t.Fatalf("%s gives %d, %v", link, status, err)
		}
		if _, second := s.fetch(link); first != second {
			t.Errorf("%s is another picture each time", link)
		}
	}
}
