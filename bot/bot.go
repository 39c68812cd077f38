package bot

import (
	"context"
	"log/slog"
	"time"

	"ticketbot/internal/clock"
	"ticketbot/ticket"

	"github.com/disgoorg/disgo/discord"
)

// Options are what a bot is made of. Directory and Logger may be nil.
type Options struct {
	Tickets   *ticket.Service
	Tenants   Tenants
	Erasures  Erasures
	Replier   Replier
	Doctor    Doctor
	Directory Directory
	Website   string // base of links; empty: replies have none
	Clock     clock.Clock
	Logger    *slog.Logger
}

// Tenants are the guilds that the bot is in. Each method but the last is evidence of where it is; what follows from it is
// not decided here.
type Tenants interface {
	// Joined says that the bot is a member since a time; another time than before is another membership. Fault NotFound
	// if that is old news.
	Joined(ctx context.Context, id ticket.GuildID, at time.Time, owner ticket.UserID) (ticket.Guild, error)
	// Left says that Discord reported the end of the membership, Unclear that it reported what may be one.
	Left(ctx context.Context, id ticket.GuildID) error
	Unclear(ctx context.Context, id ticket.GuildID) error
	// Ready is given what a new session lists, and which guilds are that session's.
	Ready(ctx context.Context, listed []ticket.GuildID, mine func(ticket.GuildID) bool) error
	// Tenant is the present membership; fault NotFound if there is none.
	Tenant(ctx context.Context, id ticket.GuildID) (ticket.Guild, error)
}

// Erasures forget people.
type Erasures interface {
	// ForgetPerson begins to forget somebody, everywhere, and returns at once: that it will be done is certain, and the
	// receipt is where its end can be seen. Asked again while it is under way, it is the same one.
	ForgetPerson(ctx context.Context, user ticket.UserID) (receipt string, err error)
}

// Replier answers interactions. When Discord does not wait for an answer any more, the error is a fault of kind NotFound
// (too late) or Conflict (answered already).
type Replier interface {
	// Answer is the first answer, which Discord takes for 3 seconds and once.
	Answer(ctx context.Context, interaction uint64, token string, r discord.InteractionResponse) error
	// EditAnswer replaces a deferral, for 15 minutes.
	EditAnswer(ctx context.Context, app uint64, token string, m discord.MessageUpdate) error
}

// Doctor finds out what the bot is not allowed to do.
type Doctor interface {
	// Missing names, as Discord's settings do, the permissions that the bot needs in a channel and does not have; for
	// channel 0, in the guild as a whole.
	Missing(ctx context.Context, guild ticket.GuildID, channel ticket.ChannelID) ([]string, error)
}

// Directory remembers what events tell about guilds, channels, roles and members.
type Directory interface {
	// Saw is given each such event, as Discord sent it.
	Saw(kind string, data []byte)
}

// Bot handles events. It is what the gateway calls its handler.
type Bot struct {
	Options
	routes   map[where]route
	events   map[string]listener
	arrivals *arrivals
}

// New makes a bot; it does nothing before it is given an event.
func New(o Options) *Bot {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Directory == nil {
		o.Directory = nobody{}
	}
	b := &Bot{Options: o, routes: map[where]route{}, events: events(), arrivals: newArrivals(o.Clock)}
	for _, r := range routes() {
		b.routes[where{r.kind, r.name}] = r
	}
	return b
}

type nobody struct{}

func (nobody) Saw(string, []byte) {}

// Wants says whether an event means anything here. It is asked for every event of every guild, and looks up a map.
func (b *Bot) Wants(kind string, _, channel uint64) bool {
	l, known := b.events[kind]
	if !known || !l.inRooms {
		return known
	}
	_, kept := b.Tickets.Rooms().Room(ticket.ChannelID(channel))
	return kept
}

// Handle does what an event means and returns once that is committed. A verb's refusal is the answer to whoever pressed
// the button, and no error here.
func (b *Bot) Handle(ctx context.Context, kind string, data []byte) error {
	l, known := b.events[kind]
	if !known {
		return nil
	}
	if l.inDirectory {
		b.Directory.Saw(kind, data)
	}
	if l.do == nil {
		return nil
	}
	return l.do(b, ctx, data)
}
