package store

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"time"

	"ticketbot/internal/fault"
	"ticketbot/keys"
	"ticketbot/store/db"
	"ticketbot/ticket"
)

// SessionData is what a login to the dashboard is about. Which servers somebody is in is not part of it: that is never
// stored.
type SessionData struct {
	User      ticket.User `json:"user"`
	CreatedAt time.Time   `json:"created_at"`
}

// LoginState is what a login under way has to remember until Discord sends the browser back.
type LoginState struct {
	Verifier string `json:"verifier"` // PKCE
	ReturnTo string `json:"return_to,omitempty"`
}

const noSession = "store.no_session"

// CreateSession keeps a login. hash is SHA-256 of the token that only the browser has.
func (s *Store) CreateSession(ctx context.Context, hash [32]byte, d SessionData, expires time.Time) error {
	tag, err := s.userTag(d.User.ID)
	if err != nil {
		return err
	}
	sealed, err := s.sealServer(keys.FieldSession, rowOf(hash), d)
	if err != nil {
		return err
	}
	row := db.InsertSessionParams{Hash: hash[:], UserTag: tag[:], State: sealed, ExpiresAt: expires}
	return explain("keep a session", s.q.InsertSession(ctx, s.pool, row))
}

// Session finds a login that has not expired; fault NotFound otherwise.
func (s *Store) Session(ctx context.Context, hash [32]byte) (SessionData, time.Time, error) {
	row, err := s.q.Session(ctx, s.pool, db.SessionParams{Hash: hash[:], Now: s.clock.Now()})
	if err != nil {
		return SessionData{}, time.Time{}, found("find a session", noSession, err)
	}
	var d SessionData
	err = s.unsealServer(keys.FieldSession, rowOf(hash), row.State, &d)
	return d, row.ExpiresAt, err
}

// DeleteSession logs out.
func (s *Store) DeleteSession(ctx context.Context, hash [32]byte) error {
	return explain("end a session", s.q.DeleteSession(ctx, s.pool, hash[:]))
}

// DeleteSessionsOf logs a user out everywhere.
func (s *Store) DeleteSessionsOf(ctx context.Context, user ticket.UserID) error {
	tag, err := s.userTag(user)
	if err != nil {
		return err
	}
	return explain("end a user's sessions", s.q.DeleteSessionsOf(ctx, s.pool, tag[:]))
}

func (s *Store) userTag(user ticket.UserID) (keys.Tag, error) {
	tag, err := s.keys.ServerTag("session user", binary.BigEndian.AppendUint64(nil, uint64(user)))
	if err != nil {
		return keys.Tag{}, fmt.Errorf("tag a user: %w", err)
	}
	return tag, nil
}

// SaveLogin keeps a login under way. hash is SHA-256 of its state parameter.
func (s *Store) SaveLogin(ctx context.Context, hash [32]byte, l LoginState, expires time.Time) error {
	sealed, err := s.sealServer(keys.FieldOAuth, rowOf(hash), l)
	if err != nil {
		return err
	}
	row := db.InsertLoginParams{Hash: hash[:], State: sealed, ExpiresAt: expires}
	return explain("keep a login under way", s.q.InsertLogin(ctx, s.pool, row))
}

// TakeLogin finds a login under way and forgets it, so that it serves once; fault NotFound if there is none, or no more.
func (s *Store) TakeLogin(ctx context.Context, hash [32]byte) (LoginState, error) {
	row, err := s.q.TakeLogin(ctx, s.pool, hash[:])
	if err != nil {
		return LoginState{}, found("find a login under way", noSession, err)
	}
	if !s.clock.Now().Before(row.ExpiresAt) {
		return LoginState{}, fault.New(fault.NotFound, noSession)
	}
	var l LoginState
	err = s.unsealServer(keys.FieldOAuth, rowOf(hash), row.State, &l)
	return l, err
}

// DeleteExpired removes sessions and logins whose time is over, and says how many; and files that came after they had
// been forgotten.
func (s *Store) DeleteExpired(ctx context.Context) (int, error) {
	now := s.clock.Now()
	sessions, err := s.q.DeleteExpiredSessions(ctx, s.pool, now)
	if err != nil {
		return 0, explain("remove expired sessions", err)
	}
	logins, err := s.q.DeleteExpiredLogins(ctx, s.pool, now)
	if err != nil {
		return int(sessions), explain("remove expired logins", err)
	}
	return int(sessions + logins), s.deleteLateObjects(ctx)
}

// rowOf binds a sealed value to its row, which has no number.
func rowOf(hash [32]byte) uint64 { return binary.BigEndian.Uint64(hash[:]) }

func (s *Store) sealServer(field keys.Field, row uint64, v any) ([]byte, error) {
	plain, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("encode field %d: %w", field, err)
	}
	sealed, err := s.keys.SealServer(field, row, plain)
	if err != nil {
		return nil, fmt.Errorf("seal field %d: %w", field, err)
	}
	return sealed, nil
}

func (s *Store) unsealServer(field keys.Field, row uint64, sealed []byte, v any) error {
	plain, err := s.keys.UnsealServer(field, row, sealed)
	if err != nil {
		return fmt.Errorf("unseal field %d: %w", field, err)
	}
	if err := json.Unmarshal(plain, v); err != nil {
		return fmt.Errorf("decode field %d: %w", field, err)
	}
	return nil
}
