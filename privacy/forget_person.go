package privacy

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"time"

	"ticketbot/internal/fault"
	"ticketbot/keys"
	"ticketbot/ticket"
)

// Stage is how far forgetting a person has come.
type Stage string

// What becomes of a wish to be forgotten. Each stage is kept before the next begins, so a crash only delays it.
const (
	StageAsked     Stage = "asked"     // somebody wants to be forgotten
	StagePlanned   Stage = "planned"   // where they are known is written down; that cannot be found out a second time
	StageForgotten Stage = "forgotten" // their keys are gone: nothing of theirs can be read, wherever it was copied to
	StageDone      Stage = "done"      // rows and files are gone too, and their name from our messages on Discord
)

// Erasure is one person's wish to be forgotten.
type Erasure struct {
	ID      int64
	Stage   Stage
	AskedAt time.Time
	Receipt string // the name of the receipt that there will be
	Plan    Plan   // sealed until it is done, and then dropped
}

// Plan is who is to be forgotten, and where.
type Plan struct {
	User       ticket.UserID `json:"user"`
	Known      []Known       `json:"known,omitempty"`
	Unreadable int           `json:"unreadable,omitempty"` // servers whose keys are missing, so that nobody can tell
	KeysGone   time.Time     `json:"keys_gone,omitzero"`
	LoggedOut  bool          `json:"logged_out,omitempty"` // once: whoever logs in afterwards has come back
}

// Known is the person whom a user is in one guild, and how far forgetting them there has come.
type Known struct {
	Guild  ticket.Guild    `json:"guild"`
	Person ticket.PersonID `json:"person"`
	Path   []byte          `json:"path"` // of the leaf, which nobody can find once it is forgotten
	Tag    []byte          `json:"tag"`

	Rows    bool             `json:"rows,omitempty"` // they are done
	Erased  ErasedRows       `json:"erased,omitzero"`
	Welcome bool             `json:"welcome,omitempty"` // nothing of ours in a ticket's channel names them any more
	Posts   ticket.MessageID `json:"posts,omitempty"`   // none up to this one does
	Kept    int              `json:"kept,omitempty"`    // messages of ours that Discord does not let us change
	Done    bool             `json:"done,omitempty"`
}

// ErasedRows counts what was forgotten of a person in a guild.
type ErasedRows struct {
	Messages int64 `json:"messages"`
	Files    int64 `json:"files"`
	Tickets  int64 `json:"tickets"`
}

// PersonForgotten is what a person's receipt states.
type PersonForgotten struct {
	Asked    time.Time `json:"asked"`
	KeysGone time.Time `json:"keys_gone"` // from then on nobody can read it, copies and backups included
	Servers  int       `json:"servers"`   // in which something was known of them
	ErasedRows
	Kept       int `json:"kept_on_discord"`    // messages of ours that name them and that Discord did not let us change
	Unreadable int `json:"unreadable_servers"` // whose keys are missing: what is kept of them, nobody can read or tell whose it is
}

// Asked is the answer to somebody who wants to be forgotten: it has been written down, and is not done yet.
type Asked struct {
	Erasure int64
	Receipt string // the name under which they find the receipt, once it is done
}

// erasures are the wishes to be forgotten, and what they do to the database.
type erasures interface {
	// AskErasure writes a wish down, with the job that carries it out. Asked again before it is planned, it is the same, as
	// of now.
	AskErasure(ctx context.Context, user ticket.UserID, receipt string) (Erasure, error)
	// Erasure is fault NotFound if there is no such one.
	Erasure(ctx context.Context, id int64) (Erasure, error)
	// UndoneErasures are the next of them, by their number.
	UndoneErasures(ctx context.Context, after int64) ([]int64, error)
	// ErasuresUnderWay are a user's, the newest first.
	ErasuresUnderWay(ctx context.Context, user ticket.UserID) ([]Erasure, error)
	// WhereKnown is every guild that has a person for the user, and those with missing keys, of which nobody can tell. It
	// finds everybody who was met before the wish was written down.
	WhereKnown(ctx context.Context, user ticket.UserID) (known []Known, unreadable []ticket.Guild, err error)
	// SaveErasure keeps e if it is still at the stage from, and was not asked for again; false if not.
	SaveErasure(ctx context.Context, e Erasure, from Stage) (bool, error)
	// ErasePerson leaves of a person their rows' places, deletes their files, and counts. Again, it changes nothing.
	ErasePerson(ctx context.Context, k Known) (ErasedRows, error)
	DeleteSessionsOf(ctx context.Context, user ticket.UserID) error
	// EndErasure drops the plan and keeps the receipt, both or neither, and once.
	EndErasure(ctx context.Context, id int64, owner keys.Tag, r Receipt) error
}

// ForgetPerson writes down that somebody wants to be forgotten, and returns. A job does it: see ContinueErasure.
func (s *Service) ForgetPerson(ctx context.Context, user ticket.UserID) (Asked, error) {
	var name [16]byte
	rand.Read(name[:])
	e, err := s.store.AskErasure(ctx, user, base64.RawURLEncoding.EncodeToString(name[:]))
	if err != nil {
		return Asked{}, fmt.Errorf("forget a person: %w", err)
	}
	return Asked{Erasure: e.ID, Receipt: e.Receipt}, nil
}

// ContinueErasure goes on with forgetting a person, from wherever it was cut short, to its end. It returns nil only when
// that is reached: their keys are gone in every guild, and their rows, files and logins, and what we wrote about them on
// Discord; and the receipt says so.
func (s *Service) ContinueErasure(ctx context.Context, id int64) error {
	for {
		e, err := s.store.Erasure(ctx, id)
		if fault.KindOf(err) == fault.NotFound {
			return nil
		}
		if err != nil {
			return err
		}
		switch e.Stage {
		case StageAsked:
			err = s.planErasure(ctx, e)
		case StagePlanned:
			err = s.forgetKeysOf(ctx, e)
		case StageForgotten:
			err = s.eraseEverywhere(ctx, &e)
		case StageDone:
			return nil
		default:
			err = fmt.Errorf("no such stage: %q", e.Stage)
		}
		if err != nil {
			return fmt.Errorf("forget a person, %s: %w", e.Stage, err)
		}
	}
}

// planErasure finds out where somebody is known while that can be found out. Until the plan is kept, nothing is done; it
// is not kept, but made anew, if they have asked again meanwhile.
func (s *Service) planErasure(ctx context.Context, e Erasure) error {
	known, unreadable, err := s.store.WhereKnown(ctx, e.Plan.User)
	if err != nil {
		return err
	}
	e.Stage, e.Plan.Known, e.Plan.Unreadable = StagePlanned, known, len(unreadable)
	saved, err := s.store.SaveErasure(ctx, e, StageAsked)
	if err == nil && saved && len(unreadable) > 0 {
		s.log.Warn("a person is not forgotten where keys are missing; find the keyring that has them, or let the bot leave these servers",
			"servers", len(unreadable), "one of them", unreadable[0].ID)
	}
	return err
}

const puncturesAtOnce = 50 // the keyring writes them in one commit, and everybody else's change waits for it

// forgetKeysOf makes everything of a person unreadable. With it goes, in each guild, the leaf that stands for nobody, to
// which the rows of erased people point: it never opens anything.
func (s *Service) forgetKeysOf(ctx context.Context, e Erasure) error {
	nobody, err := keys.ParsePath(Nobody())
	if err != nil {
		return err
	}
	var all []keys.Puncture
	for _, k := range e.Plan.Known {
		path, err := keys.ParsePath(k.Path)
		if err != nil {
			return err
		}
		if s.keys.Has(uint64(k.Guild.ID), k.Guild.Epoch) { // else the guild has been forgotten meanwhile
			all = append(all,
				keys.Puncture{Guild: uint64(k.Guild.ID), Epoch: k.Guild.Epoch, Path: path},
				keys.Puncture{Guild: uint64(k.Guild.ID), Epoch: k.Guild.Epoch, Path: nobody})
		}
	}
	for len(all) > 0 {
		n := min(len(all), puncturesAtOnce)
		if err := s.keys.Forget(ctx, all[:n]); err != nil {
			return fmt.Errorf("forget keys: %w", err)
		}
		all = all[n:]
	}
	e.Stage, e.Plan.KeysGone = StageForgotten, s.now()
	_, err = s.store.SaveErasure(ctx, e, StagePlanned)
	return err
}

// Nobody is the path that rows of erased people point to. Where their own leaf was can be computed for a known user, so
// it must not stay with their rows.
func Nobody() []byte { return make([]byte, 8) }

// eraseEverywhere does what is left to be done in each guild. Trouble in one keeps no other waiting.
func (s *Service) eraseEverywhere(ctx context.Context, e *Erasure) error {
	if err := s.logOut(ctx, e); err != nil {
		return err
	}
	var failed error
	for i := range e.Plan.Known {
		k := &e.Plan.Known[i]
		if k.Done {
			continue
		}
		if err := s.eraseIn(ctx, e, k); err != nil {
			failed = errors.Join(failed, fmt.Errorf("guild %s: %w", k.Guild.ID, err))
		}
	}
	if failed != nil {
		return failed
	}
	return s.endErasure(ctx, e)
}

func (s *Service) logOut(ctx context.Context, e *Erasure) error {
	s.drop(e.Plan.User)
	if e.Plan.LoggedOut {
		return nil
	}
	if err := s.store.DeleteSessionsOf(ctx, e.Plan.User); err != nil {
		return err
	}
	e.Plan.LoggedOut = true
	return s.saveProgress(ctx, e)
}

func (s *Service) eraseIn(ctx context.Context, e *Erasure, k *Known) error {
	if !k.Rows {
		erased, err := s.store.ErasePerson(ctx, *k)
		if err != nil {
			return err
		}
		k.Rows, k.Erased = true, erased
		if err := s.saveProgress(ctx, e); err != nil {
			return err
		}
	}
	if err := s.unname(ctx, e, k); err != nil {
		return err
	}
	k.Done = true
	return s.saveProgress(ctx, e)
}

func (s *Service) saveProgress(ctx context.Context, e *Erasure) error {
	_, err := s.store.SaveErasure(ctx, *e, StageForgotten)
	return err
}

func (s *Service) endErasure(ctx context.Context, e *Erasure) error {
	about := &PersonForgotten{Asked: e.AskedAt, KeysGone: e.Plan.KeysGone, Servers: len(e.Plan.Known), Unreadable: e.Plan.Unreadable}
	for _, k := range e.Plan.Known {
		about.Messages += k.Erased.Messages
		about.Files += k.Erased.Files
		about.Tickets += k.Erased.Tickets
		about.Kept += k.Kept
	}
	r, err := s.sign(Statement{ID: e.Receipt, Kind: KindPerson, At: s.now(), Person: about})
	if err != nil {
		return err
	}
	owner, err := s.ownerTag(e.Plan.User)
	if err != nil {
		return err
	}
	if err := s.store.EndErasure(ctx, e.ID, owner, r); err != nil {
		return err
	}
	s.log.Info("a person has been forgotten", "servers", about.Servers, "messages", about.Messages, "kept_on_discord", about.Kept,
		"unreadable_servers", about.Unreadable)
	return nil
}
