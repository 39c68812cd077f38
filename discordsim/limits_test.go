package discordsim_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"ticketbot/discordsim"
)

// edge is how one limit is tried: with as much as is allowed, and with one more.
type edge struct {
	try     func(s *scene, n int) reply
	refusal func(l discordsim.Limit, n int) reply // what is answered to n
}

// TestLimits goes through the whole table: what is just allowed is taken, what is one beyond is refused with exactly
// this status and body.
func TestLimits(t *testing.T) {
	edges := map[string]edge{}
	for _, part := range []map[string]edge{messageEdges(), componentEdges(), modalEdges(), guildEdges(), commandEdges(), gatewayEdges()} {
		maps.Copy(edges, part)
	}
	for _, l := range discordsim.Limits() {
		e, there := edges[l.Name]
		if !there {
			t.Errorf("the limit %q has no case", l.Name)
			continue
		}
		delete(edges, l.Name)
		t.Run(l.Name, func(t *testing.T) { e.check(t, l) })
	}
	if len(edges) > 0 {
		t.Errorf("cases of no limit: %q", slices.Sorted(maps.Keys(edges)))
	}
}

func (e edge) check(t *testing.T, l discordsim.Limit) {
	allowed, refused := []int{l.Most}, []int{l.Most + 1}
	if l.Least > 0 {
		allowed, refused = append(allowed, l.Least), append(refused, l.Least-1)
	}
	for _, n := range allowed {
		if got := e.try(limitScene(t), n); got.status < 200 || got.status > 299 {
			t.Errorf("%d is refused: %d %v", n, got.status, got.body)
		}
	}
	for _, n := range refused {
		got, want := e.try(limitScene(t), n), e.refusal(l, n)
		if got.status != want.status || !reflect.DeepEqual(got.body, want.body) {
			t.Errorf("%d is answered\n%d %s\nand should be\n%d %s", n, got.status, asJSON(got.body), want.status, asJSON(want.body))
		}
	}
}

// limitScene is a scene on a clock that stands still, whose bot may do everything.
func limitScene(t *testing.T) *scene {
	t.Helper()
	s := newScene(t, discordsim.Options{NoRateLimits: true, Frozen: true, Start: time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)})
	for _, r := range s.sim.Guilds()[0].Roles {
		if r.Managed {
			s.ok(s.sim.SetRolePermissions(s.guild, r.ID, discordsim.PermAdministrator))
		}
	}
	return s
}

func asJSON(v any) string {
	text, _ := json.Marshal(v)
	return string(text)
}

// coded is a refusal without fields.
func coded(status, code int, message string) func(discordsim.Limit, int) reply {
	return func(discordsim.Limit, int) reply {
		return reply{status: status, body: object{"code": float64(code), "message": message}}
	}
}

// said is a refusal of one field, whose path is written with dots.
func said(path, code, message string) func(discordsim.Limit, int) reply {
	return func(discordsim.Limit, int) reply {
		errors := object{"_errors": []any{object{"code": code, "message": message}}}
		if path != "" {
			steps := strings.Split(path, ".")
			slices.Reverse(steps)
			for _, step := range steps {
				errors = object{step: errors}
			}
		}
		return reply{status: 400, body: object{"code": 50035.0, "message": "Invalid Form Body", "errors": errors}}
	}
}

// lengthOf is the refusal of a text or list that is too long, or too short where there is a least.
func lengthOf(path string) func(discordsim.Limit, int) reply {
	return func(l discordsim.Limit, n int) reply {
		if l.Least > 0 {
			return said(path, "BASE_TYPE_BAD_LENGTH", fmt.Sprintf("Must be between %d and %d in length.", l.Least, l.Most))(l, n)
		}
		return said(path, "BASE_TYPE_MAX_LENGTH", fmt.Sprintf("Must be %d or fewer in length.", l.Most))(l, n)
	}
}

// neededText is lengthOf for a text that, empty, counts as missing.
func neededText(path string) func(discordsim.Limit, int) reply {
	return func(l discordsim.Limit, n int) reply {
		if n == 0 {
			return said(path, "BASE_TYPE_REQUIRED", "This field is required")(l, n)
		}
		return lengthOf(path)(l, n)
	}
}

// numberOf is the refusal of a number.
func numberOf(path string) func(discordsim.Limit, int) reply {
	return func(l discordsim.Limit, n int) reply {
		if n < l.Least {
			return said(path, "NUMBER_TYPE_MIN", fmt.Sprintf("int value should be greater than or equal to %d.", l.Least))(l, n)
		}
		return said(path, "NUMBER_TYPE_MAX", fmt.Sprintf("int value should be less than or equal to %d.", l.Most))(l, n)
	}
}

func text(n int) string { return strings.Repeat("x", n) }

// several makes a list of n.
func several[T any](n int, one func(i int) T) []T {
	out := make([]T, 0, n)
	for i := range n {
		out = append(out, one(i))
	}
	return out
}

func snowflakes(n int) []string {
	return several(n, func(i int) string { return fmt.Sprint(1000 + i) })
}

func (s *scene) lobbyPath() string { return "/channels/" + s.lobby.ID.String() }
func (s *scene) postPath() string  { return s.lobbyPath() + "/messages" }

// posting is an edge of a message's body.
func posting(path string, refusal func(string) func(discordsim.Limit, int) reply, body func(n int) object) edge {
	return edge{func(s *scene, n int) reply { return s.rest("POST", s.postPath(), body(n)) }, refusal(path)}
}

// TestComponentsV2_exclude_what_was_before goes through what the flag rules out, when a message is made and when it is
// edited.
func TestComponentsV2_exclude_what_was_before(t *testing.T) {
	legacy := func(key string) reply {
		return said(key, "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2",
			fmt.Sprintf("The '%s' field cannot be used when using MessageFlags.IS_COMPONENTS_V2", key))(discordsim.Limit{}, 0)
	}
	s := limitScene(t)
	modern := func(more object) object {
		o := object{"flags": componentsV2, "components": []object{textDisplay("x")}}
		maps.Copy(o, more)
		return o
	}
	answers := func(what string, got, want reply) {
		t.Helper()
		if got.status != want.status || want.body != nil && !reflect.DeepEqual(got.body, want.body) {
			t.Errorf("%s is answered\n%d %s\nand should be\n%d %s", what, got.status, asJSON(got.body), want.status, asJSON(want.body))
		}
	}
	for key, value := range map[string]any{
		"content": "x", "embeds": []object{{"title": "x"}}, "sticker_ids": []string{"1"},
		"poll": object{"question": object{"text": "x"}, "answers": []object{{"poll_media": object{"text": "x"}}}},
	} {
		answers("a new message with "+key, s.rest("POST", s.postPath(), modern(object{key: value})), legacy(key))
	}
	answers("empty ones of each", s.rest("POST", s.postPath(), modern(object{"content": "", "embeds": []object{}, "sticker_ids": []string{}})), reply{status: 200})

	made := s.postPath() + "/" + s.want(200, "POST", s.postPath(), modern(nil)).id()
	answers("content later", s.rest("PATCH", made, object{"content": "x"}), legacy("content"))
	answers("flags without it, and a container", s.rest("PATCH", made, object{"flags": 0, "components": []object{textDisplay("y")}}),
		said("components.0.type", "UNION_TYPE_CHOICES", `Value of field "type" must be one of (1,).`)(discordsim.Limit{}, 0))
	if got := s.want(200, "PATCH", made, object{"flags": 0}); int(got.at("flags").(float64))&componentsV2 == 0 {
		t.Errorf("the flag was taken away: flags are %v", got.at("flags"))
	}

	old := s.postPath() + "/" + s.want(200, "POST", s.postPath(), object{"content": "x"}).id()
	answers("the flag for a message with content", s.rest("PATCH", old, modern(nil)), legacy("content"))
	if got := s.want(200, "PATCH", old, modern(object{"content": nil})); int(got.at("flags").(float64))&componentsV2 == 0 {
		t.Errorf("the flag cannot be added: flags are %v", got.at("flags"))
	}
}

func TestChannel_names_of_text_channels_are_made_plain(t *testing.T) {
	s := limitScene(t)
	for given, want := range map[string]string{
		"Ticket Of Mia": "ticket-of-mia", "  spaces  ": "spaces", "a  b": "a-b", "café": "café", "日本語": "日本語", "what?!": "what", "a.b/c": "abc", "✅-done": "✅-done",
	} {
		if got := s.want(201, "POST", s.guildPath()+"/channels", object{"name": given}); got.at("name") != want {
			t.Errorf("%q becomes %q, want %q", given, got.at("name"), want)
		}
	}
	if got := s.want(201, "POST", s.guildPath()+"/channels", object{"name": "My Folder!", "type": 4}); got.at("name") != "My Folder!" {
		t.Errorf("a category's name becomes %q", got.at("name"))
	}
}
