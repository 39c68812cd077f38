package store

import (
	"context"
	"errors"
	"fmt"

	"ticketbot/internal/fault"
	"ticketbot/privacy"
	"ticketbot/store/db"
	"ticketbot/ticket"

	"github.com/jackc/pgx/v5"
	"gocloud.dev/gcerrors"
)

// One transaction deletes the messages of some tickets, with their earlier wordings: some hundred milliseconds.
const (
	batchOfRows    = 5000
	batchOfTickets = 20
)

// Shred runs forget, which destroys the keys, while nobody can open the membership again, and then notes that they are
// gone, with the draft of a receipt. A membership that is not condemned stays as it is. It
// returns the state afterwards.
func (s *Store) Shred(ctx context.Context, g ticket.Guild, forget func(context.Context) error,
	draft func(privacy.Membership, map[string]int64) (privacy.Receipt, error)) (privacy.State, error) {
	var state privacy.State
	err := s.inTx(ctx, func(tx pgx.Tx) error {
		m, err := s.holdEnded(ctx, tx, g)
		state = m.State
		if err != nil || state != privacy.StateShredded && (state != privacy.StateSealed || !m.Condemned) {
			return err
		}
		if state == privacy.StateSealed || m.Readable {
			if err := forget(ctx); err != nil {
				return err
			}
		}
		if state == privacy.StateShredded {
			return nil
		}
		state = privacy.StateShredded
		return s.shred(ctx, tx, m, draft)
	})
	s.forgetCached(g.ID)
	return state, explain("forget a guild's keys", err)
}

func (s *Store) shred(ctx context.Context, tx pgx.Tx, m privacy.Membership, draft func(privacy.Membership, map[string]int64) (privacy.Receipt, error)) error {
	rows, err := s.countRows(ctx, tx, m.Guild)
	if err != nil {
		return err
	}
	receipt, err := draft(m, rows)
	if err != nil {
		return err
	}
	if err := s.insertReceipt(ctx, tx, privacy.KindGuild, m.Owner, receipt); err != nil {
		return err
	}
	if err := s.q.ShredTenancy(ctx, tx, db.ShredTenancyParams{GuildID: m.Guild.ID, Epoch: m.Guild.Epoch}); err != nil {
		return err
	}
	if err := s.deleteJobs(ctx, tx, m.Guild); err != nil {
		return err
	}
	return s.copyLedger(ctx, tx)
}

// holdEnded makes everybody wait who would write to a membership or change it. One that is not there has no state.
func (s *Store) holdEnded(ctx context.Context, tx pgx.Tx, g ticket.Guild) (privacy.Membership, error) {
	if err := s.q.LockGuild(ctx, tx, int64(g.ID)); err != nil {
		return privacy.Membership{}, err
	}
	row, err := s.q.HoldEnded(ctx, tx, db.HoldEndedParams{GuildID: g.ID, Epoch: g.Epoch})
	if errors.Is(err, pgx.ErrNoRows) {
		return privacy.Membership{}, nil
	}
	return s.membership(row), err
}

func (s *Store) countRows(ctx context.Context, tx pgx.Tx, g ticket.Guild) (map[string]int64, error) {
	n, err := s.q.CountRowsOfGuild(ctx, tx, db.CountRowsOfGuildParams{GuildID: g.ID, Epoch: g.Epoch})
	return map[string]int64{
		"effect": n.Effects, "file": n.Files, "revision": n.Revisions, "message": n.Messages, "participant": n.Participants,
		"thread": n.Threads, "post": n.Posts, "event": n.Events, "ticket": n.Tickets, "panel": n.Panels,
		"category": n.Categories, "person": n.People,
	}, err
}

// deleteJobs deletes the guild's jobs, but for those that run: they will find nothing to do.
func (s *Store) deleteJobs(ctx context.Context, tx pgx.Tx, g ticket.Guild) error {
	_, err := tx.Exec(ctx, "delete from "+RiverSchema+".river_job where state <> 'running' and args @> jsonb_build_object('guild', $1::numeric, 'epoch', $2::bigint)",
		g.ID.String(), int64(g.Epoch))
	return explain("delete a guild's jobs", err)
}

// DeleteSome deletes a batch of the rows of a membership whose keys are gone; done when only what comes late can be left.
func (s *Store) DeleteSome(ctx context.Context, g ticket.Guild) (done bool, err error) {
	state, err := s.q.TenancyState(ctx, s.pool, db.TenancyStateParams{GuildID: g.ID, Epoch: g.Epoch})
	if errors.Is(err, pgx.ErrNoRows) {
		return true, nil
	}
	if err != nil {
		return false, explain("find out what is to be deleted", err)
	}
	if state != string(privacy.StateShredded) {
		return false, fmt.Errorf("guild %s, epoch %d, is to be deleted and still %s", g.ID, g.Epoch, state)
	}
	tickets, err := s.q.NextTicketsOfGuild(ctx, s.pool, db.NextTicketsOfGuildParams{GuildID: g.ID, Epoch: g.Epoch, Max: batchOfTickets})
	if err != nil {
		return false, explain("find the next tickets to delete", err)
	}
	if len(tickets) > 0 {
		return false, s.deletePart(ctx, g, numbers(tickets))
	}
	n, err := s.deleteRest(ctx, g)
	return n == 0, err
}

// deletePart deletes a batch of some tickets: first their files, the bytes before the rows, then what was said, then the rest.
func (s *Store) deletePart(ctx context.Context, g ticket.Guild, tickets []int64) error {
	_, err := s.deleteContent(ctx, g, tickets, func(tx pgx.Tx) error { return s.deleteTickets(ctx, tx, g, tickets) })
	return err
}

// deleteContent deletes a batch of what was said in some tickets, and with the last of it does the rest.
func (s *Store) deleteContent(ctx context.Context, g ticket.Guild, tickets []int64, rest func(pgx.Tx) error) (done bool, err error) {
	files, err := s.q.ObjectsOfTickets(ctx, s.pool, db.ObjectsOfTicketsParams{GuildID: g.ID, Epoch: g.Epoch, TicketIds: tickets, Max: batchOfRows})
	if err != nil {
		return false, explain("list files to delete", err)
	}
	if len(files) > 0 {
		return false, s.deleteFiles(ctx, g, files)
	}
	err = s.inTx(ctx, func(tx pgx.Tx) error {
		done = false
		some := db.DeleteRevisionsOfTicketsParams{GuildID: g.ID, Epoch: g.Epoch, TicketIds: tickets, Max: batchOfRows}
		if _, err := s.q.DeleteRevisionsOfTickets(ctx, tx, some); err != nil {
			return err
		}
		n, err := s.q.DeleteMessagesOfTickets(ctx, tx, db.DeleteMessagesOfTicketsParams(some))
		if err != nil || n == batchOfRows {
			return err
		}
		done = true
		return rest(tx)
	})
	return done && err == nil, explain("delete tickets", err)
}

func (s *Store) deleteFiles(ctx context.Context, g ticket.Guild, files []db.ObjectsOfTicketsRow) error {
	ids, objects := make([]ticket.AttachmentID, len(files)), make([]string, len(files))
	for i, f := range files {
		ids[i], objects[i] = f.AttachmentID, f.Object
	}
	if err := s.expectLate(ctx, s.pool, objects); err != nil {
		return err
	}
	for _, f := range files {
		if err := s.deleteObject(ctx, f.Object); err != nil {
			return err
		}
	}
	_, err := s.q.DeleteFilesByID(ctx, s.pool, db.DeleteFilesByIDParams{GuildID: g.ID, Epoch: g.Epoch, AttachmentIds: numbers(ids)})
	return explain("delete files", err)
}

// deleteObject deletes a file's bytes, if there are any.
func (s *Store) deleteObject(ctx context.Context, object string) error {
	if err := s.bucket.Delete(ctx, object); err != nil && gcerrors.Code(err) != gcerrors.NotFound {
		return fault.New(fault.Unavailable, "store.unavailable").Because(fmt.Errorf("delete a file: %w", err))
	}
	return nil
}

// deleteTickets deletes tickets of which nothing is left that was said.
func (s *Store) deleteTickets(ctx context.Context, tx pgx.Tx, g ticket.Guild, tickets []int64) error {
	of := db.DeleteEffectsOfTicketsParams{GuildID: g.ID, Epoch: g.Epoch, TicketIds: tickets}
	return errors.Join(
		s.deleteAround(ctx, tx, of),
		s.q.DeletePostsOfTickets(ctx, tx, db.DeletePostsOfTicketsParams(of)),
		s.q.DeleteEmptyTickets(ctx, tx, db.DeleteEmptyTicketsParams(of)),
	)
}

// deleteAround deletes of tickets what is neither their rows nor the places of our messages about them.
func (s *Store) deleteAround(ctx context.Context, tx pgx.Tx, of db.DeleteEffectsOfTicketsParams) error {
	return errors.Join(
		s.q.DeleteEffectsOfTickets(ctx, tx, of),
		s.q.DeleteEventsOfTickets(ctx, tx, db.DeleteEventsOfTicketsParams(of)),
		s.q.DeleteParticipantsOfTickets(ctx, tx, db.DeleteParticipantsOfTicketsParams(of)),
		s.q.DeleteThreadsOfTickets(ctx, tx, db.DeleteThreadsOfTicketsParams(of)),
	)
}

// deleteRest deletes a batch of what belongs to no ticket.
func (s *Store) deleteRest(ctx context.Context, g ticket.Guild) (int64, error) {
	some := db.DeleteSomeEffectsParams{GuildID: g.ID, Epoch: g.Epoch, Max: batchOfRows}
	for _, step := range []func() (int64, error){
		func() (int64, error) { return s.q.DeleteSomeEffects(ctx, s.pool, some) },
		func() (int64, error) { return s.q.DeleteSomeEvents(ctx, s.pool, db.DeleteSomeEventsParams(some)) },
		func() (int64, error) { return s.q.DeleteSomePanels(ctx, s.pool, db.DeleteSomePanelsParams(some)) },
		func() (int64, error) {
			return s.q.DeleteSomeCategories(ctx, s.pool, db.DeleteSomeCategoriesParams(some))
		},
		func() (int64, error) { return s.q.DeleteSomePeople(ctx, s.pool, db.DeleteSomePeopleParams(some)) },
	} {
		if n, err := step(); err != nil || n > 0 {
			return n, explain("delete what belongs to no ticket", err)
		}
	}
	return 0, nil
}

// End deletes what came late, and the membership itself: from now on a late writer is refused by the database.
func (s *Store) End(ctx context.Context, g ticket.Guild, receipt string, sign func(draft privacy.Receipt, late map[string]int64) (privacy.Receipt, error)) error {
	return explain("end a membership", s.inTx(ctx, func(tx pgx.Tx) error {
		m, err := s.holdEnded(ctx, tx, g)
		if err != nil || m.State == privacy.StateNone {
			return err
		}
		if m.State != privacy.StateShredded {
			return fmt.Errorf("guild %s, epoch %d, is to be ended and still %s", g.ID, g.Epoch, m.State)
		}
		late, err := s.deleteLate(ctx, tx, g)
		if err != nil {
			return err
		}
		gone := db.InsertDepartedParams{GuildID: g.ID, Epoch: g.Epoch, SealedAt: m.SealedAt, ForgottenAt: s.clock.Now()}
		err = errors.Join(
			s.q.DeleteCounter(ctx, tx, db.DeleteCounterParams{GuildID: g.ID, Epoch: g.Epoch}),
			s.q.DeleteTenancy(ctx, tx, db.DeleteTenancyParams{GuildID: g.ID, Epoch: g.Epoch}),
			s.q.InsertDeparted(ctx, tx, gone),
		)
		if err != nil {
			return err
		}
		err = s.signReceipt(ctx, tx, receipt, func(draft privacy.Receipt) (privacy.Receipt, error) { return sign(draft, late) })
		if err != nil {
			return err
		}
		return s.copyLedger(ctx, tx)
	}))
}

// deleteLate deletes what was being written while the rest was deleted.
func (s *Store) deleteLate(ctx context.Context, tx pgx.Tx, g ticket.Guild) (map[string]int64, error) {
	of := db.DeleteLateEffectsParams{GuildID: g.ID, Epoch: g.Epoch}
	objects, err := s.q.ObjectsOfGuild(ctx, tx, db.ObjectsOfGuildParams(of))
	if err == nil {
		err = s.expectLate(ctx, tx, objects)
	}
	for _, object := range objects {
		err = errors.Join(err, s.deleteObject(ctx, object))
	}
	if err != nil {
		return nil, err
	}
	late := map[string]int64{}
	for _, step := range []struct {
		table  string
		delete func() (int64, error)
	}{
		{"effect", func() (int64, error) { return s.q.DeleteLateEffects(ctx, tx, of) }},
		{"file", func() (int64, error) { return s.q.DeleteLateFiles(ctx, tx, db.DeleteLateFilesParams(of)) }},
		{"revision", func() (int64, error) { return s.q.DeleteLateRevisions(ctx, tx, db.DeleteLateRevisionsParams(of)) }},
		{"message", func() (int64, error) { return s.q.DeleteLateMessages(ctx, tx, db.DeleteLateMessagesParams(of)) }},
		{"participant", func() (int64, error) {
			return s.q.DeleteLateParticipants(ctx, tx, db.DeleteLateParticipantsParams(of))
		}},
		{"thread", func() (int64, error) { return s.q.DeleteLateThreads(ctx, tx, db.DeleteLateThreadsParams(of)) }},
		{"post", func() (int64, error) { return s.q.DeleteLatePosts(ctx, tx, db.DeleteLatePostsParams(of)) }},
		{"event", func() (int64, error) { return s.q.DeleteLateEvents(ctx, tx, db.DeleteLateEventsParams(of)) }},
		{"ticket", func() (int64, error) { return s.q.DeleteLateTickets(ctx, tx, db.DeleteLateTicketsParams(of)) }},
		{"panel", func() (int64, error) { return s.q.DeleteLatePanels(ctx, tx, db.DeleteLatePanelsParams(of)) }},
		{"category", func() (int64, error) {
			return s.q.DeleteLateCategories(ctx, tx, db.DeleteLateCategoriesParams(of))
		}},
		{"person", func() (int64, error) { return s.q.DeleteLatePeople(ctx, tx, db.DeleteLatePeopleParams(of)) }},
	} {
		n, err := step.delete()
		if err != nil {
			return nil, fmt.Errorf("delete late rows of %s: %w", step.table, err)
		}
		late[step.table] = n
	}
	return late, s.deleteJobs(ctx, tx, g)
}
