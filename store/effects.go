package store

import (
	"context"
	"errors"
	"time"

	"ticketbot/internal/fault"
	"ticketbot/keys"
	"ticketbot/store/db"
	"ticketbot/ticket"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
)

const (
	// breath is how long the verb that wrote an effect has for it, before somebody else may look.
	breath = 20 * time.Second
	// lease is how long one try may take. It is longer than a job's time-out, so that no two are at it at once.
	lease = time.Minute
)

// The queues of the jobs that store inserts.
const (
	queueEffects = "effects"
	queueFiles   = "files"
)

// AddEffect keeps an effect and a job that carries it out if this process does not.
func (t *tx) AddEffect(ctx context.Context, e *ticket.Effect) error {
	id, err := t.s.q.NextEffectID(ctx, t.tx)
	if err != nil {
		return explain("number an effect", err)
	}
	e.ID = ticket.EffectID(id)
	row := db.InsertEffectParams{
		GuildID: t.g.ID, Epoch: t.g.Epoch, ID: e.ID, TicketID: orNil(e.Ticket), Kind: e.Kind, At: e.At, DueAt: e.At.Add(breath),
	}
	number, err := t.numberOf(ctx, e.Ticket)
	if err != nil {
		return err
	}
	path, err := t.subject(ctx, e, &row)
	if err != nil {
		return err
	}
	if row.Detail, err = t.s.sealEffect(e, number, path); err != nil {
		return err
	}
	if err := t.s.q.InsertEffect(ctx, t.tx, row); err != nil {
		return explain("keep an effect", err)
	}
	job := ticket.EffectJob{Guild: uint64(t.g.ID), Epoch: t.g.Epoch, Effect: id}
	_, err = t.s.jobs.InsertTx(ctx, t.tx, job, &river.InsertOpts{Queue: queueEffects, ScheduledAt: row.DueAt})
	return explain("keep an effect's job", err)
}

// subject notes whom an effect is about, and returns where they lie; nil for nobody.
func (t *tx) subject(ctx context.Context, e *ticket.Effect, row *db.InsertEffectParams) ([]byte, error) {
	if e.Detail.User == 0 {
		return nil, nil
	}
	id, err := t.Meet(ctx, ticket.User{ID: e.Detail.User, Partial: true})
	if err != nil {
		return nil, err
	}
	row.Person = &id
	return t.pathOf(ctx, id)
}

// sealEffect puts the detail under the ticket's leaf and that of whom it is about, or the guild's for neither; nil for an
// empty one.
func (s *Store) sealEffect(e *ticket.Effect, number uint32, personPath []byte) ([]byte, error) {
	if e.Detail == (ticket.EffectDetail{}) {
		return nil, nil
	}
	ref, err := effectPlace(e.Guild, e.ID, number, personPath)
	if err != nil {
		return nil, err
	}
	return s.seal(ref, e.Detail)
}

func effectPlace(g ticket.Guild, id ticket.EffectID, number uint32, personPath []byte) (keys.Ref, error) {
	ref := place(g, keys.FieldEffect, uint64(id))
	if number != 0 {
		ref = ofTicket(ref, number)
	}
	return ofPerson(ref, personPath)
}

// ClaimEffect takes an effect for this process, for the time of a lease.
func (s *Store) ClaimEffect(ctx context.Context, g ticket.Guild, id ticket.EffectID) (*ticket.Effect, bool, error) {
	now := s.clock.Now()
	row, err := s.q.ClaimEffect(ctx, s.pool, db.ClaimEffectParams{
		Holder: &s.holder, DueAt: now.Add(lease), GuildID: g.ID, Epoch: g.Epoch, ID: id, Now: now,
	})
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, explain("take an effect", err)
	}
	e := effect(row)
	under, err := s.q.PlacesOfEffect(ctx, s.pool, db.PlacesOfEffectParams{GuildID: g.ID, Epoch: g.Epoch, ID: id})
	if err != nil {
		return nil, false, found("find an effect's ticket", noTicket, err)
	}
	ref, err := effectPlace(g, id, uint32(under.TicketNumber), under.PersonPath)
	if err != nil {
		return nil, false, err
	}
	if err := s.unseal(ref, row.Detail, &e.Detail); err != nil {
		return nil, false, err
	}
	return &e, true, nil
}

func effect(row db.Effect) ticket.Effect {
	return ticket.Effect{
		ID: row.ID, Guild: ticket.Guild{ID: row.GuildID, Epoch: row.Epoch}, Ticket: orZero(row.TicketID), Kind: row.Kind,
		Attempts: int(row.Attempts), At: row.At,
	}
}

// ReleaseEffect gives an effect back for a later try. Of the cause only the kind is kept: errors may quote people.
func (s *Store) ReleaseEffect(ctx context.Context, e *ticket.Effect, cause error) error {
	kind := fault.KindOf(cause).String()
	err := s.q.ReleaseEffect(ctx, s.pool, db.ReleaseEffectParams{
		Failure: &kind, DueAt: s.clock.Now().Add(pause(e.Attempts)),
		GuildID: e.Guild.ID, Epoch: e.Guild.Epoch, ID: e.ID, Holder: &s.holder,
	})
	return explain("give an effect back", err)
}

// pause before try number n+1: 5 s, doubling, at most an hour.
func pause(n int) time.Duration {
	return min(5*time.Second<<min(max(n-1, 0), 10), time.Hour)
}

// DueEffects are those that nobody carries out although they should be: without their detail.
func (s *Store) DueEffects(ctx context.Context, limit int) ([]ticket.Effect, error) {
	rows, err := s.q.DueEffects(ctx, s.pool, db.DueEffectsParams{Now: s.clock.Now(), Max: int32(limit)})
	if err != nil {
		return nil, explain("find effects left undone", err)
	}
	due := make([]ticket.Effect, len(rows))
	for i, row := range rows {
		due[i] = effect(row)
	}
	return due, nil
}

var errDoneByAnother = errors.New("the effect has been finished by somebody else, or is about nobody any more")

// FinishEffect marks an effect done, and keeps no longer whom it was about. If somebody else was faster, the transaction
// must not do what follows a second time; nor if whom it was about has been forgotten meanwhile.
func (t *tx) FinishEffect(ctx context.Context, e *ticket.Effect) error {
	under, err := t.s.q.PlacesOfEffect(ctx, t.tx, db.PlacesOfEffectParams{GuildID: t.g.ID, Epoch: t.g.Epoch, ID: e.ID})
	if err != nil {
		return found("find an effect's ticket", noTicket, err)
	}
	kept := *e
	kept.Detail.User = 0
	detail, err := t.s.sealEffect(&kept, uint32(under.TicketNumber), under.PersonPath)
	if errors.Is(err, keys.ErrForgotten) { // whoever it was about: nothing is left to be said
		detail, err = nil, nil
	}
	if err != nil {
		return err
	}
	now := t.s.clock.Now()
	n, err := t.s.q.FinishEffect(ctx, t.tx, db.FinishEffectParams{
		DoneAt: &now, Detail: detail, GuildID: t.g.ID, Epoch: t.g.Epoch, ID: e.ID, Personal: e.Detail.User != 0,
	})
	if err == nil && n == 0 {
		return errDoneByAnother
	}
	return explain("finish an effect", err)
}
