package privacy

import (
	"testing"
	"time"

	"ticketbot/keys"
	"ticketbot/ticket"
)

var (
	noon    = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	allNews = []news{joined, left, unclear, missing, member, notMember, silence}
)

func known(state State, why Evidence, readable bool) Membership {
	m := Membership{State: state, Evidence: why, Readable: readable}
	if state != StateNone {
		m.Guild = ticket.Guild{ID: 1, Epoch: 3}
	}
	if state != StateNone && state != StateDeparted {
		m.JoinedAt = noon
	}
	if why != "" {
		m.SealedAt = noon.Add(time.Hour)
	}
	return m
}

// TestEvidence is the table of the package's documentation, line by line.
func TestEvidence(t *testing.T) {
	active := known(StateActive, "", true)
	event, doubted := known(StateSealed, EvidenceEvent, true), known(StateSealed, EvidenceUnclear, true)
	keyless := known(StateSealed, EvidenceEvent, false)
	once, onceKeyless, twice := known(StateSealed, EvidenceAbsent, true), known(StateSealed, EvidenceAbsent, false), known(StateSealed, EvidenceAbsent, true)
	twice.Condemned = true
	shredded := known(StateShredded, EvidenceEvent, false)
	before, after := noon.Add(-time.Second), noon.Add(time.Second)
	sealedFor := func(d time.Duration) time.Time { return noon.Add(time.Hour + d) }
	begin := func(c Change, at time.Time) Change {
		c.Begin, c.JoinedAt = true, at
		return c
	}
	replaced, succeeded := Change{Seal: EvidenceRejoined, Forget: true}, Change{Forget: true}
	doubtful := Change{Forget: true, Check: true}
	absent := Change{Seal: EvidenceAbsent, Confirm: true, Wait: 30 * time.Second}
	for name, c := range map[string]struct {
		known Membership
		heard heard
		want  Change
	}{
		"never seen: joined":            {known(StateNone, "", false), heard{news: joined, joinedAt: noon}, begin(Change{}, noon)},
		"never seen: left":              {known(StateNone, "", false), heard{news: left}, Change{}},
		"never seen: unclear":           {known(StateNone, "", false), heard{news: unclear}, Change{}},
		"departed: joined, maybe late":  {known(StateDeparted, "", false), heard{news: joined, joinedAt: before}, begin(Change{Check: true}, before)},
		"departed: left again":          {known(StateDeparted, "", false), heard{news: left}, Change{}},
		"active: joined again":          {active, heard{news: joined, joinedAt: noon}, Change{}},
		"active: joined late":           {active, heard{news: joined, joinedAt: before}, Change{}},
		"active: joined anew":           {active, heard{news: joined, joinedAt: after}, begin(replaced, after)},
		"active: left":                  {active, heard{news: left}, Change{Seal: EvidenceEvent, Confirm: true}},
		"active: unclear":               {active, heard{news: unclear}, Change{Seal: EvidenceUnclear, Confirm: true}},
		"active: not listed":            {active, heard{news: missing}, Change{Confirm: true}},
		"active: is a member":           {active, heard{news: member, joinedAt: noon}, Change{}},
		"active: is a member since":     {active, heard{news: member, joinedAt: after}, begin(replaced, after)},
		"active: is no member":          {active, heard{news: notMember, now: noon.Add(9999 * time.Hour)}, absent},
		"active, keyless: is no member": {known(StateActive, "", false), heard{news: notMember}, absent},
		"active: no answer":             {active, heard{news: silence, now: noon.Add(9999 * time.Hour)}, Change{again: true}},
		"event: left again":             {event, heard{news: left}, Change{}},
		"event: joined again":           {event, heard{news: joined, joinedAt: noon}, Change{Doubt: true, Confirm: true}},
		"event: joined late":            {event, heard{news: joined, joinedAt: before}, Change{}},
		"event: joined anew":            {event, heard{news: joined, joinedAt: after}, begin(succeeded, after)},
		"event: is a member":            {event, heard{news: member, joinedAt: noon}, Change{Unseal: true}},
		"event: is a member since":      {event, heard{news: member, joinedAt: after}, begin(succeeded, after)},
		"event: is no member":           {event, heard{news: notMember}, Change{Forget: true}},
		"event: no answer at first":     {event, heard{news: silence, now: sealedFor(59 * time.Second)}, Change{again: true}},
		"event: no answer for a minute": {event, heard{news: silence, now: sealedFor(time.Minute)}, Change{Forget: true}},
		"unclear: left":                 {doubted, heard{news: left}, Change{}},
		"unclear: is a member":          {doubted, heard{news: member, joinedAt: noon}, Change{Unseal: true}},
		"unclear: is no member":         {doubted, heard{news: notMember}, Change{Forget: true}},
		"unclear: never an answer":      {doubted, heard{news: silence, now: sealedFor(9999 * time.Hour)}, Change{again: true}},
		"absent: is no member too soon": {once, heard{news: notMember, now: sealedFor(29 * time.Second)}, Change{again: true}},
		"absent: is no member again":    {once, heard{news: notMember, now: sealedFor(30 * time.Second)}, Change{Forget: true}},
		"absent: is a member":           {once, heard{news: member, joinedAt: noon}, Change{Unseal: true}},
		"absent: is a member since":     {once, heard{news: member, joinedAt: after}, begin(succeeded, after)},
		"absent: joined again":          {once, heard{news: joined, joinedAt: noon}, Change{Doubt: true, Confirm: true}},
		"absent: never an answer":       {once, heard{news: silence, now: sealedFor(9999 * time.Hour)}, Change{again: true}},
		"absent, keyless: too soon":     {onceKeyless, heard{news: notMember, now: sealedFor(29 * time.Second)}, Change{again: true}},
		"absent, keyless: no answer":    {onceKeyless, heard{news: silence, now: sealedFor(9999 * time.Hour)}, Change{again: true}},
		"absent, keyless: is a member":  {onceKeyless, heard{news: member, joinedAt: noon}, Change{Unseal: true}},
		"absent, decided":               {twice, heard{news: notMember, now: sealedFor(0)}, Change{Forget: true}},
		"keyless: is a member":          {keyless, heard{news: member, joinedAt: noon}, begin(succeeded, noon)},
		"keyless: is no member":         {keyless, heard{news: notMember}, Change{Forget: true}},
		"keyless: joined again":         {keyless, heard{news: joined, joinedAt: noon}, begin(doubtful, noon)},
		"shredded: joined again":        {shredded, heard{news: joined, joinedAt: noon}, begin(doubtful, noon)},
		"shredded: joined late":         {shredded, heard{news: joined, joinedAt: before}, Change{}},
		"shredded: joined anew":         {shredded, heard{news: joined, joinedAt: after}, begin(succeeded, after)},
		"shredded: left again":          {shredded, heard{news: left}, Change{}},
	} {
		if got := decide(c.known, c.heard); got != c.want {
			t.Errorf("%s: %+v, want %+v", name, got, c.want)
		}
	}
}

// TestOneJoinToldTwice: events and answers round differently, which is no second joining.
func TestOneJoinToldTwice(t *testing.T) {
	precise := noon.Add(987_654 * time.Microsecond)
	for name, told := range map[string]struct{ stored, heard time.Time }{
		"stored from an event, asked": {precise, precise.Truncate(time.Millisecond)},
		"stored from an answer":       {precise.Truncate(time.Millisecond), precise},
		"in whole seconds":            {precise, precise.Truncate(time.Second)},
		"stored in whole seconds":     {precise.Truncate(time.Second), precise},
	} {
		for _, n := range []news{joined, member} {
			active, sealed := known(StateActive, "", true), known(StateSealed, EvidenceEvent, true)
			active.JoinedAt, sealed.JoinedAt = told.stored, told.stored
			if got := decide(active, heard{news: n, joinedAt: told.heard}); got != (Change{}) {
				t.Errorf("%s, news %d: an active membership: %+v", name, n, got)
			}
			if got := decide(sealed, heard{news: n, joinedAt: told.heard}); got != (Change{Unseal: n == member, Doubt: n == joined, Confirm: n == joined}) {
				t.Errorf("%s, news %d: a sealed membership: %+v", name, n, got)
			}
		}
	}
	for _, n := range []news{joined, member} {
		active := known(StateActive, "", true)
		if got := decide(active, heard{news: n, joinedAt: noon.Add(time.Second)}); !got.Begin || got.Seal != EvidenceRejoined {
			t.Errorf("news %d of a second later: %+v", n, got)
		}
		if got := decide(active, heard{news: n, joinedAt: noon.Add(-time.Second)}); got != (Change{}) {
			t.Errorf("news %d of a second before: %+v", n, got)
		}
	}
}

func TestOwnerIsNotedWhenItChanges(t *testing.T) {
	m := known(StateActive, "", true)
	m.Owner = keys.Tag{1}
	for owner, want := range map[keys.Tag]Change{{}: {}, {1}: {}, {2}: {Owned: true, Owner: keys.Tag{2}}} {
		if got := decide(m, heard{news: joined, joinedAt: noon, owner: owner}); got != want {
			t.Errorf("owner %v: %+v", owner[0], got)
		}
	}
}

// TestWhatIsNeverDone goes through everything that can be known and heard.
func TestWhatIsNeverDone(t *testing.T) {
	cases := 0
	for _, state := range []State{StateNone, StateActive, StateSealed, StateShredded, StateDeparted} {
		for _, why := range []Evidence{EvidenceEvent, EvidenceUnclear, EvidenceAbsent, EvidenceRejoined, EvidenceLedger} {
			for _, readable := range []bool{true, false} {
				for _, n := range allNews {
					for at := -1; at <= 1; at++ {
						for decided := range 4 { // by whether it is, and how long ago it was sealed
							cases++
							m := known(state, why, readable)
							m.Condemned = state == StateSealed && decided%2 == 1
							h := heard{news: n, joinedAt: noon.Add(time.Duration(at) * time.Second), now: m.SealedAt.Add([]time.Duration{time.Second, 9999 * time.Hour}[decided/2])}
							for _, broken := range neverDone(m, h, at, decide(m, h)) {
								t.Errorf("%s %s, keys %v, news %d, joined %+d, decided %d: %s", state, why, readable, n, at, decided, broken)
							}
						}
					}
				}
			}
		}
	}
	if cases != 5*5*2*7*3*4 {
		t.Errorf("%d cases", cases)
	}
}

func neverDone(m Membership, h heard, at int, c Change) (broken []string) {
	must := func(holds bool, rule string) {
		if !holds {
			broken = append(broken, rule)
		}
	}
	readable := m.Readable && m.State != StateShredded
	proof := h.news == notMember || at > 0 && (h.news == joined || h.news == member)
	once := m.State == StateActive || m.State == StateSealed && m.Evidence == EvidenceAbsent && !m.Condemned
	lone := h.news == silence && m.State == StateSealed && m.Evidence == EvidenceEvent
	must(!c.Forget || proof || lone || !readable, "forgotten without Discord's word")
	must(!c.Forget || !once || at > 0 || h.news == notMember && m.State == StateSealed && h.now.Sub(m.SealedAt) > time.Second, "forgotten for one answer, no event having said so")
	must(c.Seal == "" || m.State == StateActive, "sealed what is not active")
	must(!c.Unseal || m.State == StateSealed && (m.Readable || once) && h.news == member, "opened without Discord's word, or without keys")
	must(c.Seal == "" || c.Confirm || c.Forget, "sealed with nothing to follow")
	must(!c.Begin || h.news == joined || h.news == member, "begun without a time of joining")
	must(!c.Begin || m.State != StateActive || c.Seal != "", "two at once")
	must(!c.again || h.news == silence || h.news == notMember && once, "asked again although there was an answer")
	must(h.news != missing || !c.Forget && c.Seal == "", "a list taken for proof")
	return broken
}
