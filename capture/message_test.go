package capture_test

import (
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"ticketbot/capture"
	"ticketbot/ticket"
)

func read(t *testing.T, raw string) ticket.Sighting {
	t.Helper()
	s, err := capture.Message([]byte(raw))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

const ada = `{"id":"100","username":"ada","global_name":"Ada","avatar":"abc"}`

func TestMessage(t *testing.T) {
	t.Run("people become references", func(t *testing.T) {
		s := read(t, `{"id":"9","channel_id":"5","guild_id":"1","author":`+ada+`,"member":{"nick":"Countess","roles":["7","8"]},
			"timestamp":"2026-01-02T03:04:05.678000+00:00","edited_timestamp":null,
			"content":"hi <@!200>, <@300> and <@100>","mentions":[{"id":"200","username":"bob","member":{"nick":"Bobby","roles":[]}}]}`)
		want := []ticket.User{
			{ID: 100, Username: "ada", GlobalName: "Ada", Avatar: "abc", Nick: "Countess", Roles: []ticket.RoleID{7, 8}},
			{ID: 200, Username: "bob", Nick: "Bobby"},
			{ID: 300, Partial: true},
		}
		if !reflect.DeepEqual(s.Users, want) {
			t.Errorf("users are %+v", s.Users)
		}
		if text := "hi " + ticket.Mention(1) + ", " + ticket.Mention(2) + " and " + ticket.Mention(0); s.Content.Text != text {
			t.Errorf("text is %q", s.Content.Text)
		}
		if want := time.Date(2026, 1, 2, 3, 4, 5, 678e6, time.UTC); !s.At.Equal(want) || !s.Edited.IsZero() {
			t.Errorf("written %v, edited %v", s.At, s.Edited)
		}
		if s.Message != 9 || s.Room.Channel != 5 || s.Room.Guild.ID != 1 || s.Kind != ticket.SeenCreated {
			t.Errorf("%+v", s)
		}
	})
	t.Run("without a member part the author is partial", func(t *testing.T) {
		if s := read(t, `{"id":"9","author":`+ada+`}`); !s.Users[0].Partial || s.Users[0].Username != "ada" {
			t.Errorf("%+v", s.Users[0])
		}
	})
	t.Run("nobody can write a mark", func(t *testing.T) {
		s := read(t, `{"id":"9","author":`+ada+`,"content":"\u00001\u0000 <@0> <@99999999999999999999>"}`)
		if s.Content.Text != "1 <@0> <@99999999999999999999>" || len(s.Users) != 1 {
			t.Errorf("text is %q", s.Content.Text)
		}
	})
	t.Run("odd fields cost themselves only", func(t *testing.T) {
		s := read(t, `{"id":9,"channel_id":5,"author":{"id":100,"username":7},"type":"0","flags":"32768","content":null,"mentions":{},
			"embeds":[3,{"title":"kept"}],"components":[{"type":99,"label":"new"},null],"attachments":"none","timestamp":"soon"}`)
		c := s.Content
		if c.Flags != 32768 || len(c.Embeds) != 1 || c.Embeds[0].Title != "kept" || len(c.Components) != 1 || c.Components[0].Type != 99 || c.Components[0].Label != "new" {
			t.Errorf("%+v", c)
		}
		if !s.At.Equal(time.UnixMilli(1420070400000)) {
			t.Errorf("without a time of its own, the id's: %v", s.At)
		}
	})
	t.Run("a reply points at its message and author", func(t *testing.T) {
		s := read(t, `{"id":"9","type":19,"author":`+ada+`,"message_reference":{"type":0,"message_id":"8"},"referenced_message":{"id":"8","author":{"id":"200","username":"bob"}}}`)
		if r := s.Content.Reply; r == nil || r.Message != 8 || s.Users[r.Author].ID != 200 {
			t.Errorf("%+v", r)
		}
		s = read(t, `{"id":"9","type":19,"author":`+ada+`,"message_reference":{"message_id":"8"},"referenced_message":null}`)
		if r := s.Content.Reply; r == nil || r.Author != -1 {
			t.Errorf("answered message is deleted: %+v", r)
		}
	})
	t.Run("a forward keeps what it shows, and is no reply", func(t *testing.T) {
		s := read(t, `{"id":"9","author":`+ada+`,"message_reference":{"type":1,"message_id":"8","channel_id":"4"},
			"message_snapshots":[{"message":{"content":"from <@200>","attachments":[{"id":"3","filename":"a.png","size":5,"url":"https://x/a"}]}}]}`)
		f := s.Content.Forward
		if f == nil || s.Content.Reply != nil || f.Text != "from "+ticket.Mention(1) || len(f.Attachments) != 1 || f.Attachments[0].ID != 3 {
			t.Errorf("%+v", s.Content)
		}
	})
	t.Run("a webhook speaks under its own name, an answer to a command does not", func(t *testing.T) {
		s := read(t, `{"id":"9","webhook_id":"50","author":{"id":"50","username":"GitHub","bot":true}}`)
		if !s.Users[0].Webhook || s.Content.Webhook != "GitHub" {
			t.Errorf("%+v", s)
		}
		s = read(t, `{"id":"9","webhook_id":"60","application_id":"60","author":{"id":"60","username":"TicketBot","bot":true},
			"interaction_metadata":{"id":"1","type":2,"user":`+ada+`},"interaction":{"name":"close","user":`+ada+`}}`)
		if s.Users[0].Webhook || s.Content.Webhook != "" || s.Content.Use == nil || s.Content.Use.Name != "close" || s.Users[s.Content.Use.Person].ID != 100 {
			t.Errorf("%+v", s)
		}
	})
	t.Run("the component tree", func(t *testing.T) {
		s := read(t, `{"id":"9","flags":32768,"author":`+ada+`,"components":[{"type":17,"accent_color":0,"components":[
			{"type":9,"components":[{"type":10,"content":"for <@100>"}],"accessory":{"type":2,"style":5,"url":"https://x","label":"go","emoji":{"id":"3","name":"e","animated":true}}},
			{"type":12,"items":[{"media":{"url":"https://p","width":4},"description":"d","spoiler":true}]},
			{"type":3,"custom_id":"s","options":[{"label":"a","value":"b","emoji":{"name":"x"}}]}]}]}`)
		box := s.Content.Components[0]
		if box.Type != 17 || box.Accent == nil || *box.Accent != 0 || len(box.Children) != 3 {
			t.Fatalf("%+v", box)
		}
		if text := box.Children[0].Children[0].Text; text != "for "+ticket.Mention(0) {
			t.Errorf("text display says %q", text)
		}
		if a := box.Children[0].Accessory; a == nil || a.URL != "https://x" || a.Emoji != "<a:e:3>" {
			t.Errorf("accessory %+v", a)
		}
		if m := box.Children[1].Media; len(m) != 1 || m[0] != (ticket.Media{URL: "https://p", Width: 4, Description: "d", Spoiler: true}) {
			t.Errorf("gallery %+v", m)
		}
		if o := box.Children[2].Options; len(o) != 1 || o[0].Emoji != "x" {
			t.Errorf("options %+v", o)
		}
	})
	t.Run("embeds", func(t *testing.T) {
		s := read(t, `{"id":"9","author":`+ada+`,"embeds":[{"type":"rich","title":"T","description":"<@100>","color":255,"author":{"name":"A","icon_url":"i"},
			"footer":{"text":"F"},"image":{"url":"u","width":1,"height":2},"fields":[{"name":"n","value":"<@100>","inline":true}]}]}`)
		e := s.Content.Embeds[0]
		if e.Description != ticket.Mention(0) || e.Author.Text != "A" || e.Footer.Text != "F" || e.Image.Height != 2 || e.Fields[0].Value != ticket.Mention(0) || !e.Fields[0].Inline {
			t.Errorf("%+v", e)
		}
	})
}

func TestEdited(t *testing.T) {
	t.Run("an update without an author would lose the message", func(t *testing.T) {
		if _, err := capture.Edited([]byte(`{"id":"9","channel_id":"5","embeds":[]}`)); !errors.Is(err, capture.ErrPartial) {
			t.Errorf("got %v", err)
		}
	})
	t.Run("carries the time of the edit", func(t *testing.T) {
		s, err := capture.Edited([]byte(`{"id":"9","author":` + ada + `,"edited_timestamp":"2026-01-02T03:04:05+00:00"}`))
		if err != nil || s.Kind != ticket.SeenEdited || s.Edited.IsZero() {
			t.Errorf("%+v, %v", s, err)
		}
	})
}

func TestDeleted(t *testing.T) {
	for raw, want := range map[string][]ticket.MessageID{
		`{"id":"9","channel_id":"5","guild_id":"1"}`:           {9},
		`{"ids":["9","10"],"channel_id":"5","guild_id":"1"}`:   {9, 10},
		`{"ids":["9",{},11],"channel_id":"5","guild_id":null}`: {9, 11},
	} {
		seen, err := capture.Deleted([]byte(raw))
		var ids []ticket.MessageID
		for _, s := range seen {
			ids = append(ids, s.Message)
			if s.Kind != ticket.SeenDeleted || s.Room.Channel != 5 {
				t.Errorf("%+v", s)
			}
		}
		if err != nil || !reflect.DeepEqual(ids, want) {
			t.Errorf("%s: %v, %v", raw, ids, err)
		}
	}
	if _, err := capture.Deleted([]byte(`{"channel_id":"5"}`)); err == nil {
		t.Error("a deletion of nothing was read")
	}
}

func TestPeople(t *testing.T) {
	m, err := capture.Member([]byte(`{"user":` + ada + `,"nick":"Countess","avatar":"g","roles":["7"]}`))
	if want := (ticket.User{ID: 100, Username: "ada", GlobalName: "Ada", Avatar: "abc", Nick: "Countess", GuildIcon: "g", Roles: []ticket.RoleID{7}}); err != nil || !reflect.DeepEqual(m, want) {
		t.Errorf("%+v, %v", m, err)
	}
	u, err := capture.User([]byte(ada))
	if err != nil || u.ID != 100 || !u.Partial {
		t.Errorf("%+v, %v", u, err)
	}
	for _, raw := range []string{`{}`, `[]`, `{"user":null}`} {
		if _, err := capture.Member([]byte(raw)); err == nil {
			t.Errorf("%s was read as a member", raw)
		}
	}
}

func TestMessage_deep_tree_takes_no_time(t *testing.T) {
	const depth = 3000
	raw := `{"id":"9","author":` + ada + `,"components":` + strings.Repeat(`[{"type":1,"components":`, depth) + `[]` + strings.Repeat(`}]`, depth) + `}`
	began := time.Now()
	s := read(t, raw)
	if took := time.Since(began); took > time.Second {
		t.Errorf("took %v", took)
	}
	levels := 0
	for c := s.Content.Components; len(c) > 0; c = c[0].Children {
		levels++
	}
	if levels != 9 {
		t.Errorf("%d levels were kept", levels)
	}
}

// FuzzMessage holds that whatever arrives, nothing breaks, and every mark in the result means somebody.
func FuzzMessage(f *testing.F) {
	f.Add([]byte(`{"id":"9","author":` + ada + `,"content":"<@1> \u0000 <@!2>","mentions":[{"id":1}],"components":[{"type":10,"content":"<@3>"}]}`))
	f.Add([]byte(`{"id":9,"author":{"id":1},"embeds":[{"fields":[{"value":"<@7>"}]}],"message_snapshots":[{"message":{"content":"<@8>"}}]}`))
	f.Add([]byte(`{"id":"9","author":{"id":"1"},"message_reference":{"message_id":"2"},"referenced_message":{"author":{"id":"3"}}}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		s, err := capture.Message(raw)
		if err != nil {
			return
		}
		if s.Message == 0 || len(s.Users) == 0 || s.Users[0].ID == 0 {
			t.Fatalf("a message without id or author: %+v", s)
		}
		stored, err := json.Marshal(s.Content)
		if err != nil {
			t.Fatal(err)
		}
		var back ticket.Content
		if err := json.Unmarshal(stored, &back); err != nil {
			t.Fatal(err)
		}
		everyText(reflect.ValueOf(back), func(said string) {
			ticket.Mentions(said, func(string) {}, func(i int) {
				if i < 0 || i >= len(s.Users) {
					t.Fatalf("mark %d of %d in %q", i, len(s.Users), said)
				}
			})
			if strings.Count(said, "\x00")%2 != 0 {
				t.Fatalf("half a mark in %q", said)
			}
		})
	})
}

func everyText(v reflect.Value, visit func(string)) {
	switch v.Kind() {
	case reflect.String:
		visit(v.String())
	case reflect.Pointer:
		if !v.IsNil() {
			everyText(v.Elem(), visit)
		}
	case reflect.Slice:
		for i := range v.Len() {
			everyText(v.Index(i), visit)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				everyText(v.Field(i), visit)
			}
		}
	}
}
