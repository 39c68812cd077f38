package ticket

import (
	"context"
	"errors"

	"ticketbot/internal/fault"
)

// Posted is where a message of ours stands.
type Posted struct {
	Channel ChannelID
	Message MessageID
}

// PostKind is what a message outside ticket channels is for. It names people, so it is remembered: when one of them is
// forgotten, it is rewritten or deleted.
type PostKind string

const (
	PostInLog  PostKind = "log"    // the log channel was told of a close
	PostDirect PostKind = "direct" // the opener was
)

// posted ends the effect of a post. Somebody whom it names may have been forgotten while it was on its way. An erasure first
// erases the rows and then looks for posts; here it is the other way round: first the post's place is written down, and
// then the people are read again. So, whoever is later, one of the two sees the other. The effect ends last: cut short
// before, all of it is done again.
func (s *Service) posted(ctx context.Context, e *Effect, said Notice, at Posted, kind PostKind) error {
	if at.Message == 0 {
		return s.done(ctx, e)
	}
	if err := s.store.InTx(ctx, e.Guild, func(tx Tx) error { return tx.AddPost(ctx, e.Ticket, at, kind) }); err != nil {
		return err
	}
	if err := s.unname(ctx, e, said, at, kind); err != nil {
		return err
	}
	return s.done(ctx, e)
}

// unname makes a post say what is true now, and looks again afterwards: what it has just written may be late too. What an
// earlier try has posted says nobody knows what.
func (s *Service) unname(ctx context.Context, e *Effect, said Notice, at Posted, kind PostKind) error {
	for unsure := e.Attempts > 1; ; unsure = false {
		now, err := s.notice(ctx, e)
		if err != nil {
			return err
		}
		if said.names(now.Opener, now.Claimer, now.Closer) && !(unsure && now.forgotten()) {
			return nil
		}
		own := kind == PostDirect && now.Opener == 0
		switch {
		case own:
			err = s.discord.DeleteMessage(ctx, at.Channel, at.Message)
		case kind == PostDirect:
			err = s.discord.RewriteTold(ctx, at.Channel, at.Message, now)
		default:
			err = s.discord.RewriteLog(ctx, at.Channel, at.Message, now)
		}
		if err != nil && !outOfReach(err) {
			if !final(err) {
				return err
			}
			s.log.Warn("a message that names somebody who has been forgotten cannot be changed", "guild", e.Guild.ID, "effect", e.ID, "error", err)
			return nil
		}
		if own {
			return s.store.DeletePost(ctx, e.Guild, at)
		}
		said = now
	}
}

// names says whether these are the people of a notice.
func (n Notice) names(opener, claimer, closer UserID) bool {
	return n.Opener == opener && n.Claimer == claimer && n.Closer == closer
}

// forgotten says whether somebody whom the ticket names is not known any more.
func (n Notice) forgotten() bool {
	t := n.Ticket
	return t.Opener != 0 && n.Opener == 0 || t.Claimer != 0 && n.Claimer == 0 || t.Closer != 0 && n.Closer == 0
}

// outOfReach says that a message, or whoever could read it, is not there any more.
func outOfReach(err error) bool {
	return errors.Is(err, ErrChannelGone) || errors.Is(err, ErrDMClosed) || errors.Is(err, ErrMemberGone) || fault.KindOf(err) == fault.NotFound
}
