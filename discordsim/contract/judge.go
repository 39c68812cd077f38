package contract

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"ticketbot/discordsim"
)

// Watch lets a judge listen to the simulator that is about to be made with these options. When the test is over, after the
// simulator has closed, the test fails for each violation of the simulator: what clients send is their own affair.
func Watch(t testing.TB, o discordsim.Options) discordsim.Options {
	t.Helper()
	return watch(t, o, false)
}

// WatchBot is Watch for tests whose only client is this project's bot: what it sends is judged as well.
func WatchBot(t testing.TB, o discordsim.Options) discordsim.Options {
	t.Helper()
	return watch(t, o, true)
}

func watch(t testing.TB, o discordsim.Options, both bool) discordsim.Options {
	t.Helper()
	j := &Judge{taken: map[string]int{}, both: both}
	o.Recorder = j
	t.Cleanup(func() { j.report(t) })
	return o
}

// Judge takes note of what goes over the wire. It implements [discordsim.Recorder].
type Judge struct {
	mu       sync.Mutex
	taken    map[string]int // by method or event
	noted    []noted
	invented [][]byte
	both     bool // clients are judged as well
}

// noted is an exchange or a payload.
type noted struct {
	exchange    *discordsim.Exchange
	payload     []byte
	fromDiscord bool
}

// Of each kind the first are judged, and then a sample.
const (
	first  = 2000
	sample = 50
)

func (j *Judge) note(kind string, n noted) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.taken[kind]++
	if had := j.taken[kind]; had <= first || had%sample == 0 {
		j.noted = append(j.noted, n)
	}
}

func (j *Judge) Exchange(x discordsim.Exchange) { j.note(x.Method, noted{exchange: &x}) }

func (j *Judge) Payload(fromDiscord bool, payload []byte) {
	kind, _, _ := bytes.Cut(payload, []byte(`,"s"`)) // an event's name comes first
	if len(kind) > 40 {
		kind = nil
	}
	j.note(string(kind), noted{payload: payload, fromDiscord: fromDiscord})
}

func (j *Judge) Invented(mark string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.invented = append(j.invented, []byte(mark))
}

// known is the description and what of it was used, once a process.
type known struct {
	*Description
	mu    sync.Mutex
	seen  map[string]bool // what was judged, by name and shape
	error error
}

var compiled = sync.OnceValue(func() *known {
	k := &known{seen: map[string]bool{}}
	var folder string
	if folder, k.error = prepare(); k.error == nil {
		k.Description, k.error = Load(folder)
	}
	return k
})

// prepare finds tests/contract from wherever a test runs.
func prepare() (string, error) {
	root, err := os.Getwd()
	if err != nil {
		return "", fmt.Errorf("find the project: %w", err)
	}
	for {
		if _, err := os.Stat(filepath.Join(root, "go.mod")); err == nil {
			break
		}
		if filepath.Dir(root) == root {
			return "", fmt.Errorf("no go.mod above this test")
		}
		root = filepath.Dir(root)
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		cache = os.TempDir()
	}
	return Describe(context.Background(), filepath.Join(root, "tests", "contract"), filepath.Join(cache, "ticketbot"))
}

func (j *Judge) report(t testing.TB) {
	t.Helper()
	k := compiled()
	if k.error != nil {
		t.Errorf("the simulator cannot be held against its descriptions: %v", k.error)
		return
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	k.mu.Lock()
	defer k.mu.Unlock()
	exchanges, payloads, fresh := 0, 0, 0
	for _, n := range j.noted {
		if j.isInvented(n) {
			continue
		}
		name, shape := n.identity(k.Description)
		if n.exchange != nil {
			exchanges++
		} else {
			payloads++
		}
		if k.seen[name+shape] {
			continue
		}
		k.seen[name+shape] = true
		fresh++
		if wrong := j.judged(k.Description, n); len(wrong) > 0 {
			t.Errorf("not as Discord does it: %s\n\t%s\n\t%s", name, strings.Join(wrong, "\n\t"), n.shortly())
		}
	}
	t.Logf("contract: %d exchanges and %d payloads, %d of a new shape", exchanges, payloads, fresh)
}

func (j *Judge) isInvented(n noted) bool {
	for _, mark := range j.invented {
		if bytes.Contains(n.payload, mark) || n.exchange != nil && (bytes.Contains(n.exchange.Response, mark) || bytes.Contains(n.exchange.Request, mark)) {
			return true
		}
	}
	return false
}

// identity is what is judged, and its shape.
func (n noted) identity(d *Description) (name, shape string) {
	if n.exchange == nil {
		v, _ := decode(n.payload)
		o, _ := v.(map[string]any)
		return payloadName(n.fromDiscord, o), fmt.Sprint(shapeOf(v))
	}
	x := n.exchange
	request, _ := bodyOf(*x)
	response, _ := decode(x.Response)
	o, _, found := d.find(x.Method, x.Path)
	if !found {
		o.name = x.Method + " " + x.Path
	}
	query, _ := url.ParseQuery(x.Query)
	return fmt.Sprintf("%s %d", o.name, x.Status), fmt.Sprint(slices.Sorted(maps.Keys(query)), shapeOf([]any{request}), shapeOf(response), x.Chosen)
}

func (j *Judge) judged(d *Description, n noted) []string {
	switch {
	case n.exchange == nil && (n.fromDiscord || j.both):
		return d.Payload(n.fromDiscord, n.payload)
	case n.exchange == nil:
		return nil
	case j.both:
		return append(d.Request(*n.exchange), d.Answer(*n.exchange)...)
	}
	return d.Answer(*n.exchange)
}

func (n noted) shortly() string {
	text := string(n.payload)
	if x := n.exchange; x != nil {
		text = fmt.Sprintf("%s %s?%s %s → %s", x.Method, x.Path, x.Query, x.Request, x.Response)
	}
	if len(text) > 1500 {
		text = text[:1500] + "…"
	}
	return text
}
