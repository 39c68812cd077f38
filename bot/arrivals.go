package bot

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"time"

	"ticketbot/internal/clock"
	"ticketbot/internal/fault"
	"ticketbot/ticket"
)

// A new session lists our guilds, and then tells of each of them since when we are in it. Between the two nobody knows
// whether the guild is still the one that is stored, or whether the bot was thrown out and invited again: what happens
// there must wait.
const (
	// arrivalPatience is how long a person waits for their guild to be told of.
	arrivalPatience = 2 * time.Second
	// longestArrival is when we stop expecting it: the event was lost, and what is stored has to do.
	longestArrival = 5 * time.Minute
	// arrivedJustNow: events of one session are handled side by side, so a guild's own may overtake the list. Two
	// sessions of a shard are further apart than this.
	arrivedJustNow = 4 * time.Second
)

// arrivals are the guilds that a new session has listed and not yet told of.
type arrivals struct {
	clock clock.Clock

	mu       sync.Mutex
	sessions map[string]struct{} // whose list is known; trying again must not begin anew
	expected map[ticket.GuildID]arrival
	arrived  map[ticket.GuildID]time.Time // when a guild was last told of
}

type arrival struct {
	until time.Time
	here  chan struct{} // closed when it is told of
}

func newArrivals(clk clock.Clock) *arrivals {
	return &arrivals{
		clock: clk, sessions: map[string]struct{}{}, expected: map[ticket.GuildID]arrival{}, arrived: map[ticket.GuildID]time.Time{},
	}
}

// expect notes a session's list.
func (a *arrivals) expect(session string, listed []ticket.GuildID) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if _, known := a.sessions[session]; known {
		return
	}
	a.sessions[session] = struct{}{}
	now := a.clock.Now()
	for _, id := range listed {
		if at, ok := a.arrived[id]; ok && now.Sub(at) < arrivedJustNow {
			continue
		}
		a.end(id)
		a.expected[id] = arrival{now.Add(longestArrival), make(chan struct{})}
	}
}

// told notes that it is known which membership a guild's is, or that there is none.
func (a *arrivals) told(id ticket.GuildID) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.arrived[id] = a.clock.Now()
	a.end(id)
}

func (a *arrivals) end(id ticket.GuildID) {
	if e, ok := a.expected[id]; ok {
		delete(a.expected, id)
		close(e.here)
	}
}

// awaited is closed when the guild is told of; nil if it is not waited for.
func (a *arrivals) awaited(id ticket.GuildID) <-chan struct{} {
	a.mu.Lock()
	defer a.mu.Unlock()
	e, ok := a.expected[id]
	if ok && a.clock.Now().After(e.until) {
		a.end(id)
		ok = false
	}
	if !ok {
		return nil
	}
	return e.here
}

// wait returns when a guild is told of, or with a sentence that it is not yet.
func (a *arrivals) wait(ctx context.Context, id ticket.GuildID) error {
	here := a.awaited(id)
	if here == nil {
		return nil
	}
	select {
	case <-here:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	case <-a.clock.After(arrivalPatience):
		return fault.New(fault.Unavailable, "bot.not_ready")
	}
}

// ready is the beginning of a session: the guilds that Discord lists, and which guilds are this shard's.
func (b *Bot) ready(ctx context.Context, data []byte) error {
	var d struct {
		Session string  `json:"session_id"`
		Guilds  []guild `json:"guilds"`
		Shard   []int   `json:"shard"`
	}
	if err := json.Unmarshal(data, &d); err != nil {
		return fmt.Errorf("read the beginning of a session: %w", err)
	}
	listed := make([]ticket.GuildID, 0, len(d.Guilds))
	for _, g := range d.Guilds {
		if g.ID != 0 {
			listed = append(listed, ticket.GuildID(g.ID))
		}
	}
	b.arrivals.expect(d.Session, listed)
	shard, of := uint64(0), uint64(1)
	if len(d.Shard) == 2 && d.Shard[0] >= 0 && d.Shard[1] > 0 {
		shard, of = uint64(d.Shard[0]), uint64(d.Shard[1])
	}
	mine := func(id ticket.GuildID) bool { return uint64(id)>>22%of == shard } // Discord's rule
	if err := b.Tenants.Ready(ctx, listed, mine); err != nil {
		return fmt.Errorf("compare the list of guilds: %w", err)
	}
	return nil
}
