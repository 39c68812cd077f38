package privacy

import (
	"context"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"ticketbot/keys"
	"ticketbot/ticket"
)

// forgetter destroys keys.
type forgetter interface {
	Forget(ctx context.Context, what []keys.Puncture) error
}

// guildRows is what the database does to forget a membership. Each call is whole or nothing.
type guildRows interface {
	// Shred runs forget while nobody can change the membership, then notes that its keys are gone, with the receipt that
	// draft makes of what there is to delete. It does nothing for a membership that is not sealed, and says so.
	Shred(ctx context.Context, g ticket.Guild, forget func(context.Context) error, draft func(Membership, map[string]int64) (Receipt, error)) (State, error)
	// DeleteSome deletes a batch of rows, and before the row of a file its bytes. It is done when there are no more.
	DeleteSome(ctx context.Context, g ticket.Guild) (done bool, err error)
	// End deletes what came late, and the membership's own row last; what is left is that there was one, and the receipt
	// that sign makes of the draft of that name. Once ended, it does nothing.
	End(ctx context.Context, g ticket.Guild, receipt string, sign func(draft Receipt, late map[string]int64) (Receipt, error)) error
}

// ForgetGuild forgets a membership that is over: first its keys, which is what counts, since with them everything of it is
// unreadable wherever it was copied to; then its rows and files; then its receipt.
func (s *Service) ForgetGuild(ctx context.Context, g ticket.Guild) error {
	state, err := s.store.Shred(ctx, g,
		func(ctx context.Context) error { return s.forgetWhole(ctx, g) },
		s.draft)
	if err != nil || state != StateShredded {
		return err
	}
	s.ended(g)
	for done := false; !done; {
		if done, err = s.store.DeleteSome(ctx, g); err != nil {
			return err
		}
	}
	name, err := s.nameOf(g)
	if err != nil {
		return err
	}
	if err = s.store.End(ctx, g, name, s.finish); err == nil {
		s.log.Info("a server has been forgotten", "guild", g.ID, "epoch", g.Epoch)
	}
	return err
}

// forgetWhole forgets the keys of the memberships before as well: some may be left of which a lost database knew.
func (s *Service) forgetWhole(ctx context.Context, g ticket.Guild) error {
	for epoch := g.Epoch; epoch > 0; epoch-- {
		err := s.keys.Forget(ctx, []keys.Puncture{{Guild: uint64(g.ID), Epoch: epoch, Whole: true}})
		if errors.Is(err, keys.ErrUnknownGuild) {
			if epoch == g.Epoch {
				s.log.Error("a server to be forgotten had no keys: the keyring is not the one it was kept with", "guild", g.ID)
			}
			continue // what cannot be read is to be deleted all the same
		}
		if err != nil {
			return fmt.Errorf("forget the keys of guild %s: %w", g.ID, err)
		}
	}
	return nil
}

// nameOf is the name of a membership's receipt. It follows from the membership, so that a second try finds the first one's.
func (s *Service) nameOf(g ticket.Guild) (string, error) {
	which := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint64(nil, uint64(g.ID)), g.Epoch)
	tag, err := s.keys.ServerTag("receipt of a guild", which)
	if err != nil {
		return "", fmt.Errorf("name a receipt: %w", err)
	}
	return base64.RawURLEncoding.EncodeToString(tag[:]), nil
}

// draft is the receipt before the rows are gone, without a signature.
func (s *Service) draft(m Membership, rows map[string]int64) (Receipt, error) {
	name, err := s.nameOf(m.Guild)
	if err != nil {
		return Receipt{}, err
	}
	st := Statement{
		ID: name, Kind: KindGuild, Rows: rows,
		Guild: &GuildForgotten{
			Server: m.Guild.ID, Epoch: m.Guild.Epoch, Evidence: m.Evidence, Joined: m.JoinedAt, Sealed: m.SealedAt,
			Forgotten: s.now(),
		},
	}
	text, err := json.Marshal(st)
	if err != nil {
		return Receipt{}, fmt.Errorf("write a receipt: %w", err)
	}
	return Receipt{ID: st.ID, Statement: string(text)}, nil
}

func (s *Service) finish(draft Receipt, late map[string]int64) (Receipt, error) {
	var st Statement
	if err := json.Unmarshal([]byte(draft.Statement), &st); err != nil || st.Guild == nil {
		return Receipt{}, fmt.Errorf("read the draft of a receipt: %w", err)
	}
	if st.Rows == nil {
		st.Rows = map[string]int64{}
	}
	for table, n := range late {
		st.Rows[table] += n
	}
	st.At = s.now()
	st.Guild.Rows = st.At
	return s.sign(st)
}

func (s *Service) now() time.Time { return s.clock.Now().UTC().Truncate(time.Microsecond) }
