package discordsim

import (
	"embed"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

//go:embed pages/*.html
var pageFiles embed.FS

var pages = template.Must(template.ParseFS(pageFiles, "pages/*.html"))

// consent is one request for authorization, as the page shows it.
type consent struct {
	App         *application
	Name        string
	Scopes      []string
	Redirect    string
	State       string
	Challenge   string
	Bot         bool
	Permissions Permissions
	People      []User
	Guilds      []GuildChoice
}

// GuildChoice is a guild the bot can be added to.
type GuildChoice struct {
	ID   ID
	Name string
}

// readConsent refuses what Discord refuses with a page of its own, before anything is sent back to the application.
func (s *Server) readConsent(q url.Values) (*consent, string) {
	id, _ := ParseID(q.Get("client_id"))
	a := s.world.apps[id]
	if a == nil {
		return nil, "Unknown Application"
	}
	c := &consent{App: a, Name: a.name, Scopes: strings.Fields(q.Get("scope")), Redirect: q.Get("redirect_uri"), State: q.Get("state")}
	c.Bot = slices.Contains(c.Scopes, "bot")
	needsRedirect := q.Get("response_type") == "code" || !c.Bot
	switch {
	case len(c.Scopes) == 0:
		return nil, "Invalid scope"
	case needsRedirect && !slices.Contains(a.redirects, c.Redirect):
		return nil, "Invalid OAuth2 redirect_uri: add it to the application's redirects"
	case q.Get("response_type") != "code" && needsRedirect:
		return nil, "Only response_type=code is simulated"
	case q.Get("code_challenge") != "" && q.Get("code_challenge_method") != "S256":
		return nil, "Only the code_challenge_method S256 is simulated"
	}
	c.Challenge = q.Get("code_challenge")
	n, _ := strconv.ParseUint(q.Get("permissions"), 10, 64)
	c.Permissions = Permissions(n)
	return c, ""
}

func (s *Server) showConsent(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, wrong := s.readConsent(r.URL.Query())
	if wrong != "" {
		showPage(w, http.StatusBadRequest, "refused.html", wrong)
		return
	}
	for _, u := range sorted(s.world.users) {
		if !u.bot {
			c.People = append(c.People, s.world.userShape(u.id))
		}
	}
	for _, g := range sorted(s.world.guilds) {
		c.Guilds = append(c.Guilds, GuildChoice{g.id, g.name})
	}
	showPage(w, http.StatusOK, "consent.html", c)
}

// takeConsent is what the page's buttons do.
func (s *Server) takeConsent(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, wrong := s.readConsent(r.URL.Query())
	if wrong != "" {
		showPage(w, http.StatusBadRequest, "refused.html", wrong)
		return
	}
	if r.FormValue("decision") != "allow" {
		s.sendBack(w, r, c, url.Values{"error": {"access_denied"}, "error_description": {"The resource owner or authorization server denied the request"}})
		return
	}
	user, _ := ParseID(r.FormValue("user"))
	if s.world.users[user] == nil {
		showPage(w, http.StatusBadRequest, "refused.html", "Choose who you are")
		return
	}
	answer := url.Values{}
	guild, wrong := s.installBot(c, user, r.FormValue("guild_id"))
	if wrong != "" {
		showPage(w, http.StatusForbidden, "refused.html", wrong)
		return
	}
	if guild != 0 {
		answer.Set("guild_id", guild.String())
		answer.Set("permissions", c.Permissions.String())
	}
	answer.Set("code", s.newCode(c, user, guild))
	s.sendBack(w, r, c, answer)
}

// installBot adds the bot when that was asked for; the person must be allowed to manage the guild.
func (s *Server) installBot(c *consent, user ID, chosen string) (ID, string) {
	if !c.Bot {
		return 0, ""
	}
	id, _ := ParseID(chosen)
	g := s.world.guilds[id]
	switch {
	case g == nil:
		return 0, "Choose a server"
	case !s.world.inGuild(g, user).Has(PermManageGuild):
		return 0, "You need the Manage Server permission to add a bot to this server"
	}
	if err := s.addBot(c.App.id, id, c.Permissions); err != nil {
		return 0, err.Error()
	}
	return id, ""
}

func (s *Server) newCode(c *consent, user, guild ID) string {
	text := randomText(24)
	s.codes[text] = &code{
		app: c.App, user: user, scopes: c.Scopes, redirect: c.Redirect, challenge: c.Challenge, guild: guild, expires: s.clock.now().Add(codeLife),
	}
	return text
}

func (s *Server) sendBack(w http.ResponseWriter, r *http.Request, c *consent, answer url.Values) {
	if c.Redirect == "" {
		showPage(w, http.StatusOK, "done.html", c.Name)
		return
	}
	target, err := url.Parse(c.Redirect)
	if err != nil {
		showPage(w, http.StatusBadRequest, "refused.html", "The redirect is no URL")
		return
	}
	q := target.Query()
	for key := range answer {
		q.Set(key, answer.Get(key))
	}
	if c.State != "" {
		q.Set("state", c.State)
	}
	target.RawQuery = q.Encode()
	http.Redirect(w, r, target.String(), http.StatusFound)
}

func (s *Server) showFront(w http.ResponseWriter, _ *http.Request) {
	showPage(w, http.StatusOK, "front.html", s.base)
}

func showPage(w http.ResponseWriter, status int, name string, data any) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; frame-ancestors 'none'; base-uri 'none'")
	w.WriteHeader(status)
	_ = pages.ExecuteTemplate(w, name, data)
}
