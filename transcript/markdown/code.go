package markdown

import "strings"

// code reads ```blocks``` and `code` between equal runs of backticks.
func (p *parser) code() bool {
	if strings.HasPrefix(p.rest(), "```") && p.codeBlock() {
		return true
	}
	run := runLength(p.rest(), '`')
	for _, width := range [...]int{run, 2, 1} {
		if width > run {
			continue
		}
		if end := p.nextTicks(width, p.at+run); end >= 0 {
			return p.emit(Node{Kind: Code, Text: trimTicks(p.src[p.at+width : end])}, end+width)
		}
	}
	return p.skip(run)
}

// codeBlock reads a block; the language is a word alone on the first line.
func (p *parser) codeBlock() bool {
	start := p.at + 3
	end := p.next(fence, start+1)
	if end < 0 {
		return false
	}
	body, language := p.src[start:end], ""
	if first, after, found := strings.Cut(body, "\n"); found && isLanguage(first) && strings.Trim(after, "\n") != "" {
		body, language = after, first
	}
	body = strings.Trim(body, "\n")
	if body == "" {
		return false
	}
	end += 3
	if end < len(p.src) && p.src[end] == '\n' {
		end++
	}
	return p.emit(Node{Kind: CodeBlock, Text: body, Language: language}, end)
}

func isLanguage(s string) bool {
	for i := range len(s) {
		if !word(s[i]) && !strings.ContainsRune("+-.#", rune(s[i])) {
			return false
		}
	}
	return s != "" && len(s) <= 32
}

// trimTicks takes the one space away that separates a backtick in the code from those around it.
func trimTicks(s string) string {
	if t := strings.TrimLeft(s, " "); t != s && strings.HasPrefix(t, "`") {
		s = s[1:]
	}
	if t := strings.TrimRight(s, " "); t != s && strings.HasSuffix(t, "`") {
		s = s[:len(s)-1]
	}
	return s
}

// nextTicks is the place of the next run of exactly n backticks at or after from.
func (p *parser) nextTicks(n, from int) int {
	if p.ticks == nil {
		p.ticks = p.findTicks()
	}
	places := p.ticks[n]
	for len(places) > 0 && places[0] < from {
		places = places[1:]
	}
	p.ticks[n] = places
	if len(places) == 0 {
		return -1
	}
	return places[0]
}

func (p *parser) findTicks() map[int][]int {
	places := map[int][]int{}
	for i := p.at; i < len(p.src); {
		n := runLength(p.src[i:], '`')
		if n > 0 {
			places[n] = append(places[n], i)
		}
		i += max(n, 1)
	}
	return places
}
