package privacy

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"ticketbot/internal/fault"
	"ticketbot/ticket"
)

// memberships is what the database keeps of where the bot is and was.
type memberships interface {
	// Tenant is the present membership; fault NotFound if there is none.
	Tenant(ctx context.Context, id ticket.GuildID) (ticket.Guild, error)
	// LastMembership is the newest of a guild; one that is departed or was never there has only its state.
	LastMembership(ctx context.Context, id ticket.GuildID) (Membership, error)
	// Memberships are all whose rows are not gone.
	Memberships(ctx context.Context) ([]Membership, error)
	// ChangeMembership does what decide says about the newest membership, in one transaction, while nobody else can
	// change it. It may ask decide again. It returns the present membership afterwards; zero if there is none.
	ChangeMembership(ctx context.Context, id ticket.GuildID, decide func(Membership) Change) (ticket.Guild, error)
	// Remind adds the jobs that are missing.
	Remind(ctx context.Context, confirm, forget []ticket.Guild) error
}

// whereabouts is Discord's word on where the bot is.
type whereabouts interface {
	// Membership is since when the bot is in a guild: fault NotFound when Discord says that it is not, any other error
	// when it is not known.
	Membership(ctx context.Context, guild ticket.GuildID) (joinedAt time.Time, err error)
	// Guilds are all guilds that the bot is in.
	Guilds(ctx context.Context) ([]ticket.GuildID, error)
}

// Joined says that the bot is in a guild since a time, which tells one membership from the next: with a newer one, the
// bot was thrown out and invited again while we were away. It returns the present membership, and fault NotFound if the
// news came late and there is none.
func (s *Service) Joined(ctx context.Context, id ticket.GuildID, at time.Time, owner ticket.UserID) (ticket.Guild, error) {
	h := heard{news: joined, joinedAt: at.UTC().Truncate(time.Microsecond)}
	if owner != 0 {
		var err error
		if h.owner, err = s.ownerTag(owner); err != nil {
			return ticket.Guild{}, err
		}
	}
	did, err := s.learn(ctx, id, h)
	if err != nil {
		return ticket.Guild{}, err
	}
	if did.Doubt {
		// Most likely it was no end at all, so ask now; if there is no answer, the job asks again.
		known, err := s.store.LastMembership(ctx, id)
		if err == nil {
			err = s.Confirm(ctx, known.Guild)
		}
		if err != nil {
			s.log.Warn("a membership is in doubt", "guild", id, "error", err)
		}
	}
	return s.store.Tenant(ctx, id)
}

// Left says that Discord reported the end of a membership.
func (s *Service) Left(ctx context.Context, id ticket.GuildID) error {
	_, err := s.learn(ctx, id, heard{news: left})
	return err
}

// Unclear says that Discord reported something that may be the end of a membership.
func (s *Service) Unclear(ctx context.Context, id ticket.GuildID) error {
	_, err := s.learn(ctx, id, heard{news: unclear})
	return err
}

// Tenant is the present membership in a guild; fault NotFound if the bot is not there.
func (s *Service) Tenant(ctx context.Context, id ticket.GuildID) (ticket.Guild, error) {
	return s.store.Tenant(ctx, id)
}

// Ready is given the guilds that Discord lists at the beginning of an event stream, and which guilds are that stream's.
// A guild that is not listed is only asked about: lists have been wrong.
func (s *Service) Ready(ctx context.Context, listed []ticket.GuildID, mine func(ticket.GuildID) bool) error {
	all, err := s.store.Memberships(ctx)
	if err != nil {
		return err
	}
	return s.store.Remind(ctx, unlisted(all, listed, mine), nil)
}

// Sweep finds what ended while nobody listened, and takes up again what was left undone.
func (s *Service) Sweep(ctx context.Context) error {
	all, err := s.store.Memberships(ctx)
	if err != nil {
		return err
	}
	confirm, forget := undone(all)
	listed, failed := s.discord.Guilds(ctx)
	if failed != nil {
		failed = fmt.Errorf("list the bot's servers: %w", failed)
	} else {
		confirm = append(confirm, unlisted(all, listed, func(ticket.GuildID) bool { return true })...)
	}
	return errors.Join(failed, s.store.Remind(ctx, confirm, forget))
}

// unlisted are the memberships that are to be asked about because a list lacks them.
func unlisted(all []Membership, listed []ticket.GuildID, mine func(ticket.GuildID) bool) []ticket.Guild {
	there := make(map[ticket.GuildID]bool, len(listed))
	for _, id := range listed {
		there[id] = true
	}
	var confirm []ticket.Guild
	for _, m := range all {
		c := decide(m, heard{news: missing})
		if c.Confirm && m.State == StateActive && mine(m.Guild.ID) && !there[m.Guild.ID] {
			confirm = append(confirm, m.Guild)
		}
	}
	return confirm
}

// undone are the memberships that have ended and are still there.
func undone(all []Membership) (confirm, forget []ticket.Guild) {
	for _, m := range all {
		switch {
		case m.State == StateActive:
		case m.State == StateSealed && !m.Condemned:
			confirm = append(confirm, m.Guild)
		default:
			forget = append(forget, m.Guild)
		}
	}
	return confirm, forget
}

// Confirm asks Discord about a membership, and does what follows. An error means that it has to be asked again.
func (s *Service) Confirm(ctx context.Context, g ticket.Guild) error {
	known, err := s.store.LastMembership(ctx, g.ID)
	if err != nil || known.Guild != g || known.State == StateShredded || known.State == StateDeparted {
		s.waiting.over(g)
		return err
	}
	h, failed := s.answer(ctx, g.ID)
	overtaken := false
	did, err := s.change(ctx, g.ID, func(now Membership) Change {
		if overtaken = now != known; overtaken {
			return Change{} // the answer may be older than what was heard meanwhile
		}
		return decide(now, h)
	})
	switch {
	case err != nil:
		return err
	case overtaken:
		return errOvertaken
	case did.again && failed != nil:
		s.stillWaiting(known, failed)
		return fmt.Errorf("ask Discord about a membership: %w", failed)
	}
	s.waiting.over(g)
	if did.again {
		return errEarly
	}
	return nil
}

var (
	errOvertaken = errors.New("the membership changed while Discord was asked about it")
	errEarly     = errors.New("Discord is asked once more, later, whether it is over")
)

func (s *Service) answer(ctx context.Context, id ticket.GuildID) (heard, error) {
	at, err := s.discord.Membership(ctx, id)
	switch {
	case err == nil:
		return heard{news: member, joinedAt: at.UTC().Truncate(time.Microsecond)}, nil
	case fault.KindOf(err) == fault.NotFound:
		return heard{news: notMember, now: s.clock.Now()}, nil
	}
	return heard{news: silence, now: s.clock.Now()}, err
}

// learn does what follows from news. Most of the time nothing does, as when every guild is announced after a restart;
// then it costs one look-up.
func (s *Service) learn(ctx context.Context, id ticket.GuildID, h heard) (Change, error) {
	known, err := s.store.LastMembership(ctx, id)
	if err != nil {
		return Change{}, err
	}
	if decide(known, h) == (Change{}) {
		return Change{}, nil
	}
	return s.change(ctx, id, func(known Membership) Change { return decide(known, h) })
}

func (s *Service) change(ctx context.Context, id ticket.GuildID, decide func(Membership) Change) (Change, error) {
	var did Change
	var old ticket.Guild
	_, err := s.store.ChangeMembership(ctx, id, func(known Membership) Change {
		old = known.Guild
		did = decide(known)
		return did
	})
	if err != nil {
		return Change{}, err
	}
	if did.ends() {
		s.ended(old)
		s.log.Info("a membership changed", "guild", id, "sealed", did.Seal, "forget", did.Forget, "begins", did.Begin)
	}
	if did.Unseal {
		s.log.Warn("a membership goes on that had been taken for ended", "guild", id)
		s.returned(ctx, id)
	}
	return did, nil
}

// patience remembers since when Discord has not answered about a membership.
type patience struct {
	mu    sync.Mutex
	asked map[ticket.Guild]wait
}

type wait struct {
	since time.Time
	told  bool
}

// longSilence is when somebody should look.
const longSilence = time.Hour

func (p *patience) over(g ticket.Guild) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.asked, g)
}

// tooLong says once that it has been too long.
func (p *patience) tooLong(g ticket.Guild, now time.Time) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	w, known := p.asked[g]
	if !known {
		w.since = now
	}
	tell := !w.told && now.Sub(w.since) >= longSilence
	w.told = w.told || tell
	p.asked[g] = w
	return tell
}

func (s *Service) stillWaiting(m Membership, failed error) {
	if s.waiting.tooLong(m.Guild, s.clock.Now()) {
		s.log.Error("for an hour Discord has not said whether the bot is still in a server; nothing is deleted before it does",
			"guild", m.Guild.ID, "state", m.State, "error", failed)
	}
}
