package discordsim_test

import (
	"fmt"
	"testing"
	"time"

	"ticketbot/discordsim"
)

func frozenScene(t *testing.T) *scene {
	t.Helper()
	return newScene(t, discordsim.Options{Frozen: true, Start: time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)})
}

// drains are a request for each bucket that has its own headers; each may be made as often as one likes.
func drains(s *scene) map[string]func() reply {
	ask := func(method, path string, body any) func() reply {
		return func() reply { return s.rest(method, path, body) }
	}
	m := must(s.sim.Say(s.mia.ID, s.lobby.ID, discordsim.SayOptions{Content: "x"}))(s.t).ID.String()
	own := s.want(200, "POST", "/channels/"+s.lobby.ID.String()+"/messages", object{"content": "x"}).id()
	old := must(s.sim.Say(s.mia.ID, s.lobby.ID, discordsim.SayOptions{Content: "old"}))(s.t).ID.String()
	s.sim.Advance(15 * 24 * time.Hour)
	young := must(s.sim.Say(s.mia.ID, s.lobby.ID, discordsim.SayOptions{Content: "young"}))(s.t).ID.String()
	return map[string]func() reply{
		"default":        ask("GET", s.lobbyPath(), nil),
		"post":           ask("POST", s.postPath(), object{"content": "x"}),
		"edit":           ask("PATCH", s.postPath()+"/"+own, object{"content": "y"}),
		"delete":         ask("DELETE", s.postPath()+"/"+young, nil),
		"delete-old":     ask("DELETE", s.postPath()+"/"+old, nil),
		"bulk":           ask("POST", s.postPath()+"/bulk-delete", object{"messages": []string{}}),
		"react":          ask("PUT", s.postPath()+"/"+m+"/reactions/%F0%9F%91%8D/@me", nil),
		"channel":        ask("PATCH", s.lobbyPath(), object{"nsfw": true}),
		"channel-delete": ask("DELETE", "/channels/1", nil),
		"channels":       ask("PUT", s.lobbyPath()+"/permissions/"+s.guild.String(), object{"type": 0}),
		"members":        ask("PATCH", s.guildPath()+"/members/"+s.mia.ID.String(), object{}),
		"pins":           ask("GET", s.postPath()+"/pins", nil),
		"commands":       ask("PUT", s.commandsPath(), []object{}),
		"my-guilds":      ask("GET", "/users/@me/guilds", nil),
		"webhook":        ask("POST", "/webhooks/1/sim.x", object{"content": "x"}),
	}
}

func TestBuckets(t *testing.T) {
	for _, b := range discordsim.Buckets() {
		t.Run(b.Name, func(t *testing.T) {
			if b.Name == "global" || b.Name == "rename" {
				return // no header tells of them: the tests below
			}
			s := frozenScene(t)
			ask := drains(s)[b.Name]
			s.sim.Advance(time.Hour)
			for left := b.Calls - 1; left >= 0; left-- {
				got := ask()
				want := map[string]string{
					"X-RateLimit-Limit": fmt.Sprint(b.Calls), "X-RateLimit-Remaining": fmt.Sprint(left),
					"X-RateLimit-Reset":       fmt.Sprintf("%.3f", float64(s.sim.Now().Add(b.Per).UnixMilli())/1000),
					"X-RateLimit-Reset-After": fmt.Sprintf("%.3f", b.Per.Seconds()), "X-RateLimit-Scope": "", "Retry-After": "",
				}
				for key, value := range want {
					if got.header.Get(key) != value {
						t.Fatalf("with %d left, %s is %q, want %q", left, key, got.header.Get(key), value)
					}
				}
				if got.status == 429 || got.header.Get("X-RateLimit-Bucket") == "" {
					t.Fatalf("with %d left: %d %v", left, got.status, got.header)
				}
			}
			if b.Name == "default" {
				return // as large as the global limit, which comes first
			}
			got := ask()
			after := fmt.Sprint(int((b.Per + time.Second - 1) / time.Second))
			if got.status != 429 || got.header.Get("X-RateLimit-Scope") != "user" || got.header.Get("Retry-After") != after ||
				got.at("retry_after") != b.Per.Seconds() || got.at("global") != false || got.at("message") != "You are being rate limited." {
				t.Errorf("one too many: %d %v %v", got.status, got.header, got.body)
			}
			s.sim.Advance(b.Per)
			if got := ask(); got.status == 429 {
				t.Errorf("after %s: %v", b.Per, got.body)
			}
		})
	}
}

func TestBuckets_are_by_hash_and_major_parameter(t *testing.T) {
	s := frozenScene(t)
	asks := drains(s)
	s.sim.Advance(time.Hour)
	hash := func(got reply) string { return got.header.Get("X-RateLimit-Bucket") }
	left := func(got reply) string { return got.header.Get("X-RateLimit-Remaining") }
	overwrite := asks["channels"]()
	again := s.rest("POST", s.lobbyPath()+"/threads", object{"name": "x", "type": 11})
	if hash(overwrite) != hash(again) || left(overwrite) != "9" || left(again) != "8" {
		t.Errorf("two routes of one bucket: %s with %s left, %s with %s", hash(overwrite), left(overwrite), hash(again), left(again))
	}
	elsewhere := s.rest("PUT", "/channels/"+s.office.ID.String()+"/permissions/"+s.guild.String(), object{"type": 0})
	if hash(elsewhere) != hash(overwrite) || left(elsewhere) != "9" {
		t.Errorf("another channel: %s with %s left", hash(elsewhere), left(elsewhere))
	}
	if post, gone := asks["post"](), asks["delete"](); hash(post) == hash(gone) || left(gone) != "4" {
		t.Error("deleting a message counts with posting")
	}
}

func TestRateLimit_of_names_and_topics_is_shared_and_unannounced(t *testing.T) {
	s := frozenScene(t)
	for _, body := range []object{{"name": "a"}, {"topic": "b"}} {
		s.want(200, "PATCH", s.lobbyPath(), body)
	}
	other := s.sim.NewApplication("Other", nil)
	s.ok(s.sim.AddBot(other.ID, s.guild, usual))
	theirs := s.request("PATCH", "/api/v10"+s.lobbyPath(), "Bot "+other.Token, object{"name": "c"})
	if theirs.status != 429 || theirs.header.Get("X-RateLimit-Scope") != "shared" {
		t.Errorf("another bot's rename: %d %v", theirs.status, theirs.header)
	}
	s.sim.Advance(500 * time.Millisecond)
	got := s.want(429, "PATCH", s.lobbyPath(), object{"name": "c"})
	h := got.header
	if h.Get("X-RateLimit-Scope") != "shared" || h.Get("Retry-After") != "600" || got.at("retry_after") != 599.5 || got.at("global") != false ||
		got.at("message") != "The resource is being rate limited." || h.Get("X-RateLimit-Remaining") != "2" || h.Get("X-RateLimit-Reset-After") != "14.500" {
		t.Errorf("the third: %v %v", h, got.body)
	}
	s.want(200, "PATCH", s.lobbyPath(), object{"nsfw": true})
	elsewhere := must(s.sim.NewChannel(s.guild, discordsim.ChannelOptions{Name: "elsewhere"}))(t)
	s.want(200, "PATCH", "/channels/"+elsewhere.ID.String(), object{"name": "c"})
	s.sim.Advance(10 * time.Minute)
	s.want(200, "PATCH", s.lobbyPath(), object{"name": "c"})
}

func TestRateLimit_does_not_reach_interactions(t *testing.T) {
	s := frozenScene(t)
	m := s.want(200, "POST", s.postPath(), object{"components": []object{row(button("Open", "open"))}})
	click := must(s.sim.Click(s.mia.ID, must(discordsim.ParseID(m.id()))(t), "open"))(t)
	for i := range 50 {
		s.rest("GET", fmt.Sprint("/channels/", i+1), nil)
	}
	s.want(429, "GET", s.lobbyPath(), nil)
	if got := s.callback(click, object{"type": 4, "data": object{"content": "x"}}); got.status != 204 {
		t.Errorf("the callback: %d %v", got.status, got.body)
	}
	for range 20 {
		s.want(200, "POST", fmt.Sprintf("/webhooks/%s/%s", s.app.ID, click.Token()), object{"content": "more"})
	}
}
