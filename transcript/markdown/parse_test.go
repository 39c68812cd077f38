package markdown

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// outline writes a tree so that a table of cases can be read: b{bold} i{italic} u{…} s{…} hide{…} code{…} block:go{…}
// link(address){label} @0 …
func outline(nodes []Node) string {
	var b strings.Builder
	for _, n := range nodes {
		inside := outline(n.Children)
		switch n.Kind {
		case Text:
			b.WriteString(n.Text)
		case Bold, Italic, Underline, Strike, Spoiler, Subtext, Quote, Item:
			fmt.Fprintf(&b, "%s{%s}", map[Kind]string{Bold: "b", Italic: "i", Underline: "u", Strike: "s", Spoiler: "hide",
				Subtext: "small", Quote: "quote", Item: "li"}[n.Kind], inside)
		case Code:
			fmt.Fprintf(&b, "code{%s}", n.Text)
		case CodeBlock:
			fmt.Fprintf(&b, "block:%s{%s}", n.Language, n.Text)
		case Link:
			fmt.Fprintf(&b, "link(%s){%s}", n.URL, inside)
		case Person:
			fmt.Fprintf(&b, "@%d", n.Number)
		case Role:
			fmt.Fprintf(&b, "@role:%d", n.ID)
		case Channel:
			fmt.Fprintf(&b, "#%d", n.ID)
		case Everyone:
			fmt.Fprintf(&b, "!%s", n.Text)
		case Command:
			fmt.Fprintf(&b, "/%s", n.Text)
		case Guide:
			fmt.Fprintf(&b, "guide:%s", n.Text)
		case Emoji:
			fmt.Fprintf(&b, "emoji:%s:%d:%t", n.Text, n.ID, n.Animated)
		case Time:
			fmt.Fprintf(&b, "time:%d:%c", n.Number, n.Style)
		case Heading:
			fmt.Fprintf(&b, "h%d{%s}", n.Number, inside)
		case List:
			fmt.Fprintf(&b, "list:%d{%s}", n.Number, inside)
		}
	}
	return b.String()
}

func TestParse(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"plain", "hello, world", "hello, world"},
		{"bold", "a **b** c", "a b{b} c"},
		{"italic star", "*a*", "i{a}"},
		{"italic underscore", "_a_", "i{a}"},
		{"underline", "__a__", "u{a}"},
		{"strike", "~~a~~", "s{a}"},
		{"spoiler", "||a||", "hide{a}"},
		{"bold italic", "***a***", "b{i{a}}"},
		{"underline bold italic", "__***a***__", "u{b{i{a}}}"},
		{"underscore three", "___a___", "u{i{a}}"},
		{"bold in italic", "*a **b** c*", "i{a b{b} c}"},
		{"italic in bold", "**a *b* c**", "b{a i{b} c}"},
		{"star before a space", "2 * 3 * 4", "2 * 3 * 4"},
		{"star after a space closes nothing", "*a *b*", "*a i{b}"},
		{"unclosed bold", "**a", "**a"},
		{"half closed bold", "**a*", "*i{a}"},
		{"four stars", "****", "****"},
		{"star between words", "a*b*c", "ai{b}c"},
		{"snake case", "snake_case_name", "snake_case_name"},
		{"dunder", "__init__.py", "u{init}.py"},
		{"tilde alone", "~a~", "~a~"},
		{"bars", "a || b", "a || b"},
		{"spoiler over lines", "||a\nb||", "hide{a\nb}"},
		{"style in spoiler", "||**a** b||", "hide{b{a} b}"},

		{"escaped star", `\*a\*`, "*a*"},
		{"escaped backslash", `\\*a*`, `\i{a}`},
		{"backslash before a letter", `C:\dir`, `C:\dir`},
		{"escaped end", `*a\*b*`, "i{a*b}"},
		{"escaped mention", `\<#1>`, "<#1>"},
		{"backslash at the end", `a\`, `a\`},
		{"shrug", `¯\_(ツ)_/¯`, `¯\_(ツ)_/¯`},

		{"code", "`a`", "code{a}"},
		{"code keeps styles", "`**a**`", "code{**a**}"},
		{"code with backtick", "``a`b``", "code{a`b}"},
		{"code of a backtick", "`` ` ``", "code{`}"},
		{"unclosed code", "`a", "`a"},
		{"uneven code", "``a`", "code{`a}"},
		{"block", "```\na\n```", "block:{a}"},
		{"block with language", "```go\nfunc main() {}\n```", "block:go{func main() {}}"},
		{"block in a line", "x ```a``` y", "x block:{a} y"},
		{"language alone is text", "```go\n```", "block:{go}"},
		{"block swallows one newline", "```a```\n\nb", "block:{a}\nb"},
		{"block keeps indentation", "```\n  a\n    b\n```", "block:{  a\n    b}"},
		{"unclosed block", "```a", "```a"},
		{"empty block", "``````", "``````"},

		{"heading", "# a", "h1{a}"},
		{"heading three", "### **a**\nb", "h3{b{a}}b"},
		{"heading four", "#### a", "#### a"},
		{"heading without space", "#a", "#a"},
		{"heading inside a line", "a # b", "a # b"},
		{"heading in the second line", "a\n## b", "a\nh2{b}"},
		{"subtext", "-# a", "small{a}"},
		{"quote", "> a", "quote{a}"},
		{"quote of lines", "> a\n> b\nc", "quote{a\nb}c"},
		{"quote of the rest", "x\n>>> a\nb", "x\nquote{a\nb}"},
		{"quotes do not nest", "> > a", "quote{> a}"},
		{"quote without space", ">a", ">a"},
		{"heading in a quote", "> # a", "quote{h1{a}}"},
		{"style across lines of a quote", "> **a\n> b**", "quote{b{a\nb}}"},

		{"list", "- a\n- b", "list:-1{li{a}li{b}}"},
		{"list of stars", "* a\n* *b*", "list:-1{li{a}li{i{b}}}"},
		{"numbers", "3. a\n4. b", "list:3{li{a}li{b}}"},
		{"nested", "- a\n  - b\n    - c\n- d", "list:-1{li{alist:-1{li{blist:-1{li{c}}}}}li{d}}"},
		{"list goes on", "- a\n  b\nc", "list:-1{li{a\nb}}c"},
		{"numbers after bullets", "- a\n1. b", "list:-1{li{a}}list:1{li{b}}"},
		{"dash alone", "-", "-"},
		{"dash without space", "-a", "-a"},
		{"number in a sentence", "1.5 a", "1.5 a"},

		{"bare link", "see https://a.b/c?d=e_f_g.", "see link(https://a.b/c?d=e_f_g){}."},
		{"link in brackets", "(https://a.b/c)", "(link(https://a.b/c){})"},
		{"link with brackets", "https://a.b/c_(d)", "link(https://a.b/c_(d)){}"},
		{"link in angles", "<https://a.b>", "link(https://a.b){}"},
		{"bare scheme", "https://", "https://"},
		{"bold link", "**https://a.b**", "b{link(https://a.b){}}"},
		{"masked", "[a](https://b.c)", "link(https://b.c){a}"},
		{"masked with style", "[**a**](https://b.c)", "link(https://b.c){b{a}}"},
		{"masked with angles", "[a](<https://b.c>)", "link(https://b.c){a}"},
		{"masked with title", `[a](https://b.c "t") x`, "link(https://b.c){a} x"},
		{"masked with brackets in it", "[a](https://b.c/d_(e))", "link(https://b.c/d_(e)){a}"},
		{"masked javascript", "[a](javascript:alert(1))", "[a](javascript:alert(1))"},
		{"masked data", "[a](data:text/html,b)", "[a](data:text/html,b)"},
		{"masked javascript with entity", "[a](java&#115;cript:b)", "[a](java&#115;cript:b)"},
		{"label that is an address", "[https://good.com](https://evil.com)", "[link(https://good.com](https://evil.com)){}"},
		{"label with brackets", "[[a]](https://b.c)", "link(https://b.c){[a]}"},
		{"empty label", "[](https://b.c)", "[](link(https://b.c){})"},
		{"no link in a link", "[a <https://x.y>](https://b.c)", "[a link(https://x.y){}](link(https://b.c){})"},

		{"person", "hi \x000\x00!", "hi @0!"},
		{"person in bold", "**\x0012\x00**", "b{@12}"},
		{"broken mark", "\x00x\x00", "\x00x\x00"},
		{"unknown person", "<@123> <@!4>", "@-1 @-1"},
		{"role", "<@&12>", "@role:12"},
		{"channel", "<#34>", "#34"},
		{"everyone", "@everyone and @here", "!@everyone and !@here"},
		{"command", "</a b:12>", "/a b"},
		{"guide", "<id:customize>", "guide:customize"},
		{"emoji", "<:a_1:23> <a:b:4>", "emoji:a_1:23:false emoji:b:4:true"},
		{"time", "<t:1700000000> <t:-5:R>", "time:1700000000:f time:-5:R"},
		{"time too far", "<t:99999999999999>", "<t:99999999999999>"},
		{"time of no style", "<t:1:x>", "<t:1:x>"},
		{"less than", "a < b > c", "a < b > c"},
		{"tag", "<b>a</b>", "<b>a</b>"},
		{"mention in code stays", "`<#1>`", "code{<#1>}"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := outline(Parse(c.in)); got != c.want {
				t.Errorf("Parse(%q)\n got %q\nwant %q", c.in, got, c.want)
			}
		})
	}
}

func TestInline(t *testing.T) {
	for in, want := range map[string]string{
		"# a":          "# a",
		"- a":          "- a",
		"> a\n> b":     "> a\n> b",
		"**a** `b`":    "b{a} code{b}",
		"**a\n> b** c": "b{a\n> b} c",
	} {
		if got := outline(Inline(in)); got != want {
			t.Errorf("Inline(%q) = %q, want %q", in, got, want)
		}
	}
}

// hostile are texts that make a careless parser search to the end at each character, or nest without end.
func hostile(n int) map[string]string {
	unit := map[string]string{
		"stars": "*", "star a": "*a ", "bold a": "**a ", "uneven": "*a**b", "underscores": "_", "underscore a": "_a ", "tildes": "~",
		"bars": "|", "bar a": "||a", "ticks": "`", "ticks a": "`a``b", "brackets": "[", "brackets closed": "[a](",
		"link": "[a](x", "link round": "[a](x(", "nested link": "[[a](http://x)", "title": `[a](x "`, "angles": "<", "angle": "<https://",
		"angle a": "<@", "backslashes": `\`, "backslash star": `\*`, "quotes": "> ", "lines of quotes": "> a\n", "lists": "- a\n",
		"deep lists": " - a\n", "headings": "# a\n", "http": "http://", "http dot": "http://.", "marks": "\x00", "marks 1": "\x001",
		"newlines": "\n", "spaces": " ", "h": "h", "all": "**__~~||*_`[<a](", "round": "http://(", "emoji": "<:a:1>", "fence": "```a",
		"mixed": "*a _b **c __d ~~e ||f `g ", "shrug": "¯",
	}
	all := map[string]string{}
	for name, u := range unit {
		all[name] = strings.Repeat(u, n/len(u))
	}
	all["nested"] = strings.Repeat("**a _b ", n/14) + strings.Repeat(" b_ a**", n/14)
	all["brackets around"] = strings.Repeat("[", n/2) + strings.Repeat("](http://x)", n/22)
	all["one end far away"] = strings.Repeat("[a]", n/3) + "(" + strings.Repeat("a", n/3)
	all["ticks of all lengths"] = ticksOfAllLengths(n)
	all["steps"] = steps(n)
	return all
}

func ticksOfAllLengths(n int) string {
	var b strings.Builder
	for i := 1; b.Len() < n; i++ {
		b.WriteString(strings.Repeat("`", i) + " ")
	}
	return b.String()
}

func steps(n int) string {
	var b strings.Builder
	for i := 0; b.Len() < n; i++ {
		b.WriteString(strings.Repeat(" ", i%200) + "- a\n")
	}
	return b.String()
}

func TestParse_is_linear(t *testing.T) {
	// A search repeated at each character takes half a minute and more, one pass well under a second: the limit is far
	// from both, so that neither a busy machine nor the race detector fails it.
	const size, limit = 1 << 20, 8 * time.Second
	for name, text := range hostile(size) {
		t.Run(name, func(t *testing.T) {
			start := time.Now()
			Parse(text)
			if took := time.Since(start); took > limit {
				t.Errorf("%d bytes took %v", len(text), took)
			}
		})
	}
}

func FuzzParse(f *testing.F) {
	for _, text := range hostile(64) {
		f.Add(text)
	}
	f.Add("# a\n> **b** ||c|| [d](https://e.f) `g` \x000\x00 <t:1:R> <:h:1>\n- i\n  - j")
	f.Fuzz(func(t *testing.T, text string) {
		size := 0
		measure(Parse(text), 0, &size, t)
		if size > len(text) {
			t.Errorf("%q became longer: %d bytes", text, size)
		}
	})
}

// measure adds up the leaves, and fails on a tree deeper than the promise.
func measure(nodes []Node, depth int, size *int, t *testing.T) {
	if depth > maxDepth+2*maxListDepth+4 {
		t.Fatal("too deep")
	}
	for _, n := range nodes {
		*size += len(n.Text)
		measure(n.Children, depth+1, size, t)
	}
}

func BenchmarkParse(b *testing.B) {
	const text = "Hey \x000\x00, have you tried **turning it off** and on again? See [the guide](https://example.com/help) or `systemctl restart`."
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		Parse(text)
	}
}
