package bot

import (
	"reflect"
	"testing"

	"ticketbot/ticket"
)

const pressed = `{
	"id": "1001", "application_id": 42, "token": "secret", "type": 3, "version": 1, "locale": "en-GB",
	"guild_id": "7", "channel_id": "8", "app_permissions": "2251799813685248",
	"member": {"user": {"id": "5", "username": "ana", "global_name": "Ana", "new_thing": [1]}, "nick": "Ana B.",
	           "roles": ["70", 71], "permissions": "32", "flags": "what"},
	"data": {"custom_id": "v1:open:3", "component_type": 99, "id": 4},
	"message": {"id": "9", "components": [{"type": 99}]}
}`

func TestReadInteraction(t *testing.T) {
	in, err := readInteraction([]byte(pressed))
	if err != nil {
		t.Fatal(err)
	}
	if in.ID != 1001 || in.Application != 42 || in.Guild != 7 || in.Channel != 8 || in.kind() != button || in.Data.CustomID != "v1:open:3" {
		t.Errorf("read %+v", in)
	}
	got, err := in.actor()
	if err != nil {
		t.Fatal(err)
	}
	want := ticket.Actor{
		User:  ticket.User{ID: 5, Username: "ana", GlobalName: "Ana", Nick: "Ana B.", Roles: []ticket.RoleID{70, 71}},
		Roles: []ticket.RoleID{70, 71}, Admin: true,
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("actor\n got %+v\nwant %+v", got, want)
	}
}

func TestActor_is_admin_by_permissions_alone(t *testing.T) {
	for permissions, want := range map[string]bool{`"0"`: false, `"8"`: true, `"32"`: true, `"40"`: true, `"16"`: false, `2048`: false, `8`: true, `null`: false} {
		in := &interaction{Member: []byte(`{"user":{"id":"5"},"permissions":` + permissions + `}`)}
		a, err := in.actor()
		if err != nil || a.Admin != want {
			t.Errorf("permissions %s: admin %v, %v; want %v", permissions, a.Admin, err, want)
		}
	}
}

func TestReadInteraction_refuses_what_cannot_be_answered(t *testing.T) {
	for _, raw := range []string{``, `[]`, `null`, `{}`, `{"id":"1"}`, `{"token":"x"}`} {
		if _, err := readInteraction([]byte(raw)); err == nil {
			t.Errorf("%q was taken", raw)
		}
	}
}

func TestOptions(t *testing.T) {
	in, err := readInteraction([]byte(`{"id":1,"token":"x","type":2,"data":{"name":"setup",
		"options":[{"type":8,"name":"staff","value":"70"},{"type":4,"name":"limit","value":3},{"type":5,"name":"form","value":false},
		           {"type":99,"name":"future","value":{"a":[1]}},{"type":6,"name":"user","value":"5"},{"type":6,"name":"gone","value":"6"}],
		"resolved":{"users":{"5":{"id":"5","username":"ana","bot":false},"6":{"id":"6","username":"bo"}},
		            "members":{"5":{"nick":"A","roles":["70"]}}}}}`))
	if err != nil {
		t.Fatal(err)
	}
	if in.kind() != command || in.id("staff") != 70 || in.text("limit") != "3" || in.text("form") != "false" || in.text("future") != "" || in.text("none") != "" {
		t.Errorf("read %+v", in.Data)
	}
	u, member, err := in.user("user")
	want := ticket.User{ID: 5, Username: "ana", Nick: "A", Roles: []ticket.RoleID{70}}
	if err != nil || !member || !reflect.DeepEqual(u, want) {
		t.Errorf("user %+v member %v: %v", u, member, err)
	}
	if u, member, err := in.user("gone"); err != nil || member || u.ID != 6 || !u.Partial {
		t.Errorf("who left: %+v member %v: %v", u, member, err)
	}
	if _, _, err := in.user("none"); err == nil {
		t.Error("nobody was found")
	}
}

func TestSubmitted(t *testing.T) {
	in, err := readInteraction([]byte(`{"id":1,"token":"x","type":5,"data":{"custom_id":"v1:open:3","components":[
		{"type":18,"component":{"type":4,"custom_id":"subject","value":"It \u0000broke"}},
		{"type":18,"component":{"type":3,"custom_id":"urgency","values":["high","low"]}},
		{"type":18,"component":{"type":23,"custom_id":"agree","value":true}},
		{"type":18,"component":{"type":99,"custom_id":"future","value":{"deep":1}}},
		{"type":1,"components":[{"type":4,"custom_id":"old","value":"row"}]},
		{"type":10,"content":"text"},
		{"type":18,"component":{"type":4,"custom_id":"empty","value":""}}]}}`))
	if err != nil {
		t.Fatal(err)
	}
	want := map[string][]string{"subject": {"It broke"}, "urgency": {"high", "low"}, "agree": {"true"}, "old": {"row"}}
	if got := in.submitted(); !reflect.DeepEqual(got, want) {
		t.Errorf("submitted\n got %v\nwant %v", got, want)
	}
}

func FuzzReadInteraction(f *testing.F) {
	f.Add([]byte(pressed))
	f.Add([]byte(`{"id":1,"token":"x","type":5,"data":{"components":[{"component":{"custom_id":"a","values":[1,null,{}]}}]}}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		in, err := readInteraction(raw)
		if err != nil {
			return
		}
		in.submitted()
		_, _ = in.actor()
		_, _, _ = in.user("user")
	})
}
