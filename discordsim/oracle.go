package discordsim

import (
	"sync"
	"time"
)

// Fact is one line of the oracle: something that really happened. Body is a message's content, a channel's or role's
// name, or what else the kind suggests.
type Fact struct {
	Seq     int64     `json:"seq"`
	At      time.Time `json:"at"`
	Kind    string    `json:"kind"`
	Guild   ID        `json:"guild,omitempty"`
	Channel ID        `json:"channel,omitempty"`
	Message ID        `json:"message,omitempty"`
	User    ID        `json:"user,omitempty"`
	Body    string    `json:"body,omitempty"`
}

// Call is one REST request. Route is the template, such as "/channels/{channel}/messages". Status is 0 where nothing was
// answered: the connection was cut, or the caller went away. Fault says that [Server.FailREST] chose the answer.
type Call struct {
	Seq     int64     `json:"seq"`
	Method  string    `json:"method"`
	Route   string    `json:"route"`
	Path    string    `json:"path"`
	Status  int       `json:"status"`
	At      time.Time `json:"at"`
	App     ID        `json:"app,omitempty"`     // whose bot called
	Guild   ID        `json:"guild,omitempty"`   // of the path, or of the path's channel
	Channel ID        `json:"channel,omitempty"` // of the path
	Scope   string    `json:"scope,omitempty"`   // of a 429: user, shared, global, or cloudflare
	Fault   bool      `json:"fault,omitempty"`
	Late    bool      `json:"late,omitempty"` // the fault came after the request had taken effect
}

// oracle is the simulator's own log. It is only ever appended to; facts and calls share one numbering.
type oracle struct {
	mu    sync.Mutex
	seq   int64
	facts []Fact
	calls []Call
	more  chan struct{} // closed when something is added
}

func newOracle() *oracle { return &oracle{more: make(chan struct{})} }

func (o *oracle) fact(f Fact) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.seq++
	f.Seq = o.seq
	o.facts = append(o.facts, f)
	o.ring()
}

func (o *oracle) call(c Call) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.seq++
	c.Seq = o.seq
	o.calls = append(o.calls, c)
	o.ring()
}

func (o *oracle) ring() {
	close(o.more)
	o.more = make(chan struct{})
}

// Facts are the facts after the given sequence number.
func (s *Server) Facts(since int64) []Fact {
	s.oracle.mu.Lock()
	defer s.oracle.mu.Unlock()
	var out []Fact
	for _, f := range s.oracle.facts {
		if f.Seq > since {
			out = append(out, f)
		}
	}
	return out
}

// Calls are the REST calls after the given sequence number.
func (s *Server) Calls(since int64) []Call {
	s.oracle.mu.Lock()
	defer s.oracle.mu.Unlock()
	var out []Call
	for _, c := range s.oracle.calls {
		if c.Seq > since {
			out = append(out, c)
		}
	}
	return out
}

// CallCounts counts the calls after a sequence number by method and route: "POST /channels/{channel}/messages".
func (s *Server) CallCounts(since int64) map[string]int {
	counts := map[string]int{}
	for _, c := range s.Calls(since) {
		counts[c.Method+" "+c.Route]++
	}
	return counts
}

// Posts are the facts after a sequence number that the bot wrote something: messages it sent, edited or filled in, in
// guilds, in direct conversations and for one person only.
func (s *Server) Posts(app ID, since int64) []Fact {
	wrote := map[string]bool{"message_create": true, "message_edit": true, "message_update": true, "ephemeral_create": true, "ephemeral_edit": true}
	var out []Fact
	for _, f := range s.Facts(since) {
		if f.User == app && wrote[f.Kind] {
			out = append(out, f)
		}
	}
	return out
}

// Writes are the requests after a sequence number by which the bot changed something, whether it was told so or not: all
// but GET that took effect.
func (s *Server) Writes(app ID, since int64) []Call {
	var out []Call
	for _, c := range s.Calls(since) {
		if c.App == app && c.Method != "GET" && (c.Status >= 200 && c.Status < 400 || c.Late) {
			out = append(out, c)
		}
	}
	return out
}

// Seq is the number of the newest fact or call.
func (s *Server) Seq() int64 {
	s.oracle.mu.Lock()
	defer s.oracle.mu.Unlock()
	return s.oracle.seq
}

// Changed is closed when the oracle grows; tests wait on it instead of sleeping.
func (s *Server) Changed() <-chan struct{} {
	s.oracle.mu.Lock()
	defer s.oracle.mu.Unlock()
	return s.oracle.more
}

func (s *Server) tell(kind string, f Fact) {
	f.Kind, f.At = kind, s.clock.now()
	s.oracle.fact(f)
}
