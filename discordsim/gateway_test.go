package discordsim_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/coder/websocket"

	"ticketbot/discordsim"
)

func TestGateway_compressions(t *testing.T) {
	for _, compress := range []string{"", "zlib-stream", "zstd-stream", "payload"} {
		t.Run("compress="+compress, func(t *testing.T) {
			s := newScene(t, discordsim.Options{})
			r := s.dial(s.gateway(), compress)
			r.await("HELLO", func(e told) bool { return e.Op == 10 })
			r.identify(object{"compress": compress == "payload"})
			ready := r.wait("READY", nil)
			if g := ready["guilds"].([]any)[0].(object); g["unavailable"] != true {
				t.Errorf("READY shows guild %v, want it unavailable", g)
			}
			if g := r.wait("GUILD_CREATE", nil); g["name"] != "Northwind" || len(g["members"].([]any)) != 1 || len(g["channels"].([]any)) != 2 {
				t.Errorf("GUILD_CREATE has name %v, %v members, %v channels", g["name"], g["members"], g["channels"])
			}
			for i := range 50 {
				must(s.sim.Say(s.mia.ID, s.lobby.ID, discordsim.SayOptions{Content: fmt.Sprint("hello ", i)}))(t)
			}
			r.wait("MESSAGE_CREATE", func(o object) bool { return o["content"] == "hello 49" })
			r.say(1, nil)
			r.await("ACK", func(e told) bool { return e.Op == 11 })
		})
	}
}

func TestGateway_resume(t *testing.T) {
	t.Run("replays in order what was missed", func(t *testing.T) {
		s := newScene(t, discordsim.Options{})
		first := s.login(allIntents)
		ready := first.wait("READY", nil)
		seq := first.settled()
		s.ok(s.sim.Gateway(s.app.ID, discordsim.GatewayDisconnect))
		first.ended()
		for i := range 5 {
			must(s.sim.Say(s.mia.ID, s.lobby.ID, discordsim.SayOptions{Content: fmt.Sprint("missed ", i)}))(t)
		}
		second := s.resume(ready, seq[len(seq)-1].S)
		second.wait("RESUMED", nil)
		var contents []string
		for _, e := range second.settled() {
			if e.T == "MESSAGE_CREATE" {
				contents = append(contents, e.object()["content"].(string))
			}
		}
		if got := fmt.Sprint(contents); got != "[missed 0 missed 1 missed 2 missed 3 missed 4]" {
			t.Errorf("replayed %v", got)
		}
	})
	t.Run("is refused once the session has expired", func(t *testing.T) {
		s := newScene(t, discordsim.Options{})
		first := s.login(allIntents)
		ready := first.wait("READY", nil)
		s.drop(first)
		s.sim.Advance(4 * time.Minute)
		s.resume(ready, 1).await("op 9", func(e told) bool { return e.Op == 9 && string(e.D) == "false" })
	})
	t.Run("is refused after the client closed with 1000", func(t *testing.T) {
		s := newScene(t, discordsim.Options{})
		first := s.login(allIntents)
		ready := first.wait("READY", nil)
		_ = first.ws.Close(websocket.StatusNormalClosure, "")
		s.gone()
		s.resume(ready, 1).await("op 9", func(e told) bool { return e.Op == 9 })
	})
	t.Run("of a sequence never sent is 4007", func(t *testing.T) {
		s := newScene(t, discordsim.Options{})
		first := s.login(allIntents)
		ready := first.wait("READY", nil)
		s.drop(first)
		if code := s.resume(ready, 9999).ended(); code != 4007 {
			t.Errorf("closed with %d, want 4007", code)
		}
	})
	t.Run("works after a close with another code", func(t *testing.T) {
		s := newScene(t, discordsim.Options{})
		first := s.login(allIntents)
		ready := first.wait("READY", nil)
		_ = first.ws.Close(4900, "")
		s.gone()
		s.resume(ready, 1).wait("RESUMED", nil)
	})
}

// drop cuts the connection and waits until the simulator has noticed.
func (s *scene) drop(r *robot) {
	s.ok(s.sim.Gateway(s.app.ID, discordsim.GatewayDisconnect))
	r.ended()
	s.gone()
}

func (s *scene) gone() {
	s.t.Helper()
	deadline := time.After(patience)
	for {
		changed := s.sim.Changed()
		if s.sim.Connected(s.app.ID) == 0 {
			return
		}
		select {
		case <-changed:
		case <-deadline:
			s.t.Fatal("the simulator still has the connection")
		}
	}
}

func (s *scene) resume(ready object, seq int64) *robot {
	s.t.Helper()
	r := s.dial(ready["resume_gateway_url"].(string), "")
	r.say(6, object{"token": s.app.Token, "session_id": ready["session_id"], "seq": seq})
	return r
}

func TestGateway_asks_to_reconnect(t *testing.T) {
	s := newScene(t, discordsim.Options{NoRateLimits: true})
	r := s.login(allIntents)
	s.ok(s.sim.Gateway(s.app.ID, discordsim.GatewayReconnect))
	r.await("op 7", func(e told) bool { return e.Op == 7 })
	s.ok(s.sim.Gateway(s.app.ID, discordsim.GatewayInvalidate))
	r.await("op 9", func(e told) bool { return e.Op == 9 && string(e.D) == "false" })
}

func TestGateway_silence_leaves_heartbeats_unanswered(t *testing.T) {
	s := newScene(t, discordsim.Options{AckDelay: -1})
	r := s.login(allIntents)
	r.say(1, 1)
	r.await("ACK", func(e told) bool { return e.Op == 11 })
	s.ok(s.sim.Gateway(s.app.ID, discordsim.GatewaySilence))
	r.say(1, 2)
	acks := 0
	for _, e := range r.settled() {
		if e.Op == 11 {
			acks++
		}
	}
	if acks != 1 {
		t.Errorf("%d ACKs, want only the first", acks)
	}
}

func TestGateway_close_codes(t *testing.T) {
	cases := []struct {
		name string
		code int
		do   func(*scene, *robot)
	}{
		{"unknown opcode", 4001, func(_ *scene, r *robot) { r.identify(nil); r.wait("READY", nil); r.say(99, nil) }},
		{"not JSON", 4002, func(s *scene, r *robot) { s.ok(r.ws.Write(s.t.Context(), websocket.MessageText, []byte("{"))) }},
		{"more than 4096 bytes", 4002, func(_ *scene, r *robot) { r.say(1, string(make([]byte, 4096))) }},
		{"not authenticated", 4003, func(_ *scene, r *robot) { r.say(3, object{}) }},
		{"wrong token", 4004, func(_ *scene, r *robot) { r.identify(object{"token": "sim.wrong"}) }},
		{"a token that is not a simulated one", 4004, func(_ *scene, r *robot) { r.identify(object{"token": "MTk4NjIy.real.token"}) }},
		{"identified twice", 4005, func(_ *scene, r *robot) { r.identify(nil); r.wait("READY", nil); r.identify(nil) }},
		{"too many payloads", 4008, func(s *scene, r *robot) {
			for range 121 {
				_ = r.ws.Write(s.t.Context(), websocket.MessageText, []byte(`{"op":1,"d":null}`))
			}
		}},
		{"invalid shard", 4010, func(_ *scene, r *robot) { r.identify(object{"shard": []int{2, 2}}) }},
		{"invalid intents", 4013, func(_ *scene, r *robot) { r.identify(object{"intents": 1 << 30}) }},
		{"disallowed intents", 4014, func(s *scene, r *robot) { s.ok(s.sim.SetIntents(s.app.ID, 0)); r.identify(nil) }},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			s := newScene(t, discordsim.Options{})
			r := s.dial(s.gateway(), "")
			c.do(s, r)
			if got := r.ended(); got != c.code {
				t.Errorf("closed with %d, want %d", got, c.code)
			}
		})
	}
	t.Run("invalid version", func(t *testing.T) {
		s := newScene(t, discordsim.Options{})
		ws, _, err := websocket.Dial(t.Context(), s.gateway()+"?v=6&encoding=json", nil)
		s.ok(err)
		if _, _, err := ws.Read(t.Context()); websocket.CloseStatus(err) != 4012 {
			t.Errorf("closed with %v, want 4012", err)
		}
	})
	t.Run("no heartbeat", func(t *testing.T) {
		s := newScene(t, discordsim.Options{HeartbeatInterval: 40 * time.Millisecond})
		if code := s.login(allIntents).ended(); code != 4009 {
			t.Errorf("closed with %d, want 4009", code)
		}
	})
}

func TestGateway_session_starts(t *testing.T) {
	s := newScene(t, discordsim.Options{SessionStarts: 3})
	s.drop(s.login(allIntents))
	limit := func(key string) any { return s.want(200, "GET", "/gateway/bot", nil).at("session_start_limit", key) }
	if left := limit("remaining"); left != 2.0 {
		t.Errorf("%v starts remain, want 2", left)
	}
	tooSoon := s.dial(s.gateway(), "")
	tooSoon.identify(nil)
	tooSoon.await("op 9", func(e told) bool { return e.Op == 9 })
	s.sim.Advance(5 * time.Second)
	s.login(allIntents)
	s.sim.Advance(24 * time.Hour)
	if left := limit("remaining"); left != 3.0 {
		t.Errorf("%v starts remain a day later, want 3", left)
	}
}

func TestGateway_filters(t *testing.T) {
	t.Run("by intents", func(t *testing.T) {
		s := newScene(t, discordsim.Options{})
		r := s.login(1 << 0)
		must(s.sim.Say(s.mia.ID, s.lobby.ID, discordsim.SayOptions{Content: "not for you"}))(t)
		ann := s.sim.NewUser("ann", "")
		s.ok(s.sim.Join(ann.ID, s.guild))
		for _, e := range r.settled() {
			if e.T == "MESSAGE_CREATE" || e.T == "GUILD_MEMBER_ADD" {
				t.Errorf("got %s without its intent", e.T)
			}
		}
	})
	t.Run("by sight of the channel", func(t *testing.T) {
		s := newScene(t, discordsim.Options{})
		r := s.login(allIntents)
		must(s.sim.Say(s.owner.ID, s.office.ID, discordsim.SayOptions{Content: "secret"}))(t)
		must(s.sim.Say(s.owner.ID, s.lobby.ID, discordsim.SayOptions{Content: "public"}))(t)
		got := contentsOf(r.settled())
		if fmt.Sprint(got) != "[public]" {
			t.Errorf("a bot that cannot view #office got %v", got)
		}
		s.ok(s.sim.GiveRole(s.app.ID, s.guild, s.staff.ID))
		must(s.sim.Say(s.owner.ID, s.office.ID, discordsim.SayOptions{Content: "now you see it"}))(t)
		if got := contentsOf(r.settled()); fmt.Sprint(got) != "[public now you see it]" {
			t.Errorf("after getting the role it has %v", got)
		}
	})
	t.Run("content without its intent", func(t *testing.T) {
		s := newScene(t, discordsim.Options{})
		s.ok(s.sim.SetIntents(s.app.ID, 0))
		r := s.login(1<<0 | 1<<9 | 1<<12)
		must(s.sim.Say(s.mia.ID, s.lobby.ID, discordsim.SayOptions{Content: "private words"}))(t)
		must(s.sim.Say(s.mia.ID, s.lobby.ID, discordsim.SayOptions{Content: "for <@" + s.app.ID.String() + ">"}))(t)
		dm := must(s.sim.OpenDM(s.mia.ID, s.app.ID))(t)
		must(s.sim.Say(s.mia.ID, dm.ID, discordsim.SayOptions{Content: "directly"}))(t)
		r.wait("MESSAGE_CREATE", func(o object) bool { return o["content"] == "directly" })
		want := fmt.Sprint([]string{"", "for <@" + s.app.ID.String() + ">", "directly"})
		if got := fmt.Sprint(contentsOf(r.settled())); got != want {
			t.Errorf("got contents %v, want %v", got, want)
		}
		list := s.want(200, "GET", "/channels/"+s.lobby.ID.String()+"/messages", nil)
		if got := list.at(1, "content"); got != "" {
			t.Errorf("REST shows content %v to a bot without the intent", got)
		}
	})
}

func contentsOf(events []told) []string {
	out := []string{}
	for _, e := range events {
		if e.T == "MESSAGE_CREATE" {
			out = append(out, e.object()["content"].(string))
		}
	}
	return out
}

func TestGateway_shards(t *testing.T) {
	s := newScene(t, discordsim.Options{NoRateLimits: true})
	var shards []*robot
	for i := range 2 {
		r := s.dial(s.gateway(), "")
		r.identify(object{"shard": []int{i, 2}})
		r.wait("READY", nil)
		shards = append(shards, r)
	}
	at := int(uint64(s.guild>>22) % 2)
	shards[at].wait("GUILD_CREATE", nil)
	if n := len(shards[1-at].wait("READY", nil)["guilds"].([]any)); n != 0 {
		t.Errorf("the other shard has %d guilds", n)
	}
}

func TestGateway_own_actions_come_back(t *testing.T) {
	s := newScene(t, discordsim.Options{})
	r := s.login(allIntents)
	made := s.want(201, "POST", "/guilds/"+s.guild.String()+"/channels", object{"name": "Ticket 1", "topic": "t"})
	if got := r.wait("CHANNEL_CREATE", nil); got["id"] != made.id() || got["name"] != "ticket-1" {
		t.Errorf("CHANNEL_CREATE is %v, the reply %v", got, made.body)
	}
	m := s.want(200, "POST", "/channels/"+made.id()+"/messages", object{"content": "hi"})
	if got := r.wait("MESSAGE_CREATE", nil); got["id"] != m.id() || got["guild_id"] != s.guild.String() {
		t.Errorf("MESSAGE_CREATE is %v", got)
	}
	s.want(200, "DELETE", "/channels/"+made.id(), nil)
	r.wait("CHANNEL_DELETE", func(o object) bool { return o["id"] == made.id() })
}

func TestGateway_comings_and_goings(t *testing.T) {
	s := newScene(t, discordsim.Options{})
	r := s.login(allIntents)
	s.ok(s.sim.SetGuildAvailable(s.guild, false))
	if o := r.wait("GUILD_DELETE", nil); o["unavailable"] != true {
		t.Errorf("an outage is %v", o)
	}
	s.ok(s.sim.SetGuildAvailable(s.guild, true))
	s.ok(s.sim.KickBot(s.app.ID, s.guild))
	r.wait("GUILD_DELETE", func(o object) bool { _, there := o["unavailable"]; return !there })
	if got := s.rest("GET", "/guilds/"+s.guild.String(), nil).code(); got != 50001 {
		t.Errorf("after the kick the guild is code %d, want 50001", got)
	}
	after := r.await("GUILD_DELETE", func(e told) bool { _, outage := e.object()["unavailable"]; return e.T == "GUILD_DELETE" && !outage }).S
	s.ok(s.sim.AddBot(s.app.ID, s.guild, usual))
	r.await("GUILD_CREATE", func(e told) bool { return e.T == "GUILD_CREATE" && e.S > after })
}

func TestGateway_future_things(t *testing.T) {
	s := newScene(t, discordsim.Options{})
	must(s.sim.NewChannel(s.guild, discordsim.ChannelOptions{Name: "future", Type: 99}))(t)
	r := s.login(allIntents)
	types := map[any]bool{}
	for _, c := range r.wait("GUILD_CREATE", nil)["channels"].([]any) {
		types[c.(object)["type"]] = true
	}
	if !types[99.0] {
		t.Errorf("GUILD_CREATE has channel types %v, want 99 among them", types)
	}
	s.sim.Announce(s.guild, "FUTURE_THING", object{"future": true})
	r.wait("FUTURE_THING", nil)
	must(s.sim.SayUnknown(s.app.ID, s.lobby.ID))(t)
	m := r.wait("MESSAGE_CREATE", nil)
	if m["components"].([]any)[0].(object)["type"] != 99.0 {
		t.Errorf("components are %v", m["components"])
	}
}

func TestGateway_members_chunk(t *testing.T) {
	s := newScene(t, discordsim.Options{})
	r := s.login(allIntents)
	r.say(8, object{"guild_id": s.guild.String(), "query": "", "limit": 0, "nonce": "n"})
	chunk := r.wait("GUILD_MEMBERS_CHUNK", nil)
	if len(chunk["members"].([]any)) != 3 || chunk["nonce"] != "n" {
		t.Errorf("chunk is %v", chunk)
	}
}

// count waits until n payloads have come.
func (r *robot) count(n int) {
	r.s.t.Helper()
	seen := 0
	r.await(fmt.Sprint(n, " payloads"), func(told) bool { seen++; return seen == n })
}

// Discord's own traffic never comes near this; the bot's promise is 10,000 a second.
func TestFlood_dispatches_15000_messages_a_second(t *testing.T) {
	s := newScene(t, discordsim.Options{NoRateLimits: true})
	r := s.dial(s.gateway(), "unread")
	r.identify(nil)
	r.count(3) // HELLO, READY, GUILD_CREATE
	const n = 45_000
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	began := time.Now()
	s.ok(s.sim.Flood(ctx, s.lobby.ID, n, 0))
	r.count(3 + n)
	took := time.Since(began)
	rate := float64(n) / took.Seconds()
	t.Logf("%d messages in %v: %.0f a second", n, took.Round(time.Millisecond), rate)
	if rate < 15_000 && !slowed {
		t.Errorf("%.0f messages a second, want 15,000", rate)
	}
	if list := s.want(200, "GET", "/channels/"+s.lobby.ID.String()+"/messages", nil); len(list.body.([]any)) != 0 {
		t.Error("a flood leaves history behind")
	}
}
