package discordsim_test

import (
	"testing"
	"time"

	"ticketbot/discordsim"
)

// plain says that a GUILD_DELETE means that the bot has left.
func plain(o object) bool { _, there := o["unavailable"]; return !there }

// lives are the names and unavailable fields of what was said of the guild's comings and goings.
func lives(events []told) []string {
	var out []string
	for _, e := range events {
		if e.T != "GUILD_CREATE" && e.T != "GUILD_DELETE" {
			continue
		}
		text := "+"
		if e.T == "GUILD_DELETE" {
			text = "-"
		}
		switch e.object()["unavailable"] {
		case true:
			text += "outage"
		case false:
			if e.T == "GUILD_DELETE" {
				text += "odd"
			}
		}
		out = append(out, text)
	}
	return out
}

func (s *scene) guildPath() string { return "/guilds/" + s.guild.String() }

func (s *scene) joinedAt() string {
	s.t.Helper()
	at, _ := s.want(200, "GET", s.guildPath()+"/members/"+s.app.ID.String(), nil).at("joined_at").(string)
	return at
}

func TestLife_invited_again_with_another_joined_at_even_when_the_clock_stands_still(t *testing.T) {
	s := newScene(t, discordsim.Options{Frozen: true, NoRateLimits: true})
	r := s.login(allIntents)
	before := s.joinedAt()
	s.ok(s.sim.KickBot(s.app.ID, s.guild))
	r.wait("GUILD_DELETE", plain)
	s.ok(s.sim.InviteBot(s.app.ID, s.guild))
	created := r.wait("GUILD_CREATE", func(o object) bool { return o["joined_at"] != before })
	if after := s.joinedAt(); after <= before || created["joined_at"] != after {
		t.Errorf("joined_at was %s, is %s by REST and %v by the gateway", before, after, created["joined_at"])
	}
	for _, role := range s.want(200, "GET", s.guildPath()+"/roles", nil).body.([]any) {
		if role := role.(object); role["name"] == "Helper" && role["permissions"] != usual.String() {
			t.Errorf("invited again with %v, want the permissions it had", role["permissions"])
		}
	}
}

func TestLife_while_the_bot_is_offline(t *testing.T) {
	s := newScene(t, discordsim.Options{NoRateLimits: true})
	before := s.joinedAt()
	s.ok(s.sim.KickBot(s.app.ID, s.guild))
	r := s.dial(s.gateway(), "")
	r.identify(nil)
	if guilds := r.wait("READY", nil)["guilds"].([]any); len(guilds) != 0 {
		t.Errorf("READY lists %v after the bot was kicked", guilds)
	}
	s.ok(r.ws.Close(1000, ""))
	s.ok(s.sim.InviteBot(s.app.ID, s.guild))
	again := s.login(allIntents)
	if o := again.wait("GUILD_CREATE", nil); o["joined_at"] == before {
		t.Error("kicked and invited again, joined_at is the same")
	}
}

func TestLife_lost_leave(t *testing.T) {
	s := newScene(t, discordsim.Options{NoRateLimits: true})
	r := s.login(allIntents)
	s.ok(s.sim.KickBotSilently(s.app.ID, s.guild))
	if o := s.rest("GET", s.guildPath(), nil); o.status != 403 || o.code() != 50001 {
		t.Errorf("a guild the bot is not in is %d %v, want 403 50001", o.status, o.body)
	}
	other := must(s.sim.NewGuild(s.owner.ID, "Elsewhere"))(t)
	s.ok(s.sim.InviteBot(s.app.ID, other)) // what comes after it has come: nothing was on its way
	r.wait("GUILD_CREATE", func(o object) bool { return o["id"] == other.String() })
	for _, name := range r.kinds() {
		if name == "GUILD_DELETE" || name == "GUILD_ROLE_DELETE" || name == "GUILD_MEMBER_REMOVE" {
			t.Errorf("the bot was told %s", name)
		}
	}
	s.ok(s.sim.ResendGuildEvents(s.app.ID, s.guild, 0))
	r.wait("GUILD_DELETE", plain)
}

func TestLife_outage(t *testing.T) {
	s := newScene(t, discordsim.Options{NoRateLimits: true})
	r := s.login(allIntents)
	s.ok(s.sim.BeginOutage(s.guild))
	r.wait("GUILD_DELETE", func(o object) bool { return o["unavailable"] == true })
	for _, path := range []string{s.guildPath(), s.guildPath() + "/members/" + s.app.ID.String(), "/channels/" + s.lobby.ID.String() + "/messages"} {
		if got := s.rest("GET", path, nil); got.status != 503 {
			t.Errorf("GET %s in an outage is %d, want 503", path, got.status)
		}
	}
	must(s.sim.Say(s.mia.ID, s.lobby.ID, discordsim.SayOptions{Content: "unheard"}))(t)

	second := s.dial(s.gateway(), "")
	second.identify(nil)
	listed := second.wait("READY", nil)["guilds"].([]any)
	if len(listed) != 1 || listed[0].(object)["unavailable"] != true {
		t.Errorf("READY lists %v", listed)
	}
	s.ok(s.sim.EndOutage(s.guild))
	second.wait("GUILD_CREATE", nil)
	for _, e := range second.settled() {
		if e.T == "MESSAGE_CREATE" {
			t.Error("a message of the outage was heard")
		}
	}
	if got := lives(r.settled()); len(got) != 3 || got[1] != "-outage" || got[2] != "+" {
		t.Errorf("the bot was told %v", got)
	}
	if got := lives(second.settled()); len(got) != 1 {
		t.Errorf("who came during the outage was told %v, want one GUILD_CREATE at its end", got)
	}
	s.want(200, "GET", s.guildPath(), nil)
}

func TestLife_a_click_in_an_outage_fails(t *testing.T) {
	p := newPanelScene(t)
	before, _ := p.click()
	p.ok(p.sim.BeginOutage(p.guild))
	during := must(p.sim.Click(p.mia.ID, p.panel, "open"))(t)
	p.sim.Advance(3 * time.Second)
	if a := must(during.Wait(soon(t)))(t); a.State != discordsim.StateFailed {
		t.Errorf("the click is %s", a.State)
	}
	p.ok(p.sim.EndOutage(p.guild))
	after := must(p.sim.Click(p.mia.ID, p.panel, "open"))(t)
	p.told(after)
	for _, e := range p.settled() {
		if e.T == "INTERACTION_CREATE" && e.object()["id"] != before.ID.String() && e.object()["id"] != after.ID.String() {
			t.Error("the bot was told of a click in an outage")
		}
	}
}

func TestLife_kicked_in_an_outage(t *testing.T) {
	s := newScene(t, discordsim.Options{NoRateLimits: true})
	s.ok(s.sim.BeginOutage(s.guild))
	s.ok(s.sim.KickBotSilently(s.app.ID, s.guild))
	s.want(503, "GET", s.guildPath(), nil)
	s.ok(s.sim.EndOutage(s.guild))
	s.want(403, "GET", s.guildPath(), nil)
}

func TestLife_odd_delete_and_hidden_from_READY_while_still_a_member(t *testing.T) {
	s := newScene(t, discordsim.Options{NoRateLimits: true})
	r := s.login(allIntents)
	s.ok(s.sim.SendOddDelete(s.app.ID, s.guild))
	r.wait("GUILD_DELETE", func(o object) bool { return o["unavailable"] == false })
	s.ok(s.sim.HideFromReady(s.app.ID, s.guild, true))
	second := s.dial(s.gateway(), "")
	second.identify(nil)
	if listed := second.wait("READY", nil)["guilds"].([]any); len(listed) != 0 {
		t.Errorf("READY lists %v", listed)
	}
	if got := lives(second.settled()); len(got) != 0 {
		t.Errorf("told %v of a guild that READY does not list", got)
	}
	s.joinedAt()
	s.ok(s.sim.HideFromReady(s.app.ID, s.guild, false))
	third := s.dial(s.gateway(), "")
	third.identify(nil)
	third.wait("GUILD_CREATE", nil)
}

func TestLife_duplicates_and_late_events(t *testing.T) {
	s := newScene(t, discordsim.Options{NoRateLimits: true})
	other := must(s.sim.NewGuild(s.owner.ID, "Elsewhere"))(t)
	r := s.login(allIntents)
	s.ok(s.sim.KickBot(s.app.ID, s.guild))
	s.ok(s.sim.ResendGuildEvents(s.app.ID, s.guild, 0, 1, 0))
	if err := s.sim.ResendGuildEvents(s.app.ID, s.guild, 99); err == nil {
		t.Error("an event that never was can be sent again")
	}
	s.ok(s.sim.InviteBot(s.app.ID, other))
	r.wait("GUILD_CREATE", func(o object) bool { return o["id"] == other.String() })
	r.mu.Lock()
	got := lives(r.got)
	r.mu.Unlock()
	want := []string{"+", "-", "-", "+", "-", "+"}
	if len(got) != len(want) {
		t.Fatalf("the bot was told %v, want %v", got, want)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Fatalf("the bot was told %v, want %v", got, want)
		}
	}
}

func TestLife_facts_have_times(t *testing.T) {
	start := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	s := newScene(t, discordsim.Options{NoRateLimits: true, Frozen: true, Start: start})
	mark := s.sim.Seq()
	steps := []struct {
		kind string
		do   func() error
	}{
		{"outage_begin", func() error { return s.sim.BeginOutage(s.guild) }},
		{"outage_end", func() error { return s.sim.EndOutage(s.guild) }},
		{"odd_delete", func() error { return s.sim.SendOddDelete(s.app.ID, s.guild) }},
		{"ready_hides", func() error { return s.sim.HideFromReady(s.app.ID, s.guild, true) }},
		{"ready_lists", func() error { return s.sim.HideFromReady(s.app.ID, s.guild, false) }},
		{"bot_remove", func() error { return s.sim.KickBot(s.app.ID, s.guild) }},
		{"resend", func() error { return s.sim.ResendGuildEvents(s.app.ID, s.guild, 0) }},
		{"bot_add", func() error { return s.sim.InviteBot(s.app.ID, s.guild) }},
	}
	for _, step := range steps {
		s.sim.Advance(time.Minute)
		s.ok(step.do())
	}
	var found []discordsim.Fact
	for _, f := range s.sim.Facts(mark) {
		if len(found) < len(steps) && f.Kind == steps[len(found)].kind {
			found = append(found, f)
		}
	}
	if len(found) != len(steps) {
		t.Fatalf("%d of %d steps are facts", len(found), len(steps))
	}
	for i, f := range found {
		if f.Guild != s.guild || !f.At.Equal(start.Add(time.Duration(i+1)*time.Minute)) {
			t.Errorf("%s at %s in %s", f.Kind, f.At, f.Guild)
		}
	}
}
