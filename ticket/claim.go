package ticket

import (
	"context"
	"errors"
	"fmt"

	"ticketbot/internal/fault"
)

// Claim makes a staff member the one who answers. Claimed by somebody else, it is a conflict that names them.
func (s *Service) Claim(ctx context.Context, g Guild, by Actor, channel ChannelID) (*Ticket, error) {
	t, c, err := s.here(ctx, g, channel)
	if err != nil {
		return nil, err
	}
	if err := s.who(ctx, g, &by); err != nil {
		return nil, err
	}
	if err := May(by, VerbClaim, t, c); err != nil {
		return nil, err
	}
	var effect *Effect
	err = s.store.InTx(ctx, g, func(tx Tx) error {
		me, err := tx.Meet(ctx, by.User)
		if err != nil {
			return err
		}
		if t, err = tx.LockTicket(ctx, t.ID); err != nil {
			return err
		}
		if err := s.claimable(ctx, t, me); err != nil {
			return err
		}
		t.Claimer = me
		if err := tx.SaveTicket(ctx, t); err != nil {
			return err
		}
		if err := tx.Append(ctx, Event{Verb: VerbClaim, Ticket: t.ID, Person: me, At: s.clock.Now()}); err != nil {
			return err
		}
		effect = &Effect{Guild: g, Ticket: t.ID, Kind: EffectShowClaim, At: s.clock.Now()}
		return tx.AddEffect(ctx, effect)
	})
	if err != nil {
		return nil, fmt.Errorf("claim: %w", err)
	}
	return t, s.CarryOut(ctx, g, effect.ID)
}

func (s *Service) claimable(ctx context.Context, t *Ticket, me PersonID) error {
	switch {
	case t.State != Open:
		return fault.New(fault.Conflict, "ticket.not_open", "ticket", t.Name())
	case t.Claimer == me:
		return fault.New(fault.Conflict, "ticket.claim.yours")
	case t.Claimer != 0:
		people, err := s.store.People(ctx, t.Guild, []PersonID{t.Claimer})
		if err != nil {
			return err
		}
		return fault.New(fault.Conflict, "ticket.claim.taken", "user", people[t.Claimer].Profile.ID)
	}
	return nil
}

// showClaim writes the claimer into the welcome message. A message or channel that is gone has nothing to show. It looks
// again afterwards: an erasure may have taken somebody out of the message while this was on its way to write them into it.
func (s *Service) showClaim(ctx context.Context, e *Effect) error {
	for shown := (Notice{}); ; {
		t, c, people, err := s.about(ctx, e)
		if err != nil {
			return err
		}
		opener, claimer := people[t.Opener].Profile.ID, people[t.Claimer].Profile.ID
		first := shown.Ticket == nil
		if t.Welcome == 0 || first && t.State != Open || !first && shown.names(opener, claimer, 0) {
			return s.done(ctx, e)
		}
		err = s.discord.EditWelcome(ctx, Welcome{Ticket: t, Category: c, Opener: opener, Claimer: claimer})
		if errors.Is(err, ErrChannelGone) {
			return s.done(ctx, e)
		}
		if err != nil {
			return err
		}
		shown = Notice{Ticket: t, Opener: opener, Claimer: claimer}
	}
}

// about reads what most effects speak of: the ticket, its category, and the people who opened, claimed and closed it.
func (s *Service) about(ctx context.Context, e *Effect) (*Ticket, *Category, map[PersonID]Person, error) {
	t, err := s.store.Ticket(ctx, e.Guild, e.Ticket)
	if err != nil {
		return nil, nil, nil, err
	}
	c, err := s.store.Category(ctx, e.Guild, t.Category)
	if err != nil {
		return nil, nil, nil, err
	}
	people, err := s.store.People(ctx, e.Guild, []PersonID{t.Opener, t.Claimer, t.Closer})
	return t, c, people, err
}
