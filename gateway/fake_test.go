package gateway

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/klauspost/compress/zstd"

	"ticketbot/internal/clock"
)

const patience = 10 * time.Second

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

// recorder is a handler that takes down what it gets.
type recorder struct {
	mu    sync.Mutex
	wants func(kind string, guild, channel uint64) bool
	do    func(ctx context.Context, kind string, data []byte) error
	any   chan string
}

func newRecorder() *recorder { return &recorder{any: make(chan string, 100_000)} }

func (r *recorder) Wants(kind string, guild, channel uint64) bool {
	if kind == "READY" || kind == "RESUMED" {
		return false
	}
	r.mu.Lock()
	wants := r.wants
	r.mu.Unlock()
	return wants == nil || wants(kind, guild, channel)
}

func (r *recorder) Handle(ctx context.Context, kind string, data []byte) error {
	r.mu.Lock()
	do := r.do
	r.mu.Unlock()
	if do != nil {
		if err := do(ctx, kind, data); err != nil {
			return err
		}
	}
	r.any <- kind + " " + field(data, "id")
	return nil
}

// does sets what happens to each event before it is taken down.
func (r *recorder) does(do func(ctx context.Context, kind string, data []byte) error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.do = do
}

func (r *recorder) wantsOnly(wants func(kind string, guild, channel uint64) bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.wants = wants
}

func (r *recorder) next(t testing.TB) string {
	t.Helper()
	return receive(t, r.any, "an event")
}

func field(data []byte, name string) string {
	var m map[string]any
	_ = json.Unmarshal(data, &m)
	s, _ := m[name].(string)
	return s
}

// shelf keeps resume points in memory, as the database would.
type shelf struct {
	mu    sync.Mutex
	point Resume
	saves int
	saved chan Resume
}

// now is what a process that starts now would find.
func (s *shelf) now() (point Resume, saves int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.point, s.saves
}

func newShelf() *shelf { return &shelf{saved: make(chan Resume, 100_000)} }

func (s *shelf) Load(context.Context, int) (Resume, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.point, nil
}

func (s *shelf) Save(_ context.Context, _ int, r Resume) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.point = r
	s.saves++
	s.saved <- r
	return nil
}

// awaitSeq waits until the saved point is seq.
func (s *shelf) awaitSeq(t testing.TB, seq int64) {
	t.Helper()
	for receive(t, s.saved, fmt.Sprintf("seq %d to be saved", seq)).Seq != seq {
	}
}

// bench is one client with everything around it.
type bench struct {
	*Client
	discord *fakeDiscord
	events  *recorder
	shelf   *shelf
	onReady chan bool
	result  chan error
	stop    context.CancelFunc
	cfg     Config
}

func newBench(t testing.TB, change func(*Config)) *bench {
	b := &bench{discord: newFakeDiscord(t), events: newRecorder(), shelf: newShelf(), onReady: make(chan bool, 100)}
	b.cfg = Config{
		Token: "sim.token", Intents: 1<<0 | 1<<9 | 1<<15, GatewayURL: b.discord.gatewayURL,
		Handler: b.events, States: b.shelf, Clock: swift{}, Logger: slog.New(slog.NewTextHandler(testLog{t}, nil)),
		OnReady: func(_ context.Context, resumed bool) error { b.onReady <- resumed; return nil },
	}
	if change != nil {
		change(&b.cfg)
	}
	b.start(t)
	return b
}

func (b *bench) start(t testing.TB) {
	ctx, cancel := context.WithCancel(context.Background())
	b.Client, b.stop, b.result = New(b.cfg), cancel, make(chan error, 1)
	done := make(chan struct{})
	go func() {
		defer close(done)
		b.result <- b.Run(ctx)
	}()
	t.Cleanup(func() {
		cancel()
		<-done
	})
}

// restart is a new process on the same shelf.
func (b *bench) restart(t testing.TB) {
	b.stop()
	if err := receive(t, b.result, "Run to return"); err != nil {
		t.Fatal(err)
	}
	b.start(t)
}

// swift is the machine's clock with all waits a hundred times shorter, but for those of a round number of tens of
// seconds, which give up on something: a busy machine must not make them fire.
type swift struct{ clock.System }

func (c swift) After(d time.Duration) <-chan time.Time {
	if d%(10*time.Second) == 0 {
		return c.System.After(d)
	}
	return c.System.After(d / 100)
}

type testLog struct{ t testing.TB }

func (l testLog) Write(p []byte) (int, error) {
	if testing.Verbose() {
		l.t.Log(strings.TrimSpace(string(p)))
	}
	return len(p), nil
}

func receive[T any](t testing.TB, from <-chan T, what string) T {
	t.Helper()
	select {
	case v := <-from:
		return v
	case <-time.After(patience):
		t.Fatalf("waited in vain for %s", what)
		panic("unreachable")
	}
}

var errTest = errors.New("secret content")
