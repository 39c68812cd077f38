package ticket

import (
	"context"
	"errors"
	"log/slog"

	"ticketbot/internal/clock"
	"ticketbot/internal/fault"
)

// Service carries out the verbs. Every verb takes the same shape: who, whether, then one transaction with the fact, its
// event and its effects, then the effects.
type Service struct {
	store    Store
	discord  Discord
	files    Files
	rooms    *Rooms
	recorder *Recorder
	settle   func(context.Context, ChannelID) error
	self     UserID // the bot's own account; 0: not known
	fence    fence
	clock    clock.Clock
	log      *slog.Logger
}

// New makes the service. It starts nothing.
func New(store Store, discord Discord, files Files, clk clock.Clock, log *slog.Logger) *Service {
	rooms := NewRooms()
	return &Service{
		store: store, discord: discord, files: files, rooms: rooms,
		recorder: NewRecorder(store, clk), clock: clk, log: log,
		settle: func(context.Context, ChannelID) error { return nil },
	}
}

// Settle is how a close waits until all that was heard of a channel before is recorded: requests to close overtake
// messages. To be set before anything runs.
func (s *Service) Settle(wait func(ctx context.Context, channel ChannelID) error) { s.settle = wait }

// Rooms are the channels whose messages are kept.
func (s *Service) Rooms() *Rooms { return s.rooms }

// Store is what tickets need kept. Every read belongs to one guild's present epoch, and finds nothing once that has ended.
type Store interface {
	// InTx runs fn in one transaction: all of it is kept, or nothing. It may run fn again after a serialization failure.
	InTx(ctx context.Context, g Guild, fn func(Tx) error) error

	// Tenant is the present membership in a guild; fault NotFound if the bot is not there.
	Tenant(ctx context.Context, id GuildID) (Guild, error)
	// PersonID finds a user met before; 0 if never met.
	PersonID(ctx context.Context, g Guild, user UserID) (PersonID, error)
	People(ctx context.Context, g Guild, ids []PersonID) (map[PersonID]Person, error)

	Ticket(ctx context.Context, g Guild, id ID) (*Ticket, error)
	TicketByChannel(ctx context.Context, g Guild, channel ChannelID) (*Ticket, error)
	TicketByPublicID(ctx context.Context, public string) (*Ticket, error)
	TicketsOpenedBy(ctx context.Context, g Guild, person PersonID) ([]*Ticket, error)
	Participants(ctx context.Context, g Guild, id ID) ([]PersonID, error)
	Category(ctx context.Context, g Guild, id CategoryID) (*Category, error)
	Categories(ctx context.Context, g Guild) ([]*Category, error)
	Panel(ctx context.Context, g Guild, id PanelID) (*Panel, error)
	Messages(ctx context.Context, g Guild, id ID) ([]Message, error) // oldest first, with their revisions
	CountMessages(ctx context.Context, g Guild, id ID) (int, error)
	Files(ctx context.Context, g Guild, id ID) (map[AttachmentID]File, error)
	// AliveRooms is every ticket's channel that is not known to be gone, and the threads in it; of all guilds (0) or of one.
	AliveRooms(ctx context.Context, guild GuildID) ([]Room, error)
	// AddThread notes that a thread is inside a ticket's channel; again, it changes nothing.
	AddThread(ctx context.Context, thread Room) error
	RemoveThread(ctx context.Context, thread Room) error
	// LastMessage is the newest message archived from a channel among those with a smaller id; 0 if none.
	LastMessage(ctx context.Context, g Guild, channel ChannelID, before MessageID) (MessageID, error)

	// SaveSightings keeps a batch, of any guilds and tickets, in any order, any number of times. One guild's
	// refusal (its key or its tenancy is gone) never costs another guild's message.
	SaveSightings(ctx context.Context, batch []Sighting) error

	// DeletePost notes that a message noted by [Tx.AddPost] is gone.
	DeletePost(ctx context.Context, g Guild, at Posted) error

	// ClaimEffect takes an effect for this process to carry out, for a bounded time; ok is false when it is done or
	// somebody else has it.
	ClaimEffect(ctx context.Context, g Guild, id EffectID) (e *Effect, ok bool, err error)
	// ReleaseEffect gives it back for a later try, with the error's kind only.
	ReleaseEffect(ctx context.Context, e *Effect, cause error) error
	// DueEffects are those that nobody carries out although they should be.
	DueEffects(ctx context.Context, limit int) ([]Effect, error)

	// WaitingFiles are a ticket's attachments that are neither copied nor given up.
	WaitingFiles(ctx context.Context, g Guild, id ID) ([]File, error)
	File(ctx context.Context, g Guild, id AttachmentID) (*File, error)
	SaveFile(ctx context.Context, f *File) error
}

// Tx is one transaction of a guild. Locks are taken in the order guild, person, ticket.
type Tx interface {
	// Meet finds or makes the person for a user and keeps the newest profile.
	Meet(ctx context.Context, u User) (PersonID, error)
	// LockPerson makes other transactions about this person wait, so that limits count right.
	LockPerson(ctx context.Context, id PersonID) error
	// CountAlive counts a person's tickets in a category that are not over.
	CountAlive(ctx context.Context, p PersonID, c CategoryID) (int, error)
	// TicketByRequest finds the ticket that the same interaction opened before; nil if none.
	TicketByRequest(ctx context.Context, request uint64) (*Ticket, error)
	// InsertTicket numbers the ticket (under the guild's row lock), gives it ID and PublicID, and keeps it.
	InsertTicket(ctx context.Context, t *Ticket, request uint64) error
	// LockTicket reads a ticket and makes other transactions about it wait.
	LockTicket(ctx context.Context, id ID) (*Ticket, error)
	SaveTicket(ctx context.Context, t *Ticket) error
	// SetParticipant adds somebody to a ticket, or takes them out; false when it was so already.
	SetParticipant(ctx context.Context, id ID, p PersonID, in bool) (changed bool, err error)
	InsertCategory(ctx context.Context, c *Category) error
	InsertPanel(ctx context.Context, p *Panel) error
	SavePanel(ctx context.Context, p *Panel) error
	// Append keeps the event of the verb at hand.
	Append(ctx context.Context, e Event) error
	// AddPost notes a message of ours outside ticket channels, because it names people.
	AddPost(ctx context.Context, id ID, at Posted, kind PostKind) error
	// AddEffect keeps an effect and a job that carries it out if this process does not.
	AddEffect(ctx context.Context, e *Effect) error
	// FinishEffect marks an effect done, in the transaction of what it led to.
	FinishEffect(ctx context.Context, e *Effect) error
}

// Discord is what tickets do to Discord. Each call but History is at most one request, two where it says so. Failures
// that mean something are the errors below or faults with a sentence; anything else is worth another try.
type Discord interface {
	// CreateChannel makes a ticket's channel with all its overwrites in the one request.
	CreateChannel(ctx context.Context, spec ChannelSpec) (NewChannel, error)
	// FindChannel looks for a channel that an earlier try made, by the ticket's marker; 0 if there is none.
	FindChannel(ctx context.Context, t *Ticket) (ChannelID, error)
	DeleteChannel(ctx context.Context, channel ChannelID, reason string) error
	Grant(ctx context.Context, channel ChannelID, user UserID) error
	Revoke(ctx context.Context, channel ChannelID, user UserID) error

	// PostWelcome greets in a new channel. again asks for a look at the channel first.
	PostWelcome(ctx context.Context, w Welcome, effect EffectID, again bool) (MessageID, error)
	EditWelcome(ctx context.Context, w Welcome) error
	// PostLog and TellOpener say where the notice stands, also when an earlier try put it there.
	PostLog(ctx context.Context, n Notice, effect EffectID, again bool) (Posted, error)
	// TellOpener is two requests: the DM channel, then the message.
	TellOpener(ctx context.Context, to UserID, n Notice, effect EffectID, again bool) (Posted, error)
	PostPanel(ctx context.Context, p *Panel, categories []*Category, again bool) (MessageID, error)

	// RewriteLog and RewriteTold make a notice say what is true now, DeleteMessage takes it down. One that is gone is no error.
	RewriteLog(ctx context.Context, channel ChannelID, message MessageID, n Notice) error
	RewriteTold(ctx context.Context, channel ChannelID, message MessageID, n Notice) error
	DeleteMessage(ctx context.Context, channel ChannelID, message MessageID) error

	// History reads a channel's messages after one, oldest first, page by page.
	History(ctx context.Context, channel ChannelID, after MessageID, page func([]Sighting) error) error
}

// Files copies attachments. Copy streams from Discord into the sealed store and is bounded in size and time.
type Files interface {
	Copy(ctx context.Context, f *File) error
}

// What Discord may answer that a ticket has to know.
var (
	ErrChannelGone = errors.New("the channel does not exist any more")
	ErrMemberGone  = errors.New("the member has left the server")
	ErrDMClosed    = errors.New("the person does not take direct messages")
)

// ChannelSpec is a ticket's channel before it exists: who sees it follows from the category and the opener.
type ChannelSpec struct {
	Ticket   *Ticket
	Category *Category
	Opener   UserID
	Members  []UserID // besides the opener
}

// NewChannel is what Discord made of a spec. Missing names the permissions the bot lacks in it, worked out from the
// overwrites in Discord's answer.
type NewChannel struct {
	ID      ChannelID
	Missing []string
}

// Welcome is the first message of a ticket, as often as it changes. Somebody whom the ticket names, and whose id is 0
// here, has been forgotten.
type Welcome struct {
	Ticket   *Ticket
	Category *Category
	Opener   UserID
	Claimer  UserID
}

// Notice tells the log channel or the opener that a ticket was closed. Somebody whom the ticket names, and whose id is 0
// here, has been forgotten.
type Notice struct {
	Ticket   *Ticket
	Category *Category
	Opener   UserID
	Claimer  UserID
	Closer   UserID
	Messages int
}

// who completes an actor with the person they are in the guild.
func (s *Service) who(ctx context.Context, g Guild, a *Actor) error {
	id, err := s.store.PersonID(ctx, g, a.User.ID)
	a.Person = id
	return err
}

// here is the living ticket of a channel, and its category.
func (s *Service) here(ctx context.Context, g Guild, channel ChannelID) (*Ticket, *Category, error) {
	t, err := s.store.TicketByChannel(ctx, g, channel)
	if fault.KindOf(err) == fault.NotFound {
		return nil, nil, fault.New(fault.NotFound, "ticket.not_here")
	}
	if err != nil {
		return nil, nil, err
	}
	c, err := s.store.Category(ctx, g, t.Category)
	return t, c, err
}
