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
	// OpenTicketsNaming are the tickets whose welcome names a person.
	OpenTicketsNaming(ctx context.Context, g ticket.Guild, p ticket.PersonID) ([]ticket.ID, error)
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
	DeleteMessage(ctx context.Context, channel ticket.ChannelID, message ticket.MessageID) error
	EditWelcome(ctx context.Context, w ticket.Welcome) error
}

// unname takes a person, whose rows are erased, out of our messages on Discord. A guild that we have left shows us none.
func (s *Service) unname(ctx context.Context, e *Erasure, k *Known) error {
	present, err := s.store.Tenant(ctx, k.Guild.ID)
	if fault.KindOf(err) == fault.NotFound || err == nil && present != k.Guild {
		return nil
	}
	if err != nil {
		return err
	}
	if !k.Welcome {
		if err := s.unnameWelcomes(ctx, k); err != nil {
			return err
		}
		k.Welcome = true
	}
	for {
		some, err := s.store.PostsNaming(ctx, k.Guild, k.Person, k.Posts)
		if err != nil || len(some) == 0 {
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

// unnamePost rewrites what the log channel says, and deletes direct messages: those to the person, and those in which
// they were the one who closed somebody's ticket, and why.
func (s *Service) unnamePost(ctx context.Context, k *Known, p Post) error {
	if p.Kind == ticket.PostDirect {
		if err := k.settle(s.discord.DeleteMessage(ctx, p.At.Channel, p.At.Message)); err != nil {
			return err
		}
		return s.store.DeletePost(ctx, k.Guild, p.At)
	}
	n, err := s.notice(ctx, k.Guild, p.Ticket)
	if err != nil {
		return err
	}
	return k.settle(s.discord.RewriteLog(ctx, p.At.Channel, p.At.Message, n))
}

// settle says whether Discord is to be asked again. What it has refused for good is counted, and stands in the receipt.
func (k *Known) settle(err error) error {
	f := fault.From(err)
	switch {
	case err == nil, errors.Is(err, ticket.ErrChannelGone), fault.KindOf(err) == fault.NotFound:
		return nil
	case f != nil && f.Kind != fault.Unavailable && f.Kind != fault.Config:
		k.Kept++
		return nil
	}
	return err
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
