package discordsim_test

import (
	"context"
	"fmt"
	"net/http"
	"testing"
	"time"

	"ticketbot/discordsim"
)

// cut says whether the request's connection is cut before an answer.
func (s *scene) cut(method, path string) bool {
	s.t.Helper()
	r, err := http.NewRequestWithContext(s.t.Context(), method, s.sim.URL()+"/api/v10"+path, nil)
	s.ok(err)
	r.Header.Set("Authorization", "Bot "+s.app.Token)
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	response, err := client.Do(r)
	if err != nil {
		return true
	}
	_ = response.Body.Close()
	return false
}

func TestFault_of_a_route_for_a_count(t *testing.T) {
	s := newScene(t, discordsim.Options{NoRateLimits: true})
	cancel := s.sim.FailREST(discordsim.Fault{Method: "GET", Path: "/guilds/{guild}", Status: 403, Code: 50001, Count: 2})
	defer cancel()
	mark := s.sim.Seq()
	s.joinedAt() // another route, with more segments
	for i, want := range []int{403, 403, 200} {
		if got := s.rest("GET", s.guildPath(), nil); got.status != want || want == 403 && got.code() != 50001 {
			t.Errorf("request %d is %d %v, want %d", i+1, got.status, got.body, want)
		}
	}
	calls := s.sim.Calls(mark)
	if len(calls) != 4 || calls[0].Fault || !calls[1].Fault || calls[3].Fault || calls[1].Status != 403 {
		t.Errorf("the calls are %+v", calls)
	}
	for _, c := range calls {
		if c.App != s.app.ID || c.Guild != s.guild {
			t.Errorf("%s %s is by %s of guild %s", c.Method, c.Path, c.App, c.Guild)
		}
	}
}

func TestFault_for_a_time_and_until_cancelled(t *testing.T) {
	s := newScene(t, discordsim.Options{NoRateLimits: true, Frozen: true})
	s.sim.FailREST(discordsim.Fault{Path: s.guildPath() + "/**", Status: 500, Until: s.sim.Now().Add(time.Minute)})
	s.want(500, "GET", s.guildPath()+"/members/"+s.app.ID.String(), nil)
	s.want(200, "GET", "/users/@me", nil)
	s.sim.Advance(time.Minute)
	s.want(200, "GET", s.guildPath()+"/members/"+s.app.ID.String(), nil)

	cancel := s.sim.FailREST(discordsim.Fault{Status: 429})
	if got := s.want(429, "GET", "/users/@me", nil); got.at("retry_after") == nil || got.header.Get("Retry-After") == "" {
		t.Errorf("a 429 is %v", got.body)
	}
	cancel()
	cancel()
	s.want(200, "GET", "/users/@me", nil)
}

func TestFault_unreachable(t *testing.T) {
	s := newScene(t, discordsim.Options{NoRateLimits: true})
	mark := s.sim.Seq()
	cancel := s.sim.FailREST(discordsim.Fault{})
	if !s.cut("GET", "/users/@me") || !s.cut("GET", s.guildPath()) {
		t.Error("REST can be reached")
	}
	cancel()
	if s.cut("GET", "/users/@me") {
		t.Error("REST still cannot be reached")
	}
	if calls := s.sim.Calls(mark); len(calls) != 3 || calls[0].Status != 0 || calls[2].Status != 200 {
		t.Errorf("the calls are %+v", calls)
	}
}

func TestFault_late_takes_effect(t *testing.T) {
	s := newScene(t, discordsim.Options{NoRateLimits: true})
	mark := s.sim.Seq()
	defer s.sim.FailREST(discordsim.Fault{Method: "POST", Path: "/channels/*/messages", Status: 502, Count: 1, Late: true})()
	s.want(502, "POST", "/channels/"+s.lobby.ID.String()+"/messages", object{"content": "there all the same"})
	if posts := s.sim.Posts(s.app.ID, mark); len(posts) != 1 || posts[0].Body != "there all the same" || posts[0].Guild != s.guild {
		t.Errorf("the posts are %+v", posts)
	}
	defer s.sim.FailREST(discordsim.Fault{Method: "POST", Status: 502, Count: 1})()
	s.want(502, "POST", "/channels/"+s.lobby.ID.String()+"/messages", object{"content": "never there"})
	if writes := s.sim.Writes(s.app.ID, mark); len(writes) != 1 || !writes[0].Late {
		t.Errorf("the writes are %+v, want the one that took effect", writes)
	}
}

func TestHold_until_released(t *testing.T) {
	s := newScene(t, discordsim.Options{NoRateLimits: true})
	arrived, release := s.sim.HoldREST("DELETE", "/channels/*")
	s.want(200, "GET", "/channels/"+s.lobby.ID.String(), nil)
	select {
	case <-arrived:
		t.Fatal("another request is held")
	default:
	}
	done := make(chan bool)
	go func() { done <- s.cut("DELETE", "/channels/"+s.lobby.ID.String()) }()
	select {
	case <-arrived:
	case <-time.After(patience):
		t.Fatal("the request never arrives")
	}
	s.want(200, "GET", "/channels/"+s.lobby.ID.String(), nil)
	release()
	release()
	if <-done {
		t.Error("a released request has no answer")
	}
	s.want(404, "GET", "/channels/"+s.lobby.ID.String(), nil)
}

func TestHold_of_a_caller_that_goes_away_never_takes_effect(t *testing.T) {
	s := newScene(t, discordsim.Options{NoRateLimits: true})
	mark := s.sim.Seq()
	arrived, release := s.sim.HoldREST("DELETE", "/channels/"+s.lobby.ID.String())
	ctx, stop := context.WithCancel(t.Context())
	r, err := http.NewRequestWithContext(ctx, "DELETE", s.sim.URL()+"/api/v10/channels/"+s.lobby.ID.String(), nil)
	s.ok(err)
	r.Header.Set("Authorization", "Bot "+s.app.Token)
	done := make(chan error)
	go func() { _, err := http.DefaultClient.Do(r); done <- err }()
	<-arrived
	stop()
	if <-done == nil {
		t.Error("the caller has an answer")
	}
	waitUntil(t, s.sim, "the call ends", func() bool { return len(s.sim.Calls(mark)) == 1 })
	release()
	s.want(200, "GET", "/channels/"+s.lobby.ID.String(), nil)
}

func TestMyGuilds_are_paged(t *testing.T) {
	s := newScene(t, discordsim.Options{NoRateLimits: true})
	all := []string{s.guild.String()}
	for i := range 204 {
		id := must(s.sim.NewGuild(s.owner.ID, fmt.Sprintf("Number %d", i)))(t)
		s.ok(s.sim.InviteBot(s.app.ID, id))
		all = append(all, id.String())
	}
	foreign := must(s.sim.NewGuild(s.owner.ID, "Foreign"))(t)
	page := func(query string) []string {
		t.Helper()
		var ids []string
		for _, g := range s.want(200, "GET", "/users/@me/guilds"+query, nil).body.([]any) {
			ids = append(ids, g.(object)["id"].(string))
		}
		return ids
	}
	same := func(what string, got, want []string) {
		t.Helper()
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%s: %d guilds %v, want %d", what, len(got), got, len(want))
		}
	}
	same("the first page", page(""), all[:200])
	same("after the first page", page("?after="+all[199]), all[200:])
	same("two after the third", page("?limit=2&after="+all[2]), all[3:5])
	same("two before the fourth", page("?limit=2&before="+all[3]), all[1:3])
	same("from the beginning", page("?limit=1&after=0"), all[:1])
	for _, id := range page("?after=" + all[199]) {
		if id == foreign.String() {
			t.Error("a guild that the bot is not in is listed")
		}
	}
	for _, limit := range []string{"0", "201", "x"} {
		if got := s.rest("GET", "/users/@me/guilds?limit="+limit, nil); got.code() != 50035 {
			t.Errorf("limit %s: %v", limit, got.body)
		}
	}
}

func TestGuild_unknown_foreign_and_own(t *testing.T) {
	s := newScene(t, discordsim.Options{NoRateLimits: true})
	foreign := must(s.sim.NewGuild(s.owner.ID, "Foreign"))(t)
	for _, rest := range []string{"", "/members/" + s.app.ID.String(), "/channels", "/roles"} {
		if got := s.rest("GET", "/guilds/1"+rest, nil); got.status != 404 || got.code() != 10004 {
			t.Errorf("unknown guild%s: %d %v", rest, got.status, got.body)
		}
		if got := s.rest("GET", "/guilds/"+foreign.String()+rest, nil); got.status != 403 || got.code() != 50001 {
			t.Errorf("foreign guild%s: %d %v", rest, got.status, got.body)
		}
		s.want(200, "GET", s.guildPath()+rest, nil)
	}
}

func TestBot_outside_a_guild_cannot_write(t *testing.T) {
	s := newScene(t, discordsim.Options{NoRateLimits: true})
	log := s.want(200, "POST", "/channels/"+s.lobby.ID.String()+"/messages", object{"content": "log"}).id()
	dm := s.want(200, "POST", "/users/@me/channels", object{"recipient_id": s.mia.ID.String()}).id()
	letter := s.want(200, "POST", "/channels/"+dm+"/messages", object{"content": "letter"}).id()
	// While it is in: what it wrote can be rewritten and deleted, in both places.
	s.want(200, "PATCH", "/channels/"+s.lobby.ID.String()+"/messages/"+log, object{"content": "rewritten"})
	s.want(200, "PATCH", "/channels/"+dm+"/messages/"+letter, object{"content": "rewritten"})

	mark := s.sim.Seq()
	s.ok(s.sim.KickBot(s.app.ID, s.guild))
	must(s.sim.Say(s.mia.ID, s.lobby.ID, discordsim.SayOptions{Content: "not the bot's"}))(t)
	for _, try := range []struct {
		method, path string
		code         int
	}{
		{"POST", "/channels/" + s.lobby.ID.String() + "/messages", 50001},
		{"PATCH", "/channels/" + s.lobby.ID.String() + "/messages/" + log, 50001},
		{"DELETE", "/channels/" + s.lobby.ID.String() + "/messages/" + log, 50001},
		{"POST", "/channels/1/messages", 10003},
		{"POST", "/channels/" + dm + "/messages", 50278},
	} {
		if got := s.rest(try.method, try.path, object{"content": "after"}); got.code() != try.code {
			t.Errorf("%s %s: %d %v, want code %d", try.method, try.path, got.status, got.body, try.code)
		}
	}
	if posts := s.sim.Posts(s.app.ID, mark); len(posts) != 0 {
		t.Errorf("posts after the kick: %+v", posts)
	}
	if writes := s.sim.Writes(s.app.ID, mark); len(writes) != 0 {
		t.Errorf("writes after the kick: %+v", writes)
	}
	// Its own words in a direct conversation stay in reach.
	s.want(200, "PATCH", "/channels/"+dm+"/messages/"+letter, object{"content": "gone"})
	if posts := s.sim.Posts(s.app.ID, mark); len(posts) != 1 || posts[0].Kind != "message_edit" {
		t.Errorf("the edit is %+v", posts)
	}
	if writes := s.sim.Writes(s.app.ID, mark); len(writes) != 1 || writes[0].Route != "/channels/{channel}/messages/{message}" {
		t.Errorf("the writes are %+v", writes)
	}
	s.want(204, "DELETE", "/channels/"+dm+"/messages/"+letter, nil)
}
