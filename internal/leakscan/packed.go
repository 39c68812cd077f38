package leakscan

import (
	"bufio"
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/klauspost/compress/zstd"
)

// deepest is how many layers of compression are looked through.
const deepest = 5

// packing is a way to hide bytes behind others that begin with a mark.
type packing struct {
	name string
	mark string
	open func(io.Reader) (io.Reader, error)
}

var packings = []packing{
	{"gzip", "\x1f\x8b\x08", openGzip},
	{"zstd", "\x28\xb5\x2f\xfd", openZstd},
	{"zip", "PK\x03\x04", openZip},
	{"zlib", "\x78\x01", zlibReader},
	{"zlib", "\x78\x5e", zlibReader},
	{"zlib", "\x78\x9c", zlibReader},
	{"zlib", "\x78\xda", zlibReader},
	{"bytea", `\x`, func(r io.Reader) (io.Reader, error) { // as PostgreSQL writes it, and dumps it
		_, err := io.CopyN(io.Discard, r, 2)
		return fromHex(r), err
	}},
	{"gzip in hex", "1f8b08", func(r io.Reader) (io.Reader, error) { return openGzip(fromHex(r)) }},
	{"gzip in hex", "1F8B08", func(r io.Reader) (io.Reader, error) { return openGzip(fromHex(r)) }},
	{"zstd in hex", "28b52ffd", func(r io.Reader) (io.Reader, error) { return openZstd(fromHex(r)) }},
	{"zstd in hex", "28B52FFD", func(r io.Reader) (io.Reader, error) { return openZstd(fromHex(r)) }},
	{"gzip in base64", "H4sI", func(r io.Reader) (io.Reader, error) { return openGzip(fromBase64(r)) }},
	{"zstd in base64", "KLUv", func(r io.Reader) (io.Reader, error) { return openZstd(fromBase64(r)) }},
}

// longestMark is how much must be there to tell whether anything begins.
const longestMark = 8

func openGzip(r io.Reader) (io.Reader, error)   { return gzip.NewReader(r) }
func zlibReader(r io.Reader) (io.Reader, error) { return zlib.NewReader(r) }

func openZstd(r io.Reader) (io.Reader, error) {
	d, err := zstd.NewReader(r, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true))
	if err != nil {
		return nil, err
	}
	return d.IOReadCloser(), nil
}

// openZip reads one entry, as its local header describes it.
func openZip(r io.Reader) (io.Reader, error) {
	const deflated = 8
	var header [30]byte
	if _, err := io.ReadFull(r, header[:]); err != nil {
		return nil, err
	}
	if binary.LittleEndian.Uint16(header[8:]) != deflated {
		return nil, errors.New("not compressed, so it was searched as it is")
	}
	names := int64(binary.LittleEndian.Uint16(header[26:])) + int64(binary.LittleEndian.Uint16(header[28:]))
	if _, err := io.CopyN(io.Discard, r, names); err != nil {
		return nil, err
	}
	return flate.NewReader(r), nil
}

func fromHex(r io.Reader) io.Reader { return hex.NewDecoder(run(r, "0123456789abcdefABCDEF")) }

func fromBase64(r io.Reader) io.Reader {
	const standard = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
	return base64.NewDecoder(base64.RawStdEncoding, run(r, standard+"-_"))
}

// run is r up to the first character that is not of the alphabet, less the ends of lines.
func run(r io.Reader, alphabet string) io.Reader { return &runReader{bufio.NewReader(r), alphabet} }

type runReader struct {
	r        *bufio.Reader
	alphabet string
}

var standardAlphabet = map[byte]byte{'-': '+', '_': '/'}

func (r *runReader) Read(p []byte) (n int, err error) {
	for n < len(p) {
		c, err := r.r.ReadByte()
		if err == nil && (c == '\r' || c == '\n') {
			continue
		}
		if err == nil && strings.IndexByte(r.alphabet, c) < 0 {
			err = io.EOF
		}
		if err != nil {
			return n, err
		}
		if same, ok := standardAlphabet[c]; ok {
			c = same
		}
		p[n] = c
		n++
	}
	return n, nil
}

// beginning is where in a window something packed may begin.
type beginning struct {
	at int
	packing
}

func (s *Scanner) beginnings(window []byte, from int) []beginning {
	var all []beginning
	for i := from; i+2 <= len(window); i++ {
		pair := binary.LittleEndian.Uint16(window[i:])
		if !s.marks[pair] {
			continue
		}
		for _, p := range s.packed[pair] {
			if strings.HasPrefix(string(window[i:min(i+longestMark, len(window))]), p.mark) {
				all = append(all, beginning{i, p})
			}
		}
	}
	return all
}

// unpack searches what is packed behind b. Most of what looks like a beginning is none, and shows it at once.
func (w *walk) unpack(b beginning, window []byte, last bool) error {
	rest := bytes.NewReader(window[b.at:])
	var taste [4096]byte
	n, err := b.taste(rest, taste[:])
	inner := &walk{s: w.s, where: w.called(b), depth: w.depth + 1, found: w.found, open: w.inside(b), size: chunk}
	if err != nil && (rest.Len() > 0 || last) {
		if n < shortest {
			return nil
		}
		inner.open, inner.size = ofBytes(taste[:n]), int64(n)
	}
	_, err = inner.all()
	return err
}

func (p packing) taste(r io.Reader, into []byte) (int, error) {
	unpacked, err := p.open(r)
	if err != nil {
		return 0, err
	}
	defer closeIt(unpacked)
	return io.ReadFull(unpacked, into)
}

func (w *walk) called(b beginning) string {
	return fmt.Sprintf("%s > %s at %d", w.where, b.name, w.at+int64(b.at))
}

// inside gives what b unpacks to, from an offset on: unpacked again each time, so that nothing is kept.
func (w *walk) inside(b beginning) source {
	begin, outer := w.at+int64(b.at), w.open
	return func(from int64) (io.Reader, error) {
		packed, err := outer(begin)
		if err != nil {
			return nil, err
		}
		honest := &honestReader{r: packed}
		unpacked, err := b.open(honest)
		if err == nil {
			_, err = io.CopyN(io.Discard, unpacked, from)
		}
		if honest.err != nil {
			return nil, honest.err
		}
		if err != nil {
			return bytes.NewReader(nil), nil
		}
		return &unpackedReader{unpacked, honest}, nil
	}
}

// honestReader remembers an error of the disk, which must not pass for the end of what is packed.
type honestReader struct {
	r   io.Reader
	err error
}

func (h *honestReader) Read(p []byte) (int, error) {
	n, err := h.r.Read(p)
	if err != nil && err != io.EOF {
		h.err = err
	}
	return n, err
}

// unpackedReader ends where unpacking fails: what stands behind is something else.
type unpackedReader struct {
	r      io.Reader
	packed *honestReader
}

func (u *unpackedReader) Read(p []byte) (int, error) {
	n, err := u.r.Read(p)
	if err != nil {
		err = io.EOF
	}
	if u.packed.err != nil {
		err = u.packed.err
	}
	return n, err
}

func (u *unpackedReader) Close() error {
	closeIt(u.r)
	closeIt(u.packed.r)
	return nil
}

func closeIt(r io.Reader) {
	if c, ok := r.(io.Closer); ok {
		_ = c.Close() // it was only read
	}
}
