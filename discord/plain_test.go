package discord

import (
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"ticketbot/internal/say"
	"ticketbot/ticket"

	"github.com/disgoorg/disgo/discord"
)

func TestPlain(t *testing.T) {
	for in, want := range map[string]string{
		"hello":                       "hello",
		"**bold** _i_ ~~s~~ ||hid||":  `\*\*bold\*\* \_i\_ \~\~s\~\~ \|\|hid\|\|`,
		"@everyone <@1> <@&2> <#3>":   `\@everyone \<\@1\> \<\@&2\> \<#3\>`,
		"[bank](https://evil.test/a)": `\[bank\](https://evil.test/a)`,
		"see https://x.test/a_b?c=d!": "see https://x.test/a_b?c=d!",
		"`code` ```block```":          "\\`code\\` \\`\\`\\`block\\`\\`\\`",
		`a\*b`:                        `a\\\*b`,
		"a\n\n\n\n\n\nb":              "a\n\nb",
		"\u202Egnp.exe":               "gnp.exe",
		"a\x00b\r\nc\u2066":           "ab\nc",
		"  padded  ":                  "padded",
	} {
		if got, cut := plain(in, 1000); got != want || cut {
			t.Errorf("plain(%q) is %q, want %q", in, got, want)
		}
	}
	t.Run("never cuts an escape or an address in two", func(t *testing.T) {
		for limit := range 40 {
			got, _ := plain("ab**cd https://x.test/path **", limit)
			if utf8.RuneCountInString(got) > limit {
				t.Errorf("%d characters of %d", len(got), limit)
			}
			if strings.HasSuffix(got, `\`) || (strings.Contains(got, "http") && !strings.Contains(got, "https://x.test/path")) {
				t.Errorf("cut to %q", got)
			}
		}
	})
	t.Run("lines cannot leave their quotation", func(t *testing.T) {
		text, _ := plain("# big\n- list\n-# small\n1. one\n> out\n>>> all", 1000)
		for _, l := range strings.Split(quoted(text), "\n") {
			if !regexp.MustCompile(`^> (\\[#\->]|1\\\.)`).MatchString(l) {
				t.Errorf("line is %q", l)
			}
		}
	})
}

func FuzzPlain(f *testing.F) {
	for _, s := range []string{"**x**", "https://a.b/c*d*", "@everyone", "\\", "\\\\@everyone", "<@1>", "```", "\u202e", "[a](b)"} {
		f.Add(s, 100)
	}
	active := regexp.MustCompile("[*_~`|\\[\\]<>@]")
	f.Fuzz(func(t *testing.T, s string, limit int) {
		if limit < 0 || limit > 5000 {
			return
		}
		got, _ := plain(s, limit)
		if utf8.RuneCountInString(got) > limit {
			t.Fatalf("%d characters of %d", utf8.RuneCountInString(got), limit)
		}
		rest := address.ReplaceAllString(got, "")
		rest = regexp.MustCompile(`\\.`).ReplaceAllString(rest, "") // what is escaped is inert
		if found := active.FindString(rest); found != "" {
			t.Fatalf("%q is live in %q", found, got)
		}
	})
}

// texts are all that a message shows, as Discord counts it.
func texts(all []discord.LayoutComponent) (said string, components int) {
	for _, c := range all {
		components++
		for one := range c.(discord.ComponentIter).SubComponents() { // of all levels
			components++
			if d, ok := one.(discord.TextDisplayComponent); ok {
				said += d.Content
			}
		}
	}
	return said, components
}

func TestWelcome(t *testing.T) {
	ask := func(values ...string) []ticket.Answer {
		var all []ticket.Answer
		for _, v := range values {
			all = append(all, ticket.Answer{Question: strings.Repeat("?", ticket.MaxLabel), Kind: ticket.Paragraph, Values: []string{v}})
		}
		return all
	}
	shown := func(answers []ticket.Answer) string {
		w := ticket.Welcome{
			Ticket:   &ticket.Ticket{Number: 42, PublicID: "k3JxYzq9aPqR", Answers: answers, Opener: 1, Claimer: 1},
			Category: &ticket.Category{Name: strings.Repeat("*", 80), Welcome: strings.Repeat("w", 5000), StaffRoles: []ticket.RoleID{1e18, 1e18 + 1}},
			Opener:   1e18, Claimer: 1e18,
		}
		said, components := texts(welcome(w))
		if n := utf8.RuneCountInString(said); n > 4000 || components > 40 {
			t.Errorf("%d characters in %d components", n, components)
		}
		return said
	}
	t.Run("fits Discord's limits whatever the answers", func(t *testing.T) {
		for _, hostile := range []string{strings.Repeat("*", 4000), strings.Repeat("\n", 4000), strings.Repeat("a\n", 2000), strings.Repeat("#\n", 2000), strings.Repeat("é", 4000), strings.Repeat("https://x.test/ ", 250)} {
			shown(ask(hostile, hostile, hostile, hostile, hostile))
			shown(ask("short", hostile))
		}
	})
	t.Run("says that it is shortened, and only then", func(t *testing.T) {
		cut := say.T("discord.welcome.cut")
		if said := shown(ask("short", strings.Repeat("a", 3999))); strings.Count(said, cut) != 1 {
			t.Errorf("said %d times", strings.Count(said, cut))
		}
		if said := shown(ask("short", "also short")); strings.Contains(said, cut) {
			t.Error("said of answers that are whole")
		}
	})
	t.Run("says in one line that the conversation is stored, for whom and how long", func(t *testing.T) {
		said := shown(nil)
		if !regexp.MustCompile(`(?m)^-# This conversation is stored\..*read.* 30 days .* 365\.$`).MatchString(said) {
			t.Errorf("said %q", said)
		}
	})
	t.Run("a claimed ticket cannot be claimed", func(t *testing.T) {
		row := buttons(ticket.Welcome{Ticket: &ticket.Ticket{Claimer: 5}})
		if b := row.Components[0].(discord.ButtonComponent); !b.Disabled || b.CustomID != "v1:claim" {
			t.Errorf("%+v", b)
		}
		row = buttons(ticket.Welcome{Ticket: &ticket.Ticket{}})
		if b := row.Components[0].(discord.ButtonComponent); b.Disabled {
			t.Errorf("%+v", b)
		}
		if b := row.Components[1].(discord.ButtonComponent); b.CustomID != "v1:close" {
			t.Errorf("%+v", b)
		}
	})
}

func TestPanel(t *testing.T) {
	many := make([]*ticket.Category, 12)
	for i := range many {
		many[i] = &ticket.Category{ID: ticket.CategoryID(i + 1), Name: strings.Repeat("n", 100), Emoji: "<:hi:123456789012345678>"}
	}
	said, components := texts([]discord.LayoutComponent{panel(&ticket.Panel{Title: "Help"}, many)})
	if components != 1+1+3+12 || !strings.HasPrefix(said, "## Help\n") {
		t.Errorf("%d components, %q", components, said)
	}
	b := panelButton(many[2], false)
	if b.CustomID != "v1:open:3" || len(b.Label) != 80 || b.Emoji == nil || b.Emoji.ID != 123456789012345678 {
		t.Errorf("%+v", b)
	}
	if b := panelButton(many[0], true); b.Label != "Open a ticket" {
		t.Errorf("%+v", b)
	}
	for bad := range map[string]bool{"": true, "<script>": true, "a b": true} {
		if _, ok := emoji(bad); ok {
			t.Errorf("%q is taken for an emoji", bad)
		}
	}
}
