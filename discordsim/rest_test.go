package discordsim_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"ticketbot/discordsim"
)

func TestREST_refusals(t *testing.T) {
	s := newScene(t, discordsim.Options{NoRateLimits: true})
	guild, lobby, office := s.guild.String(), s.lobby.ID.String(), s.office.ID.String()
	said := must(s.sim.Say(s.mia.ID, s.lobby.ID, discordsim.SayOptions{Content: "mine"}))(t)
	secret := must(s.sim.Say(s.owner.ID, s.office.ID, discordsim.SayOptions{Content: "secret"}))(t)
	voice := must(s.sim.NewChannel(s.guild, discordsim.ChannelOptions{Name: "folder", Type: 4}))(t)
	stranger := s.sim.NewUser("stranger", "")
	elsewhere := must(s.sim.NewGuild(stranger.ID, "Elsewhere"))(t)
	cases := []struct {
		method, path string
		body         any
		status, code int
	}{
		{"GET", "/nowhere", nil, 404, 0},
		{"PUT", "/users/@me", nil, 405, 0},
		{"GET", "/channels/1", nil, 404, 10003},
		{"GET", "/channels/abc", nil, 400, 50035},
		{"GET", "/guilds/1", nil, 404, 10004},
		{"GET", "/guilds/" + elsewhere.String(), nil, 403, 50001},
		{"GET", "/guilds/" + guild + "/members/1", nil, 404, 10013},
		{"GET", "/guilds/" + guild + "/members/" + stranger.ID.String(), nil, 404, 10007},
		{"GET", "/guilds/" + guild + "/roles/1", nil, 404, 10011},
		{"GET", "/channels/" + lobby + "/messages/1", nil, 404, 10008},
		{"GET", "/users/1", nil, 404, 10013},
		{"GET", "/channels/" + office, nil, 403, 50001},
		{"GET", "/channels/" + office + "/messages/" + secret.ID.String(), nil, 403, 50001},
		{"POST", "/channels/" + office + "/messages", object{"content": "hi"}, 403, 50001},
		{"PATCH", "/channels/" + lobby + "/messages/" + said.ID.String(), object{"content": "x"}, 403, 50005},
		{"POST", "/channels/" + lobby + "/messages", object{}, 400, 50006},
		{"POST", "/channels/" + lobby + "/messages", object{"content": "  "}, 400, 50006},
		{"POST", "/channels/" + voice.ID.String() + "/messages", object{"content": "x"}, 400, 50008},
		{"POST", "/channels/" + lobby + "/messages", object{"content": strings.Repeat("x", 2001)}, 400, 50035},
		{"POST", "/channels/" + lobby + "/messages/bulk-delete", object{"messages": []string{said.ID.String()}}, 400, 50016},
		{"PATCH", "/guilds/" + guild, object{"name": "Mine"}, 403, 50013},
		{"DELETE", "/guilds/" + guild + "/members/" + s.mia.ID.String(), nil, 403, 50013},
		{"POST", "/channels/" + lobby + "/webhooks", object{"name": "hook"}, 403, 50013},
		{"POST", "/users/@me/channels", object{"recipient_id": "1"}, 400, 50035},
		{"GET", "/channels/" + lobby + "/messages?limit=101", nil, 400, 50035},
		{"PUT", "/channels/" + lobby + "/permissions/1", object{"type": 0, "allow": "1024"}, 404, 10011},
		{"DELETE", "/channels/" + lobby + "/permissions/1", nil, 404, 10009},
		{"POST", "/webhooks/1/sim.x", object{"content": "x"}, 404, 10015},
		{"POST", "/webhooks/" + s.app.ID.String() + "/sim.x", object{"content": "x"}, 401, 50027},
		{"POST", "/interactions/1/sim.x/callback", object{"type": 4}, 404, 10062},
	}
	for _, c := range cases {
		got := s.rest(c.method, c.path, c.body)
		if got.status != c.status || got.code() != c.code {
			t.Errorf("%s %s = %d code %d, want %d code %d: %v", c.method, c.path, got.status, got.code(), c.status, c.code, got.body)
		}
	}
	t.Run("invalid JSON is 50109", func(t *testing.T) {
		r, _ := http.NewRequestWithContext(t.Context(), "POST", s.sim.URL()+"/api/v10/channels/"+lobby+"/messages", strings.NewReader("{"))
		r.Header.Set("Authorization", "Bot "+s.app.Token)
		response, err := http.DefaultClient.Do(r)
		s.ok(err)
		defer response.Body.Close()
		if response.StatusCode != 400 {
			t.Errorf("status %d", response.StatusCode)
		}
	})
}

func TestREST_versions_and_tokens(t *testing.T) {
	s := newScene(t, discordsim.Options{})
	for path, status := range map[string]int{"/api/v10/users/@me": 200, "/api/v9/users/@me": 200, "/api/users/@me": 200, "/api/v8/users/@me": 400} {
		if got := s.request("GET", path, "Bot "+s.app.Token, nil); got.status != status {
			t.Errorf("GET %s = %d, want %d", path, got.status, status)
		}
	}
	for _, auth := range []string{"", "Bot sim.wrong", "Bot MTk4NjIy.x.y", s.app.Token} {
		if got := s.request("GET", "/api/v10/users/@me", auth, nil); got.status != 401 {
			t.Errorf("with authorization %q: %d, want 401", auth, got.status)
		}
	}
}

func TestREST_form_errors_say_where(t *testing.T) {
	s := newScene(t, discordsim.Options{})
	got := s.rest("POST", "/channels/"+s.lobby.ID.String()+"/messages", object{
		"content": strings.Repeat("x", 2001),
		"embeds":  []object{{"title": "ok"}, {"fields": []object{{"name": "n"}}}},
	})
	if c := got.at("errors", "content", "_errors", 0, "code"); c != "BASE_TYPE_MAX_LENGTH" {
		t.Errorf("content: %v", got.body)
	}
	if c := got.at("errors", "embeds", "1", "fields", "0", "value", "_errors", 0, "code"); c != "BASE_TYPE_REQUIRED" {
		t.Errorf("embeds.1.fields.0.value: %v", got.body)
	}
}

func TestREST_messages(t *testing.T) {
	s := newScene(t, discordsim.Options{NoRateLimits: true})
	path := "/channels/" + s.lobby.ID.String() + "/messages"
	t.Run("files come by multipart and are described", func(t *testing.T) {
		m := s.want(200, "POST", path, upload{
			payload: object{"content": "two", "attachments": []object{{"id": 0, "description": "first"}, {"id": 1, "filename": "b.txt"}}},
			names:   []string{"übel name.txt", "x.txt"}, files: map[string]string{"übel name.txt": "one", "x.txt": "two"},
		})
		if m.at("attachments", 0, "filename") != "bel_name.txt" || m.at("attachments", 0, "description") != "first" || m.at("attachments", 1, "filename") != "b.txt" {
			t.Errorf("attachments: %v", m.at("attachments"))
		}
	})
	t.Run("the same nonce twice is one message", func(t *testing.T) {
		body := object{"content": "once", "nonce": "n1", "enforce_nonce": true}
		first, second := s.want(200, "POST", path, body), s.want(200, "POST", path, body)
		if first.id() != second.id() {
			t.Errorf("got messages %s and %s", first.id(), second.id())
		}
		s.sim.Advance(6 * time.Minute)
		if third := s.want(200, "POST", path, body); third.id() == first.id() {
			t.Error("a nonce is remembered longer than a few minutes")
		}
		if fetched := s.want(200, "GET", path+"/"+first.id(), nil); fetched.at("nonce") != nil {
			t.Error("a fetched message shows its nonce")
		}
	})
	t.Run("pages by before, after and around", func(t *testing.T) {
		c := must(s.sim.NewChannel(s.guild, discordsim.ChannelOptions{Name: "pages"}))(t)
		var ids []string
		for i := range 10 {
			ids = append(ids, must(s.sim.Say(s.mia.ID, c.ID, discordsim.SayOptions{Content: fmt.Sprint(i)}))(t).ID.String())
		}
		for query, want := range map[string]string{
			"limit=3": "9 8 7", "limit=3&before=" + ids[5]: "4 3 2", "limit=3&after=" + ids[5]: "8 7 6", "limit=3&around=" + ids[5]: "6 5 4",
			"after=0&limit=2": "1 0", "before=" + ids[0]: "",
		} {
			list := s.want(200, "GET", "/channels/"+c.ID.String()+"/messages?"+query, nil)
			var got []string
			for i := range list.body.([]any) {
				got = append(got, list.at(i, "content").(string))
			}
			if strings.Join(got, " ") != want {
				t.Errorf("?%s gives %v, want %s", query, got, want)
			}
		}
	})
	t.Run("mentions count as far as allowed", func(t *testing.T) {
		text := "<@" + s.mia.ID.String() + "> <@" + s.owner.ID.String() + "> @everyone"
		all := s.want(200, "POST", path, object{"content": text})
		none := s.want(200, "POST", path, object{"content": text, "allowed_mentions": object{"parse": []string{}}})
		one := s.want(200, "POST", path, object{"content": text, "allowed_mentions": object{"users": []string{s.mia.ID.String()}}})
		if n := []int{len(all.at("mentions").([]any)), len(none.at("mentions").([]any)), len(one.at("mentions").([]any))}; fmt.Sprint(n) != "[2 0 1]" {
			t.Errorf("mentions %v, want [2 0 1]", n)
		}
		if all.at("mention_everyone") != false {
			t.Error("@everyone counts without the permission")
		}
	})
	t.Run("a reply shows what it replies to, and null when that is gone", func(t *testing.T) {
		m := must(s.sim.Say(s.mia.ID, s.lobby.ID, discordsim.SayOptions{Content: "question"}))(t)
		r := s.want(200, "POST", path, object{"content": "answer", "message_reference": object{"message_id": m.ID.String()}})
		if r.at("referenced_message", "content") != "question" || r.at("type") != 19.0 {
			t.Errorf("reply: %v", r.body)
		}
		s.ok(s.sim.Delete(s.mia.ID, m.ID))
		gone := s.want(200, "GET", path+"/"+r.id(), nil)
		if v, there := gone.body.(object)["referenced_message"]; !there || v != nil {
			t.Errorf("referenced_message is %v (there: %v), want null", v, there)
		}
	})
	t.Run("edit, react, pin, bulk delete", func(t *testing.T) {
		m := s.want(200, "POST", path, object{"content": "a"})
		if e := s.want(200, "PATCH", path+"/"+m.id(), object{"content": "b"}); e.at("content") != "b" || e.at("edited_timestamp") == nil {
			t.Errorf("edited: %v", e.body)
		}
		s.want(204, "PUT", path+"/"+m.id()+"/reactions/%F0%9F%91%8D/@me", nil)
		if r := s.want(200, "GET", path+"/"+m.id(), nil); r.at("reactions", 0, "me") != true {
			t.Errorf("reactions: %v", r.at("reactions"))
		}
		s.want(204, "PUT", path+"/pins/"+m.id(), nil)
		if p := s.want(200, "GET", path+"/pins", nil); p.at("items", 0, "message", "id") != m.id() {
			t.Errorf("pins: %v", p.body)
		}
		n := s.want(200, "POST", path, object{"content": "c"})
		s.want(204, "POST", path+"/bulk-delete", object{"messages": []string{m.id(), n.id()}})
		s.want(404, "GET", path+"/"+n.id(), nil)
	})
}

func TestREST_direct_messages(t *testing.T) {
	s := newScene(t, discordsim.Options{NoRateLimits: true})
	dm := s.want(200, "POST", "/users/@me/channels", object{"recipient_id": s.mia.ID.String()})
	path := "/channels/" + dm.id() + "/messages"
	s.want(200, "POST", path, object{"content": "hello"})
	s.ok(s.sim.CloseDMs(s.mia.ID, true))
	if got := s.rest("POST", path, object{"content": "again"}); got.code() != 50007 {
		t.Errorf("to closed DMs: %v, want 50007", got.body)
	}
	s.ok(s.sim.CloseDMs(s.mia.ID, false))
	s.ok(s.sim.Leave(s.mia.ID, s.guild))
	if got := s.rest("POST", path, object{"content": "again"}); got.code() != 50278 {
		t.Errorf("without a common guild: %v, want 50278", got.body)
	}
}

func TestREST_overwrites(t *testing.T) {
	s := newScene(t, discordsim.Options{NoRateLimits: true})
	make := func(bits discordsim.Permissions) reply {
		return s.rest("POST", "/guilds/"+s.guild.String()+"/channels", object{"name": "x", "permission_overwrites": []object{
			{"id": s.guild.String(), "type": 0, "deny": "1024"}, {"id": s.mia.ID.String(), "type": 1, "allow": bits.String()},
		}})
	}
	if got := make(discordsim.PermViewChannel | discordsim.PermSendMessages); got.status != 201 {
		t.Errorf("bits the bot has: %v", got.body)
	}
	if got := make(discordsim.PermBanMembers); got.code() != 50013 {
		t.Errorf("bits the bot lacks: %v, want 50013", got.body)
	}
	if got := make(discordsim.PermManageRoles); got.code() != 50013 {
		t.Errorf("MANAGE_ROLES by a bot that is no administrator: %v, want 50013", got.body)
	}
	var botRole discordsim.ID
	for _, r := range s.sim.Guilds()[0].Roles {
		if r.Managed {
			botRole = r.ID
		}
	}
	s.ok(s.sim.SetRolePermissions(s.guild, botRole, usual&^discordsim.PermManageRoles))
	if got := make(discordsim.PermViewChannel); got.code() != 50013 {
		t.Errorf("overwrites without MANAGE_ROLES: %v, want 50013", got.body)
	}
	s.ok(s.sim.SetRolePermissions(s.guild, botRole, usual&^discordsim.PermManageChannels))
	if got := make(discordsim.PermViewChannel); got.code() != 50013 {
		t.Errorf("without MANAGE_CHANNELS: %v, want 50013", got.body)
	}
}

func TestREST_limits_on_channels(t *testing.T) {
	s := newScene(t, discordsim.Options{NoRateLimits: true})
	create := func(parent string) reply {
		return s.rest("POST", "/guilds/"+s.guild.String()+"/channels", object{"name": "x", "parent_id": parent})
	}
	folder := must(s.sim.NewChannel(s.guild, discordsim.ChannelOptions{Name: "folder", Type: 4}))(t)
	for range 50 {
		if got := create(folder.ID.String()); got.status != 201 {
			t.Fatalf("%v", got.body)
		}
	}
	if got := create(folder.ID.String()); got.at("errors", "parent_id", "_errors", 0, "code") != "CHANNEL_PARENT_MAX_CHANNELS" {
		t.Errorf("the 51st in a category: %v", got.body)
	}
	for range 500 - 53 {
		must(s.sim.NewChannel(s.guild, discordsim.ChannelOptions{Name: "x"}))(t)
	}
	if got := s.rest("POST", "/guilds/"+s.guild.String()+"/channels", object{"name": "x"}); got.code() != 30013 {
		t.Errorf("the 501st channel: %v, want 30013", got.body)
	}
}

func TestREST_a_deleted_category_lets_its_channels_go(t *testing.T) {
	s := newScene(t, discordsim.Options{})
	folder := must(s.sim.NewChannel(s.guild, discordsim.ChannelOptions{Name: "folder", Type: 4}))(t)
	child := must(s.sim.NewChannel(s.guild, discordsim.ChannelOptions{Name: "child", Parent: folder.ID}))(t)
	s.want(200, "DELETE", "/channels/"+folder.ID.String(), nil)
	if got := s.want(200, "GET", "/channels/"+child.ID.String(), nil); got.at("parent_id") != nil {
		t.Errorf("parent_id is %v, want null", got.at("parent_id"))
	}
}

func TestREST_roles_stand_above_each_other(t *testing.T) {
	s := newScene(t, discordsim.Options{})
	member := "/guilds/" + s.guild.String() + "/members/" + s.mia.ID.String() + "/roles/"
	if got := s.rest("PUT", member+s.staff.ID.String(), nil); got.code() != 50013 {
		t.Errorf("giving a role above the bot's: %v, want 50013", got.body)
	}
	low := s.want(200, "POST", "/guilds/"+s.guild.String()+"/roles", object{"name": "low"})
	s.want(204, "PUT", member+low.id(), nil)
	if got := s.want(200, "GET", "/guilds/"+s.guild.String()+"/members/"+s.mia.ID.String(), nil); got.at("roles", 0) != low.id() {
		t.Errorf("roles are %v", got.at("roles"))
	}
}

func TestREST_threads(t *testing.T) {
	s := newScene(t, discordsim.Options{NoRateLimits: true})
	r := s.login(allIntents)
	made := s.want(201, "POST", "/channels/"+s.lobby.ID.String()+"/threads", object{"name": "Private", "type": 12, "invitable": false})
	id := must(discordsim.ParseID(made.id()))(t)
	r.wait("THREAD_CREATE", func(o object) bool { return o["newly_created"] == true })
	if _, err := s.sim.Say(s.mia.ID, id, discordsim.SayOptions{Content: "let me in"}); refusal(err) != 50001 {
		t.Errorf("an outsider in a private thread: %v, want 50001", err)
	}
	s.want(204, "PUT", "/channels/"+made.id()+"/thread-members/"+s.mia.ID.String(), nil)
	must(s.sim.Say(s.mia.ID, id, discordsim.SayOptions{Content: "thank you"}))(t)
	s.want(200, "PATCH", "/channels/"+made.id(), object{"archived": true, "locked": true})
	if _, err := s.sim.Say(s.mia.ID, id, discordsim.SayOptions{Content: "more"}); refusal(err) != 160005 {
		t.Errorf("in a locked thread: %v, want 160005", err)
	}
	if got := s.want(200, "GET", "/channels/"+s.lobby.ID.String()+"/threads/archived/private", nil); got.at("threads", 0, "id") != made.id() {
		t.Errorf("archived threads: %v", got.body)
	}
	must(s.sim.Say(s.mia.ID, s.lobby.ID, discordsim.SayOptions{Content: "start"}))(t)
	list := s.want(200, "GET", "/channels/"+s.lobby.ID.String()+"/messages", nil)
	start := "/channels/" + s.lobby.ID.String() + "/messages/" + list.at(0, "id").(string) + "/threads"
	public := s.want(201, "POST", start, object{"name": "Public"})
	if public.id() != list.at(0, "id") {
		t.Error("a thread on a message has another ID than the message")
	}
	if got := s.rest("POST", start, object{"name": "Public"}); got.code() != 160004 {
		t.Errorf("a second thread on a message: %v, want 160004", got.body)
	}
}

func TestRateLimits(t *testing.T) {
	s := newScene(t, discordsim.Options{Frozen: true})
	lobby := "/channels/" + s.lobby.ID.String()
	t.Run("headers come with every answer", func(t *testing.T) {
		got := s.want(200, "GET", lobby, nil)
		for _, key := range []string{"Via", "X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset", "X-RateLimit-Reset-After", "X-RateLimit-Bucket"} {
			if got.header.Get(key) == "" {
				t.Errorf("no %s", key)
			}
		}
	})
	t.Run("five messages in five seconds", func(t *testing.T) {
		for range 5 {
			s.want(200, "POST", lobby+"/messages", object{"content": "x"})
		}
		got := s.want(429, "POST", lobby+"/messages", object{"content": "x"})
		if got.header.Get("X-RateLimit-Scope") != "user" || got.at("global") != false || got.at("retry_after").(float64) <= 0 {
			t.Errorf("429 is %v %v", got.header, got.body)
		}
		s.sim.Advance(5 * time.Second)
		s.want(200, "POST", lobby+"/messages", object{"content": "x"})
	})
	t.Run("two renames in ten minutes, other edits freely", func(t *testing.T) {
		for _, name := range []string{"a", "b"} {
			s.want(200, "PATCH", lobby, object{"name": name})
		}
		got := s.want(429, "PATCH", lobby, object{"topic": "c"})
		if got.at("retry_after").(float64) < 300 {
			t.Errorf("retry_after %v, want minutes", got.at("retry_after"))
		}
		s.want(200, "PATCH", lobby, object{"nsfw": true})
	})
	t.Run("fifty a second over all routes", func(t *testing.T) {
		s.sim.Advance(time.Minute)
		for i := range 50 {
			s.want(404, "GET", fmt.Sprint("/channels/", i+1), nil)
		}
		got := s.want(429, "GET", "/channels/99", nil)
		if got.at("global") != true || got.header.Get("X-RateLimit-Bucket") != "" || got.header.Get("Retry-After") == "" {
			t.Errorf("global 429 is %v %v", got.header, got.body)
		}
	})
}

func TestOracle_knows_what_happened_and_what_was_called(t *testing.T) {
	s := newScene(t, discordsim.Options{})
	since := s.sim.Seq()
	m := must(s.sim.Say(s.mia.ID, s.lobby.ID, discordsim.SayOptions{Content: "hello"}))(t)
	must(s.sim.Edit(s.mia.ID, m.ID, "hello there"))(t)
	s.ok(s.sim.Delete(s.mia.ID, m.ID))
	s.want(200, "GET", "/channels/"+s.lobby.ID.String(), nil)
	s.want(404, "GET", "/channels/1", nil)
	var kinds []string
	for _, f := range s.sim.Facts(since) {
		kinds = append(kinds, f.Kind+":"+f.Body)
	}
	if got := strings.Join(kinds, " "); got != "message_create:hello message_edit:hello there message_delete:hello there" {
		t.Errorf("facts: %s", got)
	}
	if n := s.sim.CallCounts(since)["GET /channels/{channel}"]; n != 2 {
		t.Errorf("%d calls counted, want 2", n)
	}
}

func TestGuardrails(t *testing.T) {
	for _, address := range []string{"0.0.0.0:0", "192.168.1.1:80", "[::]:0", "example.org:80"} {
		if err := discordsim.New(discordsim.Options{Listen: address}).Start(t.Context()); err == nil {
			t.Errorf("it listens on %s", address)
		}
	}
	s := newScene(t, discordsim.Options{})
	if !strings.Contains(s.app.Token, ".sim.") {
		t.Errorf("a token is %q", s.app.Token)
	}
}
