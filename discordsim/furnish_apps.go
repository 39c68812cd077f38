package discordsim

import (
	"crypto/rand"
	"encoding/base64"
	"strings"
)

// Application is what the developer portal shows of a new one. The bot user has the same ID.
type Application struct {
	ID           ID     `json:"id"`
	Token        string `json:"token"`
	ClientSecret string `json:"client_secret"`
}

type application struct {
	id        ID
	name      string
	token     string
	secret    string
	redirects []string
	intents   Intents // privileged ones that are switched on
	owner     ID
	commands  []*command
}

// NewApplication registers an application with a bot. All privileged intents are on.
func (s *Server) NewApplication(name string, redirectURIs []string) Application {
	s.mu.Lock()
	defer s.mu.Unlock()
	id := s.world.newID()
	a := &application{
		id: id, name: name, token: botToken(id), secret: randomText(24),
		redirects: redirectURIs, intents: PrivilegedIntents,
	}
	s.world.apps[id], s.world.tokens[a.token] = a, a
	s.world.users[id] = &user{id: id, name: name, bot: true, avatar: imageHash(id), blocked: map[ID]bool{}}
	return Application{ID: id, Token: a.token, ClientSecret: a.secret}
}

// botToken is built like Discord's, of whose three parts the first is the id: some libraries read it. The second is never
// "sim" in a real one.
func botToken(id ID) string {
	return base64.RawStdEncoding.EncodeToString([]byte(id.String())) + ".sim." + randomText(24)
}

// madeHere says that a token is none of Discord's.
func madeHere(token string) bool {
	return strings.HasPrefix(token, "sim.") || strings.Contains(token, ".sim.")
}

// SetIntents says which privileged intents the application has switched on.
func (s *Server) SetIntents(app ID, on Intents) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.world.apps[app] == nil {
		return errUnknownApplication
	}
	s.world.apps[app].intents = on & PrivilegedIntents
	return nil
}

// SetRedirects says where the application's OAuth2 answers may go.
func (s *Server) SetRedirects(app ID, uris []string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.world.apps[app] == nil {
		return errUnknownApplication
	}
	s.world.apps[app].redirects = uris
	return nil
}

// AddBot adds the application's bot to a guild, with a role of its own that has the permissions.
func (s *Server) AddBot(app, guild ID, p Permissions) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.addBot(app, guild, p)
}

func (s *Server) addBot(app, guild ID, p Permissions) error {
	a, g := s.world.apps[app], s.world.guilds[guild]
	switch {
	case a == nil:
		return errUnknownApplication
	case g == nil:
		return errUnknownGuild
	case g.members[app] != nil:
		return nil
	}
	r := s.addRole(g, &role{name: a.name, permissions: p, bot: a.id})
	s.addMember(g, app, r.id)
	return nil
}

func randomText(bytes int) string {
	b := make([]byte, bytes)
	_, _ = rand.Read(b) // never fails
	return base64.RawURLEncoding.EncodeToString(b)
}
