package api

import (
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"time"

	"ticketbot/internal/clock"
)

// One network may begin loginBurst logins at once and another every loginEvery. Each costs a row for some minutes.
const (
	loginBurst = 20
	loginEvery = 3 * time.Second
	maxBuckets = 10_000
)

// limiter is a token bucket for each network.
type limiter struct {
	clock clock.Clock
	burst int
	every time.Duration

	mu    sync.Mutex
	spent map[netip.Prefix]time.Time // when the bucket will be full again
}

func newLimiter(clk clock.Clock, burst int, every time.Duration) *limiter {
	return &limiter{clock: clk, burst: burst, every: every, spent: map[netip.Prefix]time.Time{}}
}

// allow takes a token of a network, if there is one.
func (l *limiter) allow(network netip.Prefix) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.clock.Now()
	full := l.spent[network]
	if full.Before(now) {
		full = now
	}
	full = full.Add(l.every)
	if full.Sub(now) > time.Duration(l.burst)*l.every {
		return false
	}
	if len(l.spent) >= maxBuckets {
		l.sweep(now)
	}
	l.spent[network] = full
	return true
}

// sweep forgets full buckets; when none is, an attack from everywhere is going on and all are forgotten.
func (l *limiter) sweep(now time.Time) {
	for network, full := range l.spent {
		if !full.After(now) {
			delete(l.spent, network)
		}
	}
	if len(l.spent) >= maxBuckets {
		clear(l.spent)
	}
}

// networkOf is where a request comes from. A proxy in front of us is in a private network and appends the address it
// saw; what others write into that header is not believed.
func networkOf(r *http.Request) netip.Prefix {
	host, _, _ := net.SplitHostPort(r.RemoteAddr)
	addr, _ := netip.ParseAddr(host)
	if addr = addr.Unmap(); addr.IsLoopback() || addr.IsPrivate() {
		lines := r.Header.Values("X-Forwarded-For")
		if len(lines) > 0 {
			hops := strings.Split(lines[len(lines)-1], ",")
			if seen, err := netip.ParseAddr(strings.TrimSpace(hops[len(hops)-1])); err == nil {
				addr = seen.Unmap()
			}
		}
	}
	bits := 32
	if addr.Is6() {
		bits = 64 // one household
	}
	network, _ := addr.Prefix(bits)
	return network
}
