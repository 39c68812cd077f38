package contract_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ticketbot/discordsim"
	"ticketbot/discordsim/contract"
)

func describe(t *testing.T) *contract.Description {
	t.Helper()
	cache, err := os.UserCacheDir()
	if err != nil {
		cache = os.TempDir()
	}
	folder := must(contract.Describe(t.Context(), "../../tests/contract", filepath.Join(cache, "ticketbot")))(t)
	return must(contract.Load(folder))(t)
}

// mistake is something wrong that the simulator or a bot could do, and a word that the judge must say of it.
type mistake struct {
	name   string
	in     string // what is changed: a name of the table of good ones
	path   string
	change func(object, string)
	says   string
}

var inAnswers = []mistake{
	{"a field is missing", "message", "pinned", lost, "pinned"},
	{"a field is missing in an inner object", "message", "author.username", lost, "username"},
	{"a number for a snowflake", "message", "id", set(1234567890123456789), "/id"},
	{"a snowflake that is none", "message", "channel_id", set("general"), "/channel_id"},
	{"a type that does not exist", "message", "type", set(999), "/type"},
	{"a key is renamed", "message", "content", renamed("contents"), "content"},
	{"a field that nobody knows", "message", "surprise", set(true), "/surprise: unknown field"},
	{"an unknown field within a user", "message", "author.surprise", set(1), "/author/surprise: unknown field"},
	{"null where there is always text", "message", "content", set(nil), "/content"},
	{"text for a list", "message", "mentions", set("nobody"), "/mentions"},
	{"a time that is none", "message", "timestamp", set("yesterday"), "/timestamp"},
	{"text for flags", "message", "flags", set("0"), "/flags"},
	{"a number for permissions", "roles", "0.permissions", set(8), "/permissions"},
	{"a colour that is text", "roles", "0.color", set("#fff"), "/color"},
	{"a channel without its type", "channel", "type", lost, "type"},
	{"an overwrite of an unknown kind", "channel", "permission_overwrites", set([]any{object{"id": "1", "type": 7, "allow": "0", "deny": "0"}}), "/permission_overwrites"},
	{"an error without its code", "error", "code", lost, "code"},
	{"an error whose message is renamed", "error", "message", renamed("msg"), "message"},
	{"a user list for a user", "user", "username", set([]any{}), "/username"},
}

var inRequests = []mistake{
	{"a misspelt key", "send", "content", renamed("contnet"), "/contnet: unknown field"},
	{"text that is too long", "send", "content", set(strings.Repeat("x", 4001)), "/content"},
	{"a button of an unknown style", "send", "components.0.components.0.style", set(77), "/components"},
	{"a number for mentions", "send", "allowed_mentions", set(object{"parse": 1}), "/allowed_mentions"},
	{"an embed's title as a number", "send", "embeds", set([]any{object{"title": 5}}), "/embeds"},
}

var inEvents = []mistake{
	{"a guild without hub_type", "GUILD_CREATE", "d.hub_type", lost, "hub_type"},
	{"a guild whose id is a number", "GUILD_CREATE", "d.id", set(12345678901234567), "/id"},
	{"a guild with a field of its own", "GUILD_CREATE", "d.mood", set("good"), "/mood: unknown field"},
	{"a channel in it of no type", "GUILD_CREATE", "d.channels.0.type", set(99), "/channels"},
	{"a READY without where to resume", "READY", "d.resume_gateway_url", lost, "resume_gateway_url"},
	{"an event without its author", "MESSAGE_CREATE", "d.author", lost, "author"},
	{"an event that does not exist", "MESSAGE_CREATE", "t", set("MESSAGE_MADE"), "no such event"},
	{"an event without a sequence number", "MESSAGE_CREATE", "s", set(nil), "/s"},
	{"an interaction without its token", "INTERACTION_CREATE", "d.token", lost, "token"},
	{"an interaction of an unknown type", "INTERACTION_CREATE", "d.type", set(9), "/type"},
	{"a hello without its interval", "op 10", "d.heartbeat_interval", lost, "heartbeat_interval"},
}

func TestPlantedMistakesAreCaught(t *testing.T) {
	d, s := describe(t), newScene(t)
	message := s.call("POST", fmt.Sprintf("/channels/%s/messages", s.channel), object{"content": "hello", "components": []object{
		{"type": 1, "components": []object{{"type": 2, "style": 1, "label": "Open", "custom_id": "open"}}},
	}})
	good := map[string]discordsim.Exchange{
		"message": message, "send": message,
		"roles":   s.call("GET", fmt.Sprintf("/guilds/%s/roles", s.guild), nil),
		"channel": s.call("GET", fmt.Sprintf("/channels/%s", s.channel), nil),
		"error":   s.call("GET", "/channels/99", nil),
		"user":    s.call("GET", "/users/@me", nil),
	}
	for name, x := range good {
		if wrong := append(d.Request(x), d.Answer(x)...); len(wrong) > 0 {
			t.Fatalf("%s as it was: %q", name, wrong)
		}
	}
	for _, m := range inAnswers {
		x := good[m.in]
		x.Response = edit(t, x.Response, m.path, m.change)
		m.mustBeIn(t, d.Answer(x))
	}
	for _, m := range inRequests {
		x := good[m.in]
		x.Request = edit(t, x.Request, m.path, m.change)
		m.mustBeIn(t, d.Request(x))
	}
	for _, m := range []struct {
		mistake
		change func(*discordsim.Exchange)
	}{
		{mistake{name: "another status of success", says: "status is 201"}, func(x *discordsim.Exchange) { x.Status = 201 }},
		{mistake{name: "an answer that is no JSON", says: "answer"}, func(x *discordsim.Exchange) { x.Response = []byte("<html>") }},
		{mistake{name: "a route that does not exist", says: "no such route"}, func(x *discordsim.Exchange) { x.Path = "/channels/1/mesages" }},
		{mistake{name: "a query parameter that does not exist", says: "/limt: unknown field"}, func(x *discordsim.Exchange) { x.Query = "limt=5" }},
		{mistake{name: "a snowflake in the path that is none", says: "path /channel_id"}, func(x *discordsim.Exchange) { x.Path = "/channels/general/messages" }},
	} {
		x := good["message"]
		m.change(&x)
		m.mustBeIn(t, append(d.Request(x), d.Answer(x)...))
	}
	payloads := s.gateway()
	for _, m := range inEvents {
		text := payloads[m.in]
		if text == nil {
			t.Fatalf("there was no %s", m.in)
		}
		if wrong := d.Payload(true, text); len(wrong) > 0 {
			t.Fatalf("%s as it was: %q", m.in, wrong)
		}
		m.mustBeIn(t, d.Payload(true, edit(t, text, m.path, m.change)))
	}
	t.Logf("%d mistakes", len(inAnswers)+len(inRequests)+5+len(inEvents))
}

func (m mistake) mustBeIn(t *testing.T, said []string) {
	t.Helper()
	if !strings.Contains(strings.Join(said, "\n"), m.says) {
		t.Errorf("%s: of that the judge says %q, without %q", m.name, said, m.says)
	}
}
