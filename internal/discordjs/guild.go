package discordjs

import "math/rand/v2"

// Guild is one made by chance. Ids are as in Discord: the role of @everyone bears the guild's.
type Guild struct {
	ID       uint64    `json:"id,string"`
	Owner    uint64    `json:"owner_id,string"`
	Roles    []Role    `json:"roles"`
	Members  []Member  `json:"members"`
	Channels []Channel `json:"channels"` // parents before their children
}

// Role is one of a guild's.
type Role struct {
	ID          uint64 `json:"id,string"`
	Permissions uint64 `json:"permissions,string"`
}

// Member is one of a guild's.
type Member struct {
	ID       uint64 `json:"id,string"`
	Roles    []ID   `json:"roles"`
	TimedOut bool   `json:"timed_out"`
}

// ID is written as a string.
type ID uint64

// MarshalJSON writes the id as Discord does.
func (id ID) MarshalJSON() ([]byte, error) { return quoted(uint64(id)), nil }

// Types of channels, as Discord numbers them.
const (
	Text          = 0
	Category      = 4
	PublicThread  = 11
	PrivateThread = 12
)

// Channel is a channel, a category of channels, or a thread.
type Channel struct {
	ID         uint64      `json:"id,string"`
	Type       int         `json:"type"`
	Parent     uint64      `json:"parent_id,string"`
	Overwrites []Overwrite `json:"permission_overwrites"`
	Joined     []ID        `json:"joined"` // members of the thread
}

// IsThread says whether the channel hangs on another, whose overwrites count for it.
func (c Channel) IsThread() bool { return c.Type == PublicThread || c.Type == PrivateThread }

// Overwrite is of a role (type 0) or a member (type 1).
type Overwrite struct {
	ID    uint64 `json:"id,string"`
	Type  int    `json:"type"`
	Allow uint64 `json:"allow,string"`
	Deny  uint64 `json:"deny,string"`
}

// The bits on which a rule hangs. They are drawn more often than the others.
const (
	Administrator  = 1 << 3
	ManageChannels = 1 << 4
	ViewChannel    = 1 << 10
	SendMessages   = 1 << 11
	ManageThreads  = 1 << 34
	SendInThreads  = 1 << 38
	pivots         = ManageChannels | ViewChannel | SendMessages | ManageThreads | SendInThreads
	drawn          = 1<<53 - 1
)

// Random makes a guild: up to six roles, four members of whom one may be the owner, and channels in and outside of two
// categories, some with threads. Overwrites are also of roles and members that do not exist, as Discord keeps those of
// members who have left, and may allow and deny the same bit.
func Random(r *rand.Rand) Guild {
	m := maker{Rand: r, last: uint64(r.Int64N(1<<40))<<22 + 1}
	m.g.ID = m.id()
	m.g.Roles = append(m.g.Roles, Role{m.g.ID, m.bits() &^ uint64(m.one(30, 0, Administrator))})
	for range m.IntN(6) {
		admin := uint64(m.one(12, Administrator, 0))
		m.g.Roles = append(m.g.Roles, Role{m.id(), m.bits()&^Administrator | admin})
	}
	for range 4 {
		member := Member{ID: m.id(), TimedOut: m.IntN(5) == 0}
		for _, role := range m.g.Roles[1:] {
			if m.IntN(2) == 0 {
				member.Roles = append(member.Roles, ID(role.ID))
			}
		}
		m.g.Members = append(m.g.Members, member)
	}
	m.g.Owner = m.id() // of somebody who is not looked at
	if m.IntN(4) == 0 {
		m.g.Owner = m.g.Members[m.IntN(4)].ID
	}
	for range 2 {
		category := m.channel(Category, 0)
		for range m.IntN(3) {
			m.threads(m.channel(Text, category))
		}
	}
	m.threads(m.channel(Text, 0))
	return m.g
}

type maker struct {
	*rand.Rand
	g    Guild
	last uint64
}

func (m *maker) id() uint64 {
	m.last += 1 + uint64(m.IntN(5))
	return m.last
}

// one is rare once in n times, else usual.
func (m *maker) one(n, rare, usual int) int {
	if m.IntN(n) == 0 {
		return rare
	}
	return usual
}

// bits are few, about half of them, or nearly all; those on which rules hang are thrown once more.
func (m *maker) bits() uint64 {
	b := m.Uint64()
	switch m.IntN(3) {
	case 0:
		b &= m.Uint64() & m.Uint64()
	case 1:
		b |= m.Uint64() | m.Uint64()
	}
	if m.IntN(2) == 0 {
		b = b&^pivots | m.Uint64()&pivots
	}
	return b & drawn
}

func (m *maker) channel(kind int, parent uint64) uint64 {
	c := Channel{ID: m.id(), Type: kind, Parent: parent}
	add := func(id uint64, kind int) {
		o := Overwrite{ID: id, Type: kind, Allow: m.bits(), Deny: m.bits()}
		if m.IntN(20) > 0 {
			o.Allow &^= Administrator // Discord lets nobody give it in a channel, and old ones are still about
		}
		switch m.IntN(4) {
		case 0: // both, as only a bot would
		case 1:
			o.Allow &= pivots
			o.Deny &= pivots &^ o.Allow
		default:
			o.Deny &^= o.Allow
		}
		c.Overwrites = append(c.Overwrites, o)
	}
	for _, r := range m.g.Roles {
		if m.IntN(2) == 0 {
			add(r.ID, 0)
		}
	}
	for _, x := range m.g.Members {
		if m.IntN(3) == 0 {
			add(x.ID, 1)
		}
	}
	if m.IntN(4) == 0 {
		add(m.id(), m.IntN(2))
	}
	m.Shuffle(len(c.Overwrites), func(i, j int) {
		c.Overwrites[i], c.Overwrites[j] = c.Overwrites[j], c.Overwrites[i]
	})
	m.g.Channels = append(m.g.Channels, c)
	return c.ID
}

func (m *maker) threads(parent uint64) {
	for _, kind := range []int{PublicThread, PrivateThread} {
		if m.IntN(3) > 0 {
			continue
		}
		c := Channel{ID: m.id(), Type: kind, Parent: parent}
		for _, x := range m.g.Members {
			if m.IntN(3) == 0 {
				c.Joined = append(c.Joined, ID(x.ID))
			}
		}
		m.g.Channels = append(m.g.Channels, c)
	}
}
