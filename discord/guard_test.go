package discord

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"ticketbot/internal/clock"
	"ticketbot/internal/fault"
	"ticketbot/ticket"

	"github.com/disgoorg/disgo/discord"
)

// whenAsleep advances the clock each time somebody waits on it, and notes for how long.
func (w *wire) whenAsleep(t *testing.T, steps ...time.Duration) {
	t.Helper()
	go func() {
		for _, d := range steps {
			if w.clock.AwaitSleepers(t.Context(), 1) != nil {
				return
			}
			w.clock.Advance(d)
		}
	}()
}

func global(after string) map[string]string {
	return map[string]string{"Via": "1.1 google", "Retry-After": after, "X-RateLimit-Global": "true", "X-RateLimit-Scope": "global"}
}

func TestGuard_limits(t *testing.T) {
	t.Run("a global limit is waited out, by all but interactions", func(t *testing.T) {
		w, c := newWire(t, func(n int, r *http.Request, _ string) (int, map[string]string, string) {
			if n == 1 {
				return 429, global("2"), `{"message":"slow","retry_after":1.5,"global":true}`
			}
			return 204, nil, ""
		})
		done := make(chan error)
		go func() { done <- c.DeleteChannel(t.Context(), 5, "x") }()
		if err := w.clock.AwaitSleepers(t.Context(), 1); err != nil {
			t.Fatal(err)
		}
		if err := c.Answer(t.Context(), 1, "token", discord.InteractionResponse{Type: 6}); err != nil {
			t.Errorf("an interaction waited: %v", err)
		}
		w.clock.Advance(1499 * time.Millisecond)
		if n := w.count(); n != 2 {
			t.Errorf("%d requests before the limit was over", n)
		}
		w.clock.Advance(time.Millisecond)
		if err := <-done; err != nil || w.count() != 3 {
			t.Errorf("%v after %d requests", err, w.count())
		}
	})
	t.Run("a bucket that is empty is not asked again before its window ends", func(t *testing.T) {
		w, c := newWire(t, func(n int, r *http.Request, _ string) (int, map[string]string, string) {
			left := "1"
			if n > 1 {
				left = "0"
			}
			return 204, map[string]string{"Via": "1", "X-RateLimit-Bucket": "b", "X-RateLimit-Limit": "2", "X-RateLimit-Remaining": left, "X-RateLimit-Reset-After": "0.35"}, ""
		})
		for range 2 {
			if err := c.DeleteChannel(t.Context(), 5, "x"); err != nil {
				t.Fatal(err)
			}
		}
		if err := c.DeleteChannel(t.Context(), 6, "x"); err != nil { // another channel, another bucket
			t.Fatal(err)
		}
		done := make(chan error)
		go func() { done <- c.DeleteChannel(t.Context(), 5, "x") }()
		if err := w.clock.AwaitSleepers(t.Context(), 1); err != nil {
			t.Fatal(err)
		}
		if n := w.count(); n != 3 {
			t.Errorf("%d requests, the bucket allows 2 and another 1", n)
		}
		w.clock.Advance(350 * time.Millisecond)
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	t.Run("a page of the network's stops everybody, and nothing of it is in the error", func(t *testing.T) {
		w, c := newWire(t, func(int, *http.Request, string) (int, map[string]string, string) {
			return 429, map[string]string{"Retry-After": "3600", "Content-Type": "text/html"}, "<html>error code: 1015</html>"
		})
		err := c.DeleteChannel(t.Context(), 5, "x")
		if fault.KindOf(err) != fault.Unavailable || strings.Contains(err.Error(), "html") {
			t.Errorf("got %v", err)
		}
		if err := c.Answer(t.Context(), 1, "token", discord.InteractionResponse{Type: 6}); fault.KindOf(err) != fault.Unavailable {
			t.Errorf("an interaction got %v", err)
		}
		if w.count() != 1 {
			t.Errorf("%d requests to a network that has banned us", w.count())
		}
	})
	t.Run("a refusal without a bucket is not hammered", func(t *testing.T) {
		w, c := newWire(t, func(n int, _ *http.Request, _ string) (int, map[string]string, string) {
			return 429, map[string]string{"Via": "1", "Retry-After": "1"}, `{"retry_after":1}`
		})
		w.whenAsleep(t, time.Second, time.Second, time.Second)
		if err := c.DeleteChannel(t.Context(), 5, "x"); fault.KindOf(err) != fault.Unavailable {
			t.Errorf("got %v", err)
		}
		if w.count() != maxTries {
			t.Errorf("%d requests in 3 seconds", w.count())
		}
	})
}

func TestLimits_many_at_once(t *testing.T) {
	clk := clock.NewManual(noon)
	l, r := newLimits(clk), route{"DELETE /channels/{channel.id}", "channel.id=5"}
	answered := func(left int) {
		h := http.Header{}
		for k, v := range map[string]string{"Bucket": "b", "Limit": "5", "Reset-After": "1", "Remaining": strconv.Itoa(left)} {
			h.Set("X-RateLimit-"+k, v)
		}
		l.learn(r, &http.Response{StatusCode: 204, Header: h}, nil)
		l.landed(r)
	}
	goes := func() (n int) {
		for l.take(r) <= 0 {
			n++
		}
		return n
	}
	l.take(r)
	answered(4)
	if n := goes(); n != 4 {
		t.Errorf("%d went where 4 were left", n)
	}
	for _, left := range []int{0, 3, 1, 2} { // answers overtake each other
		answered(left)
	}
	if n := goes(); n != 0 {
		t.Errorf("%d went although the newest answer said 0", n)
	}
	clk.Advance(time.Second)
	if n := goes(); n != 5 {
		t.Errorf("%d went in a new window of 5", n)
	}
	if l.take(route{r.name, "channel.id=6"}) > 0 {
		t.Error("another channel had to wait")
	}
}

func TestGuard_failures(t *testing.T) {
	failing := func(times int, status int) func(int, *http.Request, string) (int, map[string]string, string) {
		return func(n int, _ *http.Request, _ string) (int, map[string]string, string) {
			if n <= times {
				return status, map[string]string{"Via": "1"}, "<html>bad gateway</html>"
			}
			return 200, map[string]string{"Via": "1"}, `{"id":"123"}`
		}
	}
	steps := []time.Duration{time.Second, time.Second, 2 * time.Second}
	w1 := ticket.Welcome{Ticket: &ticket.Ticket{PublicID: "k3JxYzq9aPqR", Channel: 9}, Category: &ticket.Category{}}
	for _, status := range []int{0, 502, 503, 504} { // 0: the connection breaks
		t.Run("what can be done twice is tried again", func(t *testing.T) {
			w, c := newWire(t, failing(2, status))
			w.whenAsleep(t, steps...)
			if err := c.DeleteChannel(t.Context(), 5, "x"); err != nil || w.count() != 3 {
				t.Errorf("%v after %d requests", err, w.count())
			}
		})
		t.Run("so is a message with a nonce", func(t *testing.T) {
			w, c := newWire(t, failing(2, status))
			w.whenAsleep(t, steps...)
			id, err := c.PostWelcome(t.Context(), w1, 1, false)
			if id != 123 || err != nil || w.count() != 3 {
				t.Errorf("%d, %v after %d requests", id, err, w.count())
			}
		})
		t.Run("a channel is not made twice", func(t *testing.T) {
			w, c := newWire(t, failing(1, status))
			_, err := c.CreateChannel(t.Context(), ticket.ChannelSpec{Ticket: w1.Ticket, Category: w1.Category, Opener: 4})
			if fault.KindOf(err) != fault.Unavailable || w.count() != 1 {
				t.Errorf("%v after %d requests", err, w.count())
			}
		})
	}
	t.Run("it gives up with a sentence and without the page", func(t *testing.T) {
		w, c := newWire(t, failing(99, 503))
		w.whenAsleep(t, steps...)
		err := c.DeleteChannel(t.Context(), 5, "x")
		if fault.KindOf(err) != fault.Unavailable || strings.Contains(err.Error(), "html") || w.count() != maxTries {
			t.Errorf("%v after %d requests", err, w.count())
		}
	})
	t.Run("a cancelled caller is not kept waiting", func(t *testing.T) {
		w, c := newWire(t, failing(99, 503))
		ctx, cancel := context.WithCancel(t.Context())
		go func() {
			_ = w.clock.AwaitSleepers(t.Context(), 1)
			cancel()
		}()
		if err := c.DeleteChannel(ctx, 5, "x"); !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
	})
	t.Run("no token of an interaction gets into an error", func(t *testing.T) {
		w, c := newWire(t, failing(0, 0))
		w.Close()
		w.whenAsleep(t, steps...)
		err := c.Answer(t.Context(), 1, "very-secret-token", discord.InteractionResponse{Type: 6})
		if err == nil || strings.Contains(err.Error(), "secret") {
			t.Errorf("got %v", err)
		}
	})
}

func TestGuard_counts_routes_not_addresses(t *testing.T) {
	w, _ := newWire(t, always(204, ""))
	var got []string
	c := New(Options{Token: "sim.1.x", API: w.URL + "/api/v10", Clock: w.clock, Count: func(route string, status int) { got = append(got, route) }})
	if err := c.DeleteChannel(t.Context(), 5, "x"); err != nil {
		t.Fatal(err)
	}
	if len(got) != 1 || got[0] != "DELETE /channels/{channel.id}" {
		t.Errorf("counted %q", got)
	}
}
