package main

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html"
	"net/http"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"ticketbot/discordsim"
	"ticketbot/internal/canary"
	"ticketbot/internal/clock"
	"ticketbot/internal/leakscan"
)

// TestNothingThatPeopleWriteIsOnDiskInClear runs a whole ticket in which everything that people can write is a word that
// nobody could guess. The words are all in the transcript, so they were stored; and they are in no byte of the data
// directory (tables, write-ahead log, server log, keys, files) and of the program's own log.
func TestNothingThatPeopleWriteIsOnDiskInClear(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 8*time.Minute)
	defer cancel()
	g := newGround(t, discordsim.Options{})
	inClear := canary.Word() // the operator's own word, of which the data directory and the log may and do tell
	g.settings.DataDir = filepath.Join(g.dir, inClear)
	g.env["TICKETBOT_DATA_DIR"], g.env["TICKETBOT_DEBUG"] = g.settings.DataDir, "true"
	bot := start(t, g.env, "run")
	bot.ready(ctx)

	p := &plantation{ground: g, Plantation: canary.New(), t: t, ctx: ctx}
	p.name()
	p.converse()
	mia := g.logIn(t, g.world.Mia)
	ids := mia.tickets()
	if len(ids) != 1 {
		t.Fatalf("Mia has the tickets %v", ids)
	}
	page := mia.transcript(ids[0])
	link := regexp.MustCompile(`https?://[^"]*/files/[^"]*`).FindString(page)
	read := page + mia.get(html.UnescapeString(link))
	bot.stop()

	saved := start(t, g.env, "transcript", ids[0])
	saved.ended(ctx)
	p.allIn("the transcript's page with its file", read, "user name", "earlier nickname")
	p.allIn("the saved transcript", withFiles(saved.output()), "user name", "earlier nickname")

	words := leakscan.New(p.Words()...)
	found, err := words.Dir(g.dir)
	must(t, err)
	leaks := append(found.Leaks, words.Bytes("the log", []byte(bot.output()))...)
	for _, l := range leaks {
		t.Errorf("leaked: %v", l)
	}
	t.Logf("%d words, %d files, %.1f MB of data, %.1f kB of log: %d leaks", len(p.Words()), found.Files,
		float64(found.Bytes)/1e6, float64(len(bot.output()))/1e3, len(leaks))
	if found.Files < 500 || found.Bytes < 20e6 || len(bot.output()) < 2000 {
		t.Errorf("too little was searched to mean anything")
	}
	controlFinds(ctx, t, g, bot, inClear)
}

// controlFinds is the positive control: what is in clear, the same search does find.
func controlFinds(ctx context.Context, t *testing.T, g *ground, bot *child, inClear string) {
	t.Helper()
	control := leakscan.New(inClear)
	if len(control.Bytes("the log", []byte(bot.output()))) == 0 {
		t.Error("the log names the data directory, and the search does not find it")
	}
	inTable := canary.Word()
	var log bytes.Buffer
	v, err := openVault(ctx, g.settings.place, clock.System{}, newLog(program{&log, &log}, false))
	must(t, err)
	for _, sql := range []string{
		"create table control (word text)", "insert into control values ('" + inTable + "')", "checkpoint",
	} {
		_, err := v.store.Pool().Exec(ctx, sql)
		must(t, err)
	}
	v.close(ctx, newLog(program{&log, &log}, false))
	found, err := leakscan.New(inTable).Dir(g.dir)
	must(t, err)
	var table, wal bool
	for _, l := range found.Leaks {
		table = table || strings.Contains(l.Where, "/base/")
		wal = wal || strings.Contains(l.Where, "/pg_wal/")
	}
	if !table || !wal {
		t.Errorf("planted in clear in a table, the word was found in %v; want the table and the write-ahead log", found.Leaks)
	}
}

// plantation plants words.
type plantation struct {
	*ground
	*canary.Plantation
	t   *testing.T
	ctx context.Context
}

// allIn: every word is there, but for those that a transcript has no place for.
func (p *plantation) allIn(what, text string, but ...string) {
	p.t.Helper()
	for _, where := range p.Missing(text, but...) {
		p.t.Errorf("%s does not have the word planted as %s: it was not stored, so that not finding it on disk means nothing", what, where)
	}
}

// name gives people, the category and its panel names.
func (p *plantation) name() {
	w := p.world
	must(p.t, p.sim.Rename(w.Mia, p.Plant("user name"), p.Plant("display name")))
	must(p.t, p.sim.SetNick(w.Mia, w.Guild, p.Plant("earlier nickname")))
	must(p.t, p.sim.SetNick(w.Sam, w.Guild, p.Plant("nickname")))
	must(p.t, p.setUp(p.ctx))
	panel, _, err := p.panel(w.Olivia)
	must(p.t, err)
	must(p.t, p.sim.Delete(w.Olivia, panel))
	p.answer(p.sim.Command(w.Olivia, w.Support, "setup", map[string]any{
		"staff": w.SupportRole, "log": w.TicketLog, "parent": w.Tickets, "name": p.Plant("category"),
	}))
}

// converse is one ticket from the form to the close.
func (p *plantation) converse() {
	w := p.world
	channel, err := p.open(p.ctx, w.Mia, [3]string{p.Plant("form subject"), p.Plant("form details"), "low"})
	must(p.t, err)
	must(p.t, p.sim.SetNick(w.Mia, w.Guild, "")) // so that the display name shows
	p.answer(p.sim.Command(w.Sam, channel, "claim", nil))
	first := p.say(w.Mia, channel, discordsim.SayOptions{Content: "hello, " + p.Plant("message")})
	p.say(w.Sam, channel, discordsim.SayOptions{Content: "an answer: " + p.Plant("reply"), ReplyTo: first})
	edited := p.say(w.Mia, channel, discordsim.SayOptions{Content: "it is " + p.Plant("earlier wording")})
	_, err = p.sim.Edit(w.Mia, edited, "it is "+p.Plant("later wording"))
	must(p.t, err)
	must(p.t, p.sim.Delete(w.Mia, p.say(w.Mia, channel, discordsim.SayOptions{Content: p.Plant("deleted message")})))
	p.say(w.Mia, channel, discordsim.SayOptions{Files: []discordsim.File{{
		Name: p.Plant("file name") + ".txt", Data: []byte(strings.Repeat(p.Plant("file content")+"\n", 500)), Description: p.Plant("file description"),
	}}})
	_, err = p.sim.Post(w.Sam, channel, "", []discordsim.Object{{"title": p.Plant("embed")}}, []discordsim.Object{
		{"type": 1, "components": []discordsim.Object{{"type": 2, "style": 2, "custom_id": "x", "label": p.Plant("button")}}},
	})
	must(p.t, err)
	p.webhook(channel)
	p.answer(p.sim.Command(w.Sam, channel, "close", map[string]any{"reason": p.Plant("close reason")}))
	p.gone(p.ctx, p.t, channel)
}

func (p *plantation) say(who, channel discordsim.ID, o discordsim.SayOptions) discordsim.ID {
	p.t.Helper()
	m, err := p.sim.Say(who, channel, o)
	must(p.t, err)
	return m.ID
}

func (p *plantation) answer(i *discordsim.Interaction, err error) {
	p.t.Helper()
	_, err = answered(p.ctx)(i, err)
	must(p.t, err)
}

// webhook posts under a name of its own, as another program does.
func (p *plantation) webhook(channel discordsim.ID) {
	p.t.Helper()
	var hook struct{ ID, Token string }
	p.post("/channels/"+channel.String()+"/webhooks", map[string]any{"name": "Build"}, &hook)
	p.post("/webhooks/"+hook.ID+"/"+hook.Token+"?wait=true", map[string]any{
		"username": p.Plant("webhook name"), "content": p.Plant("webhook message"),
	}, nil)
}

func (p *plantation) post(path string, body any, answer any) {
	p.t.Helper()
	text, err := json.Marshal(body)
	must(p.t, err)
	r, err := http.NewRequestWithContext(p.ctx, http.MethodPost, p.settings.API+path, bytes.NewReader(text))
	must(p.t, err)
	r.Header.Set("Authorization", "Bot "+p.settings.Token)
	r.Header.Set("Content-Type", "application/json")
	got, err := http.DefaultClient.Do(r)
	must(p.t, err)
	defer got.Body.Close()
	if got.StatusCode >= 300 {
		p.t.Fatalf("POST %s: %s", path, got.Status)
	}
	if answer != nil {
		must(p.t, json.NewDecoder(got.Body).Decode(answer))
	}
}

// gone waits until a channel is deleted.
func (g *ground) gone(ctx context.Context, t *testing.T, channel discordsim.ID) {
	t.Helper()
	for {
		changed := g.sim.Changed()
		if !g.ticketChannels(g.world.Olivia)[channel] {
			return
		}
		select {
		case <-ctx.Done():
			t.Fatalf("the channel %s is still there", channel)
		case <-changed:
		}
	}
}

// ended waits until a command has done its work, and fails unless it did.
func (c *child) ended(ctx context.Context) {
	c.t.Helper()
	select {
	case <-c.done:
	case <-ctx.Done():
		c.t.Fatalf("no end: %v\n%s", ctx.Err(), c.output())
	}
	if code := c.cmd.ProcessState.ExitCode(); code != 0 {
		c.t.Fatalf("exit code %d:\n%s", code, c.output())
	}
}

// withFiles is a self-contained page and, decoded, the files in it.
func withFiles(page string) string {
	for _, m := range regexp.MustCompile(`data:[a-z0-9/.;= +-]*;base64,([A-Za-z0-9+/=]+)`).FindAllStringSubmatch(page, -1) {
		file, err := base64.StdEncoding.DecodeString(m[1])
		if err != nil {
			file = fmt.Append(nil, err)
		}
		page += "\n" + string(file)
	}
	return page
}
