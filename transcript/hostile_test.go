package transcript_test

import (
	"reflect"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"ticketbot/ticket"
)

// attacks run alert in a page that does not escape.
var attacks = []string{
	`<script>alert(1)</script>`, `<ScRiPt >alert(1)</sCrIpT>`, `<script/x>alert(1)</script>`, `<img src=x onerror=alert(1)>`,
	`<img/src=x/onerror=alert(1)>`, `<IMG SRC=x OnErRoR="alert(1)">`, `<svg onload=alert(1)>`, `<svg/onload=alert(1)//`,
	`<svg><script>alert(1)</script></svg>`, `<svg><animate onbegin=alert(1) attributeName=x dur=1s>`, `<body onload=alert(1)>`,
	`<details open ontoggle=alert(1)>`, `<input autofocus onfocus=alert(1)>`, `<video><source onerror=alert(1)></video>`,
	`<video src=x onerror=alert(1)></video>`, `<audio src=x onerror=alert(1)></audio>`, `<iframe srcdoc="<script>parent.alert(1)</script>"></iframe>`,
	`<iframe src="javascript:parent.alert(1)"></iframe>`, `<object data="javascript:parent.alert(1)"></object>`, `<embed src="javascript:alert(1)">`,
	`<a href="javascript:alert(1)">x</a>`, `<a href="JaVaScRiPt:alert(1)">x</a>`, "<a href=\"java\tscript:alert(1)\">x</a>",
	`<a href="&#106;avascript:alert(1)">x</a>`, `<a href=" javascript:alert(1)">x</a>`, "<a href=\"\x01javascript:alert(1)\">x</a>",
	`<form action="javascript:alert(1)"><button>x</button></form>`, `<math><a xlink:href="javascript:alert(1)">x</a></math>`,
	`<style onload=alert(1)></style>`, `<link rel=stylesheet href=x onerror=alert(1)>`, `<marquee onstart=alert(1)>x</marquee>`,
	`<div onmouseover=alert(1)>x</div>`, `<div onclick=alert(1)>x</div>`, `<template><script>alert(1)</script></template><img src=x onerror=alert(1)>`,
	`<noscript><p title="</noscript><img src=x onerror=alert(1)>">`, `<!--><img src=x onerror=alert(1)>-->`, `<![CDATA[><img src=x onerror=alert(1)>]]>`,
	`</title><script>alert(1)</script>`, `</style><script>alert(1)</script>`, `</textarea><script>alert(1)</script>`, `</pre></code><script>alert(1)</script>`,
	`"><script>alert(1)</script>`, `'><script>alert(1)</script>`, `" onerror=alert(1) x="`, `' onerror=alert(1) x='`, `x" onload="alert(1)`,
	`" autofocus onfocus=alert(1) x="`, `javascript:alert(1)`, `JAVASCRIPT:alert(1)//https://a.b`, "java\nscript:alert(1)", "\x00javascript:alert(1)",
	`data:text/html,<script>alert(1)</script>`, `data:image/svg+xml,<svg onload=alert(1)>`, `vbscript:alert(1)`, `javascript://a.b/%0aalert(1)`,
	`https://a.b/"onmouseover="alert(1)`, `https://a.b/'><img src=x onerror=alert(1)>`, `https://a.b\"><script>alert(1)</script>`,
	`//a.b/<script>alert(1)</script>`, `https:javascript:alert(1)`, `&lt;script&gt;alert(1)&lt;/script&gt;`, "\u2028<script>alert(1)</script>",
	"<\x00script>alert(1)</script>", "<scr\x00ipt>alert(1)</scr\x00ipt>", "\xff<script>alert(1)</script>", `<xss style="x:expression(alert(1))">`,
	`<meta http-equiv=refresh content="0;url=javascript:alert(1)">`, `<base href="javascript:alert(1)//">`, `{{constructor.constructor('alert(1)')()}}`,
	`<isindex type=image src=x onerror=alert(1)>`, `<svg><use href="data:image/svg+xml,<svg id=x onload=alert(1)/>#x"></svg>`,
	`<button popovertarget=x>y</button><div popover id=x onbeforetoggle=alert(1)>z</div>`,
}

// wraps put an attack where Discord's Markdown, or an address, might let it through.
var wraps = []string{"%s", "[label](%s)", "[%s](https://a.b)", "**%s**||%s||", "`%s`", "```%s\n%s\n```", "<%s>", "https://a.b/%s", "<:%s:1>", "> # %s\n- %s", "\x000\x00%s\x001\x00"}

// payloads are the attacks as they are, and each in a third of the wraps.
func payloads() []string {
	var all []string
	for i, attack := range attacks {
		for j, wrap := range wraps {
			if j == 0 || (i+j)%3 == 0 {
				all = append(all, strings.ReplaceAll(wrap, "%s", attack))
			}
		}
	}
	return all
}

// plant puts text into every string that a conversation has, whatever fields it will have tomorrow. What decides the
// way through the renderer (kinds, states, MIME types) stays.
func plant(v reflect.Value, text string) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			plant(v.Elem(), text)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			field := v.Type().Field(i)
			if field.IsExported() && !(field.Name == "Type" && v.Type() != reflect.TypeFor[ticket.Embed]()) {
				plant(v.Field(i), text)
			}
		}
	case reflect.Slice:
		for i := range v.Len() {
			plant(v.Index(i), text)
		}
	case reflect.Map:
		for _, k := range v.MapKeys() {
			value := reflect.New(v.Type().Elem()).Elem()
			value.Set(v.MapIndex(k))
			plant(value, text)
			v.SetMapIndex(k, value)
		}
	case reflect.String:
		if v.Type() == reflect.TypeFor[string]() {
			v.SetString(text)
		}
	}
}

// infested is a conversation with everything in it, in which everything says text. With its embeds' addresses kept, the
// pictures and links around the text are written too.
func infested(text string, keepAddresses bool) *ticket.Conversation {
	c := sample()
	whole := &c.Messages[len(c.Messages)-1]
	whole.Content.Components = append(whole.Content.Components, everyComponent()...)
	whole.Content.Embeds = append(whole.Content.Embeds, ticket.Embed{
		Fields: []ticket.EmbedField{{}}, Image: ticket.Media{URL: "x"}, Thumbnail: ticket.Media{URL: "x"}, Video: ticket.Media{URL: "x"}, Color: 1,
	}, ticket.Embed{Type: "image", Image: ticket.Media{URL: "x"}})
	whole.Content.Stickers = []ticket.Sticker{{}}
	whole.Revisions = []ticket.Revision{{People: whole.People, Content: whole.Content}}
	c.Ticket.Answers[0].Values = []string{"x"}
	urls := addresses(c)
	plant(reflect.ValueOf(c), text)
	if keepAddresses {
		for i := range c.Messages {
			restore(&c.Messages[i].Content, urls[i])
		}
	}
	return c
}

func everyComponent() []ticket.Component {
	var all []ticket.Component
	for kind := range 30 {
		all = append(all, ticket.Component{
			Type: kind, Style: 5, Options: []ticket.Option{{}}, Media: []ticket.Media{{URL: "x"}}, Children: []ticket.Component{{Type: 10}},
			Accessory: &ticket.Component{Type: 2, Style: 5},
		})
	}
	return all
}

func addresses(c *ticket.Conversation) [][]ticket.Embed {
	var all [][]ticket.Embed
	for i := range c.Messages {
		all = append(all, slices.Clone(c.Messages[i].Content.Embeds))
	}
	return all
}

func restore(c *ticket.Content, before []ticket.Embed) {
	for i := range c.Embeds {
		c.Embeds[i].URL, c.Embeds[i].Image.URL, c.Embeds[i].Thumbnail.URL = before[i].URL, before[i].Image.URL, before[i].Thumbnail.URL
	}
}

type hostileNames string

func (n hostileNames) Role(ticket.RoleID) (string, int, bool)  { return string(n), 0xABCDEF, true }
func (n hostileNames) Channel(ticket.ChannelID) (string, bool) { return string(n), true }

func hostilePage(t testing.TB, text string, keepAddresses bool) string {
	o := options()
	o.Server, o.Names = text, hostileNames(text)
	return render(t, infested(text, keepAddresses), o)
}

// The only markup that a page consists of.
var (
	tags = set(`html head meta title style body header main footer article section div span p a h1 h2 h3 dl dt dd bdi font time img
		video audio svg path strong em u s code pre blockquote ul ol li label input details summary hr`)
	void  = set("meta img input hr")
	attrs = set(`lang charset http-equiv content name class id src alt title href target rel width height loading datetime dir role
		aria-level aria-hidden aria-label type start color data-language data-label data-theme controls preload download viewBox viewbox
		preserveAspectRatio preserveaspectratio d`)
)

func set(words string) map[string]bool {
	all := map[string]bool{}
	for _, w := range strings.Fields(words) {
		all[w] = true
	}
	return all
}

// checkMarkup fails unless the page is made of the known tags and attributes, every tag is closed in order, and every
// address is one that the caller gave, an anchor, or http(s).
func checkMarkup(t testing.TB, page string) {
	t.Helper()
	var open []string
	z := html.NewTokenizer(strings.NewReader(page))
	for {
		kind := z.Next()
		token := z.Token()
		switch kind {
		case html.ErrorToken:
			if len(open) > 0 {
				t.Fatalf("left open: %v", open)
			}
			return
		case html.StartTagToken:
			checkTag(t, token)
			if !void[token.Data] {
				open = append(open, token.Data)
			}
		case html.EndTagToken:
			if len(open) == 0 || open[len(open)-1] != token.Data {
				t.Fatalf("</%s> closes %v", token.Data, open)
			}
			open = open[:len(open)-1]
		case html.CommentToken, html.SelfClosingTagToken:
			t.Fatalf("unexpected %s", token)
		}
	}
}

var address = regexp.MustCompile(`^(https?://[^/]|#m[0-9]+$|/(files|avatars|emoji)/)`)

func checkTag(t testing.TB, token html.Token) {
	t.Helper()
	if !tags[token.Data] {
		t.Fatalf("<%s> is on the page", token.Data)
	}
	for _, a := range token.Attr {
		if !attrs[a.Key] {
			t.Fatalf("<%s> has the attribute %q", token.Data, a.Key)
		}
		if (a.Key == "href" || a.Key == "src") && !address.MatchString(a.Val) {
			t.Fatalf("<%s> leads to %q", token.Data, a.Val)
		}
	}
}

func TestRender_every_field_is_escaped(t *testing.T) {
	for _, text := range payloads() {
		checkMarkup(t, hostilePage(t, text, false))
		checkMarkup(t, hostilePage(t, text, true))
	}
	t.Run("the check sees what was not escaped", func(t *testing.T) {
		seen := 0
		for _, attack := range attacks {
			if strings.HasPrefix(attack, "<") && !passes(attack) {
				seen++
			}
		}
		if seen < 40 {
			t.Errorf("it saw only %d", seen)
		}
	})
}

// passes runs the check on a page with raw text in it.
func passes(raw string) bool {
	p := &probe{}
	done := make(chan struct{})
	go func() {
		defer close(done)
		checkMarkup(p, raw)
	}()
	<-done
	return !p.failed
}

// probe is a test that may fail.
type probe struct {
	testing.TB
	failed bool
}

func (p *probe) Helper() {}
func (p *probe) Fatalf(string, ...any) {
	p.failed = true
	runtime.Goexit()
}

func FuzzRender(f *testing.F) {
	for _, text := range payloads()[:40] {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		checkMarkup(t, hostilePage(t, text, false))
		checkMarkup(t, say(t, ticket.Content{Text: text}))
	})
}
