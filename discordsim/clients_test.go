package discordsim_test

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"ticketbot/discordsim"
)

// TestClients lets libraries that others wrote live on the simulator, with each compression that they know: what they say
// they saw has to be what the oracle says happened.
func TestClients(t *testing.T) {
	goProgram := prepareClients(t)
	oceanic := []string{"", "zlib-stream"}
	if nodeKnowsZstd(t) {
		oceanic = append(oceanic, "zstd-stream")
	}
	for _, l := range []library{
		{"discord.js", []string{"node", "discordjs.mjs"}, nodeClients, []string{"", "payload"}},
		{"@discordjs core", []string{"node", "core.mjs"}, nodeClients, []string{"", "payload", "zlib-stream"}},
		{"oceanic.js", []string{"node", "oceanic.mjs"}, nodeClients, oceanic},
		{"discordgo", []string{goProgram, "discordgo"}, "", []string{"", "payload"}},
		{"disgo", []string{goProgram, "disgo"}, "", []string{"", "payload", "zlib-stream", "zstd-stream"}},
	} {
		t.Run(l.name, func(t *testing.T) {
			t.Parallel()
			for _, compression := range l.compressions {
				t.Run(cmp.Or(compression, "none"), func(t *testing.T) {
					t.Parallel()
					live(t, l, compression)
				})
			}
		})
	}
}

// live is a day in a bot's life. The clock stands, so that a slow machine misses no deadline of Discord's.
func live(t *testing.T, l library, compression string) {
	s := newScene(t, discordsim.Options{Frozen: true})
	mark := s.sim.Seq()
	c := l.start(t, s, compression)
	s.connects(c, compression)
	panel := s.posts(c)
	s.commands(c)
	s.chooses(c, panel)
	ticket := s.opens(c, panel)
	s.talks(c, ticket)
	s.goesAside(c, ticket)
	s.loses(c, ticket, compression)
	s.deletes(c, panel, ticket)
	for _, call := range s.sim.Calls(mark) {
		if call.Status/100 != 2 {
			t.Errorf("%s %s was answered with %d", call.Method, call.Path, call.Status)
		}
	}
}

func (s *scene) within() context.Context {
	ctx, cancel := context.WithTimeout(s.t.Context(), clientPatience)
	s.t.Cleanup(cancel)
	return ctx
}

func (s *scene) connects(c *subject, compression string) {
	s.t.Helper()
	ready := c.saw("ready", object{"user": "Helper", "application": s.app.ID, "guild": "Northwind"})
	if got := words(ready["channels"]); got != "lobby office" {
		s.t.Errorf("it sees the channels %q", got)
	}
	if got := words(ready["roles"]); got != "@everyone Helper Support" {
		s.t.Errorf("it sees the roles %q", got)
	}
	c.saw("commands", object{"names": "[panel]"})
	if f := s.fact(0, "gateway_ready"); f.Body != compression {
		s.t.Errorf("it connected with the compression %q", f.Body)
	}
}

// words are a list's, in the order of the alphabet: clients differ in the order they keep.
func words(list any) string {
	var all []string
	for _, word := range list.([]any) {
		all = append(all, fmt.Sprint(word))
	}
	slices.Sort(all)
	return strings.Join(all, " ")
}

// posts: a message with an embed, a button and a select.
func (s *scene) posts(c *subject) discordsim.ID {
	s.t.Helper()
	c.order("post", object{"channel": s.lobby.ID})
	posted := c.saw("posted", object{"embed": "Support", "components": "[open topic]"})
	c.saw("message", object{"id": posted["id"], "content": "Choose", "author": "Helper"})
	panel := id(s.t, posted["id"])
	m := s.reads(s.mia, s.lobby.ID, panel)
	if len(m.Embeds) != 1 || len(m.Components) != 2 {
		s.t.Fatalf("Mia reads %+v", m)
	}
	return panel
}

func id(t *testing.T, text any) discordsim.ID {
	t.Helper()
	return must(discordsim.ParseID(fmt.Sprint(text)))(t)
}

// reads finds a message that somebody can read.
func (s *scene) reads(who discordsim.User, channel, message discordsim.ID) *discordsim.Message {
	s.t.Helper()
	all := must(s.sim.Messages(who.ID, channel, 0, 50))(s.t)
	n := slices.IndexFunc(all, func(m *discordsim.Message) bool { return m.ID == message })
	if n < 0 {
		s.t.Fatalf("%s cannot read the message %s", who.Username, message)
	}
	return all[n]
}

func (s *scene) commands(c *subject) {
	s.t.Helper()
	run := must(s.sim.Command(s.owner.ID, s.lobby.ID, "panel", map[string]any{"title": "Need help?"}))(s.t)
	answer := must(run.WaitFor(s.within(), discordsim.StateAnswered))(s.t)
	if answer.Message == nil || answer.Message.Content != "Need help?" || answer.Message.Author.ID != s.app.ID {
		s.t.Fatalf("the command was answered by %+v", answer)
	}
	c.saw("command", object{"name": "panel", "by": "olivia", "reply": answer.Message.ID})
}

// chooses: a select, answered by a change of the message it is on.
func (s *scene) chooses(c *subject, panel discordsim.ID) {
	s.t.Helper()
	choice := must(s.sim.Select(s.mia.ID, panel, "topic", []string{"bugs"}))(s.t)
	if a := must(choice.WaitFor(s.within(), discordsim.StateAnswered))(s.t); a.State != discordsim.StateAnswered {
		s.t.Fatalf("the choice was answered by %+v", a)
	}
	c.saw("choice", object{"id": "topic", "by": "mia", "values": "[bugs]"})
	c.saw("edited", object{"id": panel, "content": "Chosen: bugs"})
	if m := s.reads(s.owner, s.lobby.ID, panel); m.Content != "Chosen: bugs" || len(m.Components) != 2 {
		s.t.Errorf("the owner reads %+v", m)
	}
}

// opens: a button, the form it opens, and a channel that only Mia, the owner and the bot can see.
func (s *scene) opens(c *subject, panel discordsim.ID) discordsim.ID {
	s.t.Helper()
	press := must(s.sim.Click(s.mia.ID, panel, "open"))(s.t)
	form := must(press.WaitFor(s.within(), discordsim.StateModal))(s.t)
	if form.State != discordsim.StateModal || form.Modal["title"] != "A ticket" {
		s.t.Fatalf("the button opened %+v", form)
	}
	c.saw("button", object{"id": "open", "by": "mia", "message": panel})

	sent := must(s.sim.Submit(s.mia.ID, press.ID, discordsim.Fields{Values: map[string][]string{"subject": {"It is broken: ünï"}}}))(s.t)
	opened := c.saw("modal", object{"id": "ticket", "by": "mia", "subject": "It is broken: ünï", "topic": "It is broken: ünï"})
	ticket := id(s.t, opened["channel"])
	answer := must(sent.WaitFor(s.within(), discordsim.StateAnswered))(s.t)
	if want := fmt.Sprintf("Your ticket: <#%s>", ticket); answer.Message == nil || answer.Message.Content != want || !answer.Message.Ephemeral() {
		s.t.Fatalf("Mia's form was answered by %+v, want %q for her eyes only", answer, want)
	}
	seen := c.saw("channel", object{"id": ticket, "name": "ticket-of-mia"})
	want := fmt.Sprintf("[0 %s +0 -1024] [1 %s +3072 -0] [1 %s +3072 -0]", s.guild, s.mia.ID, s.app.ID)
	for _, o := range []object{opened, seen} {
		if got := overwrites(o["overwrites"]); got != want {
			s.t.Errorf("it sees the overwrites %s, want %s", got, want)
		}
	}
	stranger := s.sim.NewUser("noor", "Noor")
	s.ok(s.sim.Join(stranger.ID, s.guild))
	if _, err := s.sim.Messages(stranger.ID, ticket, 0, 50); refusal(err) != 50001 {
		s.t.Errorf("a stranger is let in: %v", err)
	}
	return ticket
}

func overwrites(list any) string {
	var all []string
	for _, o := range list.([]any) {
		o := o.(object)
		all = append(all, fmt.Sprintf("[%v %v +%v -%v]", o["type"], o["id"], o["allow"], o["deny"]))
	}
	slices.Sort(all)
	return strings.Join(all, " ")
}

// talks: a message with a file, its edit and its end; then a file of the bot's.
func (s *scene) talks(c *subject, ticket discordsim.ID) {
	s.t.Helper()
	file := discordsim.File{Name: "log.txt", Data: []byte("line 1\nline 2")}
	m := must(s.sim.Say(s.mia.ID, ticket, discordsim.SayOptions{Content: "See the file", Files: []discordsim.File{file}}))(s.t)
	told := c.saw("message", object{"id": m.ID, "channel": ticket, "content": "See the file", "author": "mia"})
	wantFile(s.t, told["files"], "log.txt", "line 1\nline 2")
	must(s.sim.Edit(s.mia.ID, m.ID, "See the file, please"))(s.t)
	c.saw("edited", object{"id": m.ID, "content": "See the file, please"})
	s.ok(s.sim.Delete(s.mia.ID, m.ID))
	c.saw("deleted", object{"id": m.ID})

	c.order("upload", object{"channel": ticket})
	uploaded := c.saw("uploaded", nil)
	wantFile(s.t, uploaded["files"], "note.txt", "from the bot")
	kept := s.reads(s.mia, ticket, id(s.t, uploaded["id"])).Attachments
	if len(kept) != 1 || kept[0].Filename != "note.txt" || kept[0].Size != len("from the bot") {
		s.t.Errorf("Mia sees the files %+v", kept)
	}
}

func wantFile(t *testing.T, files any, name, text string) {
	t.Helper()
	if want := fmt.Sprint([]any{object{"name": name, "size": len(text), "text": text}}); fmt.Sprint(files) != want {
		t.Errorf("it sees the files %v, want %s", files, want)
	}
}

// goesAside: a private thread, to which the bot adds Mia.
func (s *scene) goesAside(c *subject, ticket discordsim.ID) {
	s.t.Helper()
	c.order("thread", object{"channel": ticket, "user": s.mia.ID})
	made := c.saw("thread made", object{"type": 12, "parent": ticket})
	c.saw("thread", object{"id": made["id"], "name": "Aside", "parent": ticket})
	thread := id(s.t, made["id"])
	if m := s.reads(s.mia, thread, id(s.t, made["message"])); m.Content != "Between us" {
		s.t.Errorf("in the thread Mia reads %q", m.Content)
	}
	must(s.sim.Say(s.mia.ID, thread, discordsim.SayOptions{Content: "Nobody else?"}))(s.t)
	c.saw("message", object{"channel": thread, "content": "Nobody else?", "author": "mia"})
}

// loses the connection, misses a message, resumes and is told of it once; then resumes again because it is asked to.
func (s *scene) loses(c *subject, ticket discordsim.ID, compression string) {
	s.t.Helper()
	say := func(text string) {
		must(s.sim.Say(s.mia.ID, ticket, discordsim.SayOptions{Content: text}))(s.t)
	}
	mark := s.sim.Seq()
	letIn := s.sim.HoldGateway()
	s.ok(s.sim.Gateway(s.app.ID, discordsim.GatewayDisconnect))
	s.fact(mark, "gateway_closed")
	say("while it was away")
	letIn()
	c.saw("message", object{"content": "while it was away"})
	c.saw("resumed", nil)
	if f := s.fact(mark, "gateway_resumed"); strings.HasSuffix(compression, "-stream") && f.Body != compression {
		s.t.Errorf("it resumed with the compression %q", f.Body)
	}

	s.ok(s.sim.Gateway(s.app.ID, discordsim.GatewayReconnect))
	c.saw("resumed", nil)
	say("after it came back")
	c.saw("message", object{"content": "after it came back"})
	if _, twice := c.told("message", object{"content": "while it was away"}); twice {
		s.t.Error("it was told of the missed message twice")
	}
	for _, f := range s.sim.Facts(mark) {
		if f.Kind == "gateway_ready" {
			s.t.Error("it began a new session instead of resuming")
		}
	}
}

func (s *scene) deletes(c *subject, panel, ticket discordsim.ID) {
	s.t.Helper()
	c.order("delete", object{"channel": s.lobby.ID, "message": panel})
	c.saw("deleted", object{"id": panel})
	if _, err := s.sim.Click(s.mia.ID, panel, "open"); refusal(err) != 10008 {
		s.t.Errorf("the deleted message can be clicked: %v", err)
	}
	c.order("close", object{"channel": ticket})
	c.saw("channel gone", object{"id": ticket})
	for _, order := range []string{"delete", "close"} { // the events may come before the answers
		c.saw("done", object{"order": order})
	}
	if _, err := s.sim.Messages(s.mia.ID, ticket, 0, 50); refusal(err) != 10003 {
		s.t.Errorf("the deleted channel can be read: %v", err)
	}
}
