package markdown

import (
	"strconv"
	"strings"
)

// person reads a mark that capture put in the place of a person.
func (p *parser) person() bool {
	number, _, closed := strings.Cut(p.src[p.at+1:min(p.at+12, len(p.src))], "\x00")
	i, err := strconv.ParseUint(number, 10, 31)
	if err != nil || !closed {
		return false
	}
	return p.emit(Node{Kind: Person, Number: int64(i)}, p.at+len(number)+2)
}

// angle reads what stands between < and >: mentions, emoji, times, commands, addresses.
func (p *parser) angle() bool {
	n := strings.IndexAny(p.src[p.at+1:], "<>\n\x00")
	if n < 1 || p.src[p.at+1+n] != '>' {
		return false
	}
	body, end := p.src[p.at+1:p.at+1+n], p.at+n+2
	if webAddress(body) {
		return !p.inLink && !strings.ContainsAny(body, " \t") && p.emit(Node{Kind: Link, URL: body}, end)
	}
	node, ok := readAngle(body)
	return ok && p.emit(node, end)
}

func readAngle(body string) (Node, bool) {
	kind, rest := body[:1], body[1:]
	switch {
	case strings.HasPrefix(body, "@&"):
		return withID(Node{Kind: Role}, body[2:])
	case kind == "@":
		n, ok := withID(Node{Kind: Person}, strings.TrimPrefix(rest, "!"))
		return Node{Kind: Person, Number: -1}, ok && n.ID != 0
	case kind == "#":
		return withID(Node{Kind: Channel}, rest)
	case kind == ":":
		return readEmoji(rest, false)
	case strings.HasPrefix(body, "a:"):
		return readEmoji(body[2:], true)
	case kind == "/":
		name, id, _ := strings.Cut(rest, ":")
		return withID(Node{Kind: Command, Text: name}, id)
	case strings.HasPrefix(body, "t:"):
		return readTime(body[2:])
	case strings.HasPrefix(body, "id:"):
		return readGuide(body[3:])
	}
	return Node{}, false
}

func withID(n Node, id string) (Node, bool) {
	number, err := strconv.ParseUint(id, 10, 64)
	n.ID = number
	return n, err == nil
}

func readEmoji(s string, animated bool) (Node, bool) {
	name, id, _ := strings.Cut(s, ":")
	if name == "" {
		return Node{}, false
	}
	for i := range len(name) {
		if !word(name[i]) {
			return Node{}, false
		}
	}
	return withID(Node{Kind: Emoji, Text: name, Animated: animated}, id)
}

// maxTime is the last second that Discord's client can show: JavaScript's last date.
const maxTime = 8_640_000_000_000

func readTime(s string) (Node, bool) {
	seconds, style, styled := strings.Cut(s, ":")
	if !styled {
		style = "f"
	}
	n, err := strconv.ParseInt(seconds, 10, 64)
	if err != nil || n > maxTime || n < -maxTime || len(style) != 1 || !strings.Contains("tTdDfFRsS", style) {
		return Node{}, false
	}
	return Node{Kind: Time, Number: n, Style: style[0]}, true
}

func readGuide(s string) (Node, bool) {
	switch s {
	case "customize", "browse", "guide", "home", "linked-roles":
		return Node{Kind: Guide, Text: s}, true
	}
	return Node{}, false
}
