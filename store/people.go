package store

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"ticketbot/keys"
	"ticketbot/store/db"
	"ticketbot/ticket"

	"github.com/jackc/pgx/v5"
)

// profile is what we keep about a person. Slight says that it comes from a sighting that did not show the member.
type profile struct {
	ticket.User
	Slight bool `json:"slight,omitempty"`
}

func sighted(u ticket.User) profile { return profile{User: u, Slight: u.Partial} }

// after is the profile once next has been seen: a slight sighting never replaces a full one, nor a name by none.
func (p profile) after(next profile) profile {
	if p.ID == 0 {
		return next
	}
	if next.Slight && (!p.Slight || next.Username == "") {
		return p
	}
	return next
}

func (p profile) encoded() []byte {
	raw, err := json.Marshal(p)
	if err != nil {
		panic(err) // it is made of numbers and strings
	}
	return raw
}

// tagOf is a user in a guild as the database knows them.
type tagOf struct {
	guild ticket.Guild
	tag   keys.Tag
}

func (a tagOf) compare(b tagOf) int {
	return cmp.Or(compareGuilds(a.guild, b.guild), bytes.Compare(a.tag[:], b.tag[:]))
}

func compareGuilds(a, b ticket.Guild) int {
	return cmp.Or(cmp.Compare(a.ID, b.ID), cmp.Compare(a.Epoch, b.Epoch))
}

// acquaintance is a user of one guild on the way to being a person with a number.
type acquaintance struct {
	tagOf
	user  ticket.UserID
	path  keys.Path
	id    ticket.PersonID
	since time.Time // what was written before belongs to whom they were before they were forgotten; zero: never forgotten
	seen  []introduction
	shown profile // as sighted, then as kept
	kept  bool    // the row's profile is shown already
}

// introduction is what meet needs to know of somebody. written is when what shows them was; zero for now.
type introduction struct {
	guild   ticket.Guild
	user    ticket.User
	written time.Time
}

// isBefore says whether something is from before somebody was forgotten.
func isBefore(written, since time.Time) bool { return !written.IsZero() && written.Before(since) }

// look takes in how the person was sighted, but for sightings of whom they were before: names that were forgotten must
// not come back with an old message.
func (a *acquaintance) look() {
	a.shown = profile{Slight: true}
	for _, in := range a.seen {
		if !isBefore(in.written, a.since) {
			a.shown = a.shown.after(sighted(in.user))
		}
	}
}

// meet finds or makes the persons for users, of any guilds, and keeps their newest profiles. The result has one entry
// for each user, in order.
func (s *Store) meet(ctx context.Context, tx pgx.Tx, all []introduction) ([]acquaintance, error) {
	result := make([]acquaintance, len(all))
	each := map[tagOf]*acquaintance{}
	for i, in := range all {
		path, tag, err := s.keys.Person(uint64(in.guild.ID), in.guild.Epoch, uint64(in.user.ID))
		if err != nil {
			return nil, fmt.Errorf("find a person's key in guild %s: %w", in.guild.ID, err)
		}
		a := acquaintance{tagOf: tagOf{in.guild, tag}, user: in.user.ID, path: path}
		if each[a.tagOf] == nil {
			each[a.tagOf] = &a
		}
		each[a.tagOf].seen = append(each[a.tagOf].seen, in)
		result[i] = a
	}
	if err := s.meetEach(ctx, tx, each); err != nil {
		return nil, err
	}
	for i := range result {
		result[i] = *each[result[i].tagOf]
	}
	return result, nil
}

func (s *Store) meetEach(ctx context.Context, tx pgx.Tx, each map[tagOf]*acquaintance) error {
	var strangers []*acquaintance
	for _, a := range each {
		if s.met.recall(a); !a.kept {
			strangers = append(strangers, a)
		}
	}
	// One order for everybody, so that two transactions that meet the same people do not lock each other out.
	slices.SortFunc(strangers, func(a, b *acquaintance) int { return a.compare(b.tagOf) })
	unknown, err := s.lookUp(ctx, tx, strangers)
	if err != nil {
		return err
	}
	if len(unknown) > 0 {
		if err := s.insertPeople(ctx, tx, unknown); err != nil {
			return err
		}
		// Somebody else may have met them in the same moment, so the rows have the last word.
		if lost, err := s.lookUp(ctx, tx, unknown); err != nil {
			return err
		} else if len(lost) > 0 {
			return errors.New("a person just met is not there")
		}
	}
	return s.saveProfiles(ctx, tx, strangers)
}

// lookUp fills in what the database knows, and returns those it does not know.
func (s *Store) lookUp(ctx context.Context, tx pgx.Tx, people []*acquaintance) (unknown []*acquaintance, err error) {
	if len(people) == 0 {
		return nil, nil
	}
	params := make([]db.PeopleByTagParams, len(people))
	for i, a := range people {
		params[i] = db.PeopleByTagParams{GuildID: a.guild.ID, Epoch: a.guild.Epoch, Tag: a.tag[:]}
	}
	s.q.PeopleByTag(ctx, tx, params).QueryRow(func(i int, row db.PeopleByTagRow, rowErr error) {
		switch {
		case errors.Is(rowErr, pgx.ErrNoRows):
			unknown = append(unknown, people[i])
		case rowErr != nil:
			err = errors.Join(err, rowErr)
		default:
			err = errors.Join(err, s.recognise(people[i], row))
		}
	})
	return unknown, err
}

func (s *Store) recognise(a *acquaintance, row db.PeopleByTagRow) error {
	a.id, a.since = row.ID, orZero(row.Since)
	a.look()
	ref := place(a.guild, keys.FieldPerson, uint64(row.ID))
	ref.Person = a.path
	kept := profile{Slight: true}
	if err := s.unseal(ref, row.Profile, &kept); err != nil {
		return err
	}
	a.shown = kept.after(a.shown)
	a.kept = row.Erased || bytes.Equal(a.shown.encoded(), kept.encoded())
	return nil
}

func (s *Store) insertPeople(ctx context.Context, tx pgx.Tx, people []*acquaintance) error {
	ids, err := s.q.NextPersonIDs(ctx, tx, int32(len(people)))
	if err != nil {
		return err
	}
	if err := s.findSince(ctx, tx, people); err != nil {
		return err
	}
	params := make([]db.InsertPersonParams, len(people))
	for i, a := range people {
		a.id = ticket.PersonID(ids[i])
		a.look()
		sealed, err := s.sealProfile(a)
		if err != nil {
			return err
		}
		params[i] = db.InsertPersonParams{
			GuildID: a.guild.ID, Epoch: a.guild.Epoch, ID: a.id, Tag: a.tag[:], Path: a.path.Bytes(), Profile: sealed,
			Since: orNil(a.since),
		}
	}
	s.q.InsertPerson(ctx, tx, params).Exec(func(_ int, rowErr error) { err = errors.Join(err, rowErr) })
	return err
}

func (s *Store) sealProfile(a *acquaintance) ([]byte, error) {
	if a.shown.ID == 0 {
		return nil, nil
	}
	ref := place(a.guild, keys.FieldPerson, uint64(a.id))
	ref.Person = a.path
	return s.seal(ref, a.shown)
}

func (s *Store) saveProfiles(ctx context.Context, tx pgx.Tx, people []*acquaintance) error {
	var params []db.SaveProfileParams
	for _, a := range people {
		if a.kept {
			continue
		}
		sealed, err := s.sealProfile(a)
		if err != nil {
			return err
		}
		params = append(params, db.SaveProfileParams{Profile: sealed, GuildID: a.guild.ID, Epoch: a.guild.Epoch, ID: a.id})
		a.kept = true
	}
	if len(params) == 0 {
		return nil
	}
	var err error
	s.q.SaveProfile(ctx, tx, params).Exec(func(_ int, rowErr error) { err = errors.Join(err, rowErr) })
	return err
}

// Meet finds or makes the person for a user.
func (t *tx) Meet(ctx context.Context, u ticket.User) (ticket.PersonID, error) {
	met, err := t.s.meet(ctx, t.tx, []introduction{{guild: t.g, user: u}})
	if err != nil {
		return 0, explain("meet a person", err)
	}
	t.met = append(t.met, met...)
	return met[0].id, nil
}

func (t *tx) LockPerson(ctx context.Context, id ticket.PersonID) error {
	_, err := t.s.q.LockPerson(ctx, t.tx, db.LockPersonParams{GuildID: t.g.ID, Epoch: t.g.Epoch, ID: id})
	return explain("lock a person", err)
}

// PersonID finds a user met before; 0 if never met.
func (s *Store) PersonID(ctx context.Context, g ticket.Guild, user ticket.UserID) (ticket.PersonID, error) {
	_, tag, err := s.keys.Person(uint64(g.ID), g.Epoch, uint64(user))
	if errors.Is(err, keys.ErrForgotten) || errors.Is(err, keys.ErrUnknownGuild) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("find a person's key: %w", err)
	}
	id, err := s.q.PersonByTag(ctx, s.pool, db.PersonByTagParams{GuildID: g.ID, Epoch: g.Epoch, Tag: tag[:]})
	if errors.Is(err, pgx.ErrNoRows) {
		return 0, nil
	}
	return id, explain("find a person", err)
}

// People are the persons behind references. One who was forgotten has an empty profile.
func (s *Store) People(ctx context.Context, g ticket.Guild, ids []ticket.PersonID) (map[ticket.PersonID]ticket.Person, error) {
	rows, err := s.q.PeopleByID(ctx, s.pool, db.PeopleByIDParams{GuildID: g.ID, Epoch: g.Epoch, Ids: numbers(ids)})
	if err != nil {
		return nil, explain("find people", err)
	}
	people := make(map[ticket.PersonID]ticket.Person, len(rows))
	for _, row := range rows {
		ref, err := ofPerson(place(g, keys.FieldPerson, uint64(row.ID)), row.Path)
		if err != nil {
			return nil, err
		}
		var kept profile
		if err := s.unseal(ref, row.Profile, &kept); err != nil {
			return nil, err
		}
		people[row.ID] = ticket.Person{ID: row.ID, Erased: row.Erased || kept.ID == 0, Profile: kept.User}
	}
	return people, nil
}

// numbers are typed numbers as SQL's bigint[].
func numbers[T ~int64 | ~uint64](typed []T) []int64 {
	plain := make([]int64, len(typed))
	for i, v := range typed {
		plain[i] = int64(v)
	}
	return plain
}
