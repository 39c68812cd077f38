package privacy_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"ticketbot/keys"
	"ticketbot/privacy"
	"ticketbot/ticket"
)

// stumbling stands before store, keys and Discord, and stops at one of their calls.
type stumbling struct {
	calls, at int
	after     bool // the call is carried out, and nobody learns of it
}

var errCrash = errors.New("the power is cut")

func (s *stumbling) step(do func() error) error {
	s.calls++
	if s.calls == s.at && !s.after {
		return errCrash
	}
	err := do()
	if s.calls == s.at {
		return errCrash
	}
	return err
}

type stumblingStore struct {
	privacy.Store
	*stumbling
}

func (s stumblingStore) WhereKnown(ctx context.Context, u ticket.UserID) (known []privacy.Known, unreadable []ticket.Guild, err error) {
	err = s.step(func() (err error) { known, unreadable, err = s.Store.WhereKnown(ctx, u); return err })
	return known, unreadable, err
}

func (s stumblingStore) SaveErasure(ctx context.Context, e privacy.Erasure, from privacy.Stage) (ok bool, err error) {
	err = s.step(func() (err error) { ok, err = s.Store.SaveErasure(ctx, e, from); return err })
	return ok, err
}

func (s stumblingStore) ErasePerson(ctx context.Context, k privacy.Known) (n privacy.ErasedRows, err error) {
	err = s.step(func() (err error) { n, err = s.Store.ErasePerson(ctx, k); return err })
	return n, err
}

func (s stumblingStore) DeleteSessionsOf(ctx context.Context, u ticket.UserID) error {
	return s.step(func() error { return s.Store.DeleteSessionsOf(ctx, u) })
}

func (s stumblingStore) DeletePost(ctx context.Context, g ticket.Guild, at ticket.Posted) error {
	return s.step(func() error { return s.Store.DeletePost(ctx, g, at) })
}

func (s stumblingStore) EndErasure(ctx context.Context, id int64, owner keys.Tag, r privacy.Receipt) error {
	return s.step(func() error { return s.Store.EndErasure(ctx, id, owner, r) })
}

type stumblingKeys struct {
	*keys.Ring
	*stumbling
}

func (s stumblingKeys) Forget(ctx context.Context, what []keys.Puncture) error {
	return s.step(func() error { return s.Ring.Forget(ctx, what) })
}

type stumblingDiscord struct {
	*pinboard
	*stumbling
}

func (s stumblingDiscord) RewriteLog(ctx context.Context, c ticket.ChannelID, m ticket.MessageID, n ticket.Notice) error {
	return s.step(func() error { return s.pinboard.RewriteLog(ctx, c, m, n) })
}

func (s stumblingDiscord) DeleteMessage(ctx context.Context, c ticket.ChannelID, m ticket.MessageID) error {
	return s.step(func() error { return s.pinboard.DeleteMessage(ctx, c, m) })
}

func (s stumblingDiscord) EditWelcome(ctx context.Context, w ticket.Welcome) error {
	return s.step(func() error { return s.pinboard.EditWelcome(ctx, w) })
}

// TestForgetPersonCutShort cuts an erasure short at each of its steps, before and after the step is carried out. It is
// never reported as done before it is, and goes on to the same end.
func TestForgetPersonCutShort(t *testing.T) {
	ctx := t.Context()
	steps := 0
	for at := 1; ; at++ {
		for _, after := range []bool{false, true} {
			h := newHouse(t)
			s := &stumbling{at: at, after: after}
			o := h.options()
			o.Store, o.Keys, o.Discord = stumblingStore{h.Store, s}, stumblingKeys{h.home.Keys(), s}, stumblingDiscord{h.discord, s}
			asked, err := h.service().ForgetPerson(ctx, ada.ID)
			check(t, err)
			err = privacy.New(o).ContinueErasure(ctx, asked.Erasure)
			if s.calls < at {
				check(t, err)
				if steps < 18 {
					t.Errorf("only %d steps", steps)
				}
				return
			}
			steps = at
			t.Run(fmt.Sprintf("step %d, carried out: %t", at, after), func(t *testing.T) {
				if !errors.Is(err, errCrash) {
					t.Fatalf("the crash was not noticed: %v", err)
				}
				_, unsaid := h.service().Receipt(ctx, ada.ID, asked.Receipt)
				rest := len(having(h.readable(t), hers)) + h.discord.having(hers)
				if unsaid == nil && rest > 0 {
					t.Errorf("reported as done with %d places left", rest)
				}
				// Another process goes on, with nothing but what is kept.
				h.Store = h.home.Open(t, h.clock)
				check(t, h.service().ContinueErasures(ctx))
				same(t, having(h.readable(t), hers), []string(nil))
				same(t, h.discord.having(hers), 0)
				r, err := h.service().Receipts(ctx, ada.ID)
				check(t, err)
				if len(r) != 1 || !strings.Contains(r[0].Statement, `"servers":2,"messages":6,"files":2,"tickets":2`) {
					t.Errorf("%+v", r)
				}
			})
			h.home.Close()
		}
	}
}
