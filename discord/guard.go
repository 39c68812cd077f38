package discord

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"ticketbot/internal/clock"
	"ticketbot/internal/fault"

	"github.com/disgoorg/disgo/rest"
)

const (
	maxTries    = 4
	maxWait     = 15 * time.Second // for a limit; a longer one is left to whoever tries again later
	tryTimeout  = 20 * time.Second
	firstPause  = 300 * time.Millisecond // after a failure of Discord's; doubles
	maxAnswer   = 32 << 20
	maxComplain = 64 << 10 // of an answer that says no
)

// guard stands between us and the network. It waits for rate limits, repeats what may be repeated when Discord fails,
// and sees to it that no message pings anybody whom it does not name as pinged.
type guard struct {
	next   http.RoundTripper
	clock  clock.Clock
	limits *limits
	count  func(route string, status int)
}

func newGuard(next http.RoundTripper, clk clock.Clock, count func(string, int)) *guard {
	if count == nil {
		count = func(string, int) {}
	}
	return &guard{next: next, clock: clk, limits: newLimits(clk), count: count}
}

// route is what the guard has to know of a request besides its address.
type route struct {
	name  string // method and template
	major string // what the limit belongs to: the channel, the guild
}

type routeKey struct{}

func withRoute(ctx context.Context, e *rest.CompiledEndpoint) context.Context {
	return context.WithValue(ctx, routeKey{}, route{e.Endpoint.Method + " " + e.Endpoint.Route, e.MajorParams})
}

// interaction routes are outside the global limit: they have three seconds, and their own limits.
func (r route) interaction() bool {
	return strings.Contains(r.name, " /interactions/") || strings.Contains(r.name, "{interaction.token}")
}

func (g *guard) RoundTrip(r *http.Request) (*http.Response, error) {
	where, _ := r.Context().Value(routeKey{}).(route)
	body, err := quietBody(r)
	if err != nil {
		return nil, err
	}
	again := repeatable(r.Method, where, body)
	for try := 1; ; try++ {
		if err := g.limits.wait(r.Context(), where); err != nil {
			return nil, err
		}
		answer, refused, err := g.once(r, where, body)
		var pause time.Duration
		switch {
		case try == maxTries || r.Context().Err() != nil:
			return answer, err
		case err != nil || answer.StatusCode >= 500:
			if !again {
				return answer, err
			}
			pause = firstPause << (try - 1)
		case answer.StatusCode == http.StatusTooManyRequests: // refused before it was carried out, so it may be repeated
			if refused > maxWait {
				return answer, nil
			}
			if where.interaction() || answer.Header.Get("X-RateLimit-Scope") == "shared" { // for the others, the limits remember it
				pause = refused
			}
		default:
			return answer, nil
		}
		if err := clock.Sleep(r.Context(), g.clock, pause); err != nil {
			return nil, err
		}
	}
}

// once sends the request and reads the answer whole, so that an answer cut off counts as a failure here, where it can
// be repeated. refused is how long Discord wants to be left alone.
func (g *guard) once(r *http.Request, where route, body []byte) (answer *http.Response, refused time.Duration, err error) {
	ctx, cancel := context.WithTimeout(r.Context(), tryTimeout)
	defer cancel()
	q := r.Clone(ctx)
	q.Body, q.GetBody, q.ContentLength = io.NopCloser(bytes.NewReader(body)), nil, int64(len(body))
	if len(body) == 0 {
		q.Body = http.NoBody
	}
	defer g.limits.landed(where)
	answer, err = g.next.RoundTrip(q)
	if err != nil {
		return nil, 0, err
	}
	defer answer.Body.Close()
	limit := int64(maxAnswer)
	if answer.StatusCode >= 400 {
		limit = maxComplain
	}
	text, err := io.ReadAll(io.LimitReader(answer.Body, limit))
	g.count(where.name, answer.StatusCode)
	if err != nil {
		return nil, 0, err
	}
	refused = g.limits.learn(where, answer, text)
	if answer.StatusCode >= 400 {
		text = onlyJSON(text)
	}
	answer.Body, answer.ContentLength = io.NopCloser(bytes.NewReader(text)), int64(len(text))
	return answer, refused, nil
}

// onlyJSON keeps pages of HTML, and bodies like null, out of errors.
func onlyJSON(text []byte) []byte {
	var object map[string]json.RawMessage
	if json.Unmarshal(text, &object) != nil || object == nil {
		return []byte("{}")
	}
	return text
}

// repeatable says whether doing a request twice does it once. Making something is not: unless it is a message with an
// enforced nonce, which Discord recognises for some minutes; a first answer, of which the second is refused; or a
// direct channel, of which there is one.
func repeatable(method string, where route, body []byte) bool {
	if method != http.MethodPost {
		return true
	}
	if strings.HasSuffix(where.name, "/callback") || strings.HasSuffix(where.name, "/users/@me/channels") {
		return true
	}
	var m struct {
		Nonce        string `json:"nonce"`
		EnforceNonce bool   `json:"enforce_nonce"`
	}
	return json.Unmarshal(body, &m) == nil && m.Nonce != "" && m.EnforceNonce
}

// errBusy says that Discord asks to wait longer than a request should.
func errBusy(wait time.Duration) error {
	return fault.New(fault.Unavailable, "discord.busy").Because(fmt.Errorf("limited for %s", wait))
}
