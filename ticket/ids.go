package ticket

import (
	"strconv"
	"time"
)

// Discord's ids are snowflakes: unsigned, 64 bits, the upper 42 a time, so that order of ids is order of creation.
type (
	GuildID      uint64
	ChannelID    uint64
	MessageID    uint64
	UserID       uint64
	RoleID       uint64
	AttachmentID uint64
)

func (id GuildID) String() string      { return strconv.FormatUint(uint64(id), 10) }
func (id ChannelID) String() string    { return strconv.FormatUint(uint64(id), 10) }
func (id MessageID) String() string    { return strconv.FormatUint(uint64(id), 10) }
func (id UserID) String() string       { return strconv.FormatUint(uint64(id), 10) }
func (id RoleID) String() string       { return strconv.FormatUint(uint64(id), 10) }
func (id AttachmentID) String() string { return strconv.FormatUint(uint64(id), 10) }

// discordEpoch is the first millisecond of 2015, from which snowflakes count.
const discordEpoch = 1420070400000

// MessagesSince is the smallest id that a message written at t or later can have.
func MessagesSince(t time.Time) MessageID {
	return MessageID(max(t.UnixMilli()-discordEpoch, 0) << 22)
}

// Our own ids are surrogates that mean nothing outside the database.
type (
	ID         int64 // a ticket
	CategoryID int64
	PanelID    int64
	PersonID   int64 // a person in one guild; 0 is nobody
	EffectID   int64
)

// Guild is one membership of the bot in a server. Kicked and invited again, the server gets a new epoch, and what
// belonged to the old one is forgotten (policy: "Removed immediately when the bot leaves your server").
type Guild struct {
	ID    GuildID
	Epoch uint32
}
