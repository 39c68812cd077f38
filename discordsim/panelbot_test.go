package discordsim_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/coder/websocket/wsjson"

	"ticketbot/discordsim"
)

type object = map[string]any

// panelBot is a bot small enough to be read in one go, written against Discord's documents only. It posts a panel, opens
// a form, makes a channel, and has one button that it never answers.
type panelBot struct {
	t     *testing.T
	sim   *discordsim.Server
	world *discordsim.SupportWorld
	conn  *websocket.Conn
	ready chan struct{}
	think chan struct{} // what it has promised to answer waits for this
	mute  atomic.Bool   // it hears, and says nothing
}

func startPanelBot(t *testing.T, sim *discordsim.Server, world *discordsim.SupportWorld) *panelBot {
	t.Helper()
	b := &panelBot{t: t, sim: sim, world: world, ready: make(chan struct{}), think: make(chan struct{})}
	b.rest("PUT", "/applications/"+world.App.ID.String()+"/commands", []object{
		{"name": "panel", "description": "Post the panel", "options": []object{
			{"type": 8, "name": "role", "description": "Who answers", "required": true},
			{"type": 3, "name": "style", "description": "How it looks", "choices": []object{{"name": "Short", "value": "short"}, {"name": "Long", "value": "long"}}},
		}},
		{"name": "report", "description": "Send a file"},
		{"name": "article", "description": "Look something up", "options": []object{{"type": 3, "name": "about", "description": "What", "required": true, "autocomplete": true}}},
		{"name": "Ticket about this", "type": 3},
		{"name": "Their tickets", "type": 2},
		{"name": "privacy", "description": "Your data", "options": []object{{"type": 1, "name": "export", "description": "Get your data"}}},
	})
	ctx, cancel := context.WithCancel(context.Background())
	conn, _, err := websocket.Dial(ctx, "ws"+strings.TrimPrefix(sim.URL(), "http")+"/gateway?v=10&encoding=json", nil)
	if err != nil {
		t.Fatal(err)
	}
	conn.SetReadLimit(-1)
	b.conn = conn
	done := make(chan struct{})
	go func() { defer close(done); b.listen(ctx) }()
	t.Cleanup(func() { cancel(); <-done })
	select {
	case <-b.ready:
	case <-time.After(2 * time.Minute):
		t.Fatal("the bot got no READY")
	}
	return b
}

func (b *panelBot) listen(ctx context.Context) {
	for {
		var frame struct {
			Op int             `json:"op"`
			T  string          `json:"t"`
			D  json.RawMessage `json:"d"`
		}
		if err := wsjson.Read(ctx, b.conn, &frame); err != nil {
			if ctx.Err() == nil && !errors.As(err, &websocket.CloseError{}) {
				b.t.Logf("bot's connection: %v", err)
			}
			return
		}
		switch {
		case frame.Op == 10:
			_ = wsjson.Write(ctx, b.conn, object{"op": 2, "d": object{
				"token": b.world.App.Token, "intents": 1<<0 | 1<<9 | 1<<12 | 1<<15, "properties": object{"os": "linux", "browser": "test", "device": "test"},
			}})
		case frame.T == "READY":
			close(b.ready)
		case frame.T == "INTERACTION_CREATE":
			var i interactionEvent
			if err := json.Unmarshal(frame.D, &i); err != nil {
				b.t.Errorf("read interaction: %v", err)
				continue
			}
			if !b.mute.Load() {
				b.react(i)
			}
		}
	}
}

type interactionEvent struct {
	ID        string `json:"id"`
	Type      int    `json:"type"`
	Token     string `json:"token"`
	ChannelID string `json:"channel_id"`
	GuildID   string `json:"guild_id"`
	Member    struct {
		User struct {
			ID string `json:"id"`
		} `json:"user"`
	} `json:"member"`
	Data struct {
		Name     string   `json:"name"`
		CustomID string   `json:"custom_id"`
		Values   []string `json:"values"`
		TargetID string   `json:"target_id"`
		Options  []struct {
			Value any `json:"value"`
		} `json:"options"`
		Resolved struct {
			Attachments map[string]struct {
				Filename string `json:"filename"`
				Size     int    `json:"size"`
			} `json:"attachments"`
		} `json:"resolved"`
		Components []struct {
			Component struct {
				CustomID string   `json:"custom_id"`
				Value    any      `json:"value"`
				Values   []string `json:"values"`
			} `json:"component"`
		} `json:"components"`
	} `json:"data"`
}

func (b *panelBot) react(i interactionEvent) {
	switch {
	case i.Data.Name == "article" && i.Type == 4:
		b.answer(i, 8, object{"choices": []object{{"name": "Refunds, and when", "value": "refunds"}, {"name": "Refusals", "value": "refusals"}}})
	case i.Data.Name == "article":
		b.answer(i, 4, object{"content": "Article " + fmt.Sprint(i.Data.Options[0].Value), "flags": 64})
	case i.Data.Name == "Ticket about this", i.Data.Name == "Their tickets":
		b.answer(i, 4, object{"content": i.Data.Name + ": " + i.Data.TargetID, "flags": 64})
	case i.Data.Name == "panel":
		b.answer(i, 4, object{"content": "The panel is up.", "flags": 64})
		b.rest("POST", "/channels/"+i.ChannelID+"/messages", panel())
	case i.Data.Name == "privacy":
		b.answer(i, 5, object{"flags": 64})
		<-b.think
		b.rest("PATCH", b.original(i), object{"content": "Here is **everything** we know."})
	case i.Data.Name == "report":
		b.answer(i, 9, object{"custom_id": "report-form", "title": "Report", "components": []object{
			{"type": 18, "label": "Log", "component": object{"type": 19, "custom_id": "log"}}}})
	case i.Data.CustomID == "report-form":
		for _, file := range i.Data.Resolved.Attachments {
			b.answer(i, 4, object{"content": fmt.Sprintf("%s of %d bytes", file.Filename, file.Size), "flags": 64})
		}
	case i.Data.CustomID == "open":
		b.answer(i, 9, form())
	case i.Data.CustomID == "form":
		b.openTicket(i)
	case i.Data.CustomID == "topic":
		b.answer(i, 4, object{"content": "You chose " + strings.Join(i.Data.Values, ", ") + ".", "flags": 64})
	}
}

func (b *panelBot) openTicket(i interactionEvent) {
	made := b.rest("POST", "/guilds/"+i.GuildID+"/channels", object{
		"name": "ticket-0001", "type": 0, "parent_id": b.world.Tickets.String(), "permission_overwrites": []object{
			{"id": i.GuildID, "type": 0, "deny": "1024"},
			{"id": i.Member.User.ID, "type": 1, "allow": "101376"},
			{"id": b.world.SupportRole.String(), "type": 0, "allow": "101376"},
			{"id": b.world.App.ID.String(), "type": 1, "allow": "101376"},
		},
	})
	channel, _ := made["id"].(string)
	lines := []string{"<@" + i.Member.User.ID + "> asks:"}
	for _, c := range i.Data.Components {
		if c.Component.Value != nil {
			lines = append(lines, fmt.Sprint("> ", c.Component.Value))
		}
	}
	b.rest("POST", "/channels/"+channel+"/messages", object{"content": strings.Join(lines, "\n")})
	b.answer(i, 4, object{"content": "Your ticket: <#" + channel + ">", "flags": 64})
	dm := b.rest("POST", "/users/@me/channels", object{"recipient_id": i.Member.User.ID})
	dmID, _ := dm["id"].(string)
	b.rest("POST", "/channels/"+dmID+"/messages", object{"content": "We have your ticket."})
}

func panel() object {
	return object{"flags": 1 << 15, "components": []object{{"type": 17, "accent_color": 0x5865f2, "components": []object{
		{"type": 10, "content": "## Need help?\nOpen a ticket and the team will answer here."},
		{"type": 14},
		{"type": 1, "components": []object{{"type": 3, "custom_id": "topic", "placeholder": "What is it about?", "options": []object{
			{"label": "Billing", "value": "billing", "description": "Payments and refunds"}, {"label": "Bug", "value": "bug"}}}}},
		{"type": 1, "components": []object{
			{"type": 2, "style": 1, "label": "Open a ticket", "custom_id": "open"},
			{"type": 2, "style": 2, "label": "Say nothing", "custom_id": "silent"},
			{"type": 2, "style": 5, "label": "Website", "url": "https://example.com/"},
			{"type": 2, "style": 4, "label": "Closed", "custom_id": "closed", "disabled": true},
		}},
	}}}}
}

func form() object {
	label := func(text string, c object) object { return object{"type": 18, "label": text, "component": c} }
	return object{"custom_id": "form", "title": "Open a ticket", "components": []object{
		label("Subject", object{"type": 4, "style": 1, "custom_id": "subject", "min_length": 3, "max_length": 80}),
		label("What happened?", object{"type": 4, "style": 2, "custom_id": "text", "required": false}),
		label("Platform", object{"type": 3, "custom_id": "platform", "options": []object{{"label": "PC", "value": "pc"}, {"label": "Mac", "value": "mac"}}}),
		label("How urgent?", object{"type": 21, "custom_id": "urgency", "options": []object{{"label": "It can wait", "value": "low"}, {"label": "Now", "value": "high"}}}),
		label("I have tried restarting", object{"type": 23, "custom_id": "restarted"}),
	}}
}

func (b *panelBot) answer(i interactionEvent, kind int, data object) {
	b.rest("POST", "/interactions/"+i.ID+"/"+i.Token+"/callback", object{"type": kind, "data": data})
}

func (b *panelBot) original(i interactionEvent) string {
	return "/webhooks/" + b.world.App.ID.String() + "/" + i.Token + "/messages/@original"
}

// rest calls Discord and wants success.
func (b *panelBot) rest(method, path string, body any) object {
	encoded, err := json.Marshal(body)
	if err != nil {
		b.t.Errorf("%s %s: %v", method, path, err)
		return nil
	}
	req, err := http.NewRequest(method, b.sim.URL()+"/api/v10"+path, bytes.NewReader(encoded))
	if err != nil {
		b.t.Errorf("%s %s: %v", method, path, err)
		return nil
	}
	req.Header.Set("Authorization", "Bot "+b.world.App.Token)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", "DiscordBot (https://example.com, 1)")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		b.t.Errorf("%s %s: %v", method, path, err)
		return nil
	}
	defer resp.Body.Close()
	answer, _ := io.ReadAll(resp.Body)
	if resp.StatusCode >= 300 {
		b.t.Errorf("%s %s: %d %s", method, path, resp.StatusCode, answer)
	}
	var out object
	_ = json.Unmarshal(answer, &out) // lists and empty bodies are not looked at
	return out
}
