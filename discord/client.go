package discord

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"time"

	"ticketbot/internal/clock"
	"ticketbot/ticket"

	"github.com/disgoorg/disgo/rest"
	"github.com/disgoorg/snowflake/v2"
)

// DefaultAPI is the real Discord.
const DefaultAPI = "https://discord.com/api/v10"

// perSecond is how many requests the real Discord takes from a bot in a second, whatever they are. It answers more with a
// 429 that stops all of them, and no header says how many are left. A Discord elsewhere has its own idea.
const perSecond = 50

// userAgent has the form that Discord asks for.
func userAgent(home string) string {
	return "DiscordBot (" + cmp.Or(home, "https://localhost") + ", 1)"
}

// Options are what a client has to be told.
type Options struct {
	Token     string
	API       string // base of all routes; empty: DefaultAPI
	Dashboard string // base of links to transcripts; empty: messages have no link
	Clock     clock.Clock
	Logger    *slog.Logger
	// Count is told of each request that was answered, with its route's template, as a metric wants it; may be nil.
	Count func(route string, status int)
}

// Client speaks to Discord as the bot. It implements [ticket.Discord].
type Client struct {
	rest      rest.Client
	dashboard string
	clock     clock.Clock
	log       *slog.Logger
	directory *Directory

	mu   sync.Mutex
	self Self // zero until asked for
}

// New makes a client. It sends nothing.
func New(o Options) *Client {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	network := http.DefaultTransport.(*http.Transport).Clone()
	network.MaxIdleConnsPerHost = 64 // all our requests go to one host
	transport := newGuard(network, o.Clock, o.Count)
	api := cmp.Or(strings.TrimSuffix(o.API, "/"), DefaultAPI)
	if api == DefaultAPI {
		transport.limits.most = perSecond
	}
	c := &Client{
		dashboard: strings.TrimSuffix(o.Dashboard, "/"), clock: o.Clock, log: o.Logger,
		rest: rest.NewClient(o.Token,
			rest.WithURL(api),
			rest.WithUserAgent(userAgent(o.Dashboard)),
			rest.WithHTTPClient(&http.Client{Transport: transport}),
			rest.WithRateLimiter(rest.NewNoopRateLimiter()), // the guard does it
			rest.WithLogger(slog.New(slog.DiscardHandler)),  // it would log bodies
		),
	}
	c.directory = newDirectory(c)
	return c
}

// Directory is what the client remembers of servers, for a short time.
func (c *Client) Directory() *Directory { return c.directory }

// call makes a request and reads the answer into answer, unless that is nil.
func (c *Client) call(ctx context.Context, e *rest.CompiledEndpoint, body, answer any, opts ...rest.RequestOpt) error {
	opts = append(opts, rest.WithCtx(withRoute(ctx, e)))
	var sent any
	var got json.RawMessage
	if answer != nil {
		sent = &got
	}
	if err := c.rest.Do(e, body, sent, opts...); err != nil {
		return meaning(ctx, e.Endpoint, err)
	}
	if answer == nil {
		return nil
	}
	if err := json.Unmarshal(got, answer); err != nil {
		return fmt.Errorf("read Discord's answer to %s %s: %w", e.Endpoint.Method, e.Endpoint.Route, err)
	}
	return nil
}

// Self is the bot's own identity.
type Self struct {
	Application uint64
	User        ticket.UserID
	Name        string
	Flags       uint64 // of the application: which privileged intents are on
}

// Me asks Discord who the bot is: two requests the first time, none later.
func (c *Client) Me(ctx context.Context) (Self, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.self.User != 0 {
		return c.self, nil
	}
	var app struct {
		ID    snowflake.ID `json:"id"`
		Flags uint64       `json:"flags"`
	}
	if err := c.call(ctx, rest.GetCurrentApplication.Compile(nil), nil, &app); err != nil {
		return Self{}, fmt.Errorf("ask for the application: %w", err)
	}
	var user struct {
		ID   snowflake.ID `json:"id"`
		Name string       `json:"username"`
	}
	if err := c.call(ctx, rest.GetCurrentUser.Compile(nil), nil, &user); err != nil {
		return Self{}, fmt.Errorf("ask for the bot's account: %w", err)
	}
	c.self = Self{Application: uint64(app.ID), User: ticket.UserID(user.ID), Name: user.Name, Flags: app.Flags}
	return c.self, nil
}

// Gateway says where the event stream is and how often a new session may still be begun.
type Gateway struct {
	URL            string
	Shards         int
	Remaining      int
	ResetAfter     time.Duration
	MaxConcurrency int
}

// GatewayBot is one request.
func (c *Client) GatewayBot(ctx context.Context) (Gateway, error) {
	var got struct {
		URL    string `json:"url"`
		Shards int    `json:"shards"`
		Limit  struct {
			Remaining      int `json:"remaining"`
			ResetAfter     int `json:"reset_after"`
			MaxConcurrency int `json:"max_concurrency"`
		} `json:"session_start_limit"`
	}
	if err := c.call(ctx, rest.GetGatewayBot.Compile(nil), nil, &got); err != nil {
		return Gateway{}, fmt.Errorf("ask for the gateway: %w", err)
	}
	return Gateway{
		URL: got.URL, Shards: got.Shards, Remaining: got.Limit.Remaining,
		ResetAfter: time.Duration(got.Limit.ResetAfter) * time.Millisecond, MaxConcurrency: got.Limit.MaxConcurrency,
	}, nil
}

// GatewayURL is GatewayBot as the event stream asks for it.
func (c *Client) GatewayURL(ctx context.Context) (url string, remaining int, resetAfter time.Duration, maxConcurrency int, err error) {
	g, err := c.GatewayBot(ctx)
	return g.URL, g.Remaining, g.ResetAfter, g.MaxConcurrency, err
}
