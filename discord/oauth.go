package discord

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"ticketbot/capture"
	"ticketbot/internal/fault"
	"ticketbot/ticket"

	"github.com/disgoorg/disgo/discord"
	"github.com/disgoorg/disgo/rest"
	"github.com/disgoorg/snowflake/v2"
)

// scopes are all that a login asks for: who somebody is, and which servers they are in. No email: what is not asked for
// cannot leak.
const scopes = "identify guilds"

// LoginOptions are what the Developer Portal knows of us.
type LoginOptions struct {
	ClientID     string
	ClientSecret string
	Redirect     string // exactly as registered
	Web          string // where people confirm; empty: https://discord.com
}

// Login lets people log in with Discord.
type Login struct {
	client *Client
	opts   LoginOptions
}

// NewLogin makes a login over the client's connections.
func NewLogin(c *Client, o LoginOptions) *Login {
	o.Web = cmp.Or(strings.TrimSuffix(o.Web, "/"), "https://discord.com")
	return &Login{client: c, opts: o}
}

// Identity is who logged in. Guilds are what Discord said of them at that moment: good for a list to choose from, never
// for a decision.
type Identity struct {
	User   ticket.User
	Guilds []GuildHint
}

// GuildHint is a server that somebody is in.
type GuildHint struct {
	ID          ticket.GuildID
	Name        string
	Icon        string
	Owner       bool
	Permissions discord.Permissions
}

// AuthorizeURL is where the browser goes to confirm. state and challenge (PKCE, S256) are of the login at hand.
func (l *Login) AuthorizeURL(state, challenge string) string {
	q := url.Values{
		"response_type": {"code"}, "client_id": {l.opts.ClientID}, "scope": {scopes}, "redirect_uri": {l.opts.Redirect},
		"state": {state}, "code_challenge": {challenge}, "code_challenge_method": {"S256"}, "prompt": {"none"},
	}
	return l.opts.Web + "/oauth2/authorize?" + q.Encode()
}

// InviteURL is where an admin adds the bot to a server, with the permissions that it needs.
func (l *Login) InviteURL() string {
	q := url.Values{
		"client_id": {l.opts.ClientID}, "scope": {"bot applications.commands"},
		"permissions": {strconv.FormatInt(int64(Invited()), 10)},
	}
	return l.opts.Web + "/oauth2/authorize?" + q.Encode()
}

// disgo has no route to give a token back, and would send the bot's token along with these.
func tokenRoute() *rest.CompiledEndpoint {
	return rest.NewNoBotAuthEndpoint(http.MethodPost, "/oauth2/token").Compile(nil)
}

func revokeRoute() *rest.CompiledEndpoint {
	return rest.NewNoBotAuthEndpoint(http.MethodPost, "/oauth2/token/revoke").Compile(nil)
}

// Exchange finds out who logged in: four requests. Discord's token is given back at once, and never leaves this
// function.
func (l *Login) Exchange(ctx context.Context, code, verifier string) (Identity, error) {
	var token struct {
		Access string `json:"access_token"`
		Scope  string `json:"scope"`
	}
	form := l.form()
	form.Set("grant_type", "authorization_code")
	form.Set("code", code)
	form.Set("redirect_uri", l.opts.Redirect)
	form.Set("code_verifier", verifier)
	if err := l.client.call(ctx, tokenRoute(), form, &token); err != nil {
		return Identity{}, fmt.Errorf("log in: %w", notConfirmed(err))
	}
	defer l.giveBack(ctx, token.Access)
	id, err := l.identity(ctx, token.Access)
	if err != nil {
		return Identity{}, fmt.Errorf("log in: %w", err)
	}
	return id, nil
}

func notConfirmed(err error) error {
	switch fault.KindOf(err) {
	case fault.Config:
		return fault.New(fault.Config, "discord.login.secret").Because(err)
	case fault.Invalid, fault.Permission:
		return fault.New(fault.Forbidden, "discord.login.code").Because(err)
	}
	return err
}

func (l *Login) form() url.Values {
	return url.Values{"client_id": {l.opts.ClientID}, "client_secret": {l.opts.ClientSecret}}
}

func (l *Login) identity(ctx context.Context, token string) (Identity, error) {
	as := rest.WithToken(discord.TokenTypeBearer, token)
	var me json.RawMessage
	if err := l.client.call(ctx, theirs(rest.GetCurrentUser, token), nil, &me, as); err != nil {
		return Identity{}, err
	}
	user, err := capture.User(me)
	if err != nil {
		return Identity{}, err
	}
	var guilds []struct {
		ID          snowflake.ID        `json:"id"`
		Name        string              `json:"name"`
		Icon        string              `json:"icon"`
		Owner       bool                `json:"owner"`
		Permissions discord.Permissions `json:"permissions"`
	}
	if err := l.client.call(ctx, theirs(rest.GetCurrentUserGuilds, token), nil, &guilds, as); err != nil {
		return Identity{}, err
	}
	id := Identity{User: user}
	for _, g := range guilds {
		id.Guilds = append(id.Guilds, GuildHint{ID: ticket.GuildID(g.ID), Name: g.Name, Icon: g.Icon, Owner: g.Owner, Permissions: g.Permissions})
	}
	return id, nil
}

// theirs is a route whose limit is of the person who logs in, not of the bot.
func theirs(e *rest.Endpoint, token string) *rest.CompiledEndpoint {
	route := e.Compile(nil)
	route.MajorParams = token
	return route
}

// giveBack makes the token worthless although the person at the browser may have gone. A token that cannot be given
// back is in nobody's hands any more, and expires.
func (l *Login) giveBack(ctx context.Context, token string) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	form := l.form()
	form.Set("token", token)
	form.Set("token_type_hint", "access_token")
	if err := l.client.call(ctx, revokeRoute(), form, nil); err != nil {
		l.client.log.Warn("a login's token was not given back", "error", err)
	}
}
