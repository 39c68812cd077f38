package ticket

import (
	"fmt"
	"time"
)

// State is where a ticket stands; the legal moves are in [State.canBecome].
type State string

const (
	Opening State = "opening" // the row is there, the channel not yet
	Open    State = "open"
	Closing State = "closing" // nobody can stop it now; messages are still captured
	Closed  State = "closed"
	Void    State = "void" // Discord refused the channel; the number stays used
)

func (s State) canBecome(next State) bool {
	switch s {
	case Opening:
		return next == Open || next == Void || next == Closed
	case Open:
		return next == Closing || next == Closed
	case Closing:
		return next == Closed
	}
	return false
}

// Alive reports whether the ticket has, or is about to have, a channel that members write in.
func (s State) Alive() bool { return s == Opening || s == Open || s == Closing }

// Ticket is one conversation between a member and the staff of a guild.
type Ticket struct {
	ID       ID
	Guild    Guild
	Number   uint32 // per guild, for humans; starts again with a new epoch
	PublicID string // random, in every URL; also the marker in the channel's topic
	Category CategoryID
	State    State

	Opener  PersonID
	Claimer PersonID // 0: nobody has claimed it
	Closer  PersonID // 0: open, or closed by the system

	Channel ChannelID // 0 until Discord made it
	Welcome MessageID // our first message in it

	OpenedAt time.Time
	ClosedAt time.Time // zero: not closed
	// ChannelGoneAt is when Discord said that the channel is gone; until then its messages are kept, although the ticket
	// may be closed.
	ChannelGoneAt time.Time

	Answers     []Answer // what the opener wrote into the form
	CloseReason string
}

// Name is what people call the ticket: "#0042".
func (t *Ticket) Name() string { return fmt.Sprintf("#%04d", t.Number) }

// ChannelName is the name of its channel.
func (t *Ticket) ChannelName() string { return fmt.Sprintf("ticket-%04d", t.Number) }

// become moves the ticket on, or reports that the move does not exist: a mistake of ours, not of a user.
func (t *Ticket) become(next State) error {
	if !t.State.canBecome(next) {
		return fmt.Errorf("ticket %d cannot go from %s to %s", t.ID, t.State, next)
	}
	t.State = next
	return nil
}
