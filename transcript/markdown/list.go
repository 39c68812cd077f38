package markdown

import (
	"strconv"
	"strings"
)

// maxListDepth bounds how deep lists nest; deeper items join the last level.
const maxListDepth = 10

// entry is one item as its lines say it.
type entry struct {
	indent int
	number int64 // -1: a bullet
	text   string
	more   []string // further lines of it
}

// list reads lines that begin with "- ", "* " or "1. ". A line that is indented goes on with the item above it.
func (p *parser) list() bool {
	var entries []entry
	at := p.at
	for at < len(p.src) {
		line, next := p.line(at)
		if e, ok := readEntry(line); ok {
			entries = append(entries, e)
		} else if n := len(entries); n > 0 && goesOn(line) {
			entries[n-1].more = append(entries[n-1].more, strings.TrimLeft(line, " "))
		} else {
			break
		}
		at = next
	}
	if entries == nil {
		return false
	}
	nodes := p.lists(entries, 0)
	p.flush(p.at)
	p.nodes = append(p.nodes, nodes...)
	p.at, p.pending = at, at
	return true
}

func goesOn(line string) bool {
	return strings.HasPrefix(line, "  ") && strings.TrimSpace(line) != ""
}

func readEntry(line string) (entry, bool) {
	text := strings.TrimLeft(line, " ")
	e := entry{indent: len(line) - len(text), number: -1}
	digits := 0
	for digits < len(text) && digits < 9 && '0' <= text[digits] && text[digits] <= '9' {
		digits++
	}
	switch {
	case digits > 0 && strings.HasPrefix(text[digits:], ". "):
		e.number, _ = strconv.ParseInt(text[:digits], 10, 64)
		e.text = text[digits+2:]
	case strings.HasPrefix(text, "- "), strings.HasPrefix(text, "* "):
		e.text = text[2:]
	default:
		return entry{}, false
	}
	e.text = strings.TrimLeft(e.text, " ")
	return e, e.text != ""
}

// lists makes lists of entries: a deeper entry belongs to the item above it, and a change between bullets and
// numbers begins another list.
func (p *parser) lists(entries []entry, level int) []Node {
	var out []Node
	for len(entries) > 0 {
		first := entries[0]
		deeper := 1
		for deeper < len(entries) && entries[deeper].indent > first.indent && level < maxListDepth {
			deeper++
		}
		item := p.item(first)
		item.Children = append(item.Children, p.lists(entries[1:deeper], level+1)...)
		if n := len(out); n == 0 || (out[n-1].Number < 0) != (first.number < 0) {
			out = append(out, Node{Kind: List, Number: first.number})
		}
		last := &out[len(out)-1]
		last.Children = append(last.Children, item)
		entries = entries[deeper:]
	}
	return out
}

func (p *parser) item(e entry) Node {
	inner := p.inside()
	inner.blocks = false
	text := e.text
	if e.more != nil {
		text = strings.Join(append([]string{text}, e.more...), "\n")
	}
	return Node{Kind: Item, Children: parse(text, inner)}
}
