package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"

	"ticketbot/api"
	"ticketbot/discord"
	"ticketbot/store"
	"ticketbot/ticket"
	"ticketbot/web"
)

// openSite makes the website over what the installation has. The small types below fit one edge to another, which know
// nothing of each other.
func (in *installation) openSite(me discord.Self) (*api.Server, error) {
	login := discord.NewLogin(in.discord, discord.LoginOptions{
		ClientID: strconv.FormatUint(me.Application, 10), ClientSecret: in.settings.ClientSecret,
		Redirect: in.settings.PublicURL + "/auth/callback", Web: in.settings.Site,
	})
	in.invite = login.InviteURL()
	return api.New(api.Options{
		PublicURL: in.settings.PublicURL, CDN: in.settings.CDN, Secret: []byte(in.settings.Secret), Site: web.Dist(),
		Sessions: sessions{in.vault.store}, Login: logins{login}, Directory: directory{in.discord.Directory()},
		Tickets: in.vault.store, Reader: in.tickets, Files: in.vault.store, Privacy: in.forgetting(),
		Clock: in.clock, Logger: in.log,
		Extra: map[string]http.Handler{
			"GET /healthz": http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "ok\n") }),
			"GET /readyz":  http.HandlerFunc(in.serveReady),
			"GET /metrics": in.figures.handler(in),
		},
	})
}

// serveReady says why not, in a word, to whoever balances load.
func (in *installation) serveReady(w http.ResponseWriter, r *http.Request) {
	if err := in.whyNotReady(r.Context()); err != nil {
		w.WriteHeader(http.StatusServiceUnavailable)
		fmt.Fprintln(w, sentence(err))
		return
	}
	fmt.Fprintln(w, "ready")
}

func (in *installation) whyNotReady(ctx context.Context) error {
	if !in.serving.Load() {
		return errors.New("starting")
	}
	for i, shard := range in.shards {
		if !shard.Ready() {
			return fmt.Errorf("shard %d has no connection to Discord", i)
		}
	}
	return in.vault.store.Ping(ctx)
}

// sweep removes sessions and logins that have run out.
func (in *installation) sweep(ctx context.Context) error {
	_, err := in.vault.store.DeleteExpired(ctx)
	return err
}

type sessions struct{ *store.Store }

func (s sessions) CreateSession(ctx context.Context, hash [32]byte, user ticket.UserID, expires time.Time) error {
	return s.Store.CreateSession(ctx, hash, store.SessionData{User: ticket.User{ID: user}}, expires)
}

func (s sessions) Session(ctx context.Context, hash [32]byte) (ticket.UserID, error) {
	d, _, err := s.Store.Session(ctx, hash)
	return d.User.ID, err
}

func (s sessions) SaveLogin(ctx context.Context, hash [32]byte, verifier, returnTo string, expires time.Time) error {
	return s.Store.SaveLogin(ctx, hash, store.LoginState{Verifier: verifier, ReturnTo: returnTo}, expires)
}

func (s sessions) TakeLogin(ctx context.Context, hash [32]byte) (verifier, returnTo string, err error) {
	l, err := s.Store.TakeLogin(ctx, hash)
	return l.Verifier, l.ReturnTo, err
}

type logins struct{ *discord.Login }

func (l logins) Exchange(ctx context.Context, code, verifier string) (api.Identity, error) {
	who, err := l.Login.Exchange(ctx, code, verifier)
	id := api.Identity{User: who.User}
	for _, g := range who.Guilds {
		id.Guilds = append(id.Guilds, api.Guild{ID: g.ID, Name: g.Name, Icon: g.Icon})
	}
	return id, err
}

type directory struct{ *discord.Directory }

func (d directory) Guild(ctx context.Context, id ticket.GuildID) (api.Guild, error) {
	g, err := d.Directory.Guild(ctx, id)
	return api.Guild{ID: g.ID, Name: g.Name, Icon: g.Icon}, err
}

func (d directory) Names(ctx context.Context, id ticket.GuildID) api.Names {
	return d.Directory.Names(ctx, id)
}
