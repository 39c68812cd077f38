package transcript

import (
	"bufio"
	"io"
	"strconv"
	"strings"
)

// html writes markup. It is the only thing in this package that writes a < or a ".
//
// The types below are strings of their own so that only a constant in the source, or one of the functions that make
// them, can become one: p.in(tag(message)) is possible and stands out; p.in(message) does not compile.
type html struct {
	w *bufio.Writer // its first error stays, and Flush reports it
}

type (
	tag  string
	name string // of a class or an id
	link string // an address that a reader may follow: see webLink, anchor, own
	attr struct {
		name  tag
		value string
	}
)

func newHTML(w io.Writer) html { return html{bufio.NewWriterSize(w, 32<<10)} }

// in opens a tag; calling the result closes it: defer p.in("div")().
func (h html) in(t tag, attrs ...attr) (end func()) {
	h.open(t, attrs)
	return func() { h.markup("</", string(t), ">") }
}

// leaf is a tag that holds only text.
func (h html) leaf(t tag, text string, attrs ...attr) {
	h.open(t, attrs)
	h.text(text)
	h.markup("</", string(t), ">")
}

// void is a tag that holds nothing: img, input, hr.
func (h html) void(t tag, attrs ...attr) { h.open(t, attrs) }

func (h html) open(t tag, attrs []attr) {
	h.markup("<", string(t))
	for _, a := range attrs {
		if a.name == "" {
			continue
		}
		h.markup(" ", string(a.name), `="`)
		h.text(a.value)
		h.markup(`"`)
	}
	h.markup(">")
}

func (h html) markup(parts ...string) {
	for _, s := range parts {
		_, _ = h.w.WriteString(s)
	}
}

// escape also replaces what HTML does not allow at all: NUL, of which marks are made, and the other control characters.
var escape = strings.NewReplacer(controls()...)

func controls() []string {
	pairs := []string{"&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&#34;", "'", "&#39;", "\x7f", "\uFFFD"}
	for c := range byte(' ') {
		if c != '\n' && c != '\t' {
			pairs = append(pairs, string(rune(c)), "\uFFFD")
		}
	}
	return pairs
}

// text writes s so that a browser shows exactly s.
func (h html) text(s string) {
	_, _ = escape.WriteString(h.w, strings.ToValidUTF8(s, "\uFFFD"))
}

func class(names ...name) attr {
	var b strings.Builder
	for _, n := range names {
		if n != "" && b.Len() > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(string(n))
	}
	if b.Len() == 0 {
		return attr{}
	}
	return attr{"class", b.String()}
}

// when gives n if it holds, else no class.
func when(holds bool, n name) name {
	if holds {
		return n
	}
	return ""
}

// title is what an element shows when pointed at.
func title(s string) attr {
	if s == "" {
		return attr{}
	}
	return attr{"title", s}
}

func number(n tag, value int) attr { return attr{n, strconv.Itoa(value)} }

// set is an attribute without a value.
func set(n tag) attr { return attr{name: n} }

// follow opens an address in a tab of its own, which learns nothing of where the reader came from.
func (h html) follow(to link, attrs ...attr) (end func()) {
	return h.in("a", append(attrs, attr{"href", string(to)}, attr{"target", "_blank"}, attr{"rel", "noopener noreferrer nofollow"})...)
}
