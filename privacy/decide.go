package privacy

import (
	"time"

	"ticketbot/keys"
	"ticketbot/ticket"
)

// State is where a membership stands.
type State string

// What becomes of a membership, in this order; see the package's picture.
const (
	StateNone     State = ""         // nothing is known of the guild
	StateActive   State = "active"   // the bot is there
	StateSealed   State = "sealed"   // nobody reads or writes any more; the keys are still there
	StateShredded State = "shredded" // the keys are gone; rows are being deleted
	StateDeparted State = "departed" // the rows are gone too
)

// Evidence is why a membership was sealed.
type Evidence string

const (
	EvidenceEvent    Evidence = "event"    // Discord said that the bot was removed
	EvidenceUnclear  Evidence = "unclear"  // Discord said something that might mean it
	EvidenceAbsent   Evidence = "absent"   // not in a list, and Discord confirmed it when asked, twice
	EvidenceRejoined Evidence = "rejoined" // the bot is there since another time than before
	EvidenceLedger   Evidence = "ledger"   // forgotten before, and brought back by an old copy of the database
)

// Membership is what is kept of one membership of a guild.
type Membership struct {
	Guild    ticket.Guild
	JoinedAt time.Time
	State    State
	Evidence Evidence
	SealedAt time.Time
	Owner    keys.Tag // who gets the receipt
	Readable bool     // the keyring has its keys

	// Condemned says that it is to be forgotten. A job that was told so is no proof: it may run late, after the decision
	// was taken back.
	Condemned bool
}

// Change is what is to be done to a guild's last membership, in one transaction. The zero Change is nothing.
type Change struct {
	Seal    Evidence // deny everything from now on
	Doubt   bool     // what sealed it has been contradicted: only Discord's own word forgets it now
	Unseal  bool     // it was a mistake
	Confirm bool     // ask Discord, by a job
	Forget  bool     // by a job
	Begin   bool     // another membership, the bot having joined at JoinedAt
	Check   bool     // ask Discord about the new one: what it began with may have come late
	Owned   bool     // note the owner

	Wait     time.Duration // until the jobs begin
	JoinedAt time.Time
	Owner    keys.Tag

	again bool // not known yet: ask later
}

// ends says whether the membership that was known ends for this process.
func (c Change) ends() bool { return c.Seal != "" || c.Forget }

// news is what was heard of a guild, or what Discord answered.
type news int

const (
	joined    news = iota // GUILD_CREATE, with a time of joining
	left                  // GUILD_DELETE that does not say "unavailable"
	unclear               // GUILD_DELETE with "unavailable": false
	missing               // not in READY, nor in the list of guilds
	member                // asked: a member, with a time of joining
	notMember             // asked: no member
	silence               // asked: no answer
)

type heard struct {
	news     news
	joinedAt time.Time
	owner    keys.Tag
	now      time.Time
}

const (
	// eventAlone is how long an event that Discord does not confirm waits, before it is believed.
	eventAlone = time.Minute

	// absentAgain is how long "not a member" waits to be said once more, when no event reported an end. One answer may be a
	// fault of Discord's.
	absentAgain = 30 * time.Second

	// sameJoin is how far apart two tellings of one time of joining are: events and answers do not round alike. Nobody
	// is thrown out and invited again as fast as that.
	sameJoin = time.Second
)

// signal is news compared with what is known.
type signal struct {
	news news
	when when
}

type when int

const (
	any0  when = iota // nothing to compare
	older             // joined before what is known: it comes late
	same
	newer
	alone // silence about an event for as long as eventAlone
	early // an answer to what one answer has sealed, before absentAgain; silence at any time
)

// condition is a State, of which one is two: what lost its keys cannot be opened again.
type condition struct {
	state    State
	readable bool
}

// rules are the whole of it: what is known × what is heard. What is not here changes nothing.
var rules = func() map[condition]map[signal]Change {
	replaced := Change{Seal: EvidenceRejoined, Forget: true, Begin: true}
	succeeded := Change{Forget: true, Begin: true}
	doubtful := Change{Forget: true, Begin: true, Check: true}
	forget := Change{Forget: true}
	again := Change{again: true}
	absent := Change{Seal: EvidenceAbsent, Confirm: true, Wait: absentAgain}
	gone := map[signal]Change{
		{joined, same}: doubtful, {joined, newer}: succeeded, {member, older}: doubtful, {member, same}: succeeded,
		{member, newer}: succeeded, {notMember, any0}: forget, {silence, any0}: forget, {silence, alone}: forget,
	}
	return map[condition]map[signal]Change{
		{StateNone, false}:     {{joined, newer}: {Begin: true}},
		{StateDeparted, false}: {{joined, newer}: {Begin: true, Check: true}},
		{StateActive, true}: {
			{joined, same}: {Owned: true}, {joined, newer}: replaced,
			{left, any0}: {Seal: EvidenceEvent, Confirm: true}, {unclear, any0}: {Seal: EvidenceUnclear, Confirm: true},
			{missing, any0}: {Confirm: true}, {member, newer}: replaced,
			{notMember, any0}: absent, {silence, any0}: again,
		},
		// A keyring from an older copy may lack keys, and the right one turn up: only Discord's word ends that.
		{StateActive, false}: {
			{joined, newer}: replaced, {left, any0}: {Confirm: true}, {unclear, any0}: {Confirm: true}, {missing, any0}: {Confirm: true},
			{member, newer}: replaced, {notMember, any0}: absent, {silence, any0}: again,
		},
		{StateSealed, true}: {
			{joined, same}: {Doubt: true, Confirm: true}, {joined, newer}: succeeded, {member, older}: {Unseal: true}, {member, same}: {Unseal: true}, {member, newer}: succeeded,
			{notMember, any0}: forget, {notMember, early}: again, {silence, any0}: again, {silence, early}: again, {silence, alone}: forget,
		},
		{StateSealed, false}:   gone,
		{StateShredded, false}: gone,
	}
}()

// decide is what is to be done when something is heard about a guild whose last membership is known.
func decide(known Membership, h heard) Change {
	readable := known.Readable && known.State != StateShredded || known.absentOnce()
	c := rules[condition{known.State, readable}][signal{h.news, compare(known, h)}]
	if c.Owned && (h.owner == known.Owner || h.owner == keys.Tag{}) {
		c.Owned = false
	}
	if c.Owned || c.Begin {
		c.Owner = h.owner
	}
	if c.Begin {
		c.JoinedAt = h.joinedAt
	}
	return c
}

// absentOnce says that one answer sealed it, and nothing is decided. Its keys may yet turn up, if it has none.
func (m Membership) absentOnce() bool {
	return m.State == StateSealed && m.Evidence == EvidenceAbsent && !m.Condemned
}

func compare(known Membership, h heard) when {
	apart := h.joinedAt.Sub(known.JoinedAt)
	switch {
	case known.absentOnce() && (h.news == silence || h.news == notMember && h.now.Sub(known.SealedAt) < absentAgain):
		return early
	case h.news == silence && known.Evidence == EvidenceEvent && h.now.Sub(known.SealedAt) >= eventAlone:
		return alone
	case h.news != joined && h.news != member:
		return any0
	case known.State == StateNone, known.State == StateDeparted, apart >= sameJoin:
		return newer
	case apart > -sameJoin:
		return same
	}
	return older
}
