package discordsim

import (
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// Fault makes REST requests fail. The zero value cuts the connection of every request: REST cannot be reached.
//
// Path is compared segment by segment with the path below /api/v10: "*" and "{anything}" stand for one segment, a last
// "**" for all that follow, so that a route's template, a request's own path and what is between them all fit. An empty
// Path and an empty Method fit everything.
type Fault struct {
	Method string
	Path   string
	Status int       // what is answered; 0 answers nothing and cuts the connection
	Code   int       // of the JSON error, such as 50001
	Count  int       // how many requests fail; no limit when 0
	Until  time.Time // when it is over, on the simulator's clock; never when zero
	Late   bool      // the request takes effect, and only its answer is the fault's
}

// FailREST lets requests fail from now on; cancel ends it. The oldest fault that fits is the one that counts.
func (s *Server) FailREST(f Fault) (cancel func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	kept := &activeFault{Fault: f}
	s.faults = append(s.faults, kept)
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.faults = slices.DeleteFunc(s.faults, func(x *activeFault) bool { return x == kept })
	}
}

type activeFault struct {
	Fault
	used int
}

func (f *activeFault) over(now time.Time) bool {
	return f.Count > 0 && f.used >= f.Count || !f.Until.IsZero() && !now.Before(f.Until)
}

// HoldREST holds requests that fit (see [Fault] for how) before they take effect. arrived is closed when the first is
// here; release lets all of them, and later ones, go on. A held request whose caller goes away never takes effect.
func (s *Server) HoldREST(method, pathPattern string) (arrived <-chan struct{}, release func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	h := &hold{method: method, path: pathPattern, arrived: make(chan struct{}), released: make(chan struct{})}
	s.holds = append(s.holds, h)
	return h.arrived, sync.OnceFunc(func() {
		s.mu.Lock()
		s.holds = slices.DeleteFunc(s.holds, func(x *hold) bool { return x == h })
		s.mu.Unlock()
		close(h.released)
	})
}

type hold struct {
	method, path string
	first        sync.Once
	arrived      chan struct{}
	released     chan struct{}
}

// fits says whether a fault or a hold means this request.
func (c *call) fits(method, pattern string) bool {
	return (method == "" || method == c.r.Method) && (pattern == "" || pathFits(pattern, c.below))
}

func pathFits(pattern, path string) bool {
	want, have := strings.Split(strings.Trim(pattern, "/"), "/"), strings.Split(strings.Trim(path, "/"), "/")
	for i, step := range want {
		if step == "**" && i == len(want)-1 {
			return true
		}
		if i >= len(have) || step != "*" && !strings.HasPrefix(step, "{") && step != have[i] {
			return false
		}
	}
	return len(want) == len(have)
}

// wait holds the request as long as a hold wants it; it says no when the caller is gone.
func (c *call) wait() bool {
	for held := false; ; held = true {
		c.s.mu.Lock()
		at := slices.IndexFunc(c.s.holds, func(h *hold) bool { return c.fits(h.method, h.path) })
		if at < 0 {
			c.s.mu.Unlock()
			return !held || c.r.Context().Err() == nil
		}
		h := c.s.holds[at]
		c.s.mu.Unlock()
		h.first.Do(func() { close(h.arrived) })
		select {
		case <-h.released:
		case <-c.r.Context().Done():
			return false
		}
	}
}

// fault is the one that fits this request, if any; it has been counted.
func (c *call) fault() *Fault {
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	now := c.s.clock.now()
	c.s.faults = slices.DeleteFunc(c.s.faults, func(f *activeFault) bool { return f.over(now) })
	for _, f := range c.s.faults {
		if c.fits(f.Method, f.Path) {
			f.used++
			return &f.Fault
		}
	}
	return nil
}

// failAs answers as the fault wants, after the request has taken effect if it is a late one.
func (c *call) failAs(f *Fault, entry *Call) int {
	if f.Late {
		_, err := c.run()
		entry.Late = err == nil
	}
	switch f.Status {
	case 0:
		return 0
	case http.StatusTooManyRequests:
		c.w.Header().Set("Retry-After", "1")
		return c.refuse(&tooMany{Message: "You are being rate limited.", RetryAfter: 1})
	}
	return c.refuse(&APIError{Status: f.Status, Code: f.Code, Message: statusMessage(f.Status)})
}
