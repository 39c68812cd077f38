package discordsim_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"ticketbot/discordsim"
)

// panelScene has a message with a button and selects in the lobby, a command, and a robot that is told.
type panelScene struct {
	*scene
	*robot
	panel discordsim.ID
}

func newPanelScene(t *testing.T) *panelScene {
	t.Helper()
	s := newScene(t, discordsim.Options{NoRateLimits: true, Frozen: true})
	r := s.login(allIntents)
	m := s.want(200, "POST", "/channels/"+s.lobby.ID.String()+"/messages", object{"content": "Need help?", "components": []object{
		{"type": 1, "components": []object{{"type": 2, "style": 1, "label": "Open", "custom_id": "open"}, {"type": 2, "style": 2, "label": "No", "custom_id": "no", "disabled": true}}},
		{"type": 1, "components": []object{{"type": 3, "custom_id": "pick", "max_values": 2, "options": []object{{"label": "A", "value": "a"}, {"label": "B", "value": "b"}, {"label": "C", "value": "c"}}}}},
		{"type": 1, "components": []object{{"type": 5, "custom_id": "who"}}},
	}})
	s.want(200, "PUT", "/applications/"+s.app.ID.String()+"/commands", []object{
		{"name": "ticket", "description": "Tickets", "options": []object{{"type": 1, "name": "add", "description": "Add somebody", "options": []object{
			{"type": 6, "name": "user", "description": "Who", "required": true}, {"type": 3, "name": "why", "description": "Why", "choices": []object{{"name": "Because", "value": "because"}}},
		}}}},
		{"name": "setup", "description": "Set up", "default_member_permissions": "32"},
	})
	return &panelScene{s, r, must(discordsim.ParseID(m.id()))(t)}
}

// told waits for the interaction at the bot's end.
func (p *panelScene) told(h *discordsim.Interaction) object {
	p.t.Helper()
	return p.wait("INTERACTION_CREATE", func(o object) bool { return o["id"] == h.ID.String() })
}

func (p *panelScene) click() (*discordsim.Interaction, object) {
	p.t.Helper()
	h := must(p.sim.Click(p.mia.ID, p.panel, "open"))(p.t)
	return h, p.told(h)
}

func (p *panelScene) answer(i object, body object) reply {
	p.t.Helper()
	return p.request("POST", fmt.Sprintf("/api/v10/interactions/%s/%s/callback", i["id"], i["token"]), "", body)
}

func (p *panelScene) followUp(method string, i object, path string, body any) reply {
	p.t.Helper()
	return p.request(method, fmt.Sprintf("/api/v10/webhooks/%s/%s%s", i["application_id"], i["token"], path), "", body)
}

func TestInteraction_payload(t *testing.T) {
	p := newPanelScene(t)
	_, click := p.click()
	if click["type"] != 3.0 || click["data"].(object)["custom_id"] != "open" || click["message"].(object)["id"] != p.panel.String() {
		t.Errorf("a click is %v", click)
	}
	member := click["member"].(object)
	if member["user"].(object)["id"] != p.mia.ID.String() || member["permissions"] == "" || click["app_permissions"] == "" {
		t.Errorf("member is %v, app_permissions %v", member, click["app_permissions"])
	}
	chosen := p.told(must(p.sim.Select(p.mia.ID, p.panel, "pick", []string{"a", "c"}))(t))
	if fmt.Sprint(chosen["data"].(object)["values"]) != "[a c]" {
		t.Errorf("a choice is %v", chosen["data"])
	}
	who := p.told(must(p.sim.Select(p.mia.ID, p.panel, "who", []string{p.owner.ID.String()}))(t))
	if who["data"].(object)["resolved"].(object)["users"].(object)[p.owner.ID.String()] == nil {
		t.Errorf("a chosen user is %v", who["data"])
	}
	command := p.told(must(p.sim.Command(p.mia.ID, p.lobby.ID, "ticket add", map[string]any{"user": p.owner.ID.String(), "why": "because"}))(t))
	data := command["data"].(object)
	sub := data["options"].([]any)[0].(object)
	if data["name"] != "ticket" || sub["name"] != "add" || sub["options"].([]any)[0].(object)["value"] != p.owner.ID.String() || data["resolved"].(object)["members"] == nil {
		t.Errorf("a command is %v", data)
	}
}

func TestInteraction_what_the_client_does_not_send(t *testing.T) {
	p := newPanelScene(t)
	checks := map[string]error{}
	_, checks["a disabled button"] = p.sim.Click(p.mia.ID, p.panel, "no")
	_, checks["too many values"] = p.sim.Select(p.mia.ID, p.panel, "pick", []string{"a", "b", "c"})
	_, checks["a value that is no option"] = p.sim.Select(p.mia.ID, p.panel, "pick", []string{"z"})
	_, checks["a command without the permission"] = p.sim.Command(p.mia.ID, p.lobby.ID, "setup", nil)
	_, checks["a required option left out"] = p.sim.Command(p.mia.ID, p.lobby.ID, "ticket add", nil)
	_, checks["a wrong choice"] = p.sim.Command(p.mia.ID, p.lobby.ID, "ticket add", map[string]any{"user": p.mia.ID.String(), "why": "no"})
	for what, err := range checks {
		if err == nil {
			t.Errorf("%s is sent", what)
		}
	}
	if _, err := p.sim.Command(p.owner.ID, p.lobby.ID, "setup", nil); err != nil {
		t.Errorf("the owner may run /setup: %v", err)
	}
}

func TestInteraction_answers(t *testing.T) {
	t.Run("a message", func(t *testing.T) {
		p := newPanelScene(t)
		h, i := p.click()
		got := p.request("POST", fmt.Sprintf("/api/v10/interactions/%s/%s/callback?with_response=true", i["id"], i["token"]), "", object{"type": 4, "data": object{"content": "hi"}})
		if got.status != 200 || got.at("resource", "message", "content") != "hi" {
			t.Errorf("callback: %v", got.body)
		}
		if a := must(h.Wait(soon(t)))(t); a.State != discordsim.StateAnswered || a.Message.Content != "hi" {
			t.Errorf("the person sees %+v", a)
		}
	})
	t.Run("an ephemeral message is for one person and no event", func(t *testing.T) {
		p := newPanelScene(t)
		feed, cancel := p.sim.Watch(p.mia.ID)
		defer cancel()
		h, i := p.click()
		if got := p.answer(i, object{"type": 4, "data": object{"content": "psst", "flags": 64}}); got.status != 204 {
			t.Fatalf("callback: %v", got.body)
		}
		a := must(h.Wait(soon(t)))(t)
		if !a.Message.Ephemeral() {
			t.Errorf("flags are %d", a.Message.Flags)
		}
		if got := p.rest("GET", "/channels/"+p.lobby.ID.String()+"/messages/"+a.Message.ID.String(), nil); got.code() != 10008 {
			t.Errorf("fetched by the channel's route: %v, want 10008", got.body)
		}
		for _, c := range contentsOf(p.settled()) {
			if c == "psst" {
				t.Error("the gateway carries an ephemeral message")
			}
		}
		if n := len(must(p.sim.Messages(p.owner.ID, p.lobby.ID, 0, 50))(t)); n != 1 {
			t.Errorf("somebody else sees %d messages, want 1", n)
		}
		if n := len(must(p.sim.Messages(p.mia.ID, p.lobby.ID, 0, 50))(t)); n != 2 {
			t.Errorf("the person sees %d messages, want 2", n)
		}
		var seen bool
		for _, notice := range feed.Take() {
			var m discordsim.Message
			_ = json.Unmarshal(notice.Data, &m)
			seen = seen || notice.Kind == "MESSAGE_CREATE" && m.Content == "psst"
		}
		if !seen {
			t.Error("the person's client was not told")
		}
	})
	t.Run("deferred, then filled within the quarter of an hour; what it began as it stays", func(t *testing.T) {
		p := newPanelScene(t)
		h, i := p.click()
		p.answer(i, object{"type": 5, "data": object{"flags": 64}})
		if a := must(h.Wait(soon(t)))(t); a.State != discordsim.StateDeferred {
			t.Errorf("state %s", a.State)
		}
		p.sim.Advance(14 * time.Minute)
		if got := p.followUp("PATCH", i, "/messages/@original", object{"content": "done", "flags": 0}); got.status != 200 {
			t.Fatalf("edit: %v", got.body)
		}
		a := must(h.WaitFor(soon(t), discordsim.StateAnswered))(t)
		if a.Message.Content != "done" || a.Message.Flags != 64 {
			t.Errorf("the person sees %q with flags %d, want 64", a.Message.Content, a.Message.Flags)
		}
		p.sim.Advance(2 * time.Minute)
		if got := p.followUp("PATCH", i, "/messages/@original", object{"content": "late"}); got.status != 401 || got.code() != 50027 {
			t.Errorf("after 15 minutes: %d %v, want 401 and 50027", got.status, got.body)
		}
	})
	t.Run("the first follow-up takes the place of a deferral, the second is a message", func(t *testing.T) {
		p := newPanelScene(t)
		_, i := p.click()
		p.answer(i, object{"type": 5})
		first := p.followUp("POST", i, "", object{"content": "one"})
		second := p.followUp("POST", i, "", object{"content": "two"})
		original := p.followUp("GET", i, "/messages/@original", nil)
		if original.id() != first.id() || second.id() == first.id() {
			t.Errorf("original %s, first %s, second %s", original.id(), first.id(), second.id())
		}
		if got := p.followUp("DELETE", i, "/messages/"+second.id(), nil); got.status != 204 {
			t.Errorf("delete: %v", got.body)
		}
	})
	t.Run("an update changes the message that was clicked", func(t *testing.T) {
		p := newPanelScene(t)
		h, i := p.click()
		p.answer(i, object{"type": 7, "data": object{"content": "Claimed", "components": []object{}}})
		a := must(h.Wait(soon(t)))(t)
		if a.Message.ID != p.panel || a.Message.Content != "Claimed" || len(a.Message.Components) != 0 {
			t.Errorf("the message is %+v", a.Message)
		}
		p.wait("MESSAGE_UPDATE", func(o object) bool { return o["content"] == "Claimed" })
	})
	t.Run("three seconds are over", func(t *testing.T) {
		p := newPanelScene(t)
		h, i := p.click()
		p.sim.Advance(3 * time.Second)
		if a := must(h.Wait(soon(t)))(t); a.State != discordsim.StateFailed {
			t.Errorf("state %s, want failed", a.State)
		}
		if got := p.answer(i, object{"type": 4, "data": object{"content": "late"}}); got.status != 404 || got.code() != 10062 {
			t.Errorf("callback: %d %v, want 404 and 10062", got.status, got.body)
		}
	})
	t.Run("a second answer", func(t *testing.T) {
		p := newPanelScene(t)
		_, i := p.click()
		p.answer(i, object{"type": 6})
		if got := p.answer(i, object{"type": 4, "data": object{"content": "again"}}); got.status != 400 || got.code() != 40060 {
			t.Errorf("callback: %d %v, want 400 and 40060", got.status, got.body)
		}
	})
	t.Run("a follow-up before any answer", func(t *testing.T) {
		p := newPanelScene(t)
		_, i := p.click()
		if got := p.followUp("POST", i, "", object{"content": "x"}); got.code() != 10015 {
			t.Errorf("%v, want 10015", got.body)
		}
	})
	t.Run("a refused answer can be corrected", func(t *testing.T) {
		p := newPanelScene(t)
		_, i := p.click()
		if got := p.answer(i, object{"type": 4, "data": object{}}); got.code() != 50006 {
			t.Errorf("%v, want 50006", got.body)
		}
		if got := p.answer(i, object{"type": 4, "data": object{"content": "x"}}); got.status != 204 {
			t.Errorf("%v, want 204", got.body)
		}
	})
}

func label(text string, component object) object {
	return object{"type": 18, "label": text, "component": component}
}

func TestModal(t *testing.T) {
	questions := []object{
		label("Subject", object{"type": 4, "custom_id": "subject", "style": 1, "min_length": 3, "max_length": 50}),
		label("Topic", object{"type": 3, "custom_id": "topic", "options": []object{{"label": "A", "value": "a"}, {"label": "B", "value": "b"}}}),
		label("Who", object{"type": 5, "custom_id": "who", "required": false}),
		label("File", object{"type": 19, "custom_id": "file", "max_values": 2, "required": false}),
		label("How", object{"type": 21, "custom_id": "how", "options": []object{{"label": "X", "value": "x"}, {"label": "Y", "value": "y"}}}),
	}
	rest := []object{
		{"type": 10, "content": "Read this first."},
		label("Which", object{"type": 22, "custom_id": "which", "max_values": 2, "options": []object{{"label": "1", "value": "1"}, {"label": "2", "value": "2"}}}),
		label("Sure", object{"type": 23, "custom_id": "sure"}),
		label("Role", object{"type": 6, "custom_id": "role", "required": false}),
		label("Where", object{"type": 8, "custom_id": "where", "required": false}),
	}
	modal := func(components []object) object {
		return object{"type": 9, "data": object{"custom_id": "form", "title": "Open a ticket", "components": components}}
	}
	open := func(p *panelScene, components []object) *discordsim.Interaction {
		h, i := p.click()
		if got := p.answer(i, modal(components)); got.status != 204 {
			p.t.Fatalf("modal: %v", got.body)
		}
		if a := must(h.Wait(soon(p.t)))(p.t); a.State != discordsim.StateModal || a.Modal["title"] != "Open a ticket" {
			p.t.Fatalf("the person sees %+v", a)
		}
		return h
	}
	t.Run("every kind of answer reaches the bot", func(t *testing.T) {
		p := newPanelScene(t)
		h := open(p, questions)
		sent := must(p.sim.Submit(p.mia.ID, h.ID, discordsim.Fields{
			Values: map[string][]string{"subject": {"Refund"}, "topic": {"b"}, "who": {p.owner.ID.String()}, "how": {"y"}},
			Files:  map[string][]discordsim.File{"file": {{Name: "a.txt", Data: []byte("A")}}},
		}))(t)
		i := p.told(sent)
		if i["type"] != 5.0 || i["message"].(object)["id"] != p.panel.String() {
			t.Errorf("a submission is type %v of message %v", i["type"], i["message"])
		}
		data := i["data"].(object)
		inner := func(n int) object { return data["components"].([]any)[n].(object)["component"].(object) }
		file := inner(3)["values"].([]any)[0].(string)
		attached, _ := data["resolved"].(object)["attachments"].(object)[file].(object)
		if inner(0)["value"] != "Refund" || fmt.Sprint(inner(1)["values"]) != "[b]" || inner(4)["value"] != "y" || attached["filename"] != "a.txt" {
			t.Errorf("data is %v", data)
		}
		if p.answer(i, modal(questions)).code() != 50035 {
			t.Error("a modal answers a modal")
		}
		if got := p.answer(i, object{"type": 4, "data": object{"content": "thanks", "flags": 64}}); got.status != 204 {
			t.Errorf("answer: %v", got.body)
		}
		q := open(p, rest)
		i = p.told(must(p.sim.Submit(p.mia.ID, q.ID, discordsim.Fields{Values: map[string][]string{
			"which": {"1", "2"}, "sure": {"true"}, "role": {p.staff.ID.String()}, "where": {p.lobby.ID.String()}}}))(t))
		data = i["data"].(object)
		if fmt.Sprint(inner(1)["values"]) != "[1 2]" || inner(2)["value"] != true {
			t.Errorf("data is %v", data)
		}
	})
	t.Run("the client checks before it sends", func(t *testing.T) {
		p := newPanelScene(t)
		h := open(p, questions)
		good := map[string][]string{"subject": {"Refund"}, "topic": {"a"}, "how": {"x"}}
		for field, wrong := range map[string][]string{"subject": {"ab"}, "topic": {"z"}, "how": nil} {
			values := map[string][]string{}
			for k, v := range good {
				values[k] = v
			}
			values[field] = wrong
			if _, err := p.sim.Submit(p.mia.ID, h.ID, discordsim.Fields{Values: values}); err == nil {
				t.Errorf("%s = %v is sent", field, wrong)
			}
		}
		if _, err := p.sim.Submit(p.mia.ID, h.ID, discordsim.Fields{Values: good}); err != nil {
			t.Errorf("a good form: %v", err)
		}
	})
	t.Run("what is wrong with a modal is said", func(t *testing.T) {
		six := append(append([]object{}, questions...), rest[0])
		for name, components := range map[string][]object{
			"six components":        six,
			"none":                  {},
			"a button":              {{"type": 1, "components": []object{{"type": 2, "style": 1, "label": "x", "custom_id": "x"}}}},
			"a label of 46":         {label(fmt.Sprintf("%046d", 0), object{"type": 4, "custom_id": "a", "style": 1})},
			"the same custom_id":    {label("A", object{"type": 4, "custom_id": "a", "style": 1}), label("B", object{"type": 4, "custom_id": "a", "style": 1})},
			"a radio of one":        {label("A", object{"type": 21, "custom_id": "a", "options": []object{{"label": "x", "value": "x"}}})},
			"a label around text":   {label("A", object{"type": 10, "content": "a"})},
			"an input without row":  {{"type": 4, "custom_id": "a", "style": 1, "label": "A"}},
			"a container":           {{"type": 17, "components": []object{{"type": 10, "content": "a"}}}},
			"a style out of range":  {label("A", object{"type": 4, "custom_id": "a", "style": 3})},
			"a label without field": {{"type": 18, "label": "A"}},
		} {
			p := newPanelScene(t)
			_, i := p.click()
			if got := p.answer(i, modal(components)); got.code() != 50035 {
				t.Errorf("%s: %v, want 50035", name, got.body)
			}
		}
	})
	t.Run("cannot follow a deferral", func(t *testing.T) {
		p := newPanelScene(t)
		_, i := p.click()
		p.answer(i, object{"type": 5})
		if got := p.answer(i, modal(questions)); got.code() != 40060 {
			t.Errorf("%v, want 40060", got.body)
		}
	})
}

func TestComponents_are_checked(t *testing.T) {
	s := newScene(t, discordsim.Options{NoRateLimits: true})
	text := object{"type": 10, "content": "x"}
	button := func(id string) object { return object{"type": 2, "style": 1, "label": "x", "custom_id": id} }
	row := func(children ...object) object { return object{"type": 1, "components": children} }
	many := func(n int, c object) []object {
		var out []object
		for range n {
			out = append(out, c)
		}
		return out
	}
	v2 := func(components ...object) object { return object{"flags": 32768, "components": components} }
	cases := []struct {
		name string
		body object
		good bool
	}{
		{"a row of five buttons", object{"components": []object{row(button("1"), button("2"), button("3"), button("4"), button("5"))}}, true},
		{"a row of six", object{"components": []object{row(button("1"), button("2"), button("3"), button("4"), button("5"), button("6"))}}, false},
		{"six rows", object{"content": "x", "components": []object{row(button("1")), row(button("2")), row(button("3")), row(button("4")), row(button("5")), row(button("6"))}}, false},
		{"a custom_id twice", object{"components": []object{row(button("1"), button("1"))}}, false},
		{"a select beside a button", object{"components": []object{row(button("1"), object{"type": 5, "custom_id": "2"})}}, false},
		{"a link with a custom_id", object{"components": []object{row(object{"type": 2, "style": 5, "label": "x", "url": "https://example.org", "custom_id": "a"})}}, false},
		{"a button without label", object{"components": []object{row(object{"type": 2, "style": 1, "custom_id": "a"})}}, false},
		{"text without the V2 flag", object{"components": []object{text}}, false},
		{"text with the V2 flag", v2(text), true},
		{"V2 with content", object{"flags": 32768, "content": "x", "components": []object{text}}, false},
		{"V2 with embeds", object{"flags": 32768, "embeds": []object{{"title": "x"}}, "components": []object{text}}, false},
		{"40 components", v2(many(40, text)...), true},
		{"41 nested components", v2(object{"type": 17, "components": many(21, text)}, object{"type": 17, "components": many(18, text)}), false},
		{"a section", v2(object{"type": 9, "components": []object{text}, "accessory": button("a")}), true},
		{"a section without accessory", v2(object{"type": 9, "components": []object{text}}), false},
		{"a container in a container", v2(object{"type": 17, "components": []object{{"type": 17, "components": []object{text}}}}), false},
		{"a gallery", v2(object{"type": 12, "items": []object{{"media": object{"url": "https://example.org/a.png"}}}}), true},
		{"a file that was not sent", v2(object{"type": 13, "file": object{"url": "attachment://a.txt"}}), false},
		{"a container with all", v2(object{"type": 17, "accent_color": 255, "components": []object{text, {"type": 14}, row(button("x"))}}), true},
	}
	for _, c := range cases {
		got := s.rest("POST", "/channels/"+s.lobby.ID.String()+"/messages", c.body)
		if c.good && got.status != 200 || !c.good && got.code() != 50035 {
			t.Errorf("%s: %d %v", c.name, got.status, got.body)
		}
	}
	t.Run("ids are given to those without", func(t *testing.T) {
		m := s.want(200, "POST", "/channels/"+s.lobby.ID.String()+"/messages", v2(object{"type": 10, "content": "x", "id": 1}, text))
		if m.at("components", 0, "id") != 1.0 || m.at("components", 1, "id") != 2.0 {
			t.Errorf("components: %v", m.at("components"))
		}
	})
	t.Run("an uploaded file shows inside its component only", func(t *testing.T) {
		m := s.want(200, "POST", "/channels/"+s.lobby.ID.String()+"/messages", upload{
			payload: v2(object{"type": 13, "file": object{"url": "attachment://a.txt"}}), names: []string{"a.txt"}, files: map[string]string{"a.txt": "A"},
		})
		if m.at("components", 0, "name") != "a.txt" || len(m.at("attachments").([]any)) != 0 {
			t.Errorf("message: %v", m.body)
		}
		if status, body := s.fetch(m.at("components", 0, "file", "url").(string)); status != 200 || body != "A" {
			t.Errorf("the file's link gives %d %q", status, body)
		}
	})
	t.Run("the V2 flag stays", func(t *testing.T) {
		m := s.want(200, "POST", "/channels/"+s.lobby.ID.String()+"/messages", v2(text))
		if got := s.rest("PATCH", "/channels/"+s.lobby.ID.String()+"/messages/"+m.id(), object{"flags": 0, "content": "x"}); got.code() != 50035 {
			t.Errorf("back to content: %v, want 50035", got.body)
		}
	})
}
