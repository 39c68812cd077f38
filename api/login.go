package api

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"regexp"

	"ticketbot/internal/fault"
)

// errLogin marks refusals that another login may mend; their page offers one.
var errLogin = errors.New("the login did not come to its end")

func loginFault(kind fault.Kind, key string) error {
	return fault.New(kind, key).Because(errLogin)
}

// login sends the browser to Discord, which asks the person and sends it back to finishLogin.
func (s *Server) login(w http.ResponseWriter, r *http.Request) error {
	if !s.logins.allow(networkOf(r)) {
		w.Header().Set("Retry-After", "60")
		return loginFault(fault.Limit, "api.login.limit")
	}
	var secret [32]byte
	rand.Read(secret[:])
	verifier := rand.Text() + rand.Text() // 52 characters; RFC 7636 wants 43 to 128
	expires := s.Clock.Now().Add(loginTime)
	err := s.Sessions.SaveLogin(r.Context(), sha256.Sum256(secret[:]), verifier, returnTo(r.FormValue("next")), expires)
	if err != nil {
		return fmt.Errorf("begin login: %w", err)
	}
	encoded := base64.RawURLEncoding.EncodeToString(secret[:])
	http.SetCookie(w, s.cookie(loginCookie, encoded, loginTime))
	challenge := sha256.Sum256([]byte(verifier))
	there := s.Login.AuthorizeURL(stateOf(secret[:]), base64.RawURLEncoding.EncodeToString(challenge[:]))
	http.Redirect(w, r, there, http.StatusFound)
	return nil
}

// stateOf is what Discord carries to us and back. It follows from the browser's secret and tells nothing about it, nor
// about the row's hash: only the browser that began a login can finish it.
func stateOf(secret []byte) string {
	sum := sha256.Sum256(append([]byte("ticketbot login state v1\n"), secret...))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// finishLogin is where Discord sends the browser back to.
func (s *Server) finishLogin(w http.ResponseWriter, r *http.Request) error {
	if !s.logins.allow(networkOf(r)) {
		return loginFault(fault.Limit, "api.login.limit")
	}
	verifier, next, err := s.takeLogin(r)
	if err != nil {
		return err
	}
	http.SetCookie(w, s.cookie(loginCookie, "", 0))
	code := r.FormValue("code")
	switch {
	case r.FormValue("error") == "access_denied":
		return loginFault(fault.Forbidden, "api.login.denied")
	case code == "":
		return loginFault(fault.Invalid, "api.login.refused")
	}
	who, err := s.exchange(r.Context(), code, verifier)
	if err != nil {
		return err
	}
	if err := s.beginSession(w, r, who); err != nil {
		return err
	}
	http.Redirect(w, r, next, http.StatusSeeOther)
	return nil
}

// takeLogin is the login that this browser began, once. A state that is not its own leaves it as it is, so that nobody
// else's link can spoil it.
func (s *Server) takeLogin(r *http.Request) (verifier, next string, err error) {
	secret, ok := s.bytesIn(r, loginCookie)
	if !ok || subtle.ConstantTimeCompare([]byte(r.FormValue("state")), []byte(stateOf(secret))) != 1 {
		return "", "", loginFault(fault.Invalid, "api.login.stale")
	}
	verifier, next, err = s.Sessions.TakeLogin(r.Context(), sha256.Sum256(secret))
	if fault.KindOf(err) == fault.NotFound {
		return "", "", loginFault(fault.Invalid, "api.login.stale")
	}
	if err != nil {
		return "", "", fmt.Errorf("find login: %w", err)
	}
	return verifier, next, nil
}

func (s *Server) exchange(ctx context.Context, code, verifier string) (Identity, error) {
	who, err := s.Login.Exchange(ctx, code, verifier)
	switch fault.KindOf(err) {
	case fault.Invalid, fault.Forbidden, fault.NotFound:
		return Identity{}, loginFault(fault.Invalid, "api.login.refused")
	}
	if err != nil {
		return Identity{}, fmt.Errorf("ask Discord who logs in: %w", err)
	}
	return who, nil
}

// ownPath is a page of ours, and nothing that a browser could take for another website.
var ownPath = regexp.MustCompile(`^/(?:[A-Za-z0-9_-]+/)*[A-Za-z0-9_-]+$`)

// machinery is no place to return to.
var machinery = regexp.MustCompile(`^/(?:login|auth|api)(?:/|$)`)

// returnTo is where a login leads, if that is a page of ours.
func returnTo(next string) string {
	if len(next) > 200 || !ownPath.MatchString(next) || machinery.MatchString(next) {
		return "/tickets"
	}
	return next
}
