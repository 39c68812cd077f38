package leakscan

import (
	"bytes"
	"html"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// spelling is a way to write characters as others.
type spelling struct {
	name string
	mark byte // what every escape begins with
	// read is what the escape at the beginning of b stands for, and how long it is; 0 when there is none.
	read func(b []byte) (meant []byte, size int)
}

var spellings = []spelling{
	{"backslashes", '\\', readBackslash},
	{"per cent", '%', func(b []byte) ([]byte, int) { return readHex(b, 1) }},
	{"entities", '&', readEntity},
	{"quoted-printable", '=', readQuotedPrintable},
	{"broken lines", '\n', readLineBreak},
}

func readHex(b []byte, from int) (meant []byte, size int) {
	if len(b) < from+2 {
		return nil, 0
	}
	v, err := strconv.ParseUint(string(b[from:from+2]), 16, 8)
	if err != nil {
		return nil, 0
	}
	return []byte{byte(v)}, from + 2
}

func readBackslash(b []byte) (meant []byte, size int) {
	if len(b) < 2 {
		return nil, 0
	}
	switch b[1] {
	case '"', '\'', '\\', '/':
		return b[1:2], 2
	case 'x':
		return readHex(b, 2)
	case 'u':
		return readUnits(b)
	case 'U':
		if len(b) < 10 {
			return nil, 0
		}
		v, err := strconv.ParseUint(string(b[2:10]), 16, 21)
		if err != nil {
			return nil, 0
		}
		return utf8.AppendRune(nil, rune(v)), 10
	}
	if len(b) >= 4 {
		if v, err := strconv.ParseUint(string(b[1:4]), 8, 8); err == nil {
			return []byte{byte(v)}, 4
		}
	}
	return nil, 0
}

// readUnits reads \u and four digits, or two such that are one character.
func readUnits(b []byte) (meant []byte, size int) {
	unit := func(b []byte) (rune, bool) {
		if len(b) < 6 || b[0] != '\\' || b[1] != 'u' {
			return 0, false
		}
		v, err := strconv.ParseUint(string(b[2:6]), 16, 16)
		return rune(v), err == nil
	}
	first, ok := unit(b)
	if !ok {
		return nil, 0
	}
	if second, ok := unit(b[6:]); ok && utf16.IsSurrogate(first) {
		return utf8.AppendRune(nil, utf16.DecodeRune(first, second)), 12
	}
	return utf8.AppendRune(nil, first), 6
}

// longestEntity is how far from & the semicolon may be.
const longestEntity = 10

func readEntity(b []byte) (meant []byte, size int) {
	end := bytes.IndexByte(b[:min(len(b), longestEntity)], ';')
	if end < 0 {
		return nil, 0
	}
	written := string(b[:end+1])
	text := html.UnescapeString(written)
	if text == written {
		return nil, 0
	}
	return []byte(text), end + 1
}

func readQuotedPrintable(b []byte) (meant []byte, size int) {
	for _, soft := range []string{"=\r\n", "=\n"} {
		if bytes.HasPrefix(b, []byte(soft)) {
			return nil, len(soft)
		}
	}
	return readHex(b, 1)
}

func readLineBreak(b []byte) (meant []byte, size int) {
	size = 1
	for size < len(b) && (b[size] == ' ' || b[size] == '\t' || b[size] == '\r') {
		size++
	}
	return nil, size
}

// respelled searches what b says once the escapes of one kind are read. Only the surroundings of escapes are looked at:
// the rest is searched as it is.
func (s *Scanner) respelled(b []byte, sp spelling) []Leak {
	var leaks []Leak
	var island []byte
	begin, end := 0, 0 // of what of b the island is made from
	flush := func() {
		island = append(island, b[end:min(end+s.longest, len(b))]...)
		for _, l := range s.search(island) {
			l.Encoding += " in " + sp.name
			l.Offset = int64(begin)
			leaks = append(leaks, l)
		}
		island = island[:0]
	}
	for i := 0; i < len(b); {
		next := bytes.IndexByte(b[i:], sp.mark)
		if next < 0 {
			break
		}
		i += next
		meant, size := sp.read(b[i:])
		if size == 0 {
			i++
			continue
		}
		if i-end > 2*s.longest {
			if end > 0 {
				flush()
			}
			begin = i - s.longest
			end = begin
		}
		island = append(island, b[end:i]...)
		if sp.mark == '\n' {
			island = bytes.TrimSuffix(island, []byte("\r"))
		}
		island = append(island, meant...)
		i += size
		end = i
	}
	if end > 0 {
		flush()
	}
	return leaks
}
