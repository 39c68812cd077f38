package markdown

import "strings"

// ending is something that a rule looks for ahead of it.
type ending int

const (
	boldEnd ending = iota
	underlineEnd
	starRun       // an odd run of *
	underscoreRun // an odd run of _
	strikeEnd
	spoilerEnd
	fence
	blank      // white space
	openParen  // (
	closeParen // )
	nextParen  // the ) after that
	titleEnd   // ")
	endings
)

// search is the answer to one look ahead: no such ending lies in [from, found).
type search struct {
	done  bool
	from  int
	found int // -1: none till the end
}

// next is the place of the first such ending at or after from, -1 if there is none. Calls come with a from that does not
// fall, so that all searches of one kind together read the text once.
func (p *parser) next(e ending, from int) int {
	s := &p.ends[e]
	if s.done && s.from <= from && (s.found < 0 || from <= s.found) {
		return s.found
	}
	*s = search{true, from, p.find(e, from)}
	return s.found
}

func (p *parser) find(e ending, from int) int {
	if from >= len(p.src) {
		return -1
	}
	switch e {
	case boldEnd:
		return p.findRun('*', from, double)
	case underlineEnd:
		return p.findRun('_', from, double)
	case starRun:
		return p.findRun('*', from, odd)
	case underscoreRun:
		return p.findRun('_', from, odd)
	case strikeEnd:
		return p.index("~~", from)
	case spoilerEnd:
		return p.index("||", from)
	case fence:
		return p.index("```", from)
	case titleEnd:
		return p.index(`")`, from)
	case openParen:
		return p.index("(", from)
	case closeParen, nextParen:
		return p.index(")", from)
	case blank:
		if i := strings.IndexAny(p.src[from:], " \n\t\r"); i >= 0 {
			return from + i
		}
	}
	return -1
}

func (p *parser) index(s string, from int) int {
	if i := strings.Index(p.src[from:], s); i >= 0 {
		return from + i
	}
	return -1
}

// findRun asks pick about each run of c from there on, without a first one that a backslash escapes, until it names
// a place.
func (p *parser) findRun(c byte, from int, pick func(start, end int) int) int {
	for from < len(p.src) {
		i := strings.IndexByte(p.src[from:], c)
		if i < 0 {
			return -1
		}
		start := from + i
		end := start + runLength(p.src[start:], c)
		if p.escaped(start) {
			start++
		}
		if at := pick(start, end); at >= 0 {
			return at
		}
		from = end
	}
	return -1
}

// double picks the last two of a run.
func double(start, end int) int {
	if end-start < 2 {
		return -1
	}
	return end - 2
}

// odd picks the last of a run that is not all pairs.
func odd(start, end int) int {
	if (end-start)%2 == 0 {
		return -1
	}
	return end - 1
}

// escaped reports whether an odd number of backslashes stands before i.
func (p *parser) escaped(i int) bool {
	n := 0
	for i-n > 0 && p.src[i-n-1] == '\\' {
		n++
	}
	return n%2 == 1
}

func runLength(s string, c byte) int {
	n := 0
	for n < len(s) && s[n] == c {
		n++
	}
	return n
}
