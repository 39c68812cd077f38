package discordsim_test

import (
	"testing"
)

func TestContextMenu_sends_what_it_was_opened_on(t *testing.T) {
	p := newPanelScene(t)
	p.want(200, "PUT", "/applications/"+p.app.ID.String()+"/commands", []object{{"name": "Open a ticket", "type": 3}, {"name": "Their tickets", "type": 2}})
	i := p.told(must(p.sim.UseOnMessage(p.mia.ID, p.panel, "Open a ticket"))(t))
	data := i["data"].(object)
	messages := data["resolved"].(object)["messages"].(object)
	if data["target_id"] != p.panel.String() || data["type"] != 3.0 || messages[p.panel.String()].(object)["content"] != "Need help?" {
		t.Errorf("on a message: %v", data)
	}
	if r := p.answer(i, object{"type": 4, "data": object{"content": "Done"}}); r.status != 204 {
		t.Fatalf("the answer: %v", r.body)
	}
	p.wait("MESSAGE_CREATE", func(o object) bool { return o["content"] == "Done" && o["type"] == 23.0 })
	i = p.told(must(p.sim.UseOnUser(p.mia.ID, p.lobby.ID, p.owner.ID, "Their tickets"))(t))
	data = i["data"].(object)
	resolved := data["resolved"].(object)
	if data["target_id"] != p.owner.ID.String() || resolved["users"] == nil || resolved["members"] == nil {
		t.Errorf("on a user: %v", data)
	}
	if _, err := p.sim.UseOnMessage(p.mia.ID, p.panel, "Their tickets"); err == nil {
		t.Error("a command for users was used on a message")
	}
}

func TestAutocomplete_offers_what_the_bot_suggests(t *testing.T) {
	p := newPanelScene(t)
	p.want(200, "PUT", "/applications/"+p.app.ID.String()+"/commands", []object{{"name": "tag", "description": "Tags", "options": []object{
		{"type": 3, "name": "name", "description": "Which", "autocomplete": true, "required": true}, {"type": 6, "name": "for", "description": "Whom", "required": true},
	}}})
	h := must(p.sim.Suggest(p.mia.ID, p.lobby.ID, "tag", "name", "re", nil))(t)
	i := p.told(h)
	option := i["data"].(object)["options"].([]any)[0].(object)
	if i["type"] != 4.0 || option["value"] != "re" || option["focused"] != true {
		t.Errorf("asked for suggestions: %v", i["data"])
	}
	if r := p.answer(i, object{"type": 5}); r.code() != 50035 {
		t.Errorf("suggestions were deferred: %v", r.body)
	}
	if r := p.answer(i, object{"type": 8, "data": object{"choices": []object{{"name": "Refunds", "value": "refunds"}}}}); r.status != 204 {
		t.Fatalf("the answer: %v", r.body)
	}
	offered := must(h.Wait(t.Context()))(t)
	if len(offered.Choices) != 1 || offered.Choices[0]["value"] != "refunds" {
		t.Errorf("offered: %v", offered)
	}
}
