package discordsim_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"
	"time"

	"ticketbot/discordsim"
)

// startWorld starts a simulator with the support world and its control API.
func startWorld(t *testing.T) (*discordsim.Server, *discordsim.SupportWorld, *discordsim.Control) {
	t.Helper()
	sim := discordsim.New(discordsim.Options{NoRateLimits: true})
	world, err := sim.Support(discordsim.SupportOptions{Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	if err := sim.Start(context.WithoutCancel(t.Context())); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(sim.Close)
	control, err := sim.StartControl(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(control.Close)
	return sim, world, control
}

// waitUntil waits for the oracle to grow until the condition holds.
func waitUntil(t *testing.T, sim *discordsim.Server, what string, holds func() bool) {
	t.Helper()
	late := time.After(2 * time.Minute)
	for {
		changed := sim.Changed()
		if holds() {
			return
		}
		select {
		case <-changed:
		case <-time.After(20 * time.Millisecond): // not everything is a fact
		case <-late:
			t.Fatalf("waited in vain until %s", what)
		}
	}
}

func waitFor(t *testing.T, sim *discordsim.Server, kind string, user discordsim.ID, body string) {
	t.Helper()
	waitUntil(t, sim, fmt.Sprintf("%s %q", kind, body), func() bool {
		for _, f := range sim.Facts(0) {
			if f.Kind == kind && f.User == user && f.Body == body {
				return true
			}
		}
		return false
	})
}

func channelNamed(t *testing.T, sim *discordsim.Server, as discordsim.ID, name string) discordsim.ID {
	t.Helper()
	v, err := sim.See(as)
	if err != nil {
		t.Fatal(err)
	}
	for _, g := range v.Guilds {
		for _, c := range g.Channels {
			if c.Name == name {
				return c.ID
			}
		}
	}
	t.Fatalf("%v sees no channel %q", as, name)
	return 0
}

// client speaks to the control API.
type client struct {
	t    *testing.T
	base string
}

func (c client) call(method, path string, body any) (int, object) {
	c.t.Helper()
	encoded, err := json.Marshal(body)
	if err != nil {
		c.t.Fatal(err)
	}
	return c.send(method, path, "application/json", bytes.NewReader(encoded))
}

func (c client) send(method, path, kind string, body io.Reader) (int, object) {
	c.t.Helper()
	req, err := http.NewRequest(method, c.base+"/control"+path, body)
	if err != nil {
		c.t.Fatal(err)
	}
	req.Header.Set("Content-Type", kind)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		c.t.Fatal(err)
	}
	defer resp.Body.Close()
	raw, _ := io.ReadAll(resp.Body)
	var out object
	if len(raw) > 0 && raw[0] == '[' {
		raw = []byte(`{"list":` + string(raw) + `}`)
	}
	if len(raw) > 0 && json.Unmarshal(raw, &out) != nil {
		c.t.Fatalf("%s %s: no JSON: %s", method, path, raw)
	}
	return resp.StatusCode, out
}

// want calls and demands success.
func (c client) want(method, path string, body any) object {
	c.t.Helper()
	status, out := c.call(method, path, body)
	if status >= 300 {
		c.t.Fatalf("%s %s: %d %v", method, path, status, out)
	}
	return out
}

func TestControl(t *testing.T) {
	sim, world, control := startWorld(t)
	general := "/channels/" + world.General.String() + "/messages"

	t.Run("a world can be furnished", func(t *testing.T) {
		c := client{t, control.URL()}
		owner := c.want("POST", "/users", object{"username": "zoe", "global_name": "Zoe"})
		guild := c.want("POST", "/guilds", object{"owner": owner["id"], "name": "Second"})
		at := "/guilds/" + guild["id"].(string)
		role := c.want("POST", at+"/roles", object{"name": "Helpers", "color": 255, "hoist": true, "permissions": "8192"})
		channel := c.want("POST", at+"/channels", object{"name": "Front Desk", "topic": "Ring the bell"})
		if channel["name"] != "front-desk" {
			t.Errorf("the channel is called %v", channel["name"])
		}
		c.want("POST", at+"/members", object{"user": world.Mia, "roles": []any{role["id"]}})
		c.want("PATCH", at+"/members/"+world.Mia.String(), object{"nick": "Mimi", "roles": []any{}})
		c.want("PUT", "/channels/"+channel["id"].(string)+"/overwrites", object{"id": guild["id"], "type": 0, "allow": "0", "deny": "1024"})
		app := c.want("POST", "/apps", object{"name": "Other", "redirect_uris": []string{"http://127.0.0.1/cb"}})
		if !strings.Contains(app["token"].(string), ".sim.") {
			t.Errorf("token %v has no part sim", app["token"])
		}
		c.want("PATCH", "/apps/"+app["id"].(string), object{"intents": 0})
		c.want("PUT", at+"/bots/"+app["id"].(string), object{})
		v, err := sim.See(world.Mia)
		if err != nil || len(v.Guilds) != 2 {
			t.Fatalf("Mia sees %d guilds (%v)", len(v.Guilds), err)
		}
		second := v.Guilds[1]
		if len(second.Members) != 3 || len(second.Channels) != 0 || *second.Members[0].Nick != "Mimi" && *second.Members[1].Nick != "Mimi" {
			t.Errorf("Mia sees %d members, %d channels", len(second.Members), len(second.Channels))
		}
		c.want("DELETE", at+"/bots/"+app["id"].(string), nil)
		c.want("DELETE", at+"/members/"+world.Mia.String(), nil)
		c.want("DELETE", "/channels/"+channel["id"].(string), nil)
	})

	t.Run("a person says, edits, pins, deletes", func(t *testing.T) {
		c := client{t, control.URL()}
		sent := c.want("POST", general, object{"as": world.Mia, "content": "hello"})
		one := general + "/" + sent["id"].(string)
		if got := c.want("PATCH", one, object{"as": world.Mia, "content": "hello there"}); got["content"] != "hello there" || got["edited_timestamp"] == nil {
			t.Errorf("edited to %v", got)
		}
		c.want("PUT", one+"/reactions", object{"as": world.Leo, "emoji": "👍"})
		c.want("DELETE", one+"/reactions", object{"as": world.Leo, "emoji": "👍"})
		c.want("PUT", "/channels/"+world.General.String()+"/pins/"+sent["id"].(string)+"?as="+world.Olivia.String(), nil)
		reply := c.want("POST", general, object{"as": world.Leo, "content": "hi", "reply_to": sent["id"]})
		c.want("DELETE", one+"?as="+world.Mia.String(), nil)
		c.want("POST", general+"/bulk-delete", object{"as": world.Olivia, "messages": []any{reply["id"], c.want("POST", general, object{"as": world.Leo, "content": "two"})["id"]}})
		for _, m := range c.want("GET", general+"?limit=100&as="+world.Mia.String(), nil)["list"].([]any) {
			if id := m.(object)["id"]; id == sent["id"] || id == reply["id"] {
				t.Errorf("message %v is still there", id)
			}
		}
	})

	t.Run("files go up as a form", func(t *testing.T) {
		var body bytes.Buffer
		form := multipart.NewWriter(&body)
		_ = form.WriteField("payload_json", fmt.Sprintf(`{"as": %q, "content": "look"}`, world.Mia))
		part, _ := form.CreateFormFile("files[0]", "notes.txt")
		_, _ = part.Write([]byte("12345"))
		_ = form.Close()
		status, out := client{t, control.URL()}.send("POST", general, form.FormDataContentType(), &body)
		if status != 200 {
			t.Fatalf("%d %v", status, out)
		}
		file := out["attachments"].([]any)[0].(object)
		if file["filename"] != "notes.txt" || file["size"] != 5.0 {
			t.Errorf("attached %v", file)
		}
	})

	t.Run("a refusal is a sentence", func(t *testing.T) {
		c := client{t, control.URL()}
		for _, x := range []struct {
			method, path string
			body         any
			status       int
			says         string
		}{
			{"POST", "/channels/" + world.TicketLog.String() + "/messages", object{"as": world.Mia, "content": "x"}, 403, "You do not have access to this channel."},
			{"POST", "/channels/" + world.Welcome.String() + "/messages", object{"as": world.Mia, "content": "x"}, 403, "You do not have permission to do that."},
			{"POST", general, object{"as": world.Mia, "content": " "}, 400, "You cannot send an empty message."},
			{"POST", general, object{"as": world.Mia, "content": strings.Repeat("x", 2001)}, 400, "Must be 2000 or fewer in length."},
			{"POST", general, object{"as": world.Mia, "contents": "x"}, 400, "unknown field"},
			{"POST", "/channels/1/messages", object{"as": world.Mia, "content": "x"}, 404, "This channel no longer exists."},
			{"POST", "/channels/x/messages", object{"as": world.Mia, "content": "x"}, 400, "not a snowflake"},
			{"GET", general + "?as=" + world.Mia.String() + "&limit=1000", nil, 400, "limit is a number from 1 to 100"},
			{"POST", "/clock", object{"advance": "-1h"}, 400, "not negative"},
			{"POST", "/gateway", object{"app": world.App.ID, "action": "sing"}, 400, "one of disconnect"},
			{"GET", "/nothing", nil, 404, "Not Found"},
		} {
			status, out := c.call(x.method, x.path, x.body)
			if said, _ := out["error"].(string); status != x.status || !strings.Contains(said, x.says) {
				t.Errorf("%s %s: %d %v, want %d %q", x.method, x.path, status, out, x.status, x.says)
			}
		}
	})

	t.Run("each person sees their own world", func(t *testing.T) {
		c := client{t, control.URL()}
		names := func(as discordsim.ID) string {
			var out []string
			for _, ch := range c.want("GET", "/state?as="+as.String(), nil)["guilds"].([]any)[0].(object)["channels"].([]any) {
				out = append(out, ch.(object)["name"].(string))
			}
			return strings.Join(out, " ")
		}
		if got := names(world.Sam); !strings.Contains(got, "ticket-log") {
			t.Errorf("Sam sees %s", got)
		}
		if got := names(world.Mia); strings.Contains(got, "ticket-log") || !strings.Contains(got, "general") {
			t.Errorf("Mia sees %s", got)
		}
		labels := map[string]string{}
		for _, p := range c.want("GET", "/personas", nil)["users"].([]any) {
			labels[p.(object)["username"].(string)] = p.(object)["label"].(string)
		}
		if labels["olivia"] != "owner" || labels["sam"] != "Support" || labels["mia_k"] != "member" {
			t.Errorf("labels %v", labels)
		}
	})

	t.Run("the clock moves and the oracle tells", func(t *testing.T) {
		c := client{t, control.URL()}
		before := sim.Now()
		c.want("POST", "/clock", object{"advance": "720h"})
		if d := sim.Now().Sub(before); d < 720*time.Hour {
			t.Errorf("moved by %v", d)
		}
		if n := len(c.want("GET", "/oracle?tail=3", nil)["list"].([]any)); n != 3 {
			t.Errorf("%d facts", n)
		}
		seq := sim.Seq()
		c.want("POST", general, object{"as": world.Mia, "content": "counted"})
		list := c.want("GET", fmt.Sprintf("/oracle?since=%d", seq), nil)["list"].([]any)
		if len(list) != 1 || list[0].(object)["body"] != "counted" {
			t.Errorf("since %d: %v", seq, list)
		}
	})
}

func TestControl_events(t *testing.T) {
	sim, world, control := startWorld(t)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, "GET", control.URL()+"/control/events?as="+world.Mia.String(), nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	lines := bufio.NewScanner(resp.Body)
	lines.Scan() // ": connected": from here on nothing is missed
	if _, err := sim.Say(world.Sam, world.TicketLog, discordsim.SayOptions{Content: "not for members"}); err != nil {
		t.Logf("staff cannot write there: %v", err)
	}
	if _, err := sim.Say(world.Leo, world.General, discordsim.SayOptions{Content: "for everybody"}); err != nil {
		t.Fatal(err)
	}
	for lines.Scan() {
		switch line := lines.Text(); {
		case strings.Contains(line, "not for members"):
			t.Fatal("a member was told what happened in a staff channel")
		case strings.Contains(line, "for everybody"):
			return
		}
	}
	t.Fatal("the stream ended")
}

func TestControl_keeps_others_out(t *testing.T) {
	_, _, control := startWorld(t)
	for _, x := range []struct {
		name, host, origin string
		status             int
	}{
		{"own page", "", control.URL(), 200},
		{"no page", "", "", 200},
		{"name of this machine", "localhost:80", "", 200},
		{"page from elsewhere", "", "https://evil.example", 403},
		{"name that was made to resolve here", "evil.example", "", 403},
		{"sandboxed page", "", "null", 403},
	} {
		t.Run(x.name, func(t *testing.T) {
			req, err := http.NewRequest("GET", control.URL()+"/control/clock", nil)
			if err != nil {
				t.Fatal(err)
			}
			req.Host = firstOf(x.host, req.Host)
			if x.origin != "" {
				req.Header.Set("Origin", x.origin)
			}
			resp, err := http.DefaultClient.Do(req)
			if err != nil {
				t.Fatal(err)
			}
			defer resp.Body.Close()
			if resp.StatusCode != x.status {
				t.Errorf("status %d, want %d", resp.StatusCode, x.status)
			}
		})
	}
	sim := discordsim.New(discordsim.Options{})
	for _, address := range []string{"0.0.0.0:0", ":0", "192.0.2.1:80"} {
		if _, err := sim.StartControl(t.Context(), address); err == nil {
			t.Errorf("listens on %s", address)
		}
	}
}

func firstOf(a, b string) string {
	if a != "" {
		return a
	}
	return b
}
