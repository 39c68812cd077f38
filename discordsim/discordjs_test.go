package discordsim_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"ticketbot/discordsim"
	"ticketbot/internal/discordjs"
)

// discordJS is a bot written with discord.js, a client that shares nothing with this repository.
type discordJS struct {
	t     *testing.T
	lines chan object
	seen  []object
}

const discordJSFolder = "../tests/discordjs"

// startDiscordJS installs the client when it is not there yet, and starts it.
func startDiscordJS(t *testing.T, s *scene) *discordJS {
	t.Helper()
	if err := discordjs.Install(t.Context(), discordJSFolder); err != nil {
		t.Fatal(err)
	}
	node := exec.Command("node", "main.mjs")
	node.Dir = discordJSFolder
	node.Env = append(os.Environ(), "SIM_URL="+s.sim.URL(), "SIM_TOKEN="+s.app.Token, "SIM_GUILD="+s.guild.String())
	out := must(node.StdoutPipe())(t)
	in := must(node.StdinPipe())(t)
	var complaints strings.Builder
	node.Stderr = &complaints
	if err := node.Start(); err != nil {
		t.Fatal(err)
	}
	d := &discordJS{t: t, lines: make(chan object)}
	go d.read(out)
	t.Cleanup(func() {
		_ = in.Close() // asks it to go
		defer time.AfterFunc(patience, func() { _ = node.Process.Kill() }).Stop()
		for range d.lines { // until it has gone
		}
		if err := node.Wait(); err != nil {
			t.Errorf("discord.js ended with %v: %s", err, complaints.String())
		}
	})
	return d
}

func (d *discordJS) read(out io.Reader) {
	defer close(d.lines)
	for lines := bufio.NewScanner(out); lines.Scan(); {
		var o object
		if err := json.Unmarshal(lines.Bytes(), &o); err == nil {
			d.lines <- o
		}
	}
}

// saw waits until discord.js tells of something, which fits when every given field is as wanted.
func (d *discordJS) saw(what string, fields object) object {
	d.t.Helper()
	fits := func(o object) bool {
		for key, want := range fields {
			if fmt.Sprint(o[key]) != fmt.Sprint(want) {
				return false
			}
		}
		return o["saw"] == what
	}
	for _, o := range d.seen {
		if fits(o) {
			return o
		}
	}
	deadline := time.After(30 * time.Second)
	for {
		select {
		case o, more := <-d.lines:
			if !more {
				d.t.Fatalf("discord.js ended before it saw %s %v; it saw %v", what, fields, d.seen)
			}
			if o["saw"] == "error" {
				d.t.Fatalf("discord.js: %v", o["message"])
			}
			d.seen = append(d.seen, o)
			if fits(o) {
				return o
			}
		case <-deadline:
			d.t.Fatalf("discord.js never saw %s %v; it saw %v", what, fields, d.seen)
		}
	}
}

func TestDiscordJS(t *testing.T) {
	s := newScene(t, discordsim.Options{})
	d := startDiscordJS(t, s)

	d.saw("ready", object{"user": "Helper", "application": s.app.ID})
	d.saw("guild", object{"name": "Northwind", "channels": "[lobby office]", "roles": 3, "me": s.app.ID})
	d.saw("commands", object{"names": "[panel]"})

	m := must(s.sim.Say(s.mia.ID, s.lobby.ID, discordsim.SayOptions{Content: "hello", Files: []discordsim.File{{Name: "a.txt", Data: []byte("A")}}}))(t)
	d.saw("message", object{"id": m.ID, "content": "hello", "author": "mia", "member": "Mia", "files": "[a.txt]"})
	must(s.sim.Edit(s.mia.ID, m.ID, "hello there"))(t)
	d.saw("edited", object{"id": m.ID, "content": "hello there"})
	s.ok(s.sim.Delete(s.mia.ID, m.ID))
	d.saw("deleted", object{"id": m.ID})

	command := must(s.sim.Command(s.owner.ID, s.lobby.ID, "panel", map[string]any{"title": "Need help?"}))(t)
	panel := must(command.WaitFor(soon(t), discordsim.StateAnswered))(t)
	if panel.Message == nil || panel.Message.Content != "Need help?" {
		t.Fatalf("the command was answered by %+v", panel)
	}
	d.saw("command", object{"name": "panel", "by": "olivia", "reply": panel.Message.ID})

	click := must(s.sim.Click(s.mia.ID, panel.Message.ID, "open"))(t)
	answer := must(click.WaitFor(soon(t), discordsim.StateAnswered))(t)
	pressed := d.saw("button", object{"id": "open", "by": "Mia", "history": "[Welcome, <@" + s.mia.ID.String() + ">]"})
	if want := fmt.Sprintf("Your ticket: <#%s>", pressed["channel"]); answer.Message.Content != want || !answer.Message.Ephemeral() {
		t.Errorf("Mia reads %q with flags %d, want %q for her eyes only", answer.Message.Content, answer.Message.Flags, want)
	}
	d.saw("channel", object{"id": pressed["channel"], "name": "ticket-of-mia", "viewable": true})
	ticket := must(discordsim.ParseID(pressed["channel"].(string)))(t)
	must(s.sim.Say(s.mia.ID, ticket, discordsim.SayOptions{Content: "in my ticket"}))(t)
	d.saw("message", object{"content": "in my ticket"})

	s.ok(s.sim.Gateway(s.app.ID, discordsim.GatewayReconnect))
	d.saw("resumed", nil)
	must(s.sim.Say(s.mia.ID, ticket, discordsim.SayOptions{Content: "after the reconnect"}))(t)
	d.saw("message", object{"content": "after the reconnect"})
}
