package markdown

import "strings"

// bareLink reads an address in the middle of a text. Punctuation at its end belongs to the sentence, and so does
// a bracket that closes one opened before it.
func (p *parser) bareLink() bool {
	if p.inLink || !webAddress(p.rest()) {
		return false
	}
	n := strings.IndexAny(p.rest(), " \n\t\r<\x00")
	if n < 0 {
		n = len(p.rest())
	}
	address := strings.TrimRight(p.src[p.at:p.at+n], `.,:;"'])`)
	if open := strings.Count(address, "("); open > strings.Count(address, ")") && strings.HasPrefix(p.src[p.at+len(address):], ")") {
		address = p.src[p.at : p.at+len(address)+1]
	}
	if len(address) <= len("https://") && strings.HasSuffix(address, "//") {
		return false
	}
	return p.emit(Node{Kind: Link, URL: address}, p.at+len(address))
}

// webAddress reports whether s begins like an address that a page may link to.
func webAddress(s string) bool {
	return hasPrefixFold(s, "https://") || hasPrefixFold(s, "http://")
}

func hasPrefixFold(s, prefix string) bool {
	return len(s) >= len(prefix) && strings.EqualFold(s[:len(prefix)], prefix)
}

// maskedLink reads [label](address) and [label](<address> "title"). A label that holds an address is none: it could
// say another place than it leads to. Discord refuses it too.
func (p *parser) maskedLink() bool {
	if p.inLink {
		return false
	}
	if p.pairs == nil {
		p.pairs = p.findPairs()
	}
	bracket, found := p.pairs[p.at]
	if !found {
		return false
	}
	address, end := p.destination(bracket + 2)
	label := p.src[p.at+1 : bracket]
	if !webAddress(address) || strings.TrimSpace(label) == "" || strings.Contains(label, "://") {
		return false
	}
	inner := p.inside()
	inner.inLink, inner.blocks = true, false
	return p.emit(Node{Kind: Link, URL: address, Children: parse(label, inner)}, end)
}

// findPairs matches the brackets that have a ( behind them and at most one level of brackets inside.
func (p *parser) findPairs() map[int]int {
	type bracket struct{ at, height int }
	var open []bracket
	pairs := map[int]int{}
	for i := p.at; i < len(p.src); i++ {
		switch p.src[i] {
		case '\\':
			i++
		case '[':
			open = append(open, bracket{at: i})
		case ']':
			n := len(open) - 1
			if n < 0 {
				continue
			}
			closed := open[n]
			open = open[:n]
			if n > 0 {
				open[n-1].height = max(open[n-1].height, closed.height+1)
			}
			if closed.height <= 1 && i+1 < len(p.src) && p.src[i+1] == '(' {
				pairs[closed.at] = i
			}
		}
	}
	return pairs
}

// destination reads what stands in the round brackets; from is behind the opening one. One pair of brackets inside
// the address is part of it.
func (p *parser) destination(from int) (address string, end int) {
	end = p.next(closeParen, from)
	if end < 0 {
		return "", 0
	}
	stop := p.next(blank, from)
	if stop >= 0 && stop < end {
		return p.titled(from, stop)
	}
	if inner := p.next(openParen, from); inner >= 0 && inner < end {
		if end = p.next(nextParen, end+1); end < 0 || stop >= 0 && stop < end {
			return "", 0
		}
	}
	return unwrap(p.src[from:end]), end + 1
}

// titled reads an address that is followed by a quoted title, which is dropped.
func (p *parser) titled(from, stop int) (address string, end int) {
	open := strings.TrimLeft(p.src[stop:min(stop+8, len(p.src))], " ")
	end = p.next(titleEnd, stop)
	if end < 0 || !strings.HasPrefix(open, `"`) || end-stop < 2 {
		return "", 0
	}
	return unwrap(p.src[from:stop]), end + 2
}

func unwrap(address string) string {
	if strings.HasPrefix(address, "<") && strings.HasSuffix(address, ">") {
		return address[1 : len(address)-1]
	}
	return address
}
