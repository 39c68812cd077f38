package gateway

import (
	"context"
	"log/slog"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"ticketbot/internal/clock"
)

// Handler is who the events are for. Its methods are called from several goroutines.
type Handler interface {
	// Wants says whether an event is worth decoding. It must be quick and must not block: for most events it is called
	// on the read loop. Kind is Discord's name ("MESSAGE_CREATE"); guild and channel are 0 when the event names none.
	// For CHANNEL_* and THREAD_* the channel is the event's own id, for GUILD_CREATE, _UPDATE and _DELETE so the guild.
	Wants(kind string, guild, channel uint64) bool

	// Handle takes one event; data is the raw "d" and may be kept. It returns when everything the event implies is
	// durably committed. A fault of kind Unavailable makes the event and those behind it wait and come again; any other
	// error, and a panic, costs this one event.
	Handle(ctx context.Context, kind string, data []byte) error
}

// Resume is what another process needs to go on with a session. The zero value means that there is none.
type Resume struct {
	SessionID string // opaque, and secret: with the token it lets anybody take over the connection
	URL       string // resume_gateway_url
	Seq       int64  // everything up to here is committed
}

// States keeps the resume point of each shard between processes.
type States interface {
	Load(ctx context.Context, shard int) (Resume, error)
	Save(ctx context.Context, shard int, r Resume) error
}

// Compression is how Discord packs its messages.
type Compression string

const (
	ZstdStream    Compression = "zstd-stream"
	NoCompression Compression = "none"
)

// Config says who connects, where, and what for. Token, GatewayURL, Handler, States and Clock are required.
type Config struct {
	Token      string // without "Bot "
	Intents    uint64
	ShardID    int
	ShardCount int // 1 if 0

	// GatewayURL is GET /gateway/bot: the address, and what is left of session_start_limit. It is asked before each
	// IDENTIFY. A fault of kind Config ends Run, any other error is tried again.
	GatewayURL func(ctx context.Context) (url string, identifyRemaining int, resetAfter time.Duration, maxConcurrency int, err error)

	Handler Handler
	States  States
	Clock   clock.Clock
	Logger  *slog.Logger // silent if nil

	// OnReady is called after READY (resumed false: there may be a gap before it) and RESUMED have been handled. It is
	// tried again until it returns nil, and nothing is saved beyond the event until then. One call at a time; its
	// context ends with Run's.
	OnReady func(ctx context.Context, resumed bool) error
	// OnLost is called when Handle gave up an event.
	OnLost func(kind string, guild, channel uint64)

	Compression  Compression   // ZstdStream if empty
	Pacer        *Pacer        // shared by all shards of a process; an own one if nil
	MaxWaiting   int           // events waiting or in work, 10,000 if 0
	MaxBytes     int           // their bytes, 128 MiB if 0
	Concurrency  int           // events in work, interactions not counted; 64 if 0
	DrainTimeout time.Duration // how long handlers may finish at the end of Run, 10 s if 0
	HTTPClient   *http.Client  // for the dialing; http.DefaultClient if nil
}

// Client is one shard's connection.
type Client struct {
	cfg   Config
	clock clock.Clock
	log   *slog.Logger
	count counters
	queue *queue
	slots chan struct{} // one for each call of Handle under way
	names kindNames

	ready   atomic.Bool
	latency atomic.Int64 // nanoseconds, of the last acknowledged heartbeat
	closing sync.WaitGroup
	dirty   chan struct{} // the resume point has moved
	saved   Resume        // only the saver touches it

	running context.Context // Run's
	work    context.Context // outlives it until the handlers have finished

	// Only Run's goroutine touches these.
	forgotten  *point // of the last session that could not be resumed
	resumeless int    // attempts to resume in a row that ended without RESUMED
	undialed   int    // failed dials of the session's own address in a row

	mu      sync.Mutex
	session *session
}

// New makes a client that does nothing before Run.
func New(cfg Config) *Client {
	cfg = cfg.withDefaults()
	c := &Client{
		cfg:   cfg,
		clock: cfg.Clock,
		log:   cfg.Logger.With("shard", cfg.ShardID),
		dirty: make(chan struct{}, 1),
		names: kindNames{},
		queue: newQueue(cfg.MaxWaiting, cfg.MaxBytes),
		slots: make(chan struct{}, cfg.Concurrency),
	}
	return c
}

func (cfg Config) withDefaults() Config {
	cfg.ShardCount = max(cfg.ShardCount, 1)
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	if cfg.OnReady == nil {
		cfg.OnReady = func(context.Context, bool) error { return nil }
	}
	if cfg.OnLost == nil {
		cfg.OnLost = func(string, uint64, uint64) {}
	}
	if cfg.Compression == "" {
		cfg.Compression = ZstdStream
	}
	if cfg.Pacer == nil {
		cfg.Pacer = NewPacer(cfg.Clock)
	}
	if cfg.MaxWaiting == 0 {
		cfg.MaxWaiting = 10_000
	}
	if cfg.MaxBytes == 0 {
		cfg.MaxBytes = 128 << 20
	}
	if cfg.Concurrency == 0 {
		cfg.Concurrency = 64
	}
	if cfg.DrainTimeout == 0 {
		cfg.DrainTimeout = 10 * time.Second
	}
	return cfg
}

// Ready says whether Discord is sending events to us now.
func (c *Client) Ready() bool { return c.ready.Load() }

// Settle waits until all that came about a channel before is handled. Interactions overtake what was said before them;
// whoever ends a channel because of one settles it first. Not to be called while handling an event of that channel.
func (c *Client) Settle(ctx context.Context, channel uint64) error {
	return c.queue.awaitLine(ctx, channel)
}
