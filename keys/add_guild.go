package keys

import "context"

// AddGuild gives a guild its keys for one epoch. It is durable when AddGuild returns nil, and does nothing for a guild
// that has keys. A guild that was forgotten does not get keys again under the same epoch: ErrForgotten. Keys are only
// ever made here, so that lost ones cannot be papered over by new ones.
func (r *Ring) AddGuild(ctx context.Context, guild uint64, epoch uint32) error {
	if guild == 0 {
		return errNoGuild
	}
	if r.Holds(guild, epoch) == nil {
		return nil
	}
	return r.home.submit(ctx, &change{add: []tenancy{{guild, epoch}}})
}
