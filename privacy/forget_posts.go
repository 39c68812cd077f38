package privacy

import (
	"context"
	"errors"

	"ticketbot/internal/fault"
	"ticketbot/ticket"
)

// Post is a message of ours outside ticket channels that names people.
type Post struct {
	Ticket ticket.ID
	At     ticket.Posted
	Kind   ticket.PostKind
}

// posts are where our messages on Discord name people, and what they are to say instead.
type posts interface {
	// OpenTicketsNaming are the tickets whose channel is there still and whose welcome names a person.
	OpenTicketsNaming(ctx context.Context, g ticket.Guild, p ticket.PersonID) ([]ticket.ID, error)
	// RepliesNaming are our answers in tickets whose channel is there still, that name a person or answer them.
	RepliesNaming(ctx context.Context, g ticket.Guild, p ticket.PersonID) ([]ticket.Posted, error)
	// PostsNaming are the next posts that name a person, in order of their messages.
	PostsNaming(ctx context.Context, g ticket.Guild, p ticket.PersonID, after ticket.MessageID) ([]Post, error)
	PostsOfTicket(ctx context.Context, g ticket.Guild, id ticket.ID) ([]Post, error)
	DeletePost(ctx context.Context, g ticket.Guild, at ticket.Posted) error

	Ticket(ctx context.Context, g ticket.Guild, id ticket.ID) (*ticket.Ticket, error)
	Category(ctx context.Context, g ticket.Guild, id ticket.CategoryID) (*ticket.Category, error)
	People(ctx context.Context, g ticket.Guild, ids []ticket.PersonID) (map[ticket.PersonID]ticket.Person, error)
	CountMessages(ctx context.Context, g ticket.Guild, id ticket.ID) (int, error)
}

// editor changes what we have written on Discord. A message that is not there any more is no error.
type editor interface {
	RewriteLog(ctx context.Context, channel ticket.ChannelID, message ticket.MessageID, n ticket.Notice) error
	// RewriteTold is the same for what an opener was told directly.
	RewriteTold(ctx context.Context, channel ticket.ChannelID, message ticket.MessageID, n ticket.Notice) error
	DeleteMessage(ctx context.Context, channel ticket.ChannelID, message ticket.MessageID) error
	EditWelcome(ctx context.Context, w ticket.Welcome) error
}

// unname takes a person, whose rows are erased, out of our messages on Discord. A guild that we have left shows us none.
func (s *Service) unname(ctx context.Context, e *Erasure, k *Known) error {
	if there, err := s.stillThere(ctx, k.Guild); err != nil || !there {
		return err
	}
	if !k.Welcome {
		if err := s.unnameWelcomes(ctx, k); err != nil {
			return err
		}
		if err := s.deleteReplies(ctx, k); err != nil {
			return err
		}
		k.Welcome = true
	}
	for {
		some, err := s.store.PostsNaming(ctx, k.Guild, k.Person, k.Posts)
		if err != nil {
			return err
		}
		if len(some) == 0 {
			_, err := s.stillThere(ctx, k.Guild) // a sealed membership shows nothing, which does not mean that there is nothing
			return err
		}
		for _, p := range some {
			if err := s.unnamePost(ctx, k, p); err != nil {
				return errors.Join(err, s.saveProgress(ctx, e))
			}
			k.Posts = p.At.Message
		}
		if err := s.saveProgress(ctx, e); err != nil {
			return err
		}
	}
}

// stillThere says whether the bot can change what it wrote in a guild. A seal may yet turn out to be a mistake: until it is
// decided, nobody knows, and it is to be asked again.
func (s *Service) stillThere(ctx context.Context, g ticket.Guild) (bool, error) {
	last, err := s.store.LastMembership(ctx, g.ID)
	switch {
	case err != nil:
		return false, err
	case last.Guild != g || last.Condemned:
		return false, nil
	case last.State == StateSealed:
		return false, fault.New(fault.Unavailable, "privacy.undecided")
	}
	return last.State == StateActive, nil
}

func (s *Service) unnameWelcomes(ctx context.Context, k *Known) error {
	ids, err := s.store.OpenTicketsNaming(ctx, k.Guild, k.Person)
	if err != nil {
		return err
	}
	for _, id := range ids {
		n, err := s.notice(ctx, k.Guild, id)
		if err != nil {
			return err
		}
		w := ticket.Welcome{Ticket: n.Ticket, Category: n.Category, Opener: n.Opener, Claimer: n.Claimer}
		if err := k.settle(s.discord.EditWelcome(ctx, w)); err != nil {
			return err
		}
	}
	return nil
}

// deleteReplies takes down what the bot has answered in channels that are there still. A sentence such as "X has claimed this
// ticket" says nothing without X, and Discord itself shows who used the command. What other people wrote stays.
func (s *Service) deleteReplies(ctx context.Context, k *Known) error {
	replies, err := s.store.RepliesNaming(ctx, k.Guild, k.Person)
	if err != nil {
		return err
	}
	for _, at := range replies {
		if err := k.settle(s.discord.DeleteMessage(ctx, at.Channel, at.Message)); err != nil {
			return err
		}
	}
	return nil
}

// unnamePost rewrites what was told to others, the log channel and openers of tickets that the person closed; what was told
// to the person themselves is deleted.
func (s *Service) unnamePost(ctx context.Context, k *Known, p Post) error {
	n, err := s.notice(ctx, k.Guild, p.Ticket)
	if err != nil {
		return err
	}
	switch {
	case p.Kind != ticket.PostDirect:
		return k.settle(s.discord.RewriteLog(ctx, p.At.Channel, p.At.Message, n))
	case n.Ticket.Opener != k.Person:
		return k.settle(s.discord.RewriteTold(ctx, p.At.Channel, p.At.Message, n))
	}
	if err := k.settle(s.discord.DeleteMessage(ctx, p.At.Channel, p.At.Message)); err != nil {
		return err
	}
	return s.store.DeletePost(ctx, k.Guild, p.At)
}

// settle says whether Discord is to be asked again. What it has refused for good is counted, and stands in the receipt.
func (k *Known) settle(err error) error {
	switch {
	case err == nil, outOfReach(err):
		return nil
	case refused(err):
		k.Kept++
		return nil
	}
	return err
}

// outOfReach says that a message, or whoever could read it, is not there any more.
func outOfReach(err error) bool {
	return errors.Is(err, ticket.ErrChannelGone) || errors.Is(err, ticket.ErrDMClosed) || errors.Is(err, ticket.ErrMemberGone) ||
		fault.KindOf(err) == fault.NotFound
}

// refused says that asking Discord again does not help.
func refused(err error) bool {
	f := fault.From(err)
	return f != nil && f.Kind != fault.Unavailable && f.Kind != fault.Config
}

// notice is what there is to be said of a ticket now.
func (s *Service) notice(ctx context.Context, g ticket.Guild, id ticket.ID) (ticket.Notice, error) {
	t, err := s.store.Ticket(ctx, g, id)
	if err != nil {
		return ticket.Notice{}, err
	}
	c, err := s.store.Category(ctx, g, t.Category)
	if err != nil {
		return ticket.Notice{}, err
	}
	people, err := s.store.People(ctx, g, []ticket.PersonID{t.Opener, t.Claimer, t.Closer})
	if err != nil {
		return ticket.Notice{}, err
	}
	messages, err := s.store.CountMessages(ctx, g, id)
	return ticket.Notice{
		Ticket: t, Category: c, Messages: messages,
		Opener: people[t.Opener].Profile.ID, Claimer: people[t.Claimer].Profile.ID, Closer: people[t.Closer].Profile.ID,
	}, err
}
