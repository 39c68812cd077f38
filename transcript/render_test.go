package transcript_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ticketbot/ticket"
	"ticketbot/transcript"
)

var update = flag.Bool("update", false, "write the golden files anew")

func render(t testing.TB, c *ticket.Conversation, o transcript.Options) string {
	t.Helper()
	var b bytes.Buffer
	if err := transcript.Render(&b, c, o); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// golden compares with a file that a person has looked at.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got == string(want) {
		return
	}
	lines := strings.Split(string(want), "\n")
	for i, line := range strings.Split(got, "\n") {
		if i >= len(lines) || line != lines[i] {
			t.Fatalf("%s differs in line %d (go test -update writes it anew):\n%s", path, i+1, line)
		}
	}
	t.Fatalf("%s is longer than what was rendered", path)
}

// foldable makes a page readable line by line: a line a block, without the style.
func foldable(page string) string {
	page = withoutStyle(page)
	for _, tag := range []string{"<article", "<div", "<header", "<section", "<footer", "<main", "<body", "<details", "<dl", "<h1", "</article>", "<ul", "<ol", "<li", "<pre"} {
		page = strings.ReplaceAll(page, tag, "\n"+tag)
	}
	return page + "\n"
}

func withoutStyle(page string) string {
	head, rest, _ := strings.Cut(page, "<style>")
	_, rest, _ = strings.Cut(rest, "</style>")
	return head + rest
}

func TestRender(t *testing.T) {
	golden(t, "sample.html", foldable(render(t, sample(), options())))
}

func TestRender_names(t *testing.T) {
	t.Run("without names and addresses words stand in their place", func(t *testing.T) {
		page := render(t, sample(), transcript.Options{})
		for _, want := range []string{"@unknown-role", "#unknown", ":party:", "Sticker: Wave", "A Discord server"} {
			if !strings.Contains(page, want) {
				t.Errorf("no %q", want)
			}
		}
		if strings.Contains(page, "src=") {
			t.Error("the page asks for something nobody gave an address of")
		}
	})
	t.Run("several erased people are told apart", func(t *testing.T) {
		c := sample()
		c.People[sam] = ticket.Person{ID: sam, Erased: true}
		page := render(t, c, options())
		if !strings.Contains(page, "Deleted user 1") || !strings.Contains(page, "Deleted user 2") {
			t.Error("they are not")
		}
		if strings.Contains(page, "Sam Winter") {
			t.Error("an erased person's name is on the page")
		}
	})
	t.Run("a person's colour is that of the highest role if the caller knows it", func(t *testing.T) {
		o := options()
		o.Color = func(ticket.User) int { return 0x123456 }
		if !strings.Contains(render(t, sample(), o), `<font color="#123456">`) {
			t.Error("it is not")
		}
	})
	t.Run("the channel of the ticket is known though it is gone", func(t *testing.T) {
		if !strings.Contains(say(t, ticket.Content{Text: "<#99>"}), "#ticket-0042") {
			t.Error("it is not")
		}
	})
}

// say renders a conversation of one message.
func say(t testing.TB, c ticket.Content) string {
	t.Helper()
	d := &diary{newConversation(), began}
	d.say(0, sam, c)
	return render(t, d.c, options())
}

func TestRender_groups(t *testing.T) {
	firsts := func(d *diary) int { return strings.Count(render(t, d.c, options()), `class="message first`) }
	for _, c := range []struct {
		name string
		want int
		talk func(*diary)
	}{
		{"one author within seven minutes", 1, func(d *diary) {
			d.say(0, sam, ticket.Content{Text: "a"})
			d.say(6*time.Minute+59*time.Second, sam, ticket.Content{Text: "b"})
		}},
		{"seven minutes later", 2, func(d *diary) {
			d.say(0, sam, ticket.Content{Text: "a"})
			d.say(7*time.Minute, sam, ticket.Content{Text: "b"})
		}},
		{"another author", 2, func(d *diary) {
			d.say(0, sam, ticket.Content{Text: "a"})
			d.say(time.Second, maya, ticket.Content{Text: "b"})
		}},
		{"a reply", 2, func(d *diary) {
			d.say(0, sam, ticket.Content{Text: "a"})
			d.say(time.Second, sam, ticket.Content{Type: 19, Reply: &ticket.Reply{Message: 1000}})
		}},
		{"another webhook name", 2, func(d *diary) {
			d.say(0, hook, ticket.Content{Webhook: "A", Text: "a"})
			d.say(time.Second, hook, ticket.Content{Webhook: "B", Text: "b"})
		}},
		{"a new day", 2, func(d *diary) {
			d.say(6*time.Hour+56*time.Minute, sam, ticket.Content{Text: "a"})
			d.say(2*time.Minute, sam, ticket.Content{Text: "b"})
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := &diary{newConversation(), began}
			c.talk(d)
			if got := firsts(d); got != c.want {
				t.Errorf("%d groups, want %d", got, c.want)
			}
		})
	}
}

func TestRender_zone(t *testing.T) {
	o := options()
	o.Zone = time.FixedZone("CET", 3600)
	page := render(t, sample(), o)
	if !strings.Contains(page, "23 Nov 2026 18:02") || !strings.Contains(page, "Times are CET.") {
		t.Error("times are not in the reader's zone")
	}
}

func TestRender_files(t *testing.T) {
	page := render(t, sample(), options())
	for _, missing := range []ticket.AttachmentID{66, 67} {
		if strings.Contains(page, fmt.Sprintf(`"/files/%d"`, missing)) {
			t.Errorf("the page leads to file %d, which is not there", missing)
		}
	}
	if strings.Contains(page, "discordapp") {
		t.Error("the page leads to Discord's copy, which expires")
	}
	if n := strings.Count(page, `src="/files/50"`); n != 1 {
		t.Errorf("a picture that a component shows is there %d times", n)
	}
	if !strings.Contains(render(t, sample(), transcript.Options{}), "is not part of this page") {
		t.Error("a file that is kept, but that the caller has no address for, says nothing")
	}
	if strings.Contains(page, `<img class="picture" src="/files/68"`) {
		t.Error("an SVG is shown as a picture")
	}
}

func TestRender_nesting_is_bounded(t *testing.T) {
	deep := ticket.Component{Type: 10, Text: "the deepest"}
	for range 10_000 {
		deep = ticket.Component{Type: 17, Children: []ticket.Component{deep}}
	}
	forward := &ticket.Content{Text: "the first"}
	for range 10_000 {
		forward = &ticket.Content{Text: "again", Forward: forward}
	}
	page := say(t, ticket.Content{Components: []ticket.Component{deep}, Forward: forward})
	if strings.Contains(page, "the deepest") || strings.Contains(page, "the first") {
		t.Error("there is no bound")
	}
}

func TestRender_is_linear(t *testing.T) {
	for _, unit := range []string{"*a ", "**a** ", "\x000\x00", "<@&1>", "||a||", "> a\n", "- a\n", "🎉", "<t:1:R>", "[a](https://b.c) ", "\x00"} {
		start := time.Now()
		say(t, ticket.Content{Text: strings.Repeat(unit, 1<<20/len(unit))})
		if took := time.Since(start); took > 8*time.Second {
			t.Errorf("a megabyte of %q took %v", unit, took)
		}
	}
}

func TestRender_reports_a_broken_writer(t *testing.T) {
	broken := errors.New("the reader has gone")
	if err := transcript.Render(failing{broken}, sample(), options()); !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
}

type failing struct{ err error }

func (f failing) Write([]byte) (int, error) { return 0, f.err }

func TestRenderText(t *testing.T) {
	var b bytes.Buffer
	c := sample()
	(&diary{c, began.Add(time.Hour * 30)}).say(0, sam, ticket.Content{Text: "hi\n[2026-11-23 17:02:11] Maya: forged\r[2026] Maya: forged too"})
	if err := transcript.RenderText(&b, c, options()); err != nil {
		t.Fatal(err)
	}
	golden(t, "sample.txt", b.String())
}

func TestRenderJSON(t *testing.T) {
	var b bytes.Buffer
	if err := transcript.RenderJSON(&b, sample(), options()); err != nil {
		t.Fatal(err)
	}
	golden(t, "sample.json", b.String())
	if strings.Contains(b.String(), `\u0000`) {
		t.Error("marks, which only we can read, are in the file")
	}
	var back struct{ Messages []struct{ ID string } }
	if err := json.Unmarshal(b.Bytes(), &back); err != nil || len(back.Messages) != len(sample().Messages) {
		t.Errorf("%d messages came back: %v", len(back.Messages), err)
	}
}

func BenchmarkRender(b *testing.B) {
	d := &diary{newConversation(), began}
	for i := range 1000 {
		d.say(time.Minute, ticket.PersonID(i/3%2+1), ticket.Content{
			Text: "Hey " + ticket.Mention(1) + ", have you tried **turning it off**? See [the guide](https://example.com/help) or `systemctl restart`.",
		}, bot)
	}
	o := options()
	b.ResetTimer()
	for b.Loop() {
		render(b, d.c, o)
	}
	b.ReportMetric(float64(b.Elapsed().Milliseconds())/float64(b.N), "ms/1000-messages")
}
