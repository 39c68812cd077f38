package ticket

import (
	"context"
	"errors"
	"sync"
)

var errGuildEnded = errors.New("the bot is not in the server any more")

// EndGuild ends what this process does for a guild: its channels are not listened to any more, and what is under way for
// Discord is broken off. Rows and keys are not its business.
func (s *Service) EndGuild(id GuildID) {
	for _, room := range s.rooms.All(id) {
		s.rooms.Remove(room.Channel)
	}
	s.fence.end(id)
}

// fence knows what is under way for each guild. A request that waits for its turn when the bot is thrown out must not be
// made afterwards.
type fence struct {
	mu       sync.Mutex
	underWay map[GuildID]map[*context.CancelCauseFunc]struct{}
}

// enter returns a context that ends with the guild; leave must be called.
func (f *fence) enter(ctx context.Context, id GuildID) (inside context.Context, leave func()) {
	inside, cancel := context.WithCancelCause(ctx)
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.underWay == nil {
		f.underWay = map[GuildID]map[*context.CancelCauseFunc]struct{}{}
	}
	if f.underWay[id] == nil {
		f.underWay[id] = map[*context.CancelCauseFunc]struct{}{}
	}
	f.underWay[id][&cancel] = struct{}{}
	return inside, func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		delete(f.underWay[id], &cancel)
		if len(f.underWay[id]) == 0 {
			delete(f.underWay, id)
		}
		cancel(nil)
	}
}

func (f *fence) end(id GuildID) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for cancel := range f.underWay[id] {
		(*cancel)(errGuildEnded)
	}
}
