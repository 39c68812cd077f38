package markdown

// star reads **bold** and *italic*.
func (p *parser) star() bool {
	run := runLength(p.rest(), '*')
	if run >= 2 {
		if end := p.next(boldEnd, p.at+3); end >= 0 {
			return p.styled(Bold, 2, end)
		}
	}
	if run%2 == 0 {
		return p.skip(run - 1)
	}
	if p.at+1 < len(p.src) && space(p.src[p.at+1]) {
		return false
	}
	end := p.next(starRun, p.at+run)
	if end < 0 || space(p.src[end-1]) {
		return false
	}
	return p.styled(Italic, 1, end)
}

// underscore reads __underline__ and _italic_; inside a word a _ ends nothing.
func (p *parser) underscore() bool {
	run := runLength(p.rest(), '_')
	if run >= 2 {
		if end := p.next(underlineEnd, p.at+3); end >= 0 {
			return p.styled(Underline, 2, end)
		}
	}
	if run%2 == 0 {
		return p.skip(run - 1)
	}
	end := p.next(underscoreRun, p.at+run)
	if end < 0 || end+1 < len(p.src) && word(p.src[end+1]) {
		return false
	}
	return p.styled(Italic, 1, end)
}

func (p *parser) strike() bool  { return p.pair('~', strikeEnd, Strike) }
func (p *parser) spoiler() bool { return p.pair('|', spoilerEnd, Spoiler) }

// pair reads what stands between two doubled characters.
func (p *parser) pair(c byte, e ending, k Kind) bool {
	if p.at+1 >= len(p.src) || p.src[p.at+1] != c {
		return false
	}
	end := p.next(e, p.at+3)
	return end >= 0 && p.styled(k, 2, end)
}

// styled takes width characters of opening, the inside, and as many of closing at end.
func (p *parser) styled(k Kind, width, end int) bool {
	inside := parse(p.src[p.at+width:end], p.inside())
	return p.emit(Node{Kind: k, Children: inside}, end+width)
}

// skip leaves n characters as text, so that a long run is measured once and not at each of its characters.
func (p *parser) skip(n int) bool {
	p.at += n
	return true
}
