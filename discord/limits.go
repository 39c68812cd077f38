package discord

import (
	"context"
	"encoding/json"
	"math"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"ticketbot/internal/clock"
)

// limits are what Discord has told about how often it may be asked. A limit belongs to a bucket that several routes can
// share; which one, an answer tells. Ten thousand refused requests in ten minutes get an address banned.
type limits struct {
	clock clock.Clock
	most  int // of all but interactions, in a second; no limit of our own when 0

	mu      sync.Mutex
	second  time.Time // when the one that sent counts began
	sent    int
	global  time.Time          // all but interactions wait until then
	blocked time.Time          // the network before Discord has had enough of us: nobody may ask
	shared  map[string]string  // route → bucket
	buckets map[string]*bucket // bucket and major parameter
	sizes   map[string]size    // bucket → what it was last seen to hold, for a channel that is new
}

type size struct {
	limit  int
	window time.Duration
}

type bucket struct {
	limit, left int
	away        int // requests without an answer yet
	window      time.Duration
	reset       time.Time
}

func newLimits(clk clock.Clock) *limits {
	return &limits{clock: clk, shared: map[string]string{}, buckets: map[string]*bucket{}, sizes: map[string]size{}}
}

// wait returns when the request may go, or fails when that takes too long.
func (l *limits) wait(ctx context.Context, r route) error {
	for {
		pause := l.take(r)
		switch {
		case pause <= 0:
			return nil
		case pause > maxWait, r.interaction(): // whose three seconds are over sooner
			return errBusy(pause)
		}
		if err := clock.Sleep(ctx, l.clock, pause); err != nil {
			return err
		}
	}
}

// take counts a request that goes now, or says how long it has to wait.
func (l *limits) take(r route) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.clock.Now()
	if pause := l.blocked.Sub(now); pause > 0 {
		return pause
	}
	if r.interaction() {
		return 0
	}
	if pause := l.global.Sub(now); pause > 0 {
		return pause
	}
	if pause := l.second.Add(ownSecond).Sub(now); l.most > 0 && l.sent >= l.most && pause > 0 {
		return pause
	}
	b := l.expected(r, now)
	if b == nil {
		l.count(now)
		return 0
	}
	if !b.reset.After(now) { // a new window, whose end the next answer tells
		b.left, b.reset = b.limit, now.Add(b.window)
	}
	if b.left <= 0 {
		return b.reset.Sub(now)
	}
	b.left--
	b.away++
	l.count(now)
	return 0
}

// ownSecond is a little longer than Discord's, since requests do not all travel equally fast.
const ownSecond = 1050 * time.Millisecond

// count counts a request that goes now against the limit of all.
func (l *limits) count(now time.Time) {
	if !l.second.Add(ownSecond).After(now) {
		l.second, l.sent = now, 0
	}
	l.sent++
}

// expected is the request's bucket. One that nothing is known of yet, in a channel that is new, is taken to be as large
// as those of other channels: else all that is asked of it at once would go at once.
func (l *limits) expected(r route, now time.Time) *bucket {
	if b := l.bucket(r); b != nil {
		return b
	}
	name := l.shared[r.name]
	known, seen := l.sizes[name]
	if !seen {
		return nil
	}
	b := l.open(name+" "+r.major, now)
	b.limit, b.window = known.limit, known.window
	return b
}

func (l *limits) open(key string, now time.Time) *bucket {
	if len(l.buckets) >= maxBuckets {
		l.sweep(now)
	}
	b := &bucket{}
	l.buckets[key] = b
	return b
}

// landed counts a request that is back, with an answer or without.
func (l *limits) landed(r route) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if b := l.bucket(r); b != nil && !r.interaction() {
		b.away = max(b.away-1, 0)
	}
}

func (l *limits) bucket(r route) *bucket { return l.buckets[l.shared[r.name]+" "+r.major] }

// learn takes over what an answer says. For a refusal it returns how long Discord wants to be left alone.
func (l *limits) learn(r route, answer *http.Response, text []byte) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.clock.Now()
	h := answer.Header
	if name := h.Get("X-RateLimit-Bucket"); name != "" && !r.interaction() {
		l.fill(r, name, h, now)
	}
	if answer.StatusCode != http.StatusTooManyRequests {
		return 0
	}
	pause, global := retryAfter(h, text)
	b := l.bucket(r)
	switch {
	case !json.Valid(text): // a page of the network's, not Discord's word
		l.blocked = now.Add(pause)
	case global || (b == nil && !r.interaction()):
		l.global = now.Add(pause)
	case h.Get("X-RateLimit-Scope") == "shared": // of something in the bucket, a name say: the rest may go on
	case b != nil:
		b.left, b.reset = 0, now.Add(pause)
	}
	return pause
}

// maxBuckets is when those whose window is over are thrown away; they are learned again.
const maxBuckets = 10_000

func (l *limits) fill(r route, name string, h http.Header, now time.Time) {
	l.shared[r.name] = name
	b := l.bucket(r)
	if b == nil {
		b = l.open(name+" "+r.major, now)
	}
	limit, err := strconv.Atoi(h.Get("X-RateLimit-Limit"))
	left, err2 := strconv.Atoi(h.Get("X-RateLimit-Remaining"))
	after, err3 := strconv.ParseFloat(h.Get("X-RateLimit-Reset-After"), 64)
	if err != nil || err2 != nil || err3 != nil {
		return
	}
	left = max(left-max(b.away-1, 0), 0)
	reset := now.Add(seconds(after))
	if reset.Sub(b.reset) < seconds(after)/2 { // the same window: answers overtake each other, and the lowest count is the newest
		left = min(left, b.left)
	}
	b.limit, b.left, b.window, b.reset = max(limit, 1), left, seconds(after), reset
	l.sizes[name] = size{b.limit, max(b.window, l.sizes[name].window)}
}

func (l *limits) sweep(now time.Time) {
	for key, b := range l.buckets {
		if b.away == 0 && !b.reset.After(now) {
			delete(l.buckets, key)
		}
	}
}

// retryAfter reads how long to wait, and whether everybody has to. The body is exact, the header rounded up.
func retryAfter(h http.Header, text []byte) (time.Duration, bool) {
	var body struct {
		RetryAfter float64 `json:"retry_after"`
		Global     bool    `json:"global"`
	}
	_ = json.Unmarshal(text, &body)
	global := body.Global || strings.EqualFold(h.Get("X-RateLimit-Global"), "true") || h.Get("X-RateLimit-Scope") == "global"
	if body.RetryAfter <= 0 {
		body.RetryAfter, _ = strconv.ParseFloat(h.Get("Retry-After"), 64)
	}
	if body.RetryAfter <= 0 {
		body.RetryAfter = 1
	}
	return seconds(body.RetryAfter), global
}

func seconds(s float64) time.Duration {
	return time.Duration(math.Min(math.Max(s, 0), 86400) * float64(time.Second))
}
