package discord

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"ticketbot/internal/clock"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// wire is a Discord that answers what a test tells it to, for what the simulator does not do on demand.
type wire struct {
	*httptest.Server
	clock *clock.Manual

	mu     sync.Mutex
	calls  []string // method and path, in order
	bodies []string
	answer func(n int, r *http.Request, body string) (status int, header map[string]string, text string)
}

// newWire answers the n-th request, counted from 1.
func newWire(t *testing.T, answer func(n int, r *http.Request, body string) (int, map[string]string, string)) (*wire, *Client) {
	t.Helper()
	w := &wire{clock: clock.NewManual(noon), answer: answer}
	w.Server = httptest.NewServer(w)
	t.Cleanup(w.Close)
	c := New(Options{Token: "sim.1.x", API: w.URL + "/api/v10", Dashboard: "https://tickets.example/", Clock: w.clock})
	c.self = Self{Application: 77, User: 77, Name: "TicketBot"}
	return w, c
}

func (w *wire) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	w.mu.Lock()
	w.calls = append(w.calls, r.Method+" "+strings.TrimPrefix(r.URL.RequestURI(), "/api/v10"))
	w.bodies = append(w.bodies, string(body))
	status, header, text := w.answer(len(w.calls), r, string(body))
	w.mu.Unlock()
	for k, v := range header {
		rw.Header().Set(k, v)
	}
	if status == 0 { // the connection breaks
		panic(http.ErrAbortHandler)
	}
	rw.WriteHeader(status)
	_, _ = io.WriteString(rw, text)
}

func (w *wire) count() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.calls)
}

// always answers every request the same.
func always(status int, text string) func(int, *http.Request, string) (int, map[string]string, string) {
	return func(int, *http.Request, string) (int, map[string]string, string) {
		return status, map[string]string{"Via": "1.1 google"}, text
	}
}

func refusal(code int) string {
	return fmt.Sprintf(`{"message":"no","code":%d}`, code)
}

// decoded is a body, as far as it is an object.
func decoded(t *testing.T, body string) map[string]any {
	t.Helper()
	var m map[string]any
	if err := json.Unmarshal([]byte(body), &m); err != nil {
		t.Fatalf("%v in %s", err, body)
	}
	return m
}
