package bot

import (
	"context"
	"errors"
	"sync"
	"time"

	"ticketbot/internal/clock"
	"ticketbot/internal/fault"
	"ticketbot/ticket"

	"github.com/disgoorg/disgo/discord"
)

// patience is how long a verb may take before the person is told that it is being worked on. Discord gives up after
// three seconds, some of which the way took.
const patience = 2 * time.Second

// answer is the one answer to an interaction: a callback, or a deferral and an edit.
type answer struct {
	replier Replier
	clock   clock.Clock
	in      *interaction

	mu    sync.Mutex
	state answerState
	stop  context.CancelFunc
	ended chan struct{}
}

type answerState int

const (
	open answerState = iota
	deferred
	given
)

// begin keeps the pace of a route.
func (a *answer) begin(ctx context.Context, p pace) error {
	switch p {
	case first:
		return a.deferNow(ctx)
	case soon:
		a.deferIfSlow(ctx)
	}
	return nil
}

// deferIfSlow tells Discord that an answer will come, unless it comes within patience.
func (a *answer) deferIfSlow(ctx context.Context) {
	waiting, stop := context.WithCancel(ctx)
	a.stop, a.ended = stop, make(chan struct{})
	late := a.clock.After(patience)
	go func() {
		defer close(a.ended)
		select {
		case <-waiting.Done():
		case <-late:
			_ = a.deferNow(ctx) // refused, so will be the answer, and that is reported
		}
	}()
}

// stopWaiting ends deferIfSlow.
func (a *answer) stopWaiting() {
	if a.stop != nil {
		a.stop()
		<-a.ended
	}
}

func (a *answer) deferNow(ctx context.Context) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.state != open {
		return nil
	}
	err := a.call(ctx, discord.InteractionResponse{
		Type: discord.InteractionResponseTypeDeferredCreateMessage,
		Data: discord.MessageCreate{Flags: discord.MessageFlagEphemeral},
	})
	switch {
	case err == nil:
		a.state = deferred
	case over(err):
		a.state = given
	}
	return err
}

// over says that Discord does not wait for an answer any more: it came too late, an earlier process gave one, or the
// channel to show it in is gone.
func over(err error) bool {
	kind := fault.KindOf(err)
	return kind == fault.NotFound || kind == fault.Conflict || errors.Is(err, ticket.ErrChannelGone)
}

// give answers. The first answer counts; nothing is left to say after it.
func (a *answer) give(ctx context.Context, r reply) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	before := a.state
	a.state = given
	switch {
	case before == given || r.empty():
		return nil
	case before == open:
		return a.call(ctx, r.response())
	case r.modal != nil:
		return errors.New("a form cannot follow a deferral")
	}
	return a.replier.EditAnswer(ctx, uint64(a.in.Application), a.in.Token, r.update())
}

func (a *answer) call(ctx context.Context, r discord.InteractionResponse) error {
	return a.replier.Answer(ctx, uint64(a.in.ID), a.in.Token, r)
}
