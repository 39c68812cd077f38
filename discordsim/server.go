package discordsim

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"
)

// Options of a simulator; the zero value is a strict Discord on a free port that follows the machine's clock.
type Options struct {
	Listen            string        // address of listener 1, loopback only; "127.0.0.1:0" when empty
	Start             time.Time     // where the clock starts; now when zero
	Frozen            bool          // the clock moves by Advance only
	NoRateLimits      bool          // headers are sent, 429 never
	HeartbeatInterval time.Duration // 41.25 s when zero; machine time
	AckDelay          time.Duration // between a heartbeat and its ACK, 10 ms when zero, none when negative; machine time
	ResumeWindow      time.Duration // how long a session without connection can be resumed: 3 min when zero
	ResumeBuffer      int           // how many events it keeps meanwhile: 20,000 when zero
	MaxConcurrency    int           // identifies per 5 s: 1 when zero
	SessionStarts     int           // identifies a day: 1,000 when zero
	Recorder          Recorder      // is told of all that goes over the wire
	Faults            Faults        // what goes wrong by itself; nothing when zero
}

func (o Options) withDefaults() Options {
	o.Listen = cmp.Or(o.Listen, "127.0.0.1:0")
	o.HeartbeatInterval = cmp.Or(o.HeartbeatInterval, 41250*time.Millisecond)
	o.AckDelay = cmp.Or(o.AckDelay, 10*time.Millisecond)
	o.ResumeWindow = cmp.Or(o.ResumeWindow, 3*time.Minute)
	o.ResumeBuffer = cmp.Or(o.ResumeBuffer, 20_000)
	o.MaxConcurrency = cmp.Or(o.MaxConcurrency, 1)
	o.SessionStarts = cmp.Or(o.SessionStarts, 1000)
	return o
}

// Server is one simulated Discord. Its methods may be called from anywhere, before Start too.
type Server struct {
	options Options
	clock   *simClock
	oracle  *oracle
	secret  []byte // signs CDN links
	bad     misbehaviour

	mu       sync.Mutex // guards everything below
	world    *world
	sessions map[string]*session
	starts   startLimits
	limits   *limits
	feeds    map[*Feed]struct{}
	codes    map[string]*code
	nonces   map[string]ID
	lives    map[[2]ID][]lifeEvent // by application and guild
	faults   []*activeFault
	holds    []*hold
	gate     chan struct{} // closed when new gateway connections may come in again; nil while they may

	router   *router
	listener net.Listener
	http     *http.Server
	base     string
	conns    sync.WaitGroup
	stop     context.CancelFunc
	life     context.Context
}

// New makes a simulator with an empty world. It can be furnished before Start.
func New(o Options) *Server {
	o = o.withDefaults()
	s := &Server{
		options: o, clock: newClock(o.Start, o.Frozen), oracle: newOracle(), secret: make([]byte, 32),
		sessions: map[string]*session{}, feeds: map[*Feed]struct{}{}, codes: map[string]*code{}, nonces: map[string]ID{},
		lives: map[[2]ID][]lifeEvent{},
	}
	s.bad.faults, s.bad.asked, s.bad.struck = o.Faults, map[string]uint64{}, map[string]int{}
	_, _ = rand.Read(s.secret) // never fails
	s.world = newWorld(s.clock.now)
	s.limits = newLimits(s.clock.now)
	s.router = newRouter(s.routes())
	s.life, s.stop = context.WithCancel(context.Background())
	return s
}

// Start makes a simulator and starts it.
func Start(ctx context.Context, o Options) (*Server, error) {
	s := New(o)
	return s, s.Start(ctx)
}

// Start listens until Close, or until ctx ends.
func (s *Server) Start(ctx context.Context) error {
	if err := s.options.Faults.check(); err != nil {
		return err
	}
	if err := loopbackOnly(s.options.Listen); err != nil {
		return err
	}
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", s.options.Listen)
	if err != nil {
		return fmt.Errorf("listen on %s: %w", s.options.Listen, err)
	}
	s.listener, s.base = l, "http://"+l.Addr().String()
	s.http = &http.Server{Handler: s.handler(), ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = s.http.Serve(l) }()
	context.AfterFunc(ctx, s.Close)
	return nil
}

// loopbackOnly refuses addresses that others on the network could reach.
func loopbackOnly(address string) error {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return fmt.Errorf("%q is not host:port: %w", address, err)
	}
	if ip := net.ParseIP(host); host == "localhost" || ip != nil && ip.IsLoopback() {
		return nil
	}
	return fmt.Errorf("the simulator listens on loopback addresses only, not on %q", address)
}

// URL is where Discord is, such as "http://127.0.0.1:40123": the REST base is URL()+"/api/v10".
func (s *Server) URL() string { return s.base }

// Close ends every connection. Calling it again does nothing.
func (s *Server) Close() {
	if s.http == nil || s.life.Err() != nil {
		return
	}
	s.stop()
	if err := s.http.Close(); err != nil && !errors.Is(err, net.ErrClosed) {
		return
	}
	s.conns.Wait()
	s.clock.stop()
}

// Now is the simulator's time.
func (s *Server) Now() time.Time { return s.clock.now() }

// Advance moves the simulator's time by d. Deadlines that pass have taken effect when it returns.
func (s *Server) Advance(d time.Duration) { s.clock.advance(d) }

// handler is listener 1: which part of Discord a path belongs to.
func (s *Server) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/api/", s.serveREST)
	mux.HandleFunc("/gateway", s.serveGateway)
	mux.HandleFunc("/gateway/", s.serveGateway)
	mux.HandleFunc("GET /oauth2/authorize", s.showConsent)
	mux.HandleFunc("POST /oauth2/authorize", s.takeConsent)
	s.serveCDN(mux)
	mux.HandleFunc("GET /{$}", s.showFront)
	mux.HandleFunc("GET /favicon.ico", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	return mux
}
