package discordsim

import (
	"fmt"
	"hash/fnv"
	"math"
	"strconv"
	"time"
)

// bucket is a rate limit that routes share: so many calls per period for each major parameter (channel, guild,
// webhook). The zero bucket is the generous one most routes have. Discord publishes none of these numbers; they come
// from response headers seen in the field, and only the rename limit is firm.
type bucket struct {
	name  string
	calls int
	per   time.Duration
}

var (
	bucketDefault  = bucket{"default", 50, time.Second}
	bucketPost     = bucket{"post", 5, 5 * time.Second}
	bucketEdit     = bucket{"edit", 5, 5 * time.Second}
	bucketDelete   = bucket{"delete", 5, time.Second}
	bucketBulk     = bucket{"bulk", 1, time.Second}
	bucketReact    = bucket{"react", 1, 250 * time.Millisecond}
	bucketRename   = bucket{"rename", 2, 10 * time.Minute} // PATCH of a channel's name or topic
	bucketChannel  = bucket{"channel", 10, 10 * time.Second}
	bucketChannels = bucket{"channels", 10, 10 * time.Second}
	bucketMembers  = bucket{"members", 10, 10 * time.Second}
	bucketPins     = bucket{"pins", 5, 4 * time.Second}
	bucketCommands = bucket{"commands", 5, 20 * time.Second}
	bucketMyGuilds = bucket{"my-guilds", 1, time.Second} // the classic trap of dashboards
	bucketExempt   = bucket{name: "exempt"}              // interaction endpoints: no limit, not even the global one
)

const globalPerSecond = 50

// tooMany is the body of a 429.
type tooMany struct {
	Message    string  `json:"message"`
	RetryAfter float64 `json:"retry_after"`
	Global     bool    `json:"global"`
}

func (t *tooMany) Error() string { return t.Message }

type limits struct {
	now     func() time.Time
	windows map[string]*window
}

type window struct {
	ends time.Time
	used int
}

func newLimits(now func() time.Time) *limits { return &limits{now: now, windows: map[string]*window{}} }

func (l *limits) window(key string, per time.Duration) *window {
	w := l.windows[key]
	if w == nil || !w.ends.After(l.now()) {
		w = &window{ends: l.now().Add(per)}
		l.windows[key] = w
	}
	return w
}

// admit counts the call and writes the headers; past the limit it refuses.
func (l *limits) admit(c *call) error {
	b := c.route.bucket
	if b.name == bucketExempt.name {
		return nil
	}
	if b.name == bucketChannel.name && c.r.Method == "PATCH" && (c.has("name") || c.has("topic")) {
		b = bucketRename
	}
	if b == (bucket{}) {
		b = bucketDefault
		b.name = c.route.method + c.route.path
	}
	who := c.caller()
	global := l.window("global/"+who, time.Second)
	if global.used++; global.used > globalPerSecond && !c.s.options.NoRateLimits {
		return l.refuse(c, global, "global")
	}
	w := l.window(who+"/"+b.name+"/"+c.major(), b.per)
	w.used++
	if c.s.options.NoRateLimits {
		w.used = 1
	}
	l.headers(c, b, w)
	if w.used > b.calls {
		return l.refuse(c, w, "user")
	}
	return nil
}

func (l *limits) headers(c *call, b bucket, w *window) {
	h := c.w.Header()
	hash := fnv.New64a()
	_, _ = hash.Write([]byte(b.name))
	h.Set("X-RateLimit-Limit", strconv.Itoa(b.calls))
	h.Set("X-RateLimit-Remaining", strconv.Itoa(max(b.calls-w.used, 0)))
	h.Set("X-RateLimit-Reset", fmt.Sprintf("%.3f", float64(w.ends.UnixMilli())/1000))
	h.Set("X-RateLimit-Reset-After", fmt.Sprintf("%.3f", w.ends.Sub(l.now()).Seconds()))
	h.Set("X-RateLimit-Bucket", fmt.Sprintf("%016x", hash.Sum64()))
}

// refuse writes what a 429 adds. A global one has no bucket, which trips clients that expect one.
func (l *limits) refuse(c *call, w *window, scope string) error {
	left := w.ends.Sub(l.now()).Seconds()
	c.w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(left))))
	c.w.Header().Set("X-RateLimit-Scope", scope)
	if scope == "global" {
		c.w.Header().Set("X-RateLimit-Global", "true")
	}
	return &tooMany{Message: "You are being rate limited.", RetryAfter: math.Ceil(left*1000) / 1000, Global: scope == "global"}
}

func (c *call) caller() string {
	switch {
	case c.app != nil:
		return c.app.id.String()
	case c.grant != nil:
		return "user" + c.grant.user.String()
	}
	return "anybody"
}

// major is the parameter that splits a bucket.
func (c *call) major() string {
	return c.path["channel"] + "/" + c.path["guild"] + "/" + c.path["webhook"]
}
