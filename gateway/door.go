package gateway

import (
	"context"
	"fmt"
	"net/url"
	"strconv"
	"sync"
	"time"

	"ticketbot/internal/clock"
	"ticketbot/internal/fault"
)

const (
	apiVersion = 10
	// identifyReserve is never used up: when the day's IDENTIFYs are gone, Discord resets the token.
	identifyReserve = 50
	// identifyPace is Discord's: one IDENTIFY each five seconds for shards that share a remainder.
	identifyPace = 5 * time.Second
	// staleAddress is after how many failed dials a session's own address is given up for the general one.
	staleAddress = 2
)

// door is where to connect, and for a new session the turn to identify.
type door struct {
	address string
	turn    *turn // nil when resuming
}

// findDoor returns once connecting is allowed.
func (c *Client) findDoor(ctx context.Context, s *session) (door, error) {
	if s != nil && s.url != "" && c.undialed < staleAddress {
		if address, err := c.address(s.url); err == nil {
			return door{address: address}, nil
		}
	}
	for {
		base, remaining, resetAfter, concurrency, err := c.cfg.GatewayURL(ctx)
		if err != nil {
			return door{}, fmt.Errorf("ask for the gateway's address: %w", err)
		}
		address, err := c.address(base)
		if err != nil || s != nil {
			return door{address: address}, err
		}
		if remaining > identifyReserve {
			t, err := c.cfg.Pacer.take(ctx, c.cfg.ShardID%max(concurrency, 1))
			return door{address, t}, err
		}
		c.log.Warn("too few identifies left today, waiting so that Discord does not reset the token",
			"remaining", remaining, "wait", resetAfter)
		if err := clock.Sleep(ctx, c.clock, max(resetAfter, identifyPace)); err != nil {
			return door{}, err
		}
	}
}

func (c *Client) address(base string) (string, error) {
	u, err := url.Parse(base)
	if err != nil || u.Host == "" {
		return "", fault.New(fault.Config, "gateway.address", "address", base)
	}
	q := u.Query()
	q.Set("v", strconv.Itoa(apiVersion))
	q.Set("encoding", "json")
	if c.cfg.Compression == ZstdStream {
		q.Set("compress", string(ZstdStream))
	}
	u.RawQuery = q.Encode()
	if u.Path == "" {
		u.Path = "/"
	}
	return u.String(), nil
}

// Pacer keeps the IDENTIFYs of the shards that share it as far apart as Discord asks.
type Pacer struct {
	clock clock.Clock
	mu    sync.Mutex
	lanes map[int]*lane
}

type lane struct {
	free chan struct{}
	last time.Time // of the last IDENTIFY
}

// NewPacer makes a pacer for all shards of a process.
func NewPacer(c clock.Clock) *Pacer { return &Pacer{clock: c, lanes: map[int]*lane{}} }

// turn is the right to identify. It is held from before the dialing, so that the pause counts from one IDENTIFY to the
// next, however long the dialing takes.
type turn struct {
	pacer *Pacer
	lane  *lane
	once  sync.Once
}

func (p *Pacer) take(ctx context.Context, key int) (*turn, error) {
	p.mu.Lock()
	l := p.lanes[key]
	if l == nil {
		l = &lane{free: make(chan struct{}, 1)}
		p.lanes[key] = l
	}
	p.mu.Unlock()
	select {
	case <-ctx.Done():
		return nil, ctx.Err()
	case l.free <- struct{}{}:
	}
	t := &turn{pacer: p, lane: l}
	if wait := l.last.Add(identifyPace).Sub(p.clock.Now()); wait > 0 && !l.last.IsZero() {
		if err := clock.Sleep(ctx, p.clock, wait); err != nil {
			t.end()
			return nil, err
		}
	}
	return t, nil
}

// used notes that IDENTIFY is on its way.
func (t *turn) used() { t.lane.last = t.pacer.clock.Now() }

// end lets the next shard have its turn. A nil turn has none to end.
func (t *turn) end() {
	if t != nil {
		t.once.Do(func() { <-t.lane.free })
	}
}
