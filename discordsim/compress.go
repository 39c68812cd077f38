package discordsim

import (
	"bytes"
	"compress/zlib"
	"fmt"

	"github.com/coder/websocket"
	"github.com/klauspost/compress/zstd"
)

// codec puts payloads on the wire. It belongs to one connection and is used by its writer only.
type codec interface {
	pack(payload []byte) (websocket.MessageType, []byte, error)
	name() string
}

// codecFor is the codec that the connection's URL asks for.
func codecFor(compress string) (codec, error) {
	switch compress {
	case "":
		return plain{}, nil
	case "zlib-stream":
		s := new(zlibStream)
		s.w = zlib.NewWriter(&s.out)
		return s, nil
	case "zstd-stream":
		s := new(zstdStream)
		w, err := zstd.NewWriter(&s.out, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(1), zstd.WithWindowSize(1<<17))
		if err != nil {
			return nil, fmt.Errorf("begin a zstd stream: %w", err)
		}
		s.w = w
		return s, nil
	}
	return nil, fmt.Errorf("unknown compression %q", compress)
}

type plain struct{}

func (plain) name() string       { return "" }
func (perPayload) name() string  { return "payload" }
func (*zlibStream) name() string { return "zlib-stream" }
func (*zstdStream) name() string { return "zstd-stream" }

func (plain) pack(payload []byte) (websocket.MessageType, []byte, error) {
	return websocket.MessageText, payload, nil
}

// perPayload compresses each payload on its own, as "compress": true in IDENTIFY asks.
type perPayload struct{}

func (perPayload) pack(payload []byte) (websocket.MessageType, []byte, error) {
	var out bytes.Buffer
	w := zlib.NewWriter(&out)
	if _, err := w.Write(payload); err != nil {
		return 0, nil, err
	}
	if err := w.Close(); err != nil {
		return 0, nil, err
	}
	return websocket.MessageBinary, out.Bytes(), nil
}

// zlibStream is one stream for the whole connection; each payload ends with a flush (00 00 FF FF).
type zlibStream struct {
	out bytes.Buffer
	w   *zlib.Writer
}

func (z *zlibStream) pack(payload []byte) (websocket.MessageType, []byte, error) {
	z.out.Reset()
	if _, err := z.w.Write(payload); err != nil {
		return 0, nil, err
	}
	err := z.w.Flush()
	return websocket.MessageBinary, z.out.Bytes(), err
}

type zstdStream struct {
	out bytes.Buffer
	w   *zstd.Encoder
}

func (z *zstdStream) pack(payload []byte) (websocket.MessageType, []byte, error) {
	z.out.Reset()
	if _, err := z.w.Write(payload); err != nil {
		return 0, nil, err
	}
	err := z.w.Flush()
	return websocket.MessageBinary, z.out.Bytes(), err
}
