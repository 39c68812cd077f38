package store

import (
	"context"
	"errors"

	"ticketbot/keys"
	"ticketbot/privacy"
	"ticketbot/store/db"
	"ticketbot/ticket"

	"github.com/jackc/pgx/v5"
)

// AskErasure writes down that a user wants to be forgotten, with the job that does it. While nobody has begun with a wish
// of theirs, it is that one, as of now. Once one is planned it is another: what was collected since is not in that plan.
func (s *Store) AskErasure(ctx context.Context, user ticket.UserID, receipt string) (privacy.Erasure, error) {
	tag, err := s.erasureTag(user)
	if err != nil {
		return privacy.Erasure{}, err
	}
	var e privacy.Erasure
	err = s.inTx(ctx, func(tx pgx.Tx) error {
		if err := s.q.LockUser(ctx, tx, tag[:]); err != nil {
			return err
		}
		row, err := s.q.AskAgain(ctx, tx, db.AskAgainParams{UserTag: tag[:], Now: s.clock.Now()})
		if err == nil {
			e, err = s.erasure(row)
			return err
		}
		if !errors.Is(err, pgx.ErrNoRows) {
			return err
		}
		e = privacy.Erasure{Stage: privacy.StageAsked, AskedAt: s.clock.Now(), Receipt: receipt, Plan: privacy.Plan{User: user}}
		return s.insertErasure(ctx, tx, tag, &e)
	})
	return e, explain("write down a wish to be forgotten", err)
}

func (s *Store) insertErasure(ctx context.Context, tx pgx.Tx, tag keys.Tag, e *privacy.Erasure) error {
	var err error
	row := db.InsertErasureParams{UserTag: tag[:], AskedAt: e.AskedAt, Receipt: &e.Receipt}
	if e.ID, err = s.q.InsertErasure(ctx, tx, row); err != nil {
		return err
	}
	detail, err := s.sealServer(keys.FieldErasure, uint64(e.ID), e.Plan)
	if err != nil {
		return err
	}
	if err := s.q.SealErasure(ctx, tx, db.SealErasureParams{ID: e.ID, Detail: detail}); err != nil {
		return err
	}
	_, err = s.jobs.InsertTx(ctx, tx, privacy.ErasureJob{Erasure: e.ID}, privacyJob())
	return err
}

func (s *Store) erasure(row db.Erasure) (privacy.Erasure, error) {
	e := privacy.Erasure{ID: row.ID, Stage: privacy.Stage(row.State), AskedAt: row.AskedAt, Receipt: orZero(row.Receipt)}
	if row.Detail == nil {
		return e, nil
	}
	return e, s.unsealServer(keys.FieldErasure, uint64(row.ID), row.Detail, &e.Plan)
}

// Erasure reads a wish to be forgotten; fault NotFound if there is no such one.
func (s *Store) Erasure(ctx context.Context, id int64) (privacy.Erasure, error) {
	row, err := s.q.Erasure(ctx, s.pool, id)
	if err != nil {
		return privacy.Erasure{}, found("read a wish to be forgotten", "store.no_erasure", err)
	}
	return s.erasure(row)
}

const erasuresAtOnce = 100

// UndoneErasures are the next wishes that have not come to their end, in the order in which they were written down.
func (s *Store) UndoneErasures(ctx context.Context, after int64) ([]int64, error) {
	ids, err := s.q.UndoneErasures(ctx, s.pool, db.UndoneErasuresParams{After: after, Max: erasuresAtOnce})
	return ids, explain("find wishes to be forgotten", err)
}

// ErasuresUnderWay are a user's wishes that have not come to their end, the newest first.
func (s *Store) ErasuresUnderWay(ctx context.Context, user ticket.UserID) ([]privacy.Erasure, error) {
	tag, err := s.erasureTag(user)
	if err != nil {
		return nil, err
	}
	rows, err := s.q.ErasuresUnderWay(ctx, s.pool, db.ErasuresUnderWayParams{UserTag: tag[:], Max: erasuresAtOnce})
	if err != nil {
		return nil, explain("find a user's wishes to be forgotten", err)
	}
	all := make([]privacy.Erasure, len(rows))
	for i, row := range rows {
		if all[i], err = s.erasure(row); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// SaveErasure keeps how far it has come, unless it has gone beyond from already, or been asked for again.
func (s *Store) SaveErasure(ctx context.Context, e privacy.Erasure, from privacy.Stage) (bool, error) {
	detail, err := s.sealServer(keys.FieldErasure, uint64(e.ID), e.Plan)
	if err != nil {
		return false, err
	}
	var n int64
	err = s.inTx(ctx, func(tx pgx.Tx) error {
		next := db.AdvanceErasureParams{ID: e.ID, State: string(e.Stage), Detail: detail, FromState: string(from), AskedAt: e.AskedAt}
		if n, err = s.q.AdvanceErasure(ctx, tx, next); err != nil || e.Stage == from {
			return err
		}
		return s.copyLedger(ctx, tx)
	})
	return n > 0, explain("note how far a person is forgotten", err)
}

// EndErasure drops the plan and keeps the receipt.
func (s *Store) EndErasure(ctx context.Context, id int64, owner keys.Tag, r privacy.Receipt) error {
	now := s.clock.Now()
	return explain("end a wish to be forgotten", s.inTx(ctx, func(tx pgx.Tx) error {
		n, err := s.q.EndErasure(ctx, tx, db.EndErasureParams{ID: id, DoneAt: &now})
		if err != nil || n == 0 { // somebody else was faster
			return err
		}
		return s.insertReceipt(ctx, tx, privacy.KindPerson, owner, r)
	}))
}

const messagesAtOnce = 2000

// ErasePerson leaves of a person, whose key is gone, only the places of what they wrote. Of others it changes nothing.
func (s *Store) ErasePerson(ctx context.Context, k privacy.Known) (privacy.ErasedRows, error) {
	if err := s.eraseMessages(ctx, k); err != nil {
		return privacy.ErasedRows{}, explain("erase a person's messages", err)
	}
	err := s.inTx(ctx, func(tx pgx.Tx) error {
		ids, err := s.q.HoldPersonToErase(ctx, tx, db.HoldPersonToEraseParams{GuildID: k.Guild.ID, Epoch: k.Guild.Epoch, ID: k.Person, Tag: k.Tag})
		for _, id := range ids {
			err = errors.Join(err, s.eraseRows(ctx, tx, k.Guild, id))
		}
		return err
	})
	if err != nil {
		return privacy.ErasedRows{}, explain("erase a person", err)
	}
	s.met.drop(tagOf{k.Guild, keys.Tag(k.Tag)})
	if err := s.deleteFilesOf(ctx, k); err != nil {
		return privacy.ErasedRows{}, err
	}
	n, err := s.q.CountErased(ctx, s.pool, db.CountErasedParams{GuildID: k.Guild.ID, Epoch: k.Guild.Epoch, Person: &k.Person})
	return privacy.ErasedRows{Messages: n.Messages, Files: n.Files, Tickets: n.Tickets}, explain("count what was erased", err)
}

// eraseMessages does most of the work in small transactions; what comes in between, eraseRows finds.
func (s *Store) eraseMessages(ctx context.Context, k privacy.Known) error {
	part := db.EraseMessagesParams{GuildID: k.Guild.ID, Epoch: k.Guild.Epoch, Owner: &k.Person, Max: messagesAtOnce}
	for {
		var n int64
		err := s.inTx(ctx, func(tx pgx.Tx) (err error) {
			n, err = s.q.EraseMessages(ctx, tx, part)
			return err
		})
		if err != nil || n < messagesAtOnce {
			return err
		}
	}
}

func (s *Store) eraseRows(ctx context.Context, tx pgx.Tx, g ticket.Guild, id ticket.PersonID) error {
	rest := db.EraseMessagesParams{GuildID: g.ID, Epoch: g.Epoch, Owner: &id, Max: 1 << 30}
	if _, err := s.q.EraseMessages(ctx, tx, rest); err != nil {
		return err
	}
	of := db.DeleteRevisionsOfParams{GuildID: g.ID, Epoch: g.Epoch, Owner: &id}
	for _, step := range []func() error{
		func() error { return s.q.DeleteRevisionsOf(ctx, tx, of) },
		func() error {
			return s.q.EraseAnswers(ctx, tx, db.EraseAnswersParams{GuildID: g.ID, Epoch: g.Epoch, Opener: id})
		},
		func() error {
			return s.q.EraseReasons(ctx, tx, db.EraseReasonsParams{GuildID: g.ID, Epoch: g.Epoch, Closer: &id})
		},
		func() error {
			return s.q.GiveUpFiles(ctx, tx, db.GiveUpFilesParams{GuildID: g.ID, Epoch: g.Epoch, Author: &id})
		},
		func() error {
			return s.q.EraseEffects(ctx, tx, db.EraseEffectsParams{GuildID: g.ID, Epoch: g.Epoch, Person: &id, Now: s.clock.Now()})
		},
		func() error {
			return s.q.EraseOpenings(ctx, tx, db.EraseOpeningsParams{GuildID: g.ID, Epoch: g.Epoch, Person: &id, Now: s.clock.Now()})
		},
		func() error {
			return s.q.ErasePerson(ctx, tx, db.ErasePersonParams{GuildID: g.ID, Epoch: g.Epoch, ID: id, Path: privacy.Nobody()})
		},
	} {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// deleteFilesOf deletes the bytes of a person's files; the rows stay, so that it can be done again.
func (s *Store) deleteFilesOf(ctx context.Context, k privacy.Known) error {
	objects, err := s.q.ObjectsOf(ctx, s.pool, db.ObjectsOfParams{GuildID: k.Guild.ID, Epoch: k.Guild.Epoch, Author: &k.Person})
	if err != nil {
		return explain("list a person's files", err)
	}
	if err := s.expectLate(ctx, s.pool, objects); err != nil {
		return err
	}
	for _, object := range objects {
		if err := s.deleteObject(ctx, object); err != nil {
			return err
		}
	}
	return nil
}

// OpenTicketsNaming are the tickets whose channel is there still and whose welcome names a person.
func (s *Store) OpenTicketsNaming(ctx context.Context, g ticket.Guild, p ticket.PersonID) ([]ticket.ID, error) {
	ids, err := s.q.OpenTicketsNaming(ctx, s.pool, db.OpenTicketsNamingParams{GuildID: g.ID, Epoch: g.Epoch, Person: int64(p)})
	return ids, explain("find tickets that name a person", err)
}

// RepliesNaming are the answers of ours that name a person, in channels that are there still.
func (s *Store) RepliesNaming(ctx context.Context, g ticket.Guild, p ticket.PersonID) ([]ticket.Posted, error) {
	rows, err := s.q.RepliesNaming(ctx, s.pool, db.RepliesNamingParams{GuildID: g.ID, Epoch: g.Epoch, Person: int64(p)})
	all := make([]ticket.Posted, len(rows))
	for i, r := range rows {
		all[i] = ticket.Posted{Channel: r.ChannelID, Message: r.MessageID}
	}
	return all, explain("find answers that name a person", err)
}
