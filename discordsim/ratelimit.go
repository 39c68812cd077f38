package discordsim

import (
	"fmt"
	"hash/fnv"
	"math"
	"strconv"
	"time"
)

// tooMany is the body of a 429.
type tooMany struct {
	Message    string  `json:"message"`
	RetryAfter float64 `json:"retry_after"`
	Global     bool    `json:"global"`
	Code       int     `json:"code"` // which limit; 0 for most
}

func (t *tooMany) Error() string { return t.Message }

// limits counts calls. All its windows run on the simulator's clock.
type limits struct {
	now     func() time.Time
	windows map[string]*window
	refused map[string]*window // by address: requests that were refused, see turnedAway
	blocked map[string]time.Time
}

type window struct {
	ends time.Time
	used int
}

func newLimits(now func() time.Time) *limits {
	return &limits{now: now, windows: map[string]*window{}, refused: map[string]*window{}, blocked: map[string]time.Time{}}
}

// maxWindows is when those that are over are thrown away.
const maxWindows = 10_000

func (l *limits) window(key string, per time.Duration) *window {
	w := l.windows[key]
	if w != nil && w.ends.After(l.now()) {
		return w
	}
	if len(l.windows) >= maxWindows {
		for key, w := range l.windows {
			if !w.ends.After(l.now()) {
				delete(l.windows, key)
			}
		}
	}
	w = &window{ends: l.now().Add(per)}
	l.windows[key] = w
	return w
}

// admit counts the call and writes the headers; past a limit it refuses.
func (l *limits) admit(c *call) error {
	b := c.bucket()
	if b == bucketExempt {
		return nil
	}
	who := c.caller()
	global := l.window("global/"+who, bucketGlobal.Per)
	if global.used++; global.used > bucketGlobal.Calls && !c.s.options.NoRateLimits {
		return l.refuse(c, global, "global")
	}
	w := l.window(who+"/"+b.Name+"/"+c.major(), b.Per)
	w.used++
	if c.s.options.NoRateLimits {
		w.used = 1
	}
	l.headers(c, b, w)
	if w.used > b.Calls {
		return l.refuse(c, w, "user")
	}
	return l.admitShared(c)
}

// admitShared counts a call against what belongs to the channel and not to who calls. No header tells of such a limit
// before it is reached, and then they go on telling of the ordinary bucket, as if nothing were.
func (l *limits) admitShared(c *call) error {
	if c.s.options.NoRateLimits || c.route.method != "PATCH" || c.route.path != "/channels/{channel}" || !c.has("name") && !c.has("topic") {
		return nil
	}
	w := l.window(bucketRename.Name+"/"+c.major(), bucketRename.Per)
	if w.used++; w.used > bucketRename.Calls {
		return l.refuse(c, w, "shared")
	}
	return nil
}

func (l *limits) headers(c *call, b Bucket, w *window) {
	h := c.w.Header()
	hash := fnv.New64a()
	_, _ = hash.Write([]byte(b.Name + c.s.bucketAge()))
	h.Set("X-RateLimit-Limit", strconv.Itoa(b.Calls))
	h.Set("X-RateLimit-Remaining", strconv.Itoa(max(b.Calls-w.used, 0)))
	h.Set("X-RateLimit-Reset", fmt.Sprintf("%.3f", float64(w.ends.UnixMilli())/1000))
	h.Set("X-RateLimit-Reset-After", fmt.Sprintf("%.3f", w.ends.Sub(l.now()).Seconds()))
	h.Set("X-RateLimit-Bucket", fmt.Sprintf("%016x", hash.Sum64()))
}

// refuse writes what a 429 adds. A global one has no bucket, which trips clients that expect one.
func (l *limits) refuse(c *call, w *window, scope string) error {
	left := w.ends.Sub(l.now()).Seconds()
	c.w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(left))))
	c.w.Header().Set("X-RateLimit-Scope", scope)
	message := "You are being rate limited."
	switch scope {
	case "global":
		c.w.Header().Set("X-RateLimit-Global", "true")
	case "shared":
		message = "The resource is being rate limited."
	}
	return &tooMany{Message: message, RetryAfter: math.Ceil(left*1000) / 1000, Global: scope == "global"}
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
	return c.path["channel"] + "/" + c.path["guild"] + "/" + c.path["webhook"] + "/" + c.path["token"]
}
