package discordsim_test

import (
	"fmt"
	"testing"

	"ticketbot/discordsim"
)

// directScene has a conversation of Mia and the bot, with commands for here and there.
func directScene(t *testing.T) (p *panelScene, dm discordsim.ID) {
	t.Helper()
	s := newScene(t, discordsim.Options{NoRateLimits: true, Frozen: true})
	s.want(200, "PUT", "/applications/"+s.app.ID.String()+"/commands", []object{
		{"name": "both", "description": "Everywhere"},
		{"name": "direct", "description": "In direct messages", "contexts": []int{1}, "integration_types": []int{0, 1}},
		{"name": "server", "description": "In servers", "contexts": []int{0}},
		{"name": "old", "description": "In servers, as it used to be said", "dm_permission": false},
	})
	s.want(201, "POST", "/applications/"+s.app.ID.String()+"/guilds/"+s.guild.String()+"/commands", object{"name": "local", "description": "In one server"})
	r := s.login(allIntents)
	return &panelScene{s, r, 0}, must(s.sim.OpenDM(s.mia.ID, s.app.ID))(t).ID
}

func TestDirect_commands_are_used_where_they_may_be(t *testing.T) {
	p, dm := directScene(t)
	for _, x := range []struct {
		name           string
		server, direct bool
	}{{"both", true, true}, {"direct", false, true}, {"server", true, false}, {"old", true, false}, {"local", true, false}} {
		for place, may := range map[discordsim.ID]bool{p.lobby.ID: x.server, dm: x.direct} {
			if _, err := p.sim.Command(p.mia.ID, place, x.name, nil); (err == nil) != may {
				t.Errorf("/%s in %v: %v, want it to work: %v", x.name, place, err, may)
			}
		}
	}
	other := p.sim.NewApplication("Other", nil)
	elsewhere := must(p.sim.OpenDM(p.mia.ID, other.ID))(t)
	if _, err := p.sim.Command(p.mia.ID, elsewhere.ID, "both", nil); err == nil {
		t.Error("a command works in the conversation with another bot")
	}
	for _, key := range []string{"contexts", "integration_types"} {
		for _, bad := range [][]int{{}, {7}, {0, 0}} {
			got := p.rest("POST", "/applications/"+p.app.ID.String()+"/commands", object{"name": "bad", "description": "Bad", key: bad})
			if got.code() != 50035 || got.at("errors", key) == nil {
				t.Errorf("%s %v: %v", key, bad, got.body)
			}
		}
	}
}

// ofNoServer checks what an interaction in a direct conversation says and does not say.
func ofNoServer(t *testing.T, p *panelScene, i object) {
	t.Helper()
	for _, key := range []string{"guild_id", "guild", "member", "guild_locale"} {
		if i[key] != nil {
			t.Errorf("the interaction has %s: %v", key, i[key])
		}
	}
	user, _ := i["user"].(object)
	owners, _ := i["authorizing_integration_owners"].(object)
	channel, _ := i["channel"].(object)
	if user["id"] != p.mia.ID.String() || i["context"] != 1.0 || owners["0"] != "0" || channel["type"] != 1.0 || i["app_permissions"] == "0" {
		t.Errorf("user %v, context %v, owners %v, channel %v, permissions %v", user, i["context"], owners, channel, i["app_permissions"])
	}
}

func TestDirect_command_button_and_modal(t *testing.T) {
	p, dm := directScene(t)
	h := must(p.sim.Command(p.mia.ID, dm, "direct", nil))(t)
	i := p.told(h)
	ofNoServer(t, p, i)
	if got := p.answer(i, object{"type": 4, "data": object{"content": "Sure?", "components": []object{
		{"type": 1, "components": []object{{"type": 2, "style": 4, "label": "Delete", "custom_id": "delete"}, {"type": 2, "style": 2, "label": "Form", "custom_id": "form"}}}}}}); got.status != 204 {
		t.Fatalf("answer: %d %v", got.status, got.body)
	}
	if writes := p.sim.Writes(p.app.ID, 0); writes[len(writes)-1].Route != "/interactions/{interaction}/{token}/callback" || writes[len(writes)-1].App != p.app.ID {
		t.Errorf("an answer without Authorization is nobody's: %+v", writes[len(writes)-1])
	}
	question := must(h.Wait(soon(t)))(t).Message

	click := p.told(must(p.sim.Click(p.mia.ID, question.ID, "delete"))(t))
	ofNoServer(t, p, click)
	if got := p.answer(click, object{"type": 7, "data": object{"content": "Done.", "components": []object{}}}); got.status != 204 {
		t.Fatalf("update: %d %v", got.status, got.body)
	}
	messages := must(p.sim.Messages(p.mia.ID, dm, 0, 10))(t)
	if last := messages[len(messages)-1]; last.Content != "Done." {
		t.Errorf("the message says %q", last.Content)
	}

	again := must(p.sim.Command(p.mia.ID, dm, "both", nil))(t)
	asked := p.told(again)
	if got := p.answer(asked, object{"type": 9, "data": object{"custom_id": "form", "title": "Form", "components": []object{
		{"type": 18, "label": "Why", "component": object{"type": 4, "style": 1, "custom_id": "why"}}}}}); got.status != 204 {
		t.Fatalf("modal: %d %v", got.status, got.body)
	}
	sent := must(p.sim.Submit(p.mia.ID, again.ID, discordsim.Fields{Values: map[string][]string{"why": {"because"}}}))(t)
	form := p.told(sent)
	ofNoServer(t, p, form)
	if got := p.answer(form, object{"type": 4, "data": object{"content": "For you only", "flags": 64}}); got.status != 204 {
		t.Fatalf("answer to the form: %d %v", got.status, got.body)
	}
	if a := must(sent.Wait(soon(t)))(t); a.Message == nil || !a.Message.Ephemeral() {
		t.Errorf("the form's answer is %+v", a)
	}
}

// A button in a direct message outlives the guild in which the two met.
func TestDirect_button_without_a_common_guild(t *testing.T) {
	p, dm := directScene(t)
	m := p.want(200, "POST", "/channels/"+dm.String()+"/messages", object{"content": "Transcript", "components": []object{
		{"type": 1, "components": []object{{"type": 2, "style": 2, "label": "Delete", "custom_id": "delete"}}}}})
	p.ok(p.sim.KickBot(p.app.ID, p.guild))
	click := p.told(must(p.sim.Click(p.mia.ID, must(discordsim.ParseID(m.id()))(t), "delete"))(t))
	ofNoServer(t, p, click)
	if got := p.answer(click, object{"type": 7, "data": object{"content": "Gone", "components": []object{}}}); got.status != 204 {
		t.Errorf("%d %v", got.status, fmt.Sprint(got.body))
	}
}
