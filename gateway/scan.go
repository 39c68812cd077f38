package gateway

import (
	"bytes"
	"encoding/json"
	"strconv"
)

// frame is what screening needs to know. Kind and data point into the scanned bytes.
type frame struct {
	op             int   // -1 when absent or no number
	seq            int64 // 0 when absent or null
	kind           []byte
	data           []byte // the raw "d"
	guild, channel uint64 // d.guild_id, d.channel_id
	id             uint64 // d.id
}

// scan reads a frame's envelope, and of an object in "d" the three ids at its top level, in one pass and without
// allocating. What it says about valid JSON is what encoding/json would say; about anything else it says whatever, but
// does not panic. False: not even an object.
func scan(raw []byte) (frame, bool) {
	f := frame{op: -1}
	s := scanner{b: raw}
	if !s.enter() {
		return f, false
	}
	for key := s.key(); key != nil; key = s.key() {
		switch string(key) {
		case "op":
			f.op = int(integer(s.value(), -1))
		case "s":
			f.seq = integer(s.value(), 0)
		case "t":
			f.kind = text(s.value())
		case "d":
			f.guild, f.channel, f.id = 0, 0, 0
			f.data = s.ids(&f)
		default:
			s.value()
		}
	}
	return f, !s.bad
}

// scanner walks over JSON without understanding more than its brackets and strings.
type scanner struct {
	b   []byte
	i   int
	bad bool
}

// ids reads the value at hand, filling f from its top level if it is an object, and returns the value.
func (s *scanner) ids(f *frame) []byte {
	s.space()
	start := s.i
	if s.peek() != '{' {
		return s.value()
	}
	s.i++
	for key := s.key(); key != nil; key = s.key() {
		switch string(key) {
		case "guild_id":
			f.guild = snowflake(s.value())
		case "channel_id":
			f.channel = snowflake(s.value())
		case "id":
			f.id = snowflake(s.value())
		default:
			s.value()
		}
	}
	return s.b[start:s.i]
}

func (s *scanner) enter() bool {
	s.space()
	if s.peek() != '{' {
		return false
	}
	s.i++
	return true
}

// key returns the next key of the object we are in and steps over its colon; nil, having stepped out, at the end.
func (s *scanner) key() []byte {
	s.space()
	if s.peek() == ',' {
		s.i++
		s.space()
	}
	if s.peek() != '"' {
		s.bad = s.bad || s.peek() != '}'
		s.i = min(s.i+1, len(s.b))
		return nil
	}
	quoted := s.str()
	s.space()
	if s.bad || s.peek() != ':' {
		s.bad = true
		return nil
	}
	s.i++
	return text(quoted)
}

// value steps over any value and returns its bytes.
func (s *scanner) value() []byte {
	s.space()
	start := s.i
	switch s.peek() {
	case '"':
		return s.str()
	case '{', '[':
		s.nested()
	default:
		for s.i < len(s.b) && !endsLiteral[s.b[s.i]] {
			s.i++
		}
	}
	return s.b[start:s.i]
}

var endsLiteral = [256]bool{',': true, '}': true, ']': true, ' ': true, '\t': true, '\n': true, '\r': true}

func (s *scanner) nested() {
	for depth := 0; s.i < len(s.b); {
		switch s.b[s.i] {
		case '"':
			s.str()
			continue
		case '{', '[':
			depth++
		case '}', ']':
			depth--
		}
		s.i++
		if depth == 0 {
			return
		}
	}
	s.bad = true
}

// str steps over the string at hand and returns it with its quotes.
func (s *scanner) str() []byte {
	start := s.i
	for end := start + 1; ; end++ {
		j := bytes.IndexByte(s.b[end:], '"')
		if j < 0 {
			s.i, s.bad = len(s.b), true
			return nil
		}
		end += j
		escapes := 0
		for s.b[end-1-escapes] == '\\' {
			escapes++
		}
		if escapes%2 == 0 {
			s.i = end + 1
			return s.b[start:s.i]
		}
	}
}

func (s *scanner) space() {
	for s.i < len(s.b) && s.b[s.i] <= ' ' {
		s.i++
	}
}

func (s *scanner) peek() byte {
	if s.i < len(s.b) {
		return s.b[s.i]
	}
	return 0
}

// text is the content of a quoted string, nil if it is none. Discord escapes nothing in keys, names and ids, so the
// slow way is for others.
func text(quoted []byte) []byte {
	if len(quoted) < 2 || quoted[0] != '"' {
		return nil
	}
	if bytes.IndexByte(quoted, '\\') < 0 {
		return quoted[1 : len(quoted)-1]
	}
	var s string
	if json.Unmarshal(quoted, &s) != nil {
		return []byte{}
	}
	return []byte(s)
}

// snowflake reads an id, a string or, as Discord sent for some days in 2024, a number; 0 if it is neither.
func snowflake(value []byte) uint64 {
	if len(value) > 0 && value[0] == '"' {
		value = text(value)
	}
	id, err := strconv.ParseUint(string(value), 10, 64)
	if err != nil {
		return 0
	}
	return id
}

func integer(value []byte, otherwise int64) int64 {
	n, err := strconv.ParseInt(string(value), 10, 64)
	if err != nil {
		return otherwise
	}
	return n
}

// kindNames turns the bytes of an event's name into a string without allocating for names seen before.
type kindNames map[string]string

func (k kindNames) of(kind []byte) string {
	if name, ok := k[string(kind)]; ok {
		return name
	}
	name := string(kind)
	if len(k) < 512 {
		k[name] = name
	}
	return name
}
