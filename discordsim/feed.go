package discordsim

import (
	"encoding/json"
	"slices"
	"sync"
)

// Notice is what a person's client is told. Kinds are those of the gateway, filtered to what the person can see, with
// ephemeral messages as MESSAGE_CREATE, MESSAGE_UPDATE and MESSAGE_DELETE, and besides
// INTERACTION_SUCCESS, INTERACTION_FAILURE {id} and INTERACTION_MODAL_CREATE {id, modal}.
type Notice struct {
	Kind string          `json:"kind"`
	Data json.RawMessage `json:"data"`
}

// Feed is one client of a person, looking.
type Feed struct {
	user ID

	mu    sync.Mutex
	queue []Notice
	ready chan struct{}
}

// Watch opens a feed of what the user sees from now on; cancel closes it.
func (s *Server) Watch(user ID) (feed *Feed, cancel func()) {
	f := &Feed{user: user, ready: make(chan struct{}, 1)}
	s.mu.Lock()
	s.feeds[f] = struct{}{}
	s.mu.Unlock()
	return f, func() {
		s.mu.Lock()
		delete(s.feeds, f)
		s.mu.Unlock()
	}
}

// Ready delivers when Take has something to return.
func (f *Feed) Ready() <-chan struct{} { return f.ready }

// Take returns what has come since it was last called.
func (f *Feed) Take() []Notice {
	f.mu.Lock()
	defer f.mu.Unlock()
	taken := slices.Clone(f.queue)
	f.queue = nil
	return taken
}

func (f *Feed) push(n Notice) {
	f.mu.Lock()
	f.queue = append(f.queue, n)
	f.mu.Unlock()
	select {
	case f.ready <- struct{}{}:
	default:
	}
}

// notify tells one person's clients something that bots do not hear.
func (s *Server) notify(user ID, kind string, data any) {
	s.dispatch(event{name: kind, only: user, data: data})
}
