package leakscan

import (
	"bytes"
	"fmt"
	"io"
)

// chunk is how much is in memory at a time.
const chunk = 1 << 20

// source gives what is searched, from an offset on, as often as asked.
type source func(from int64) (io.Reader, error)

func ofBytes(b []byte) source {
	return func(from int64) (io.Reader, error) { return bytes.NewReader(b[from:]), nil }
}

// walk is one pass over a source, and over what is packed in it.
type walk struct {
	s     *Scanner
	where string
	depth int
	open  source
	size  int64 // about
	found *finding

	at int64 // of the window's first byte
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
		if key := l.Word + "\x00" + l.Encoding + "\x00" + where; !f.known[key] {
			f.known[key] = true
			l.Where, l.Offset = where, offset+l.Offset
			f.leaks = append(f.leaks, l)
		}
	}
}

// all searches the whole source and says how long it is.
func (w *walk) all() (size int64, err error) {
	r, err := w.open(0)
	if err != nil {
		return 0, fmt.Errorf("search %s: %w", w.where, err)
	}
	defer closeIt(r)
	window := make([]byte, 0, w.room())
	unpacked := 0 // up to here in the window, beginnings were looked at
	for {
		n, err := io.ReadFull(r, window[len(window):cap(window)])
		size += int64(n)
		window = window[:len(window)+n]
		last := err == io.EOF || err == io.ErrUnexpectedEOF
		if err != nil && !last {
			return size, fmt.Errorf("search %s: %w", w.where, err)
		}
		w.look(window, w.where, w.at)
		if err := w.unpackAll(window, unpacked, last); err != nil || last {
			return size, err
		}
		rest := min(len(window), w.s.overlap+longestMark)
		w.at += int64(len(window) - rest)
		unpacked = rest - longestMark
		window = window[:copy(window, window[len(window)-rest:])]
	}
}

// room is for a chunk and for what may have begun at the end of the one before; less for what is short.
func (w *walk) room() int64 { return min(w.size, chunk) + int64(w.s.overlap+longestMark) }

// look searches b in every spelling.
func (w *walk) look(b []byte, where string, at int64) {
	w.found.add(w.s.search(b), where, at)
	for _, sp := range spellings {
		w.found.add(w.s.respelled(b, sp), where, at)
	}
}

// unpackAll looks through whatever begins in the window, but for its very end, which the next window has whole.
func (w *walk) unpackAll(window []byte, from int, last bool) error {
	if w.depth == deepest {
		return nil
	}
	until := len(window)
	if !last {
		until -= longestMark
	}
	for _, b := range w.s.beginnings(window, from) {
		if b.at >= until {
			break
		}
		if err := w.unpack(b, window, last); err != nil {
			return err
		}
	}
	return nil
}
