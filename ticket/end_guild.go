package ticket

import (
	"context"
	"errors"
	"sync"
)

var errGuildEnded = errors.New("the bot is not in the server any more")

// EndGuild ends what this process does for a membership, or, with epoch 0, for all memberships of a guild: its channels are
// not listened to any more, and what is under way for Discord is broken off. Rows and keys are not its business.
func (s *Service) EndGuild(g Guild) {
	for _, room := range s.rooms.All(g.ID) {
		if g.Epoch == 0 || room.Guild == g {
			s.rooms.Remove(room.Channel)
		}
	}
	s.fence.end(g)
}

// fence knows what is under way for each guild. A request that waits for its turn when the bot is thrown out must not be
// made afterwards.
type fence struct {
	mu       sync.Mutex
	underWay map[*context.CancelCauseFunc]Guild
}

// enter returns a context that ends with the membership; leave must be called.
func (f *fence) enter(ctx context.Context, g Guild) (inside context.Context, leave func()) {
	inside, cancel := context.WithCancelCause(ctx)
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.underWay == nil {
		f.underWay = map[*context.CancelCauseFunc]Guild{}
	}
	f.underWay[&cancel] = g
	return inside, func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		delete(f.underWay, &cancel)
		cancel(nil)
	}
}

func (f *fence) end(ended Guild) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for cancel, g := range f.underWay {
		if g == ended || ended.Epoch == 0 && g.ID == ended.ID {
			(*cancel)(errGuildEnded)
		}
	}
}
