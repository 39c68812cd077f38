package discordsim

import (
	"net"
	"net/http"
	"strconv"
	"time"
)

// Who is refused too often is turned away before Discord, by what stands in front of it. The number is documented; how
// long it lasts is not.
const (
	maxRefused   = 10_000
	refusedPer   = 10 * time.Minute
	blockedFor   = time.Hour
	blockedScope = "cloudflare" // in the oracle; no header says so
)

const blockedPage = `<!doctype html>
<html lang="en"><head><title>Access denied | discord.com used Cloudflare to restrict access</title></head>
<body><h1>Error 1015</h1><p>You are being rate limited. The owner of this website has banned you temporarily from accessing this website.</p></body></html>
`

// turnedAway answers for Cloudflare when the address is blocked: a page, no Via, no bucket.
func (s *Server) turnedAway(w http.ResponseWriter, r *http.Request) bool {
	s.mu.Lock()
	left := s.limits.blocked[address(r)].Sub(s.clock.now())
	s.mu.Unlock()
	if left <= 0 {
		return false
	}
	w.Header().Set("Server", "cloudflare")
	w.Header().Set("Content-Type", "text/html; charset=UTF-8")
	w.Header().Set("Retry-After", strconv.Itoa(int((left+time.Second-1)/time.Second)))
	w.WriteHeader(http.StatusTooManyRequests)
	_, _ = w.Write([]byte(blockedPage))
	s.oracle.call(Call{Method: r.Method, Path: r.URL.EscapedPath(), Status: http.StatusTooManyRequests, At: s.clock.now(), Scope: blockedScope})
	return true
}

// countRefusal notes a 429's scope, and counts what can get an address blocked: 401, 403 and 429, unless the limit is a
// shared one, which others may have used up.
func (s *Server) countRefusal(r *http.Request, h http.Header, entry *Call) {
	switch entry.Status {
	case http.StatusUnauthorized, http.StatusForbidden:
	case http.StatusTooManyRequests:
		if entry.Scope = h.Get("X-RateLimit-Scope"); entry.Scope == "shared" {
			return
		}
	default:
		return
	}
	if s.options.NoRateLimits {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	now, who := s.clock.now(), address(r)
	w := s.limits.refused[who]
	if w == nil || !w.ends.After(now) {
		w = &window{ends: now.Add(refusedPer)}
		s.limits.refused[who] = w
	}
	if w.used++; w.used >= maxRefused {
		s.limits.blocked[who] = now.Add(blockedFor)
		delete(s.limits.refused, who)
	}
}

// address is whom Cloudflare takes the caller for.
func address(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}
