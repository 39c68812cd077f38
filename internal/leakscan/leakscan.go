package leakscan

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// shortest is how long a word must be: shorter ones turn up by chance, above all in base64.
const shortest = 12

// Leak is a word found.
type Leak struct {
	Word     string
	Encoding string
	Where    string // the file, or what the caller called the bytes
	Offset   int64  // for an escaped word, shortly before it
}

func (l Leak) String() string {
	return fmt.Sprintf("%q as %s in %s at %d", l.Word, l.Encoding, l.Where, l.Offset)
}

// Found is what a search came to. A search of nothing finds nothing, so look at Files and Bytes too.
type Found struct {
	Leaks []Leak
	Files int // of a database, rows
	Bytes int64
}

// Scanner searches for a set of words. It may be used from many goroutines.
type Scanner struct {
	needles map[uint32][]needle  // by their first four bytes
	begins  [1 << 16]bool        // by a hash of these, since most places begin none
	longest int                  // needle
	overlap int                  // how much of a window is looked at again: the longest needle, escaped throughout
	packed  map[uint16][]packing // by the first two bytes
	marks   [1 << 16]bool        // whether anything packed begins with these
}

// longestEscape is how many bytes one character can be written with.
const longestEscape = 12

// New makes a scanner for words of at least 12 bytes; it panics on a shorter one, which would prove nothing.
func New(words ...string) *Scanner {
	s := &Scanner{needles: map[uint32][]needle{}, packed: map[uint16][]packing{}}
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
		s.overlap = max(s.overlap, s.longest, longestEscape*len(word))
	}
	for _, p := range packings {
		pair := binary.LittleEndian.Uint16([]byte(p.mark))
		s.packed[pair] = append(s.packed[pair], p)
		s.marks[pair] = true
	}
	return s
}

func hash(start uint32) uint16 { return uint16((start * 2654435761) >> 16) }

// Bytes searches b, which the leaks call where. Each word and encoding is reported once.
func (s *Scanner) Bytes(where string, b []byte) []Leak {
	found, _ := s.source(where, ofBytes(b), int64(len(b))) // memory does not fail
	return found.Leaks
}

// File searches one file.
func (s *Scanner) File(path string) (Found, error) { return s.file(path, path) }

func (s *Scanner) file(path, called string) (Found, error) {
	f, err := os.Open(path)
	if err != nil {
		return Found{}, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return Found{}, err
	}
	open := func(from int64) (io.Reader, error) { return io.NewSectionReader(f, from, 1<<62-from), nil }
	return s.source(called, open, info.Size())
}

// source searches what open gives; size is about how much that is.
func (s *Scanner) source(where string, open source, size int64) (Found, error) {
	w := &walk{s: s, where: where, open: open, size: size, found: &finding{}}
	searched, err := w.all()
	return Found{Leaks: w.found.leaks, Files: 1, Bytes: searched}, err
}

// Dir searches every regular file below root, and every name.
func (s *Scanner) Dir(root string) (Found, error) {
	var found Found
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
		in, err := s.file(path, below)
		found.Leaks = append(found.Leaks, in.Leaks...)
		found.Files++
		found.Bytes += in.Bytes
		return err
	})
	if err != nil {
		return found, fmt.Errorf("search %s: %w", root, err)
	}
	return found, nil
}

// search looks for words as they are.
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
