package discordsim

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"net/url"
	"slices"
	"strings"
	"time"
)

const (
	codeLife  = time.Minute
	grantLife = 7 * 24 * time.Hour
)

// code is what a redirect carries back; it buys one token.
type code struct {
	app       *application
	user      ID
	scopes    []string
	redirect  string
	challenge string // PKCE, S256
	guild     ID     // the bot was added here
	expires   time.Time
}

// grant is an access token and the refresh token that renews it.
type grant struct {
	app     *application
	user    ID
	scopes  []string
	access  string
	refresh string
	expires time.Time
}

func (g *grant) has(scope string) bool { return slices.Contains(g.scopes, scope) }

// grantOf finds who a bearer token stands for; expired ones stand for nobody.
func (w *world) grantOf(token string) *grant {
	g := w.grants[token]
	if g == nil || !g.expires.After(w.now()) {
		return nil
	}
	return g
}

// oauthError is a refusal in the manner of RFC 6749.
type oauthError struct {
	status      int
	Kind        string `json:"error"`
	Description string `json:"error_description,omitempty"`
}

func (e *oauthError) Error() string { return e.Kind + ": " + e.Description }

var (
	errClient   = &oauthError{401, "invalid_client", ""}
	errGrant    = &oauthError{400, "invalid_grant", "Invalid \"code\" in request."}
	errRedirect = &oauthError{400, "invalid_grant", "Invalid \"redirect_uri\" in request."}
	errVerifier = &oauthError{400, "invalid_grant", "Invalid \"code_verifier\" in request."}
	errRefresh  = &oauthError{400, "invalid_grant", ""}
	errRequest  = &oauthError{400, "invalid_request", "The request must be application/x-www-form-urlencoded."}
	errKind     = &oauthError{400, "unsupported_grant_type", "Grant type None is not supported"}
)

func (s *Server) oauthRoutes() []*route {
	return []*route{
		{method: "POST", path: "/oauth2/token", do: issueToken},
		{method: "POST", path: "/oauth2/token/revoke", do: revokeToken},
		{method: "GET", path: "/oauth2/@me", auth: byBearer, do: getAuthorization},
	}
}

// client reads the form and finds the application by Basic authorization or by the form's own fields.
func (c *call) client() (url.Values, *application, error) {
	if !strings.HasPrefix(c.r.Header.Get("Content-Type"), "application/x-www-form-urlencoded") {
		return nil, nil, errRequest
	}
	form, err := url.ParseQuery(string(c.body))
	if err != nil {
		return nil, nil, errRequest
	}
	id, secret, basic := c.r.BasicAuth()
	if !basic {
		id, secret = form.Get("client_id"), form.Get("client_secret")
	}
	app, _ := ParseID(id)
	a := c.s.world.apps[app]
	if a == nil || subtle.ConstantTimeCompare([]byte(a.secret), []byte(secret)) == 0 {
		return nil, nil, errClient
	}
	return form, a, nil
}

func issueToken(c *call) (any, error) {
	form, a, err := c.client()
	if err != nil {
		return nil, err
	}
	switch form.Get("grant_type") {
	case "authorization_code":
		return c.redeem(form, a)
	case "refresh_token":
		return c.renew(form, a)
	}
	return nil, errKind
}

// redeem takes a code. Used, expired or another application's: all the same refusal.
func (c *call) redeem(form url.Values, a *application) (any, error) {
	bought := c.s.codes[form.Get("code")]
	delete(c.s.codes, form.Get("code"))
	switch {
	case bought == nil || bought.app != a || !bought.expires.After(c.s.clock.now()):
		return nil, errGrant
	case form.Get("redirect_uri") != bought.redirect:
		return nil, errRedirect
	case bought.challenge != "" && s256(form.Get("code_verifier")) != bought.challenge:
		return nil, errVerifier
	}
	o := c.s.newGrant(a, bought.user, bought.scopes)
	if g := c.s.world.guilds[bought.guild]; g != nil {
		o["guild"] = c.s.world.guildShape(g)
	}
	return o, nil
}

func s256(verifier string) string {
	sum := sha256.Sum256([]byte(verifier))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// renew rotates: the old refresh token is worth nothing afterwards.
func (c *call) renew(form url.Values, a *application) (any, error) {
	for _, g := range c.s.world.grants {
		if g.app == a && g.refresh == form.Get("refresh_token") {
			delete(c.s.world.grants, g.access)
			return c.s.newGrant(a, g.user, g.scopes), nil
		}
	}
	return nil, errRefresh
}

func (s *Server) newGrant(a *application, user ID, scopes []string) Object {
	g := &grant{app: a, user: user, scopes: scopes, access: "sim." + randomText(30), refresh: "sim." + randomText(30), expires: s.clock.now().Add(grantLife)}
	s.world.grants[g.access] = g
	return Object{
		"token_type": "Bearer", "access_token": g.access, "refresh_token": g.refresh,
		"expires_in": int(grantLife / time.Second), "scope": strings.Join(scopes, " "),
	}
}

// revokeToken ends the whole authorization, whichever of its two tokens is given. Unknown tokens are fine too.
func revokeToken(c *call) (any, error) {
	form, a, err := c.client()
	if err != nil {
		return nil, err
	}
	for _, g := range c.s.world.grants {
		if t := form.Get("token"); g.app == a && (g.access == t || g.refresh == t) {
			delete(c.s.world.grants, g.access)
		}
	}
	return Object{}, nil
}

func getAuthorization(c *call) (any, error) {
	a := c.grant.app
	o := Object{
		"application": Object{"id": a.id, "name": a.name, "icon": nil, "description": "", "bot_public": true, "bot_require_code_grant": false, "verify_key": strings.Repeat("0", 64), "flags": a.flags(), "type": nil},
		"scopes":      c.grant.scopes, "expires": Stamp(c.grant.expires),
	}
	if c.grant.has("identify") {
		o["user"] = c.s.world.userShape(c.grant.user)
	}
	return o, nil
}
