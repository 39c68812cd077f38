package gateway

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"ticketbot/internal/clock"
)

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

// awaitSaved waits until some resume point is saved.
func (s *shelf) awaitSaved(t testing.TB) {
	t.Helper()
	for receive(t, s.saved, "a resume point to be saved").SessionID == "" {
	}
}

// bench is one client with everything around it.
type bench struct {
	*Client
	discord *fakeDiscord
	events  *recorder
	shelf   *shelf
	onReady chan bool
	log     *logBook
	result  chan error
	stop    context.CancelFunc
	cfg     Config
}

func newBench(t testing.TB, change func(*Config)) *bench {
	b := &bench{discord: newFakeDiscord(t), events: newRecorder(), shelf: newShelf(), onReady: make(chan bool, 100), log: &logBook{t: t}}
	b.cfg = Config{
		Token: "sim.token", Intents: 1<<0 | 1<<9 | 1<<15, GatewayURL: b.discord.gatewayURL,
		Handler: b.events, States: b.shelf, Clock: swift{}, Logger: slog.New(slog.NewTextHandler(b.log, nil)),
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

// remembered is what the shelf has as the id of that session.
func (b *bench) remembered(session string) string { return b.Client.cfg.remember(session) }

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

// logBook keeps what is logged, and shows it when tests are run with -v.
type logBook struct {
	t    testing.TB
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *logBook) Write(p []byte) (int, error) {
	if testing.Verbose() {
		l.t.Log(strings.TrimSpace(string(p)))
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *logBook) contains(s string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Contains(l.text.String(), s)
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
