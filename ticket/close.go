package ticket

import (
	"context"
	"errors"
	"fmt"
	"time"

	"ticketbot/internal/fault"
)

// MaxReason is how long a reason for closing may be, in characters; it fits a modal's field and an embed's.
const MaxReason = 1000

// fileWait bounds how long a close waits for attachments; what is not copied by then keeps the reason why.
const fileWait = 15 * time.Second

// Close ends a ticket: what is missing is fetched, then it is closed, the log channel and the opener are told, and the
// channel is deleted. Killed between any two of these it goes on from there. accepted is called once the close is
// certain and while the channel is still there to answer in.
func (s *Service) Close(ctx context.Context, g Guild, by Actor, channel ChannelID, reason string, accepted func(*Ticket)) (*Ticket, error) {
	t, c, err := s.here(ctx, g, channel)
	if err != nil {
		return nil, err
	}
	if err := s.who(ctx, g, &by); err != nil {
		return nil, err
	}
	if err := May(by, VerbClose, t, c); err != nil {
		return nil, err
	}
	if len([]rune(reason)) > MaxReason {
		return nil, fault.New(fault.Invalid, "ticket.close.reason_long", "limit", MaxReason)
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
		if t.State != Open {
			return fault.New(fault.Conflict, "ticket.close.already", "ticket", t.Name())
		}
		if err := t.become(Closing); err != nil {
			return err
		}
		t.Closer, t.CloseReason = me, reason
		if err := tx.SaveTicket(ctx, t); err != nil {
			return err
		}
		if err := tx.Append(ctx, Event{Verb: VerbClose, Ticket: t.ID, Person: me, At: s.clock.Now(), Detail: EventDetail{Text: reason}}); err != nil {
			return err
		}
		effect = &Effect{Guild: g, Ticket: t.ID, Kind: EffectFinish, At: s.clock.Now()}
		return tx.AddEffect(ctx, effect)
	})
	if err != nil {
		return nil, fmt.Errorf("close: %w", err)
	}
	accepted(t)
	return t, s.CarryOut(ctx, g, effect.ID)
}

// finish completes the archive, closes the ticket and sets off what follows from it.
func (s *Service) finish(ctx context.Context, e *Effect) error {
	t, err := s.store.Ticket(ctx, e.Guild, e.Ticket)
	if err != nil {
		return err
	}
	if t.State == Closing {
		if err := s.complete(ctx, t); err != nil {
			return err
		}
	}
	var next []*Effect
	err = s.store.InTx(ctx, e.Guild, func(tx Tx) error {
		next = nil
		t, err := tx.LockTicket(ctx, e.Ticket)
		if err != nil {
			return err
		}
		if t.State == Closing {
			if err := t.become(Closed); err != nil {
				return err
			}
			t.ClosedAt = s.clock.Now()
			if err := tx.SaveTicket(ctx, t); err != nil {
				return err
			}
			if next, err = s.addEffects(ctx, tx, t, EffectLog, EffectTell, EffectDeleteChannel); err != nil {
				return err
			}
		}
		return tx.FinishEffect(ctx, e)
	})
	if err != nil {
		return err
	}
	return s.carryOutAll(ctx, next)
}

// settleWait bounds how long a close waits for messages on their way into the archive. They get there after it too; only
// their files go with the channel.
const settleWait = 5 * time.Second

// complete brings in what was heard and not yet recorded, what the event stream may have missed, and the files.
func (s *Service) complete(ctx context.Context, t *Ticket) error {
	bounded, cancel := context.WithTimeout(ctx, settleWait)
	defer cancel()
	for _, room := range s.rooms.OfTicket(t) {
		if err := s.settle(bounded, room.Channel); err != nil {
			s.log.Warn("a ticket closes before all of it is recorded", "guild", t.Guild.ID, "channel", room.Channel)
		}
	}
	if err := s.fillGaps(ctx, t); err != nil {
		return err
	}
	return s.copyFiles(ctx, t)
}

func (s *Service) addEffects(ctx context.Context, tx Tx, t *Ticket, kinds ...EffectKind) ([]*Effect, error) {
	var all []*Effect
	for _, k := range kinds {
		e := &Effect{Guild: t.Guild, Ticket: t.ID, Kind: k, At: s.clock.Now()}
		if err := tx.AddEffect(ctx, e); err != nil {
			return nil, err
		}
		all = append(all, e)
	}
	return all, nil
}

// carryOutAll does each effect although one before it failed: an opener who takes no messages must not keep a channel.
func (s *Service) carryOutAll(ctx context.Context, effects []*Effect) error {
	var errs []error
	for _, e := range effects {
		errs = append(errs, s.CarryOut(ctx, e.Guild, e.ID))
	}
	return errors.Join(errs...)
}

func (s *Service) notice(ctx context.Context, e *Effect) (Notice, error) {
	t, c, people, err := s.about(ctx, e)
	if err != nil {
		return Notice{}, err
	}
	messages, err := s.store.CountMessages(ctx, e.Guild, t.ID)
	return Notice{
		Ticket: t, Category: c, Messages: messages,
		Opener: people[t.Opener].Profile.ID, Claimer: people[t.Claimer].Profile.ID, Closer: people[t.Closer].Profile.ID,
	}, err
}

// tellLog posts to the log channel, if the category has one that still exists.
func (s *Service) tellLog(ctx context.Context, e *Effect) error {
	n, err := s.notice(ctx, e)
	if err != nil {
		return err
	}
	if n.Category.Log != 0 {
		at, err := s.discord.PostLog(ctx, n, e.ID, e.Attempts > 1)
		if err != nil && !errors.Is(err, ErrChannelGone) && !final(err) {
			return err
		}
		e.Detail.Note = reasonOf(err)
		return s.posted(ctx, e, n, at, PostInLog)
	}
	return s.done(ctx, e)
}

// tellOpener sends the link to the transcript. Somebody who takes no messages, or has left, still finds it on the
// dashboard.
func (s *Service) tellOpener(ctx context.Context, e *Effect) error {
	n, err := s.notice(ctx, e)
	if err != nil {
		return err
	}
	if n.Opener != 0 {
		at, err := s.discord.TellOpener(ctx, n.Opener, n, e.ID, e.Attempts > 1)
		if err != nil && !errors.Is(err, ErrDMClosed) && !errors.Is(err, ErrMemberGone) && !final(err) {
			return err
		}
		e.Detail.Note = reasonOf(err)
		return s.posted(ctx, e, n, at, PostDirect)
	}
	return s.done(ctx, e)
}

// deleteChannel ends the close. Capture goes on until Discord says that the channel is gone.
func (s *Service) deleteChannel(ctx context.Context, e *Effect) error {
	t, err := s.store.Ticket(ctx, e.Guild, e.Ticket)
	if err != nil {
		return err
	}
	if t.Channel != 0 {
		if err := s.fillGaps(ctx, t); err != nil { // written after the close, while we were away
			return err
		}
		if err := s.discord.DeleteChannel(ctx, t.Channel, t.Name()); err != nil && !errors.Is(err, ErrChannelGone) {
			return err
		}
	}
	return s.done(ctx, e)
}

func reasonOf(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}
