package contract_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/coder/websocket"

	"ticketbot/discordsim"
)

type object = map[string]any

// tape keeps what went over the wire.
type tape struct {
	mu        sync.Mutex
	exchanges []discordsim.Exchange
	payloads  [][]byte
}

func (k *tape) Exchange(x discordsim.Exchange) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.exchanges = append(k.exchanges, x)
}

func (k *tape) Payload(fromDiscord bool, payload []byte) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if fromDiscord {
		k.payloads = append(k.payloads, payload)
	}
}

func (*tape) Invented(string) {}

func must[T any](v T, err error) func(*testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// scene is a simulator whose wire is taped.
type scene struct {
	t       *testing.T
	sim     *discordsim.Server
	app     discordsim.Application
	owner   discordsim.User
	guild   discordsim.ID
	channel discordsim.ID
	tape    *tape
}

func newScene(t *testing.T) *scene {
	t.Helper()
	s := &scene{t: t, tape: &tape{}}
	s.sim = must(discordsim.Start(context.WithoutCancel(t.Context()), discordsim.Options{NoRateLimits: true, Recorder: s.tape}))(t)
	t.Cleanup(s.sim.Close)
	s.owner = s.sim.NewUser("olivia", "Olivia")
	s.guild = must(s.sim.NewGuild(s.owner.ID, "Northwind"))(t)
	s.channel = must(s.sim.NewChannel(s.guild, discordsim.ChannelOptions{Name: "lobby"}))(t).ID
	s.app = s.sim.NewApplication("Helper", nil)
	if err := s.sim.AddBot(s.app.ID, s.guild, discordsim.PermAdministrator); err != nil {
		t.Fatal(err)
	}
	return s
}

// call sends a request as the bot and returns how it was taped.
func (s *scene) call(method, path string, body any) discordsim.Exchange {
	s.t.Helper()
	var text io.Reader
	if body != nil {
		text = bytes.NewReader(must(json.Marshal(body))(s.t))
	}
	r := must(http.NewRequestWithContext(s.t.Context(), method, s.sim.URL()+"/api/v10"+path, text))(s.t)
	r.Header.Set("Authorization", "Bot "+s.app.Token)
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	must(http.DefaultClient.Do(r))(s.t).Body.Close()
	s.tape.mu.Lock()
	defer s.tape.mu.Unlock()
	return s.tape.exchanges[len(s.tape.exchanges)-1]
}

// edit changes the object at a path such as "author.roles.0"; the last step is the key that change is told of.
func edit(t *testing.T, text []byte, path string, change func(o object, key string)) []byte {
	t.Helper()
	var root any
	if err := json.Unmarshal(text, &root); err != nil {
		t.Fatal(err)
	}
	steps := strings.Split(path, ".")
	at := root
	for _, step := range steps[:len(steps)-1] {
		if list, ok := at.([]any); ok {
			at = list[0]
			continue
		}
		at = at.(object)[step]
	}
	change(at.(object), steps[len(steps)-1])
	return must(json.Marshal(root))(t)
}

func lost(o object, key string) { delete(o, key) }

func set(v any) func(object, string) { return func(o object, key string) { o[key] = v } }

func renamed(to string) func(object, string) {
	return func(o object, key string) { o[to] = o[key]; delete(o, key) }
}

// gateway connects as the bot, lets a message and a command happen, and returns one payload of each kind.
func (s *scene) gateway() map[string][]byte {
	s.t.Helper()
	s.call("POST", fmt.Sprintf("/applications/%s/commands", s.app.ID), object{"name": "panel", "description": "Post the panel", "type": 1})
	ws, _, err := websocket.Dial(s.t.Context(), strings.Replace(s.sim.URL(), "http", "ws", 1)+"/gateway?v=10&encoding=json", nil)
	if err != nil {
		s.t.Fatal(err)
	}
	defer func() { _ = ws.CloseNow() }()
	ws.SetReadLimit(1 << 22)
	identify := object{"op": 2, "d": object{"token": s.app.Token, "intents": 1 | 1<<9 | 1<<15, "properties": object{"os": "", "browser": "", "device": ""}}}
	if err := ws.Write(s.t.Context(), websocket.MessageText, must(json.Marshal(identify))(s.t)); err != nil {
		s.t.Fatal(err)
	}
	found := map[string][]byte{}
	for found["INTERACTION_CREATE"] == nil {
		_, text, err := ws.Read(s.t.Context())
		if err != nil {
			s.t.Fatal(err)
		}
		var p struct {
			Op int
			T  string
		}
		if err := json.Unmarshal(text, &p); err != nil {
			s.t.Fatal(err)
		}
		name := p.T
		if name == "" {
			name = fmt.Sprint("op ", p.Op)
		}
		found[name] = text
		switch name {
		case "GUILD_CREATE":
			must(s.sim.Say(s.owner.ID, s.channel, discordsim.SayOptions{Content: "hello"}))(s.t)
		case "MESSAGE_CREATE":
			must(s.sim.Command(s.owner.ID, s.channel, "panel", nil))(s.t)
		}
	}
	return found
}
