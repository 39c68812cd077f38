package keys

import (
	"encoding/binary"
	"errors"
)

// Ref says what a sealed value is and under whose leaves it lies. All of it is authenticated: a value opens in its own
// place and nowhere else.
type Ref struct {
	Guild uint64 // Discord's id of the guild
	Epoch uint32 // which membership of the guild, as in guild_tenancy
	Field Field
	Row   uint64 // the row's surrogate id, never used twice for one field

	// Whose it is. With both, forgetting either one makes the value unreadable; with neither, it lies under the guild's
	// configuration leaf and goes with the guild.
	Person Path
	Ticket Path
}

// tenancy is one membership of a guild: what has a key tree.
type tenancy struct {
	guild uint64
	epoch uint32
}

// server is the tree for what belongs to no guild. No guild has the id 0.
var server = tenancy{}

func (r Ref) tenancy() tenancy { return tenancy{r.Guild, r.Epoch} }

var (
	errNoField    = errors.New("sealed reference names no field")
	errNoGuild    = errors.New("sealed reference names no guild")
	errWrongPlace = errors.New("sealed reference has a person or ticket path of another kind")
)

func (r Ref) check() error {
	switch {
	case r.Field == 0:
		return errNoField
	case r.Guild == 0:
		return errNoGuild
	case !r.Person.IsZero() && !r.Person.isPerson(), !r.Ticket.IsZero() && (!r.Ticket.isTicket() || r.Ticket.isTicketRange()):
		return errWrongPlace
	}
	return nil
}

// leaves are the paths whose keys, together, protect the value.
func (r Ref) leaves() []Path {
	switch {
	case r.Person.IsZero() && r.Ticket.IsZero():
		return []Path{guildPath(purposeConfig)}
	case r.Ticket.IsZero():
		return []Path{r.Person}
	case r.Person.IsZero():
		return []Path{r.Ticket}
	}
	return []Path{r.Person, r.Ticket}
}

// authenticated is r for the cipher, 41 bytes:
// version ‖ field 2 ‖ guild 8 ‖ epoch 4 ‖ row 8 ‖ person 9 ‖ ticket 9, numbers big-endian.
func (r Ref) authenticated(version byte) []byte {
	b := make([]byte, 0, 41)
	b = append(b, version)
	b = binary.BigEndian.AppendUint16(b, uint16(r.Field))
	b = binary.BigEndian.AppendUint64(b, r.Guild)
	b = binary.BigEndian.AppendUint32(b, r.Epoch)
	b = binary.BigEndian.AppendUint64(b, r.Row)
	b = r.Person.appendFixed(b)
	return r.Ticket.appendFixed(b)
}
