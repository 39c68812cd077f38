package keys

import (
	"context"
	"errors"
)

// Puncture is one thing to forget: a person or a ticket by its Path, or with Whole the guild and all that is its.
type Puncture struct {
	Guild uint64
	Epoch uint32
	Path  Path
	Whole bool
}

func (p Puncture) tenancy() tenancy { return tenancy{p.Guild, p.Epoch} }

var errNotForgettable = errors.New("only a person, a ticket, or a whole guild can be forgotten")

func (p Puncture) check() error {
	switch {
	case p.Guild == 0:
		return errNoGuild
	case p.Whole != p.Path.IsZero(), !p.Path.IsZero() && !p.Path.isPerson() && !p.Path.isTicket():
		return errNotForgettable
	}
	return nil
}

// Forget makes everything sealed under these leaves unreadable, here and in every copy of the database. When it returns
// nil, nothing in the keyring's directory opens them any more. When it returns an error, what the ledger already holds is
// unreadable in this process and is finished by the next change or start; ask again to know. Forgetting twice is one.
//
// Content that is being read from a stream while its leaf is forgotten can be read to its end.
func (r *Ring) Forget(ctx context.Context, punctures []Puncture) error {
	for _, p := range punctures {
		if err := p.check(); err != nil {
			return err
		}
	}
	return r.home.submit(ctx, &change{forget: punctures})
}
