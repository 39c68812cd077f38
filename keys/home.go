package keys

import "context"

// home is where a ring's trees live. The owner of a directory is one; a process that borrows trees from the owner has
// another. What is computed from a tree (leaves, tags, sealed values) is the ring's affair and the same for all.
type home interface {
	// tree is what the guild's keys are computed from now: ErrForgotten, ErrUnknownGuild or ErrClosed when there is none.
	// A tree that was handed out and may not be used any more is given to Ring.leaves.drop first.
	tree(tenancy) (*tree, error)
	// submit carries a change out; nil means that it is durable, and that no process can use what was forgotten.
	submit(context.Context, *change) error
	state() State
	entries(after uint64) ([]Entry, error)
	mirrored() bool
	beforeChange(func(generation uint64) error)
	close() error
}
