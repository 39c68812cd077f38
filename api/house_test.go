package api_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"
	"time"

	"ticketbot/api"
	"ticketbot/discord"
	"ticketbot/discordsim"
	"ticketbot/discordsim/contract"
	"ticketbot/internal/clock"
	"ticketbot/store"
	"ticketbot/store/storetest"
	"ticketbot/ticket"
	"ticketbot/web"
)

// house is the website over a real database, in front of a simulated Discord, where people log in as they would.
type house struct {
	testing.TB
	*discordsim.SupportWorld
	sim    *discordsim.Server
	clock  *clock.Manual
	store  *store.Store
	site   *api.Server
	url    string
	office *office
	log    *bytes.Buffer // what was logged, read when nothing runs

	visitors int
	guild    ticket.Guild
	category *ticket.Category
}

func newHouse(t testing.TB) *house {
	t.Helper()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	must(t, err)
	h := &house{TB: t, url: "http://" + l.Addr().String(), clock: clock.NewManual(storetest.Start), log: &bytes.Buffer{}, office: newOffice()}
	h.sim, err = discordsim.Start(context.Background(), contract.WatchBot(t, discordsim.Options{Start: storetest.Start, Frozen: true, NoRateLimits: true}))
	must(t, err)
	t.Cleanup(h.sim.Close)
	h.SupportWorld, err = h.sim.Support(discordsim.SupportOptions{Redirects: []string{h.url + "/auth/callback"}})
	must(t, err)
	h.store = storetest.New(t, h.clock)
	h.guild = storetest.Join(t, h.store, ticket.GuildID(h.Guild))
	h.category = h.newCategory(h.guild, "Support", h.SupportRole)
	h.site, err = api.New(h.options())
	must(t, err)
	h.serve(l)
	return h
}

func (h *house) options() api.Options {
	log := slog.New(slog.NewTextHandler(h.log, nil))
	client := discord.New(discord.Options{Token: h.App.Token, API: h.sim.URL() + "/api/v10", Dashboard: h.url, Clock: hurried{h}, Logger: log})
	login := discord.NewLogin(client, discord.LoginOptions{
		ClientID: h.App.ID.String(), ClientSecret: h.App.ClientSecret, Redirect: h.url + "/auth/callback", Web: h.sim.URL(),
	})
	return api.Options{
		PublicURL: h.url, CDN: h.sim.URL(), Secret: []byte("a secret that is long enough to be one"), Site: web.Dist(),
		Sessions: sessions{h.store}, Login: logins{login}, Directory: directory{client.Directory()}, Tickets: h.store,
		Reader: ticket.New(h.store, client, nil, h.clock, log), Files: h.store, Privacy: h.office, Clock: h.clock, Logger: log,
		Extra: map[string]http.Handler{"GET /healthz": http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "ok") })},
	}
}

func (h *house) serve(l net.Listener) {
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- h.site.Serve(ctx, l) }()
	h.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			h.Errorf("serve: %v", err)
		}
	})
}

// advance moves everybody's time.
func (h *house) advance(d time.Duration) {
	h.clock.Advance(d)
	h.sim.Advance(d)
}

// hurried is the clock of requests to Discord: instead of waiting for a limit to pass, everybody's time moves on.
type hurried struct{ h *house }

func (c hurried) Now() time.Time { return c.h.clock.Now() }

func (c hurried) After(d time.Duration) <-chan time.Time {
	c.h.advance(d)
	over := make(chan time.Time, 1)
	over <- c.Now()
	return over
}

// newCategory is a kind of ticket that one role answers.
func (h *house) newCategory(g ticket.Guild, name string, staff discordsim.ID) *ticket.Category {
	h.Helper()
	c := &ticket.Category{Guild: g, CreatedAt: storetest.Start, Name: name, StaffRoles: []ticket.RoleID{ticket.RoleID(staff)}, Limit: 9}
	must(h, h.store.InTx(h.Context(), g, func(tx ticket.Tx) error { return tx.InsertCategory(h.Context(), c) }))
	return c
}

// newTicket is a ticket that somebody opened.
func (h *house) newTicket(c *ticket.Category, opener discordsim.ID, name string) *ticket.Ticket {
	h.Helper()
	t := &ticket.Ticket{
		Guild: c.Guild, Category: c.ID, State: ticket.Opening, OpenedAt: h.clock.Now(),
		Answers: []ticket.Answer{{Question: "What is it about?", Kind: ticket.Short, Values: []string{"My save is gone"}}},
	}
	must(h, h.store.InTx(h.Context(), c.Guild, func(tx ticket.Tx) (err error) {
		if t.Opener, err = tx.Meet(h.Context(), ticket.User{ID: ticket.UserID(opener), Username: name, GlobalName: name}); err != nil {
			return err
		}
		if err := tx.InsertTicket(h.Context(), t, 0); err != nil {
			return err
		}
		t.State, t.Channel = ticket.Open, ticket.ChannelID(uint64(t.ID)+1000)
		return tx.SaveTicket(h.Context(), t)
	}))
	return t
}

// say archives a message, with files that are in our own store.
func (h *house) say(t *ticket.Ticket, who ticket.User, id ticket.MessageID, text string, files ...file) {
	h.Helper()
	seen := ticket.Sighting{
		Room: ticket.Room{Guild: t.Guild, Ticket: t.ID, Number: t.Number, Channel: t.Channel},
		Kind: ticket.SeenCreated, Message: id, At: h.clock.Now(), Users: []ticket.User{who}, Content: ticket.Content{Text: text},
	}
	for _, f := range files {
		seen.Content.Attachments = append(seen.Content.Attachments, ticket.Attachment{
			ID: f.id, Name: f.name, Type: f.claims, Size: int64(len(f.bytes)), Width: 64, Height: 48,
		})
	}
	must(h, h.store.SaveSightings(h.Context(), []ticket.Sighting{seen}))
	for _, f := range files {
		row, err := h.store.File(h.Context(), t.Guild, f.id)
		must(h, err)
		must(h, h.store.PutFile(h.Context(), row, bytes.NewReader(f.bytes)))
		row.State = ticket.FileStored
		must(h, h.store.SaveFile(h.Context(), row))
	}
}

type file struct {
	id     ticket.AttachmentID
	name   string
	claims string // the type that Discord says
	bytes  []byte
}

// visitor is a browser without a screen: it keeps cookies and follows nothing.
type visitor struct {
	*house
	client  *http.Client
	network string // where the proxy in front of us saw them
}

func (h *house) visitor() *visitor {
	jar, err := cookiejar.New(nil)
	must(h, err)
	h.visitors++
	client := &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	return &visitor{h, client, fmt.Sprintf("203.0.%d.%d", h.visitors>>8, h.visitors&255)}
}

// loggedIn is a visitor who has gone through Discord's page.
func (h *house) loggedIn(who discordsim.ID) *visitor {
	h.Helper()
	v := h.visitor()
	back := v.consent(v.get("/login").redirect(), who, "allow")
	if end := v.get(back); end.status != http.StatusSeeOther {
		h.Fatalf("login ended with %d: %s", end.status, end.body)
	}
	return v
}

// consent answers Discord's question, and returns where Discord sends the browser.
func (v *visitor) consent(page string, who discordsim.ID, decision string) string {
	v.Helper()
	form := url.Values{"user": {who.String()}, "decision": {decision}}
	r, err := v.client.PostForm(page, form)
	must(v, err)
	defer r.Body.Close()
	if r.StatusCode != http.StatusFound {
		body, _ := io.ReadAll(r.Body)
		v.Fatalf("Discord's page answered %d: %s", r.StatusCode, body)
	}
	return r.Header.Get("Location")
}

// answer is what the website said.
type answer struct {
	testing.TB
	status int
	header http.Header
	body   string
}

func (a answer) redirect() string {
	a.Helper()
	if a.status != http.StatusFound && a.status != http.StatusSeeOther {
		a.Fatalf("no redirect but %d: %s", a.status, a.body)
	}
	return a.header.Get("Location")
}

func (v *visitor) get(path string) answer { v.Helper(); return v.ask(http.MethodGet, path) }

// ask sends a request; headers are name, value pairs.
func (v *visitor) ask(method, path string, headers ...string) answer {
	v.Helper()
	if strings.HasPrefix(path, "/") {
		path = v.url + path
	}
	r, err := http.NewRequestWithContext(v.Context(), method, path, http.NoBody)
	must(v, err)
	r.Header.Set("X-Forwarded-For", v.network)
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
		if headers[i] == "Host" {
			r.Host = headers[i+1]
		}
	}
	got, err := v.client.Do(r)
	must(v, err)
	defer got.Body.Close()
	body, err := io.ReadAll(got.Body)
	must(v, err)
	return answer{v, got.StatusCode, got.Header, string(body)}
}

// cookie is one that the browser holds for the website.
func (v *visitor) cookie(name string) string {
	u, err := url.Parse(v.url)
	must(v, err)
	for _, c := range v.client.Jar.Cookies(u) {
		if c.Name == name {
			return c.Value
		}
	}
	return ""
}

func (v *visitor) setCookie(name, value string) {
	u, err := url.Parse(v.url)
	must(v, err)
	v.client.Jar.SetCookies(u, []*http.Cookie{{Name: name, Value: value, Path: "/"}})
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// The small types below fit one edge to another, as cmd does.

type sessions struct{ *store.Store }

func (s sessions) CreateSession(ctx context.Context, hash [32]byte, user ticket.UserID, expires time.Time) error {
	return s.Store.CreateSession(ctx, hash, store.SessionData{User: ticket.User{ID: user}}, expires)
}

func (s sessions) Session(ctx context.Context, hash [32]byte) (ticket.UserID, error) {
	d, _, err := s.Store.Session(ctx, hash)
	return d.User.ID, err
}

func (s sessions) SaveLogin(ctx context.Context, hash [32]byte, verifier, next string, expires time.Time) error {
	return s.Store.SaveLogin(ctx, hash, store.LoginState{Verifier: verifier, ReturnTo: next}, expires)
}

func (s sessions) TakeLogin(ctx context.Context, hash [32]byte) (verifier, next string, err error) {
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
