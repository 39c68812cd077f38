package markdown

import "strings"

// maxDepth bounds how deep styles nest; deeper ones stay as they were typed.
const maxDepth = 12

// Parse reads a text in which everything is allowed: a message, an embed's description, a text display.
func Parse(s string) []Node { return parse(s, scope{blocks: true, lineStart: true}) }

// Inline reads a text of styles only: a field's name.
func Inline(s string) []Node { return parse(s, scope{}) }

// Label reads a text that is, or may be, a link as a whole: an embed's title.
func Label(s string) []Node { return parse(s, scope{inLink: true}) }

// scope is what is allowed where the parser stands.
type scope struct {
	blocks    bool // headings, lists, quotes at the start of a line
	lineStart bool // the text's first character starts a line
	inQuote   bool // quotes do not nest
	inLink    bool // nor do links
	depth     int
}

func (s scope) inside() scope {
	s.depth++
	s.lineStart = false
	return s
}

type parser struct {
	scope
	src     string
	at      int // where we are
	pending int // start of plain text not yet in nodes
	nodes   []Node

	ends  [endings]search
	ticks map[int][]int // places of runs of backticks, by length
	pairs map[int]int   // place of a link's [ → place of its ]
}

// special are the bytes at which a rule may begin; 0xC2 begins the ¯ of a shrug.
var special = [256]bool{
	'\n': true, '\\': true, '*': true, '_': true, '~': true, '|': true, '`': true, '[': true, '<': true, '@': true,
	'h': true, 0: true, 0xC2: true,
}

func parse(s string, sc scope) []Node {
	if s == "" {
		return nil
	}
	if sc.depth > maxDepth {
		return []Node{{Kind: Text, Text: s}}
	}
	p := parser{scope: sc, src: s}
	for p.at < len(p.src) {
		if p.blocks && p.startsLine() && p.block() {
			continue
		}
		if !special[p.src[p.at]] || !p.inline() {
			p.at++
		}
	}
	p.flush(len(p.src))
	return p.nodes
}

func (p *parser) startsLine() bool {
	if p.at == 0 {
		return p.lineStart
	}
	return p.src[p.at-1] == '\n'
}

// block reads a construct that needs the start of a line.
func (p *parser) block() bool {
	switch p.src[p.at] {
	case '#':
		return p.heading()
	case '>':
		return p.quote()
	case '-':
		return p.subtext() || p.list()
	case ' ', '*', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9':
		return p.quote() || p.list()
	}
	return false
}

// inline reads a construct that may begin anywhere; false leaves the character as text.
func (p *parser) inline() bool {
	switch p.src[p.at] {
	case '\\':
		return p.escape()
	case '*':
		return p.star()
	case '_':
		return p.underscore()
	case '~':
		return p.strike()
	case '|':
		return p.spoiler()
	case '`':
		return p.code()
	case '[':
		return p.maskedLink()
	case '<':
		return p.angle()
	case '@':
		return p.everyone()
	case 'h':
		return p.bareLink()
	case 0:
		return p.person()
	case 0xC2:
		return p.shrug()
	}
	return false
}

// emit puts the text before the parser's place and then n into the tree, and goes on at end.
func (p *parser) emit(n Node, end int) bool {
	p.flush(p.at)
	p.nodes = append(p.nodes, n)
	p.at, p.pending = end, end
	return true
}

func (p *parser) flush(end int) {
	if p.pending < end {
		p.nodes = append(p.nodes, Node{Kind: Text, Text: p.src[p.pending:end]})
	}
	p.pending = end
}

// rest is what the parser has still to read.
func (p *parser) rest() string { return p.src[p.at:] }

func (p *parser) escape() bool {
	if p.at+1 == len(p.src) || wordOrSpace(p.src[p.at+1]) {
		return false
	}
	p.flush(p.at)
	p.pending = p.at + 1
	p.at += 2
	return true
}

// shrug keeps the arm of ¯\_(ツ)_/¯, which would be taken for an escape.
func (p *parser) shrug() bool {
	const figure = `¯\_(ツ)_/¯`
	if !strings.HasPrefix(p.rest(), figure) {
		return false
	}
	p.at += len(figure)
	return true
}

func (p *parser) everyone() bool {
	for _, name := range [...]string{"@everyone", "@here"} {
		if strings.HasPrefix(p.rest(), name) {
			return p.emit(Node{Kind: Everyone, Text: name}, p.at+len(name))
		}
	}
	return false
}

func wordOrSpace(b byte) bool { return word(b) && b != '_' || space(b) }

func word(b byte) bool {
	return b == '_' || '0' <= b && b <= '9' || 'a' <= b && b <= 'z' || 'A' <= b && b <= 'Z'
}

func space(b byte) bool { return b == ' ' || b == '\n' || b == '\t' || b == '\r' }
