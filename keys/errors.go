package keys

import "errors"

var (
	// ErrForgotten: the person, the ticket or the guild has been forgotten. The content is gone for good.
	ErrForgotten = errors.New("key forgotten")

	// ErrCorrupt: the sealed bytes are not what was sealed, or were sealed for another place.
	ErrCorrupt = errors.New("sealed content does not authenticate")

	// ErrUnknownGuild: the keyring has never held keys for this guild and epoch. Where rows of it exist, the keyring is
	// not the one they were written with: an alarm, not a reason to make new keys.
	ErrUnknownGuild = errors.New("no keys for this guild and epoch")

	// ErrClosed: the ring has been closed.
	ErrClosed = errors.New("keyring closed")

	// ErrAnotherLedger: what is to be replayed is not the continuation of this keyring's ledger.
	ErrAnotherLedger = errors.New("ledger of another keyring, or of one that has gone another way")

	// ErrHalted: a write failed at the moment when the new state comes to count, so only a restart can tell which state
	// is on disk. Sealing and unsealing go on; nothing is added or forgotten.
	ErrHalted = errors.New("keyring halted: a write failed half way; restart to recover")
)
