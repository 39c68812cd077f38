package privacy

import (
	"context"
	"errors"
	"sync"
)

// turn is the wish that was last tried: whoever is cut short goes on behind it, so that however many wishes cannot be
// fulfilled now, and however long they take to fail, each other one has its turn.
type turn struct {
	mu   sync.Mutex
	last int64
}

func (t *turn) get() int64 {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.last
}

func (t *turn) set(id int64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.last = id
}

// ContinueErasures goes on with what was left undone. When ctx ends first, the next call goes on from there.
func (s *Service) ContinueErasures(ctx context.Context) error {
	var failed error
	for {
		ids, err := s.store.UndoneErasures(ctx, s.turn.get())
		if err != nil {
			return errors.Join(failed, err)
		}
		if len(ids) == 0 {
			s.turn.set(0)
			return failed
		}
		for _, id := range ids {
			if err := ctx.Err(); err != nil {
				return errors.Join(failed, err)
			}
			s.turn.set(id)
			failed = errors.Join(failed, s.ContinueErasure(ctx, id))
		}
	}
}
