package markdown

import "strings"

// line is the text from i to the end of its line, and where the next line starts.
func (p *parser) line(i int) (text string, next int) {
	if n := strings.IndexByte(p.src[i:], '\n'); n >= 0 {
		return p.src[i : i+n], i + n + 1
	}
	return p.src[i:], len(p.src)
}

// heading reads one to three # and a line.
func (p *parser) heading() bool {
	line, next := p.line(p.at)
	level := runLength(line, '#')
	if level > 3 {
		return false
	}
	return p.ofLine(Node{Kind: Heading, Number: int64(level)}, line[level:], next)
}

// subtext reads -# and a line.
func (p *parser) subtext() bool {
	line, next := p.line(p.at)
	if !strings.HasPrefix(line, "-#") {
		return false
	}
	return p.ofLine(Node{Kind: Subtext}, line[2:], next)
}

// ofLine finishes a block that is one line, whose text a space separates from what came before.
func (p *parser) ofLine(n Node, text string, next int) bool {
	said := strings.TrimSpace(text)
	if said == "" || text[0] != ' ' {
		return false
	}
	inner := p.inside()
	inner.blocks = false
	n.Children = parse(said, inner)
	return p.emit(n, next)
}

// quote reads lines that begin with "> ", or everything behind ">>> ".
func (p *parser) quote() bool {
	if p.inQuote {
		return false
	}
	inner := p.inside()
	inner.inQuote, inner.lineStart = true, true
	if first, _ := p.line(p.at); strings.HasPrefix(strings.TrimLeft(first, " "), ">>> ") {
		from := p.at + strings.Index(first, ">>> ") + 4
		return p.emit(Node{Kind: Quote, Children: parse(p.src[from:], inner)}, len(p.src))
	}
	var said []string
	at := p.at
	for at < len(p.src) {
		line, next := p.line(at)
		text, quoted := strings.CutPrefix(strings.TrimLeft(line, " "), "> ")
		if !quoted {
			break
		}
		said, at = append(said, text), next
	}
	if said == nil {
		return false
	}
	return p.emit(Node{Kind: Quote, Children: parse(strings.Join(said, "\n"), inner)}, at)
}
