package store

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"ticketbot/ticket"
)

// archived is all that is known of one message. Two of them merge to the same one in whatever order and however often,
// because each wording has its place, the moment it was written, and of two for one place the one seen last stands:
//
//	created ──▶ at 0         edited 12:01 ──▶ at 12:01      deleted ──▶ the earliest deletion
//	link preview ──▶ at 0    edited 12:05 ──▶ at 12:05      ▲ the newest wording is the message, the rest revisions
type archived struct {
	room     ticket.Room
	message  ticket.MessageID
	at       time.Time // when it was written; zero: not known, only its deletion was seen
	deleted  time.Time // zero: still there
	wordings map[int64]wording

	// What is left of a message whose author, or whom it was about, has been forgotten. It never gets a wording again.
	erased        bool
	author, owner ticket.PersonID
	edited        time.Time
}

// wording is what a message said from one moment on. In memory it is open, in the database sealed under its owner.
type wording struct {
	edited time.Time // zero: as it was created
	seen   time.Time // when we learned of it
	author ticket.PersonID
	owner  ticket.PersonID // the author; of what the bot writes about somebody, they
	people []ticket.PersonID
	body   []byte // the content's JSON
}

// moment is the place of a wording: 0 for the first, else the microsecond of the edit.
func (w wording) moment() int64 {
	if w.edited.IsZero() {
		return 0
	}
	return w.edited.UnixMicro()
}

// standsAgainst says whether w replaces o, another sighting of the same wording. A later sighting knows more (a link's
// preview); of two at the same time the longer does, and what is left decides only so that the order does not.
func (w wording) standsAgainst(o wording) bool {
	order := cmp.Or(
		w.seen.Compare(o.seen),
		cmp.Compare(len(w.body), len(o.body)),
		bytes.Compare(w.body, o.body),
		slices.Compare(w.people, o.people),
	)
	return order > 0
}

// sighting makes the record of one sighting. People are the sighting's users, met.
func sighting(s ticket.Sighting, people []ticket.PersonID) (*archived, error) {
	a := &archived{room: s.Room, message: s.Message, wordings: map[int64]wording{}}
	if s.Kind == ticket.SeenDeleted {
		a.deleted = s.Seen.UTC().Truncate(time.Microsecond)
		return a, nil
	}
	body, err := json.Marshal(s.Content)
	if err != nil {
		return nil, fmt.Errorf("encode a message: %w", err)
	}
	a.at = s.At.UTC().Truncate(time.Microsecond)
	w := wording{
		edited: s.Edited.UTC().Truncate(time.Microsecond), seen: s.Seen.UTC().Truncate(time.Microsecond), people: people, body: body,
	}
	if len(people) > 0 {
		w.author, w.owner = people[0], people[s.Owner()]
	}
	a.wordings[w.moment()] = w
	return a, nil
}

// merge takes in what o knows.
func (a *archived) merge(o *archived) {
	if a.at.IsZero() {
		a.at = o.at
	}
	if a.deleted.IsZero() || (!o.deleted.IsZero() && o.deleted.Before(a.deleted)) {
		a.deleted = o.deleted
	}
	if o.erased {
		a.erase()
	}
	if a.erased {
		return
	}
	for moment, w := range o.wordings {
		if have, ok := a.wordings[moment]; !ok || w.standsAgainst(have) {
			a.wordings[moment] = w
		}
	}
}

// erase leaves the message its place.
func (a *archived) erase() { a.erased, a.wordings = true, map[int64]wording{} }

// ordered are the wordings, oldest first; the last is what the message says.
func (a *archived) ordered() []wording {
	all := make([]wording, 0, len(a.wordings))
	for _, w := range a.wordings {
		all = append(all, w)
	}
	slices.SortFunc(all, func(a, b wording) int { return cmp.Compare(a.moment(), b.moment()) })
	return all
}

// written is when the message was written. Its id tells, should nothing else: a snowflake's upper 42 bits count the
// milliseconds of 2015 and after.
func (a *archived) written() time.Time {
	if !a.at.IsZero() {
		return a.at
	}
	const discordEpoch = 1420070400000
	return time.UnixMilli(int64(a.message>>22) + discordEpoch).UTC()
}

// writtenAt is when a wording of the message was written.
func (a *archived) writtenAt(w wording) time.Time {
	if w.edited.IsZero() {
		return a.written()
	}
	return w.edited
}

func (a *archived) clone() *archived {
	c := *a
	c.wordings = maps.Clone(a.wordings)
	return &c
}

func (a *archived) same(o *archived) bool {
	return a.erased == o.erased && a.at.Equal(o.at) && a.deleted.Equal(o.deleted) && maps.EqualFunc(a.wordings, o.wordings, wording.same)
}

func (w wording) same(o wording) bool { return !w.standsAgainst(o) && !o.standsAgainst(w) }

// hasRevision says whether w is kept as an earlier wording already.
func (a *archived) hasRevision(w wording) bool {
	have, ok := a.wordings[w.moment()]
	all := a.ordered()
	return ok && have.same(w) && w.moment() != all[len(all)-1].moment()
}
