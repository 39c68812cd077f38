package ticket

import (
	"context"
	"errors"
	"fmt"
	"time"

	"ticketbot/internal/fault"
)

// effectTime bounds one try. It is shorter than the time for which [Store.ClaimEffect] gives an effect to one process, so
// that no two are ever at it.
const effectTime = 50 * time.Second

// CarryOut does one effect, unless it is done or somebody else is at it. The verb that wrote the effect calls it in the
// same breath; a job calls it later if that breath was cut short.
func (s *Service) CarryOut(ctx context.Context, g Guild, id EffectID) error {
	inside, leave := s.fence.enter(ctx, g) // first: a guild that ends in between must not be overlooked
	defer leave()
	e, ok, err := s.store.ClaimEffect(ctx, g, id)
	if err != nil {
		return fmt.Errorf("take effect: %w", err)
	}
	if !ok {
		return nil
	}
	bounded, cancel := context.WithTimeout(inside, effectTime)
	defer cancel()
	if err := s.do(bounded, e); err != nil {
		if errors.Is(context.Cause(inside), errGuildEnded) {
			return fault.New(fault.NotFound, "ticket.guild_ended").Because(err)
		}
		// The release must happen although the caller has gone away.
		if lost := s.store.ReleaseEffect(context.WithoutCancel(ctx), e, err); lost != nil {
			s.log.Error("effect not given back", "effect", e.ID, "error", lost)
		}
		return fmt.Errorf("%s: %w", e.Kind, err)
	}
	return nil
}

// CatchUp carries out what an earlier process, or this one, left undone.
func (s *Service) CatchUp(ctx context.Context) error {
	due, err := s.store.DueEffects(ctx, 100)
	if err != nil {
		return err
	}
	for _, e := range due {
		if err := s.CarryOut(ctx, e.Guild, e.ID); err != nil {
			s.log.Warn("effect will be tried again", "effect", e.ID, "kind", e.Kind, "attempts", e.Attempts+1, "error", err)
		}
	}
	return ctx.Err()
}

func (s *Service) do(ctx context.Context, e *Effect) error {
	switch e.Kind {
	case EffectOpenChannel:
		return s.openChannel(ctx, e)
	case EffectShowClaim:
		return s.showClaim(ctx, e)
	case EffectGrant, EffectRevoke:
		return s.letInOrOut(ctx, e)
	case EffectFinish:
		return s.finish(ctx, e)
	case EffectLog:
		return s.tellLog(ctx, e)
	case EffectTell:
		return s.tellOpener(ctx, e)
	case EffectDeleteChannel:
		return s.deleteChannel(ctx, e)
	case EffectPostPanel:
		return s.postPanel(ctx, e)
	}
	return fmt.Errorf("no such effect: %q", e.Kind)
}

// final says that trying again does not help: whoever was asked has understood, and refused.
func final(err error) bool {
	f := fault.From(err)
	return f != nil && f.Kind != fault.Unavailable && f.Kind != fault.Config
}

// done marks an effect that led to nothing more in the database.
func (s *Service) done(ctx context.Context, e *Effect) error {
	return s.store.InTx(ctx, e.Guild, func(tx Tx) error { return tx.FinishEffect(ctx, e) })
}
