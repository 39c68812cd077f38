package discord

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// address is what is left as it is, so that it can be pressed: nothing in it can close what surrounds it.
var address = regexp.MustCompile(`https?://[A-Za-z0-9\-._~:/?#@!$&'+,;=%]+`)

// atLineStart begins a heading, a list, a quote or small print.
var atLineStart = regexp.MustCompile(`(?m)^([ \t]*\d*)([#\-+.])`)

var blankLines = regexp.MustCompile(`\n[ \t]*(\n[ \t]*){2,}`)

// plain is somebody's text as text: nothing in it formats, mentions, hides or reorders what stands around it. It is at
// most limit characters long, escapes included; cut says whether some of it is missing.
func plain(s string, limit int) (text string, cut bool) {
	s = strings.Map(harmless, strings.ReplaceAll(s, "\r\n", "\n"))
	s = strings.TrimSpace(blankLines.ReplaceAllString(s, "\n\n"))
	p := page{room: limit}
	for _, at := range append(address.FindAllStringIndex(s, -1), []int{len(s), len(s)}) {
		if !p.escaped(s[p.read:at[0]]) || !p.whole(s[at[0]:at[1]]) {
			return p.out.String(), true
		}
		p.read = at[1]
	}
	return p.out.String(), false
}

// page takes as much text as it has room for.
type page struct {
	out  strings.Builder
	room int
	read int
}

// special is what Discord's markup is made of, anywhere in a line.
const special = "\\*_~`|[]<>@"

func (p *page) escaped(s string) bool {
	for _, r := range s {
		piece := string(r)
		if strings.ContainsRune(special, r) {
			piece = "\\" + piece
		}
		if !p.whole(piece) {
			return false
		}
	}
	return true
}

func (p *page) whole(s string) bool {
	n := utf8.RuneCountInString(s)
	if n > p.room {
		return false
	}
	p.room -= n
	p.out.WriteString(s)
	return true
}

// line is plain text on one line.
func line(s string, limit int) string {
	text, cut := plain(strings.Join(strings.Fields(s), " "), limit-1)
	if cut {
		text += "…"
	}
	return text
}

// quoted puts text into a quotation, whatever lines it has.
func quoted(text string) string {
	return "> " + strings.ReplaceAll(atLineStart.ReplaceAllString(text, `$1\$2`), "\n", "\n> ")
}

// harmless drops what cannot be seen but changes what can: control characters and marks that turn the writing around.
func harmless(r rune) rune {
	switch {
	case r == '\n' || r == '\t':
		return r
	case unicode.IsControl(r), r >= 0x202A && r <= 0x202E, r >= 0x2066 && r <= 0x2069, r == 0x200E || r == 0x200F || r == 0x061C:
		return -1
	}
	return r
}
