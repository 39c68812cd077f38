package api

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"time"

	"ticketbot/internal/fault"
	"ticketbot/ticket"
)

// A session lasts a working day; logging in again is one click. A login has to be finished in loginTime.
const (
	sessionTime = 8 * time.Hour
	loginTime   = 10 * time.Minute
)

// errNobody: nobody is logged in.
var errNobody = fault.New(fault.Forbidden, "api.login.needed")

func isNobody(err error) bool { return errors.Is(err, errNobody) }

// visitor is who is logged in. Only the id is kept with the session.
type visitor struct {
	session [32]byte // the hash
	user    ticket.UserID
}

type visitorKey struct{}

// visiting is who is logged in; the route has made sure that somebody is.
func visiting(ctx context.Context) visitor {
	v, _ := ctx.Value(visitorKey{}).(visitor)
	return v
}

// admit finds out who asks, as far as the route wants to know.
func (s *Server) admit(r *http.Request, who access) (context.Context, error) {
	if who == anybody {
		return r.Context(), nil
	}
	v, err := s.visitor(r)
	if err != nil {
		return nil, err
	}
	return context.WithValue(r.Context(), visitorKey{}, v), nil
}

// visitor is whose session the request bears; errNobody if it bears none that lasts.
func (s *Server) visitor(r *http.Request) (visitor, error) {
	hash, ok := s.secretIn(r, sessionCookie)
	if !ok {
		return visitor{}, errNobody
	}
	user, err := s.Sessions.Session(r.Context(), hash)
	if fault.KindOf(err) == fault.NotFound {
		return visitor{}, errNobody
	}
	if err != nil {
		return visitor{}, fmt.Errorf("find session: %w", err)
	}
	return visitor{session: hash, user: user}, nil
}

// beginSession logs a user in. The session is always a new one: one that somebody else put into the browser ends here.
func (s *Server) beginSession(w http.ResponseWriter, r *http.Request, who Identity) error {
	if old, ok := s.secretIn(r, sessionCookie); ok {
		if err := s.endSession(r.Context(), old); err != nil {
			return err
		}
	}
	secret, hash := newSecret()
	if err := s.Sessions.CreateSession(r.Context(), hash, who.User.ID, s.Clock.Now().Add(sessionTime)); err != nil {
		return fmt.Errorf("begin session: %w", err)
	}
	s.identities.Put(hash, who)
	http.SetCookie(w, s.cookie(sessionCookie, secret, sessionTime))
	return nil
}

func (s *Server) endSession(ctx context.Context, hash [32]byte) error {
	s.identities.Drop(hash)
	if err := s.Sessions.DeleteSession(ctx, hash); err != nil {
		return fmt.Errorf("end session: %w", err)
	}
	return nil
}

// The cookies, without what binds them to our host.
const (
	sessionCookie = "tb_session"
	loginCookie   = "tb_login"
)

// cookieName: a cookie that begins with __Host- cannot have been set by another host or over plain http. Plain http is
// for trying things out on one's own machine, where Safari refuses such cookies.
func (s *Server) cookieName(name string) string {
	if s.secure {
		return "__Host-" + name
	}
	return name
}

// cookie makes one that scripts cannot read and other websites' requests do not carry; without a value it removes it.
func (s *Server) cookie(name, value string, lasts time.Duration) *http.Cookie {
	c := &http.Cookie{
		Name: s.cookieName(name), Value: value, Path: "/", MaxAge: int(lasts.Seconds()),
		HttpOnly: true, Secure: s.secure, SameSite: http.SameSiteLaxMode,
	}
	if value == "" {
		c.MaxAge = -1
	}
	return c
}

// newSecret is 256 random bits for a cookie, and the hash that we keep.
func newSecret() (secret string, hash [32]byte) {
	var b [32]byte
	rand.Read(b[:])
	return base64.RawURLEncoding.EncodeToString(b[:]), sha256.Sum256(b[:])
}

// secretIn is the hash of the secret in a cookie.
func (s *Server) secretIn(r *http.Request, name string) (hash [32]byte, ok bool) {
	b, ok := s.bytesIn(r, name)
	return sha256.Sum256(b), ok
}

func (s *Server) bytesIn(r *http.Request, name string) ([]byte, bool) {
	c, err := r.Cookie(s.cookieName(name))
	if err != nil {
		return nil, false
	}
	b, err := base64.RawURLEncoding.Strict().DecodeString(c.Value)
	return b, err == nil && len(b) == 32
}
