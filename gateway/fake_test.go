package gateway

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/klauspost/compress/zstd"
)

const patience = 2 * time.Minute

// fakeDiscord is a Gateway whose every word the test says itself.
type fakeDiscord struct {
	t     testing.TB
	url   string
	conns chan *fakeConn

	mu        sync.Mutex
	remaining int
	asked     int // GET /gateway/bot
}

func newFakeDiscord(t testing.TB) *fakeDiscord {
	d := &fakeDiscord{t: t, conns: make(chan *fakeConn, 16), remaining: 1000}
	srv := httptest.NewServer(http.HandlerFunc(d.serve))
	t.Cleanup(srv.Close)
	d.url = "ws" + strings.TrimPrefix(srv.URL, "http")
	return d
}

func (d *fakeDiscord) gatewayURL(context.Context) (string, int, time.Duration, int, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.asked++
	return d.url, d.remaining, time.Hour, 1, nil
}

func (d *fakeDiscord) serve(w http.ResponseWriter, r *http.Request) {
	ws, err := websocket.Accept(w, r, nil)
	if err != nil {
		return
	}
	ws.SetReadLimit(4096)
	c := &fakeConn{t: d.t, ws: ws, path: r.URL.Path, got: make(chan fakeFrame, 1000), closed: make(chan websocket.StatusCode, 1)}
	if r.URL.Query().Get("compress") == "zstd-stream" {
		c.packer, _ = zstd.NewWriter(writerFunc(c.flushed), zstd.WithEncoderConcurrency(1), zstd.WithLowerEncoderMem(true))
	}
	d.conns <- c
	c.listen()
}

// accept waits for the client to connect.
func (d *fakeDiscord) accept() *fakeConn {
	d.t.Helper()
	return receive(d.t, d.conns, "a connection")
}

// quiet fails if the client connects within a moment.
func (d *fakeDiscord) quiet() {
	d.t.Helper()
	select {
	case <-d.conns:
		d.t.Fatal("connected again")
	case <-time.After(50 * time.Millisecond):
	}
}

type fakeFrame struct {
	Op int             `json:"op"`
	D  json.RawMessage `json:"d"`
}

type fakeConn struct {
	t      testing.TB
	ws     *websocket.Conn
	path   string
	packer *zstd.Encoder
	packed []byte
	got    chan fakeFrame
	closed chan websocket.StatusCode

	mu   sync.Mutex
	mute bool // heartbeats go unanswered
	seq  int64
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }

func (c *fakeConn) flushed(p []byte) (int, error) {
	c.packed = append(c.packed, p...)
	return len(p), nil
}

func (c *fakeConn) listen() {
	for {
		_, raw, err := c.ws.Read(context.Background())
		if err != nil {
			c.closed <- websocket.CloseStatus(err)
			return
		}
		var f fakeFrame
		if err := json.Unmarshal(raw, &f); err != nil {
			c.t.Errorf("client sent %q", raw)
		}
		c.mu.Lock()
		mute := c.mute
		c.mu.Unlock()
		if f.Op == opHeartbeat && !mute {
			c.write(`{"t":null,"s":null,"op":11,"d":null}`)
		}
		c.got <- f
	}
}

// write sends one frame, packed if the client asked for it.
func (c *fakeConn) write(frame string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.packer == nil {
		_ = c.ws.Write(context.Background(), websocket.MessageText, []byte(frame))
		return
	}
	c.packed = c.packed[:0]
	_, _ = c.packer.Write([]byte(frame))
	_ = c.packer.Flush()
	_ = c.ws.Write(context.Background(), websocket.MessageBinary, c.packed)
}

func (c *fakeConn) hello(interval time.Duration) {
	c.write(fmt.Sprintf(`{"t":null,"s":null,"op":10,"d":{"heartbeat_interval":%d,"_trace":["x"]}}`, interval.Milliseconds()))
}

// event sends a dispatch with the next sequence number, which it returns.
func (c *fakeConn) event(kind, data string) int64 {
	c.mu.Lock()
	c.seq++
	seq := c.seq
	c.mu.Unlock()
	c.write(fmt.Sprintf(`{"t":%q,"s":%d,"op":0,"d":%s}`, kind, seq, data))
	return seq
}

func (c *fakeConn) ready(session, url string) {
	c.event("READY", fmt.Sprintf(`{"v":10,"session_id":%q,"resume_gateway_url":%q,"guilds":[]}`, session, url))
}

func (c *fakeConn) message(channel, id int) int64 {
	return c.event("MESSAGE_CREATE", fmt.Sprintf(`{"id":"%d","channel_id":"%d","guild_id":"7","content":"hi \"guild_id\":\"9\""}`, id, channel))
}

// expect waits for the next frame of that op; heartbeats in between are skipped.
func (c *fakeConn) expect(op int) json.RawMessage {
	c.t.Helper()
	for {
		f := receive(c.t, c.got, fmt.Sprintf("op %d", op))
		if f.Op == op {
			return f.D
		}
		if f.Op != opHeartbeat {
			c.t.Fatalf("got op %d, want %d", f.Op, op)
		}
	}
}

// welcome goes through HELLO, IDENTIFY and READY.
func (c *fakeConn) welcome(session, url string) {
	c.t.Helper()
	c.hello(time.Minute)
	c.expect(opIdentify)
	c.ready(session, url)
}

// resumed goes through HELLO, RESUME and RESUMED and returns the sequence number the client resumed after.
func (c *fakeConn) resumed() (session string, seq int64) {
	c.t.Helper()
	c.hello(time.Minute)
	session, seq = c.expectResume()
	c.mu.Lock()
	c.seq = seq
	c.mu.Unlock()
	c.event("RESUMED", `{}`)
	return session, seq
}

func (c *fakeConn) expectResume() (session string, seq int64) {
	c.t.Helper()
	var r struct {
		Token     string
		SessionID string `json:"session_id"`
		Seq       int64
	}
	if err := json.Unmarshal(c.expect(opResume), &r); err != nil || r.Token != "sim.token" {
		c.t.Fatalf("RESUME makes no sense: %+v, %v", r, err)
	}
	return r.SessionID, r.Seq
}

func (c *fakeConn) close(code int) { _ = c.ws.Close(websocket.StatusCode(code), "") }

// cut ends the connection without a word.
func (c *fakeConn) cut() { _ = c.ws.CloseNow() }
