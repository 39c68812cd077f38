package ticket

import (
	"context"

	"ticketbot/internal/fault"
)

// Conversation is a ticket with all that was said in it, and everybody in it by reference.
type Conversation struct {
	Ticket   *Ticket
	Category *Category
	Messages []Message
	People   map[PersonID]Person
	Files    map[AttachmentID]File
}

// Read gives the conversation to whoever may read it; to everybody else it does not exist.
func (s *Service) Read(ctx context.Context, by Actor, t *Ticket) (*Conversation, error) {
	if err := s.who(ctx, t.Guild, &by); err != nil {
		return nil, err
	}
	c, err := s.store.Category(ctx, t.Guild, t.Category)
	if err != nil && fault.KindOf(err) != fault.NotFound {
		return nil, err
	}
	if err := May(by, VerbRead, t, c); err != nil {
		return nil, err
	}
	return s.Conversation(ctx, t)
}

// Conversation reads without asking who wants it: for the operator's own command line.
func (s *Service) Conversation(ctx context.Context, t *Ticket) (*Conversation, error) {
	c, err := s.store.Category(ctx, t.Guild, t.Category)
	if err != nil && fault.KindOf(err) != fault.NotFound {
		return nil, err
	}
	conv := &Conversation{Ticket: t, Category: c}
	if conv.Messages, err = s.store.Messages(ctx, t.Guild, t.ID); err != nil {
		return nil, err
	}
	if conv.Files, err = s.store.Files(ctx, t.Guild, t.ID); err != nil {
		return nil, err
	}
	conv.People, err = s.store.People(ctx, t.Guild, conv.everybody())
	return conv, err
}

func (c *Conversation) everybody() []PersonID {
	seen := map[PersonID]struct{}{}
	add := func(ids ...PersonID) {
		for _, id := range ids {
			seen[id] = struct{}{}
		}
	}
	add(c.Ticket.Opener, c.Ticket.Claimer, c.Ticket.Closer)
	for _, m := range c.Messages {
		add(m.People...)
		for _, r := range m.Revisions {
			add(r.People...)
		}
	}
	delete(seen, 0)
	ids := make([]PersonID, 0, len(seen))
	for id := range seen {
		ids = append(ids, id)
	}
	return ids
}
