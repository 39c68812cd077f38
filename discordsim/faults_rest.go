package discordsim

import (
	"fmt"
	"net/http"
	"strconv"
	"time"
)

// This file is what goes wrong with a request.

// spoil answers the request as a misbehaving Discord would; no when nothing is wrong with it.
func (c *call) spoil(entry *Call) (status int, spoilt bool) {
	if c.s.calm() {
		return 0, false
	}
	for _, fault := range c.s.strikes(OnRequest, Fact{Guild: entry.Guild, Channel: entry.Channel}) {
		switch fault {
		case "rest_bucket":
			c.s.bad.mu.Lock()
			c.s.bad.buckets++
			c.s.bad.mu.Unlock()
		case "rest_slow":
			entry.Fault = true
			return c.slowly(entry, time.Duration(c.s.between(fault, 100, 500))*time.Millisecond), true
		default:
			entry.Fault = true
			return c.spoilAs(fault, entry), true
		}
	}
	return 0, false
}

func (c *call) spoilAs(fault string, entry *Call) int {
	switch fault {
	case "rest_500":
		return c.refuse(&APIError{Status: http.StatusInternalServerError, Message: "500: Internal Server Error"})
	case "rest_502":
		return c.errorPage(http.StatusBadGateway, "502 Bad Gateway")
	case "rest_503":
		return c.errorPage(http.StatusServiceUnavailable, "503 Service Temporarily Unavailable")
	case "rest_502_after":
		c.happen(entry)
		return c.errorPage(http.StatusBadGateway, "502 Bad Gateway")
	case "rest_reset_after":
		c.happen(entry)
		return 0
	case "rest_truncated":
		return c.truncated(entry)
	case "rest_429_shared":
		return c.limited("shared", 0.3)
	case "rest_429_global":
		return c.limited("global", 0.5)
	case "rest_429_cloudflare":
		c.w.Header().Del("Via")
		c.w.Header().Set("Retry-After", "1")
		return c.errorPage(http.StatusTooManyRequests, "error code: 1015")
	}
	return 0 // rest_reset
}

func (c *call) happen(entry *Call) (result any, err error) {
	result, err = c.run()
	entry.Late = err == nil
	return result, err
}

// truncated promises a whole answer and sends half of it. A refusal comes whole: it is short.
func (c *call) truncated(entry *Call) int {
	result, err := c.happen(entry)
	if err != nil {
		return c.refuse(err)
	}
	if chosen, ok := result.(withStatus); ok {
		result = chosen.body
	}
	body := encode(result)
	c.w.Header().Set("Content-Type", "application/json")
	c.w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	_, _ = c.w.Write(body[:len(body)/2])
	if f, ok := c.w.(http.Flusher); ok {
		f.Flush()
	}
	return 0
}

// slowly lets the request happen and keeps the answer back for a while. A frozen clock would keep it for ever.
func (c *call) slowly(entry *Call, wait time.Duration) int {
	result, err := c.run()
	entry.Late = err == nil
	if !c.s.options.Frozen {
		over := make(chan struct{})
		c.s.clock.after(wait, func() { close(over) })
		select {
		case <-over:
		case <-c.r.Context().Done():
			return 0
		case <-c.s.life.Done():
			return 0
		}
	}
	entry.Fault, entry.Late = false, false
	if err != nil {
		return c.refuse(err)
	}
	return c.reply(result)
}

// bucketAge is what the names of buckets end with since they last changed.
func (s *Server) bucketAge() string {
	s.bad.mu.Lock()
	defer s.bad.mu.Unlock()
	if s.bad.buckets == 0 {
		return ""
	}
	return strconv.FormatUint(s.bad.buckets, 10)
}

func (c *call) errorPage(status int, title string) int {
	c.w.Header().Set("Content-Type", "text/html; charset=UTF-8")
	c.w.WriteHeader(status)
	fmt.Fprintf(c.w, "<html>\r\n<head><title>%s</title></head>\r\n<body>\r\n<center><h1>%[1]s</h1></center>\r\n<hr><center>cloudflare</center>\r\n</body>\r\n</html>\r\n", title)
	return status
}

func (c *call) limited(scope string, seconds float64) int {
	h := c.w.Header()
	h.Set("Retry-After", "1")
	h.Set("X-RateLimit-Scope", scope)
	if scope == "global" {
		h.Set("X-RateLimit-Global", "true")
	}
	return c.refuse(&tooMany{Message: "You are being rate limited.", RetryAfter: seconds, Global: scope == "global"})
}
