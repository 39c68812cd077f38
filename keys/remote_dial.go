package keys

import (
	"context"

	"ticketbot/internal/fault"
)

// Dial opens a ring that borrows its trees from the process that serves at a. It returns once that process has answered.
// What the ring does is what one over the directory would, but that it can be unavailable: [ErrUnavailable].
func Dial(ctx context.Context, a Address, c Certificates, opts Options) (*Ring, error) {
	l, err := newLink(a, c)
	if err != nil {
		return nil, err
	}
	leaves := newLeafCache(leafCacheSize)
	r := newRemote(l, leaves, opts.complete())
	first, cancel := r.within(ctx, askTime)
	defer cancel()
	if err := r.renew(first); err != nil {
		return nil, cannotDial(a, err)
	}
	s, err := l.state(first)
	if err != nil {
		return nil, cannotDial(a, err)
	}
	r.last = s.State
	following, stop := context.WithCancel(context.WithoutCancel(ctx))
	r.stop = stop
	go r.follow(following)
	return &Ring{home: r, leaves: leaves}, nil
}

func cannotDial(a Address, err error) error {
	if f := fault.From(err); f != nil {
		err = f.Unwrap()
	}
	return fault.New(fault.Config, "keys.away", "address", a).Because(err)
}

// Holds is nil when the guild has keys in this epoch: else ErrForgotten or ErrUnknownGuild, or that it cannot be told now.
func (r *Ring) Holds(guild uint64, epoch uint32) error {
	if guild == 0 {
		return errNoGuild
	}
	_, err := r.home.tree(tenancy{guild, epoch})
	return err
}

// Borrowed says whether another process owns the keyring's directory.
func (r *Ring) Borrowed() bool {
	_, owns := r.home.(*owner)
	return !owns
}
