package ticket

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"ticketbot/internal/fault"
)

// AddMember lets somebody into a ticket's channel.
func (s *Service) AddMember(ctx context.Context, g Guild, by Actor, channel ChannelID, who User) (*Ticket, error) {
	return s.letMember(ctx, g, by, channel, who, true)
}

// RemoveMember shows somebody out again. The opener stays: it is their conversation.
func (s *Service) RemoveMember(ctx context.Context, g Guild, by Actor, channel ChannelID, who User) (*Ticket, error) {
	return s.letMember(ctx, g, by, channel, who, false)
}

func (s *Service) letMember(ctx context.Context, g Guild, by Actor, channel ChannelID, who User, in bool) (*Ticket, error) {
	verb, kind := VerbAdd, EffectGrant
	if !in {
		verb, kind = VerbRemove, EffectRevoke
	}
	t, c, err := s.here(ctx, g, channel)
	if err != nil {
		return nil, err
	}
	if err := s.who(ctx, g, &by); err != nil {
		return nil, err
	}
	if err := May(by, verb, t, c); err != nil {
		return nil, err
	}
	if who.Bot && in {
		return nil, fault.New(fault.Invalid, "ticket.add.bot")
	}
	var effect *Effect
	err = s.store.InTx(ctx, g, func(tx Tx) error {
		me, err := tx.Meet(ctx, by.User)
		if err != nil {
			return err
		}
		subject, err := tx.Meet(ctx, who)
		if err != nil {
			return err
		}
		if t, err = tx.LockTicket(ctx, t.ID); err != nil {
			return err
		}
		if err := t.mayMove(subject, in); err != nil {
			return err
		}
		changed, err := tx.SetParticipant(ctx, t.ID, subject, in)
		if err != nil {
			return err
		}
		if !changed && !in {
			return fault.New(fault.Conflict, "ticket.remove.not_in", "user", who.ID)
		}
		if !changed {
			return fault.New(fault.Conflict, "ticket.add.already", "user", who.ID)
		}
		if err := tx.Append(ctx, Event{Verb: verb, Ticket: t.ID, Person: me, At: s.clock.Now(), Detail: EventDetail{Subject: subject}}); err != nil {
			return err
		}
		effect = &Effect{Guild: g, Ticket: t.ID, Kind: kind, At: s.clock.Now(), Detail: EffectDetail{User: who.ID}}
		return tx.AddEffect(ctx, effect)
	})
	if err != nil {
		return nil, fmt.Errorf("%s member: %w", verb, err)
	}
	return t, s.CarryOut(ctx, g, effect.ID)
}

func (t *Ticket) mayMove(subject PersonID, in bool) error {
	switch {
	case t.State != Open:
		return fault.New(fault.Conflict, "ticket.not_open", "ticket", t.Name())
	case subject == t.Opener && in:
		return fault.New(fault.Conflict, "ticket.add.opener")
	case subject == t.Opener:
		return fault.New(fault.Conflict, "ticket.remove.opener")
	}
	return nil
}

// letInOrOut is the effect of both. It brings about what is true now, not what was wanted when it was written: tried
// again after a removal, an addition would let the person back in.
func (s *Service) letInOrOut(ctx context.Context, e *Effect) error {
	t, err := s.store.Ticket(ctx, e.Guild, e.Ticket)
	if err != nil {
		return err
	}
	if t.State == Open && t.Channel != 0 {
		err := s.showDoor(ctx, e, t.Channel)
		if errors.Is(err, ErrMemberGone) {
			return errors.Join(err, s.done(ctx, e))
		}
		if err != nil && !errors.Is(err, ErrChannelGone) {
			return err
		}
	}
	return s.done(ctx, e)
}

// showDoor lets in or out, and looks again afterwards: somebody may have decided otherwise while Discord was asked.
func (s *Service) showDoor(ctx context.Context, e *Effect, channel ChannelID) error {
	in, err := s.participates(ctx, e)
	for was := !in; err == nil && in != was; {
		change := s.discord.Revoke
		if in {
			change = s.discord.Grant
		}
		if err := change(ctx, channel, e.Detail.User); err != nil {
			return err
		}
		was = in
		in, err = s.participates(ctx, e)
	}
	return err
}

func (s *Service) participates(ctx context.Context, e *Effect) (bool, error) {
	person, err := s.store.PersonID(ctx, e.Guild, e.Detail.User)
	if err != nil {
		return false, err
	}
	in, err := s.store.Participants(ctx, e.Guild, e.Ticket)
	return slices.Contains(in, person), err
}
