package api

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"errors"
	"fmt"
	"html/template"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"ticketbot/internal/clock"
	"ticketbot/internal/ttlcache"
	"ticketbot/privacy"
	"ticketbot/ticket"
	"ticketbot/transcript"

	"github.com/danielgtaylor/huma/v2"
)

// Options of New. All of them are needed, but Extra.
type Options struct {
	PublicURL string // what people type: scheme and host
	CDN       string // base of Discord's pictures
	Secret    []byte // signs links to files; the same in all processes
	Site      fs.FS  // index.html, tickets.html, templates (see templateNames), assets/

	Sessions  Sessions
	Login     Login
	Directory Directory
	Tickets   Tickets
	Reader    Reader
	Files     Files
	Privacy   Privacy

	Clock  clock.Clock
	Logger *slog.Logger

	Extra map[string]http.Handler // by pattern, answered under any host name: /healthz, /readyz, /metrics
}

// Sessions keeps who is logged in. Hashes are SHA-256 of what only the browser has. What is not there, or is over, is a
// fault NotFound.
type Sessions interface {
	CreateSession(ctx context.Context, hash [32]byte, user ticket.UserID, expires time.Time) error
	Session(ctx context.Context, hash [32]byte) (ticket.UserID, error)
	DeleteSession(ctx context.Context, hash [32]byte) error
	SaveLogin(ctx context.Context, hash [32]byte, verifier, returnTo string, expires time.Time) error
	// TakeLogin finds a login under way and forgets it.
	TakeLogin(ctx context.Context, hash [32]byte) (verifier, returnTo string, err error)
}

// Login is Discord's OAuth2. Exchange keeps no token; a code that Discord refuses is a fault other than Unavailable.
type Login interface {
	AuthorizeURL(state, challenge string) string
	Exchange(ctx context.Context, code, verifier string) (Identity, error)
}

// Identity is what Discord says of somebody who logs in. It is for display only.
type Identity struct {
	User   ticket.User
	Guilds []Guild
}

// Guild is a server as pages show it.
type Guild struct {
	ID   ticket.GuildID
	Name string
	Icon string // Discord's hash; "" has none
}

// Directory is what Discord says now.
type Directory interface {
	// Actor asks Discord afresh.
	Actor(ctx context.Context, g ticket.Guild, user ticket.UserID) (ticket.Actor, error)
	User(ctx context.Context, id ticket.UserID) (ticket.User, error)
	Guild(ctx context.Context, id ticket.GuildID) (Guild, error)
	// Names knows as much as Discord tells.
	Names(ctx context.Context, id ticket.GuildID) Names
}

// Names is what a server calls things, and the colour it gives to people.
type Names interface {
	transcript.Names
	Color(ticket.User) int // 0xRRGGBB; 0 is no colour
}

// Tickets reads what is stored.
type Tickets interface {
	TicketByPublicID(ctx context.Context, public string) (*ticket.Ticket, error)
	// TicketsOf lists what a user opened, newest first: in these guilds, or in every guild for nil.
	TicketsOf(ctx context.Context, user ticket.UserID, guilds []ticket.GuildID) ([]*ticket.Ticket, error)
	Category(ctx context.Context, g ticket.Guild, id ticket.CategoryID) (*ticket.Category, error)
	File(ctx context.Context, g ticket.Guild, id ticket.AttachmentID) (*ticket.File, error)
}

// Reader decides who may read a conversation: ticket.Service.
type Reader interface {
	Read(ctx context.Context, by ticket.Actor, t *ticket.Ticket) (*ticket.Conversation, error)
}

// Files opens our own copies of attachments.
type Files interface {
	OpenFile(ctx context.Context, f *ticket.File) (io.ReadCloser, error)
}

// Privacy forgets people, and has receipts of what was forgotten.
type Privacy interface {
	// ForgetPerson begins to forget somebody and returns at once; asked again before anything was done, it is the same
	// receipt.
	ForgetPerson(ctx context.Context, user ticket.UserID) (receipt string, err error)
	// UnderWay are a user's own wishes to be forgotten that are not fulfilled yet, newest first.
	UnderWay(ctx context.Context, user ticket.UserID) ([]privacy.UnderWay, error)
	// Receipts are those owed to a user, newest first; Receipt is one of them, else fault NotFound.
	Receipts(ctx context.Context, user ticket.UserID) ([]privacy.Receipt, error)
	Receipt(ctx context.Context, user ticket.UserID, id string) (privacy.Receipt, error)
	// PublicKey is what receipts are checked with.
	PublicKey() []byte
}

// Server answers browsers.
type Server struct {
	Options
	origin     string // scheme://host, lower case
	host       string
	secure     bool // https
	linkKey    []byte
	templates  *template.Template
	identities *ttlcache.Cache[[32]byte, Identity] // by session
	logins     *limiter
	mux        *http.ServeMux
	operations huma.API
}

// maxIdentities bounds what is remembered of people who have just logged in.
const maxIdentities = 10_000

var templateNames = []string{"problem.html", "privacy.html", "receipt.html", "under-way.html"}

// New makes a server; it listens to nothing yet.
func New(o Options) (*Server, error) {
	public, err := url.Parse(o.PublicURL)
	if err != nil || public.Host == "" {
		return nil, fmt.Errorf("public URL %q is not one", o.PublicURL)
	}
	templates, err := template.ParseFS(o.Site, templateNames...)
	if err != nil {
		return nil, fmt.Errorf("read the site's templates: %w", err)
	}
	s := &Server{
		Options:   o,
		host:      strings.ToLower(public.Host),
		origin:    strings.ToLower(public.Scheme + "://" + public.Host),
		secure:    public.Scheme == "https",
		linkKey:   deriveKey(o.Secret, "ticketbot file links v1"),
		templates: templates,
		identities: ttlcache.New[[32]byte, Identity](privacy.CacheLogin, maxIdentities, o.Clock,
			func([32]byte) uint64 { return 0 }),
		logins: newLimiter(o.Clock, loginBurst, loginEvery),
		mux:    http.NewServeMux(),
	}
	s.mountRoutes()
	return s, nil
}

// deriveKey makes a key for one purpose, so that nothing signed for it passes for something else.
func deriveKey(secret []byte, purpose string) []byte {
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte(purpose))
	return mac.Sum(nil)
}

// Handler answers everything.
func (s *Server) Handler() http.Handler {
	all := http.NewServeMux()
	for pattern, h := range s.Extra {
		all.Handle(pattern, h)
	}
	all.Handle("/", s.guarded(s.mux))
	return all
}

// Serve answers on l until ctx ends, then lets what is under way finish.
func (s *Server) Serve(ctx context.Context, l net.Listener) error {
	srv := &http.Server{
		Handler:           s.Handler(),
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       15 * time.Second,
		WriteTimeout:      10 * time.Minute, // the largest attachment over a slow line
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    16 << 10,
		ErrorLog:          slog.NewLogLogger(s.Logger.Handler(), slog.LevelWarn),
	}
	ended := make(chan error, 1)
	go func() { ended <- srv.Serve(l) }()
	select {
	case err := <-ended:
		return fmt.Errorf("serve the website: %w", err)
	case <-ctx.Done():
	}
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	if err := srv.Shutdown(grace); err != nil && !errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("stop the website: %w", err)
	}
	return srv.Close()
}
