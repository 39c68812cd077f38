package store

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"math"
	"time"

	"ticketbot/internal/fault"
	"ticketbot/keys"
	"ticketbot/privacy"
	"ticketbot/store/db"
	"ticketbot/ticket"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"
)

// LastMembership is the newest membership of a guild; of one that is departed or was never there, only its state.
func (s *Store) LastMembership(ctx context.Context, id ticket.GuildID) (privacy.Membership, error) {
	m, err := s.lastMembership(ctx, s.pool, id)
	return m, explain("find a guild's membership", err)
}

func (s *Store) lastMembership(ctx context.Context, q db.DBTX, id ticket.GuildID) (privacy.Membership, error) {
	row, err := s.q.LastTenancy(ctx, q, id)
	if err == nil {
		return s.membership(row), nil
	}
	if !errors.Is(err, pgx.ErrNoRows) {
		return privacy.Membership{}, err
	}
	epoch, err := s.q.LastDeparted(ctx, q, id)
	if err != nil || epoch == 0 {
		return privacy.Membership{Guild: ticket.Guild{ID: id}}, err
	}
	return privacy.Membership{Guild: ticket.Guild{ID: id, Epoch: uint32(epoch)}, State: privacy.StateDeparted}, nil
}

func (s *Store) membership(row db.GuildTenancy) privacy.Membership {
	m := privacy.Membership{
		Guild: ticket.Guild{ID: row.GuildID, Epoch: row.Epoch}, JoinedAt: row.JoinedAt, State: privacy.State(row.State),
		Evidence: privacy.Evidence(orZero(row.Evidence)), SealedAt: orZero(row.SealedAt), Condemned: row.Condemned,
		Readable: s.keys.Has(uint64(row.GuildID), row.Epoch),
	}
	copy(m.Owner[:], row.Owner)
	return m
}

// Memberships are all whose rows are not gone.
func (s *Store) Memberships(ctx context.Context) ([]privacy.Membership, error) {
	rows, err := s.q.AllTenancies(ctx, s.pool)
	if err != nil {
		return nil, explain("list memberships", err)
	}
	all := make([]privacy.Membership, len(rows))
	for i, row := range rows {
		all[i] = s.membership(row)
	}
	return all, nil
}

// Ended are the memberships that have ended since a time, for a process that was not told. What this store remembers of
// them is dropped.
func (s *Store) Ended(ctx context.Context, since time.Time) ([]ticket.Guild, error) {
	rows, err := s.q.EndedSince(ctx, s.pool, since)
	if err != nil {
		return nil, explain("find out which memberships have ended", err)
	}
	ended := make([]ticket.Guild, len(rows))
	for i, row := range rows {
		ended[i] = ticket.Guild{ID: row.GuildID, Epoch: row.Epoch}
		s.forgetCached(row.GuildID)
	}
	return ended, nil
}

// forgetCached drops what this process remembers of a guild.
func (s *Store) forgetCached(id ticket.GuildID) {
	s.tenants.drop(id)
	s.met.dropGuild(id)
}

// ChangeMembership does what decide says about a guild's newest membership, in one transaction with the jobs that go on
// with it, while nobody else can change it.
func (s *Store) ChangeMembership(ctx context.Context, id ticket.GuildID, decide func(privacy.Membership) privacy.Change) (ticket.Guild, error) {
	var now ticket.Guild
	err := s.inTx(ctx, func(tx pgx.Tx) error {
		if err := s.q.LockGuild(ctx, tx, int64(id)); err != nil {
			return err
		}
		known, err := s.lastMembership(ctx, tx, id)
		if err != nil {
			return err
		}
		c := decide(known)
		if now, err = s.change(ctx, tx, known, c); err != nil || !c.Begin {
			return err
		}
		return s.copyLedger(ctx, tx) // new keys have moved the keyring on
	})
	s.forgetCached(id)
	return now, explain("change a membership", err)
}

func (s *Store) change(ctx context.Context, tx pgx.Tx, known privacy.Membership, c privacy.Change) (ticket.Guild, error) {
	g := known.Guild
	if err := s.mark(ctx, tx, g, c); err != nil {
		return ticket.Guild{}, err
	}
	var jobs []river.JobArgs
	if c.Forget {
		if err := s.q.CondemnTenancy(ctx, tx, db.CondemnTenancyParams{GuildID: g.ID, Epoch: g.Epoch}); err != nil {
			return ticket.Guild{}, err
		}
		jobs = append(jobs, privacy.ForgetGuildJob{Guild: uint64(g.ID), Epoch: g.Epoch})
	}
	if c.Confirm {
		jobs = append(jobs, privacy.ConfirmJob{Guild: uint64(g.ID), Epoch: g.Epoch})
	}
	now := ticket.Guild{}
	if known.State == privacy.StateActive && c.Seal == "" || c.Unseal {
		now = g
	}
	if c.Begin {
		var err error
		if now, err = s.beginEpoch(ctx, tx, g, c); err != nil {
			return now, err
		}
		if err := s.copyLedger(ctx, tx); err != nil {
			return now, err
		}
		if c.Check {
			jobs = append(jobs, privacy.ConfirmJob{Guild: uint64(now.ID), Epoch: now.Epoch})
		}
	}
	opts := privacyJob()
	if c.Wait > 0 {
		opts.ScheduledAt = s.clock.Now().Add(c.Wait)
	}
	for _, job := range jobs {
		if _, err := s.jobs.InsertTx(ctx, tx, job, opts); err != nil {
			return now, err
		}
	}
	return now, nil
}

func (s *Store) mark(ctx context.Context, tx pgx.Tx, g ticket.Guild, c privacy.Change) error {
	switch {
	case c.Seal != "":
		now, why := s.clock.Now(), string(c.Seal)
		return s.q.SealTenancy(ctx, tx, db.SealTenancyParams{SealedAt: &now, Evidence: &why, GuildID: g.ID, Epoch: g.Epoch})
	case c.Unseal:
		return s.q.UnsealTenancy(ctx, tx, db.UnsealTenancyParams{GuildID: g.ID, Epoch: g.Epoch})
	case c.Doubt:
		return s.q.DoubtTenancy(ctx, tx, db.DoubtTenancyParams{GuildID: g.ID, Epoch: g.Epoch})
	case c.Owned:
		return s.q.OwnTenancy(ctx, tx, db.OwnTenancyParams{Owner: c.Owner[:], GuildID: g.ID, Epoch: g.Epoch})
	}
	return nil
}

// beginEpoch begins the membership after last, under a number that neither the database nor the keyring has ever used.
// The keys come first: rows without keys could never be read, keys without rows harm nobody.
func (s *Store) beginEpoch(ctx context.Context, tx pgx.Tx, last ticket.Guild, c privacy.Change) (ticket.Guild, error) {
	departed, err := s.q.LastDeparted(ctx, tx, last.ID)
	if err != nil {
		return last, err
	}
	g := ticket.Guild{ID: last.ID, Epoch: max(last.Epoch, uint32(departed)) + 1}
	for ; ; g.Epoch++ {
		// Keys without a row are left over from a transaction that failed, or from a database that was lost. They are not
		// forgotten before the bot leaves: that database may be found, and this one may be the wrong one.
		err := keys.ErrForgotten
		if !s.keys.Has(uint64(g.ID), g.Epoch) {
			err = s.keys.AddGuild(ctx, uint64(g.ID), g.Epoch)
		}
		if err == nil {
			break
		}
		if !errors.Is(err, keys.ErrForgotten) {
			return g, err
		}
	}
	row := db.InsertTenancyParams{GuildID: g.ID, Epoch: g.Epoch, JoinedAt: c.JoinedAt, Owner: ownerOrNil(c.Owner)}
	if err := s.q.InsertTenancy(ctx, tx, row); err != nil {
		return g, err
	}
	first := firstHash(g)
	return g, s.q.InsertCounter(ctx, tx, db.InsertCounterParams{GuildID: g.ID, Epoch: g.Epoch, LastHash: first[:]})
}

func ownerOrNil(tag keys.Tag) []byte {
	if tag == (keys.Tag{}) {
		return nil
	}
	return tag[:]
}

// privacyJob: it is tried until it is done. Only a number of tries ends a job, so that is as high as it can be.
func privacyJob() *river.InsertOpts {
	return &river.InsertOpts{Queue: privacy.Queue, MaxAttempts: math.MaxInt16}
}

// Remind adds jobs: those that confirm if none waits or runs, those that forget even so, since one may seem to run whose
// process is dead, and twice does no harm.
func (s *Store) Remind(ctx context.Context, confirm, forget []ticket.Guild) error {
	opts := privacyJob()
	opts.UniqueOpts = river.UniqueOpts{ByArgs: true, ByState: []rivertype.JobState{
		rivertype.JobStateAvailable, rivertype.JobStatePending, rivertype.JobStateRunning,
		rivertype.JobStateRetryable, rivertype.JobStateScheduled,
	}}
	var jobs []river.InsertManyParams
	for _, g := range confirm {
		jobs = append(jobs, river.InsertManyParams{Args: privacy.ConfirmJob{Guild: uint64(g.ID), Epoch: g.Epoch}, InsertOpts: opts})
	}
	for _, g := range forget {
		jobs = append(jobs, river.InsertManyParams{Args: privacy.ForgetGuildJob{Guild: uint64(g.ID), Epoch: g.Epoch}, InsertOpts: privacyJob()})
	}
	if len(jobs) == 0 {
		return nil
	}
	_, err := s.jobs.InsertMany(ctx, jobs)
	return explain("add jobs of forgetting", err)
}

// firstHash is what a guild's first event is chained to, so that no guild's chain passes for another's.
func firstHash(g ticket.Guild) [32]byte {
	b := []byte("ticketbot events v1")
	b = binary.BigEndian.AppendUint64(b, uint64(g.ID))
	b = binary.BigEndian.AppendUint32(b, g.Epoch)
	return sha256.Sum256(b)
}

// Tenant is the present membership in a guild; fault NotFound if the bot is not there.
func (s *Store) Tenant(ctx context.Context, id ticket.GuildID) (ticket.Guild, error) {
	if g, ok := s.tenants.get(id); ok {
		return g, nil
	}
	before := s.tenants.mark(id)
	row, err := s.q.ActiveTenancy(ctx, s.pool, id)
	if err != nil {
		return ticket.Guild{}, found("find a guild", "store.guild_gone", err)
	}
	g := ticket.Guild{ID: row.GuildID, Epoch: row.Epoch}
	if !s.keys.Has(uint64(g.ID), g.Epoch) {
		return ticket.Guild{}, fault.New(fault.Unavailable, "store.no_keys")
	}
	s.tenants.put(g, before)
	return g, nil
}

// Guilds are all present memberships. One without keys is left out: nothing of it can be read or kept.
func (s *Store) Guilds(ctx context.Context) ([]ticket.Guild, error) {
	rows, err := s.q.ActiveTenancies(ctx, s.pool)
	if err != nil {
		return nil, explain("list guilds", err)
	}
	guilds := make([]ticket.Guild, 0, len(rows))
	for _, row := range rows {
		if s.keys.Has(uint64(row.GuildID), row.Epoch) {
			guilds = append(guilds, ticket.Guild{ID: row.GuildID, Epoch: row.Epoch})
		}
	}
	return guilds, nil
}

// hold keeps g's membership as it is until tx ends.
func (s *Store) hold(ctx context.Context, tx pgx.Tx, g ticket.Guild) error {
	_, err := s.q.HoldTenancy(ctx, tx, db.HoldTenancyParams{GuildID: g.ID, Epoch: g.Epoch})
	if errors.Is(err, pgx.ErrNoRows) {
		return fault.New(fault.NotFound, "store.guild_gone")
	}
	if err == nil && !s.keys.Has(uint64(g.ID), g.Epoch) {
		return fault.New(fault.Unavailable, "store.no_keys")
	}
	return err
}
