package leakscan

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"unicode/utf16"
)

// shortest is how long a word must be: shorter ones turn up by chance, above all in base64.
const shortest = 12

// chunk is how much of a file is in memory at a time.
const chunk = 1 << 20

// Leak is a word found.
type Leak struct {
	Word     string
	Encoding string
	Where    string // the file, or what the caller called the bytes
	Offset   int64
}

func (l Leak) String() string {
	return fmt.Sprintf("%q as %s in %s at %d", l.Word, l.Encoding, l.Where, l.Offset)
}

// Found is what a search of a directory came to. A search of nothing finds nothing, so look at Files and Bytes too.
type Found struct {
	Leaks []Leak
	Files int
	Bytes int64
}

// needle is one word in one encoding.
type needle struct {
	word, encoding string
	bytes          []byte
}

// Scanner searches for a set of words. It may be used from many goroutines.
type Scanner struct {
	needles map[uint32][]needle // by their first four bytes
	begins  [1 << 16]bool       // by a hash of these, since most places begin none
	longest int
}

// New makes a scanner for words of at least 12 bytes; it panics on a shorter one, which would prove nothing.
func New(words ...string) *Scanner {
	s := &Scanner{needles: map[uint32][]needle{}}
	for _, word := range words {
		if len(word) < shortest {
			panic(fmt.Sprintf("leakscan: %q is too short to be unguessable", word))
		}
		seen := map[string]bool{}
		for _, n := range encodings(word) {
			if seen[string(n.bytes)] {
				continue
			}
			seen[string(n.bytes)] = true
			start := binary.LittleEndian.Uint32(n.bytes)
			s.needles[start] = append(s.needles[start], n)
			s.begins[hash(start)] = true
			s.longest = max(s.longest, len(n.bytes))
		}
	}
	return s
}

func hash(start uint32) uint16 { return uint16((start * 2654435761) >> 16) }

func encodings(word string) []needle {
	raw := []byte(word)
	all := []needle{
		{word, "text", raw},
		{word, "lower case", bytes.ToLower(raw)},
		{word, "upper case", bytes.ToUpper(raw)},
		{word, "UTF-16LE", wide(word, binary.LittleEndian)},
		{word, "UTF-16BE", wide(word, binary.BigEndian)},
		{word, "hex", []byte(hex.EncodeToString(raw))},
		{word, "HEX", []byte(strings.ToUpper(hex.EncodeToString(raw)))},
	}
	for before := range 3 {
		all = append(all,
			needle{word, fmt.Sprintf("base64+%d", before), inBase64(base64.RawStdEncoding, raw, before)},
			needle{word, fmt.Sprintf("base64url+%d", before), inBase64(base64.RawURLEncoding, raw, before)})
	}
	return all
}

func wide(word string, order binary.AppendByteOrder) []byte {
	var out []byte
	for _, unit := range utf16.Encode([]rune(word)) {
		out = order.AppendUint16(out, unit)
	}
	return out
}

// inBase64 is what base64 makes of raw when that many bytes stand before it, less the characters at both ends that
// depend on neighbours too.
func inBase64(enc *base64.Encoding, raw []byte, before int) []byte {
	text := enc.EncodeToString(append(make([]byte, before), raw...))
	first := (before*8 + 5) / 6
	last := (before + len(raw)) * 8 / 6
	return []byte(text[first:last])
}

// Bytes searches b, which the leaks call where. Each word and encoding is reported once.
func (s *Scanner) Bytes(where string, b []byte) []Leak {
	var f finding
	f.add(s.search(b), where, 0)
	return f.leaks
}

// Reader searches all of r, and says how long it was. Each word and encoding is reported once.
func (s *Scanner) Reader(where string, r io.Reader) (leaks []Leak, size int64, err error) {
	return s.stream(where, r, s.window())
}

// window is room for a chunk and for what may have begun at the end of the one before.
func (s *Scanner) window() []byte { return make([]byte, 0, chunk+s.longest) }

func (s *Scanner) stream(where string, r io.Reader, window []byte) (leaks []Leak, size int64, err error) {
	var f finding
	var at int64 // of window[0]
	for window = window[:0]; ; {
		n, err := io.ReadFull(r, window[len(window):cap(window)])
		size += int64(n)
		window = window[:len(window)+n]
		f.add(s.search(window), where, at)
		if err == io.EOF || err == io.ErrUnexpectedEOF {
			return f.leaks, size, nil
		}
		if err != nil {
			return f.leaks, size, fmt.Errorf("search %s: %w", where, err)
		}
		rest := min(len(window), s.longest-1)
		at += int64(len(window) - rest)
		window = window[:copy(window, window[len(window)-rest:])]
	}
}

// finding is what one file or text came to.
type finding struct {
	leaks []Leak
	known map[string]bool
}

func (f *finding) add(leaks []Leak, where string, offset int64) {
	for _, l := range leaks {
		if f.known == nil {
			f.known = map[string]bool{}
		}
		if key := l.Word + "\x00" + l.Encoding; !f.known[key] {
			f.known[key] = true
			l.Where, l.Offset = where, offset+l.Offset
			f.leaks = append(f.leaks, l)
		}
	}
}

func (s *Scanner) search(b []byte) []Leak {
	var leaks []Leak
	for i := 0; i+4 <= len(b); i++ {
		start := binary.LittleEndian.Uint32(b[i:])
		if !s.begins[hash(start)] {
			continue
		}
		for _, n := range s.needles[start] {
			if bytes.HasPrefix(b[i:], n.bytes) {
				leaks = append(leaks, Leak{Word: n.word, Encoding: n.encoding, Offset: int64(i)})
			}
		}
	}
	return leaks
}

// Dir searches every regular file below root, and every name.
func (s *Scanner) Dir(root string) (Found, error) {
	var found Found
	window := s.window()
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		below, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		found.Leaks = append(found.Leaks, s.Bytes("the name "+below, []byte(filepath.Base(below)))...)
		if !d.Type().IsRegular() {
			return nil
		}
		return s.file(path, below, window, &found)
	})
	if err != nil {
		return found, fmt.Errorf("search %s: %w", root, err)
	}
	return found, nil
}

func (s *Scanner) file(path, called string, window []byte, found *Found) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	leaks, size, err := s.stream(called, f, window)
	found.Leaks = append(found.Leaks, leaks...)
	found.Files++
	found.Bytes += size
	return err
}
