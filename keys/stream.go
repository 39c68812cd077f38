package keys

import (
	"bufio"
	"bytes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"io"
)

// A sealed stream, from its first byte:
//
//	version, 1 byte ‖ salt, 16 random bytes ‖ chunk ‖ chunk ‖ … ‖ last chunk
//
// stream key = HKDF-SHA256(the leaf keys of Ref, salt = row ‖ salt, info = label ‖ field), so no two streams share a key.
// Each chunk is AES-256-GCM(stream key, nonce = 3 zero bytes ‖ chunk number 8 ‖ 1 if last, AAD = Ref): the STREAM
// construction, in which chunks cannot be dropped, repeated, moved, or cut off at the end. A chunk holds 64 KiB; the last
// one is padded to a bucket, so a stream shows its length to 4 KiB at best.
const (
	labelStream = "ticketbot keys v1 stream"

	streamSaltSize = 16
	chunkSize      = 64 << 10
)

var errStreamClosed = errors.New("write to a sealed stream after Close")

// SealStream encrypts what is written to the result, onto w. The stream is whole only once Close has returned nil; one
// that is never closed is refused by UnsealStream. Close does not close w. Not for concurrent use.
func (r *Ring) SealStream(ref Ref, w io.Writer) (io.WriteCloser, error) {
	if err := ref.check(); err != nil {
		return nil, err
	}
	header := make([]byte, 1+streamSaltSize)
	header[0] = versionStream
	rand.Read(header[1:])
	chunks, err := r.newChunks(ref, header[1:])
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(header); err != nil {
		return nil, err
	}
	return &streamWriter{w: w, chunks: chunks, buf: make([]byte, 0, chunkSize)}, nil
}

// UnsealStream decrypts a stream that SealStream made for the same place. Bytes are given out a chunk at a time, each
// authenticated; that the stream is whole is known only when the reader returns io.EOF. ErrCorrupt means that what was
// read before must not be used either.
func (r *Ring) UnsealStream(ref Ref, sealed io.Reader) (io.Reader, error) {
	if err := ref.check(); err != nil {
		return nil, err
	}
	header := make([]byte, 1+streamSaltSize)
	if _, err := io.ReadFull(sealed, header); err != nil {
		if err == io.EOF || err == io.ErrUnexpectedEOF {
			err = ErrCorrupt
		}
		return nil, err
	}
	if header[0] != versionStream {
		return nil, ErrCorrupt
	}
	chunks, err := r.newChunks(ref, header[1:])
	if err != nil {
		return nil, err
	}
	return &streamReader{r: bufio.NewReaderSize(sealed, chunkSize+tagSize), chunks: chunks}, nil
}

// chunks is the cipher of one stream, at its next chunk.
type chunks struct {
	aead          cipher.AEAD
	authenticated []byte
	next          uint64
}

func (r *Ring) newChunks(ref Ref, salt []byte) (*chunks, error) {
	key, err := r.recordKey(ref, labelStream, salt)
	if err != nil {
		return nil, err
	}
	aead, err := cipher.NewGCM(newBlock(key))
	if err != nil {
		return nil, err
	}
	return &chunks{aead: aead, authenticated: ref.authenticated(versionStream)}, nil
}

// nonce counts: a stream's key is its own, so the numbers need not be random.
func (c *chunks) nonce(last bool) []byte {
	nonce := binary.BigEndian.AppendUint64(make([]byte, 3, nonceSize), c.next)
	c.next++
	if last {
		return append(nonce, 1)
	}
	return append(nonce, 0)
}

func (c *chunks) seal(plain []byte, last bool) []byte {
	return c.aead.Seal(nil, c.nonce(last), plain, c.authenticated)
}

func (c *chunks) unseal(sealed []byte, last bool) ([]byte, error) {
	plain, err := c.aead.Open(sealed[:0], c.nonce(last), sealed, c.authenticated)
	if err != nil {
		return nil, ErrCorrupt
	}
	if last {
		return unpad(plain)
	}
	return plain, nil
}

type streamWriter struct {
	w      io.Writer
	chunks *chunks
	buf    []byte // less than a chunk
	err    error  // why nothing more can be written
}

func (s *streamWriter) Write(p []byte) (n int, err error) {
	for len(p) > 0 && s.err == nil {
		k := min(len(p), chunkSize-len(s.buf))
		s.buf = append(s.buf, p[:k]...)
		p, n = p[k:], n+k
		if len(s.buf) == chunkSize {
			s.flush(s.buf, false)
			s.buf = s.buf[:0]
		}
	}
	return n, s.err
}

// Close writes the last chunk. It always has one: after a multiple of 64 KiB, an empty one.
func (s *streamWriter) Close() error {
	if s.err == nil {
		s.flush(pad(s.buf), true)
	}
	err := s.err
	if err == nil || err == errStreamClosed {
		s.err, err = errStreamClosed, nil
	}
	return err
}

func (s *streamWriter) flush(plain []byte, last bool) {
	_, s.err = s.w.Write(s.chunks.seal(plain, last))
}

type streamReader struct {
	r      *bufio.Reader
	chunks *chunks
	plain  bytes.Reader
	err    error
}

func (s *streamReader) Read(p []byte) (int, error) {
	for s.plain.Len() == 0 && s.err == nil {
		s.nextChunk()
	}
	if s.plain.Len() > 0 {
		return s.plain.Read(p)
	}
	return 0, s.err
}

// nextChunk reads a chunk; the one that nothing follows has to be the last.
func (s *streamReader) nextChunk() {
	sealed := make([]byte, chunkSize+tagSize)
	n, err := io.ReadFull(s.r, sealed)
	if err == io.EOF {
		s.err = ErrCorrupt // the chunk before did not say that it was the last
		return
	}
	if err != nil && err != io.ErrUnexpectedEOF {
		s.err = err
		return
	}
	_, err = s.r.Peek(1)
	if err != nil && err != io.EOF {
		s.err = err
		return
	}
	last := err == io.EOF
	plain, err := s.chunks.unseal(sealed[:n], last)
	if err != nil {
		s.err = err
		return
	}
	s.plain.Reset(plain)
	if last {
		s.err = io.EOF
	}
}
