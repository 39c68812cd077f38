package gateway

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/coder/websocket"
	"github.com/klauspost/compress/zstd"
)

const (
	maxFrame  = 64 << 20 // a GUILD_CREATE of the largest guilds has a few megabytes
	keepFrame = 1 << 20  // larger buffers are given back after use
	zstdBlock = 128 << 10
	maxWindow = 32 << 20
)

// frames reads the messages of one connection, one JSON frame each.
type frames struct {
	ws       *websocket.Conn
	packed   []byte
	plain    []byte
	unpacker *zstd.Decoder
	rest     remainder
}

func newFrames(ws *websocket.Conn, how Compression) (*frames, error) {
	r := &frames{ws: ws}
	ws.SetReadLimit(maxFrame)
	if how != ZstdStream {
		return r, nil
	}
	var err error
	// One goroutine: it decodes a block when asked and never reads ahead, which is how next knows a message's end.
	r.unpacker, err = zstd.NewReader(&r.rest, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(maxWindow))
	if err != nil {
		return nil, fmt.Errorf("prepare zstd: %w", err)
	}
	return r, nil
}

func (r *frames) close() {
	if r.unpacker != nil {
		r.unpacker.Close()
	}
}

// next returns the next frame, good until the next call.
func (r *frames) next(ctx context.Context) ([]byte, error) {
	r.packed, r.plain = fresh(r.packed), fresh(r.plain)
	kind, src, err := r.ws.Reader(ctx)
	if err != nil {
		return nil, err
	}
	if r.unpacker == nil || kind == websocket.MessageText {
		r.plain, err = readAll(src, r.plain)
		return r.plain, err
	}
	if r.packed, err = readAll(src, r.packed); err != nil {
		return nil, err
	}
	return r.unpack()
}

// unpack inflates one message. The stream is one endless zstd frame, flushed after each message, so a message ends
// where its last block ends. Read returns block by block as long as it is offered more room than a block can fill.
func (r *frames) unpack() ([]byte, error) {
	r.rest.b = r.packed
	for len(r.rest.b) > 0 {
		r.plain = slices.Grow(r.plain, zstdBlock+1)
		n, err := r.unpacker.Read(r.plain[len(r.plain):cap(r.plain)])
		if err != nil {
			return nil, fmt.Errorf("inflate: %w", err)
		}
		r.plain = r.plain[:len(r.plain)+n]
		if len(r.plain) > maxFrame {
			return nil, errors.New("inflate: frame too large")
		}
	}
	return r.plain, nil
}

func readAll(src io.Reader, into []byte) ([]byte, error) {
	for {
		if len(into) == cap(into) {
			into = slices.Grow(into, 4096)
		}
		n, err := src.Read(into[len(into):cap(into)])
		into = into[:len(into)+n]
		if err == io.EOF {
			return into, nil
		}
		if err != nil {
			return into, err
		}
	}
}

func fresh(buf []byte) []byte {
	if cap(buf) > keepFrame {
		return nil
	}
	return buf[:0]
}

// remainder is what the unpacker has not read yet of the message at hand. The end of it inside a block is an error
// that a zstd stream does not survive.
type remainder struct{ b []byte }

func (m *remainder) Read(p []byte) (int, error) {
	if len(m.b) == 0 {
		return 0, io.ErrUnexpectedEOF
	}
	n := copy(p, m.b)
	m.b = m.b[n:]
	return n, nil
}
