package privacy

import (
	"context"
	"log/slog"

	"ticketbot/internal/clock"
	"ticketbot/ticket"
)

// Service forgets. Every verb of it may be cut short at any moment and asked for again: what it has done it finds done.
type Service struct {
	store    Store
	keys     Keys
	discord  Discord
	ended    func(ticket.Guild)
	returned func(context.Context, ticket.GuildID)
	drop     func(ticket.UserID)
	clock    clock.Clock
	log      *slog.Logger
	waiting  patience
	turn     turn // of erasures
}

// Options of New. Ended, Returned and Drop may be nil.
type Options struct {
	Store   Store
	Keys    Keys
	Discord Discord
	// Ended is told that a membership is over, so that this process ends what it does for the guild and what it remembers.
	Ended func(ticket.Guild)
	// Returned is told that a membership which had ended goes on: the end was a mistake.
	Returned func(context.Context, ticket.GuildID)
	// Drop forgets what this process remembers of somebody.
	Drop   func(ticket.UserID)
	Clock  clock.Clock
	Logger *slog.Logger
}

// New makes the service. It starts nothing.
func New(o Options) *Service {
	s := &Service{
		store: o.Store, keys: o.Keys, discord: o.Discord, ended: o.Ended, returned: o.Returned, drop: o.Drop,
		clock: o.Clock, log: o.Logger,
		waiting: patience{asked: map[ticket.Guild]wait{}},
	}
	if s.ended == nil {
		s.ended = func(ticket.Guild) {}
	}
	if s.returned == nil {
		s.returned = func(context.Context, ticket.GuildID) {}
	}
	if s.drop == nil {
		s.drop = func(ticket.UserID) {}
	}
	return s
}

// Store is what forgetting needs kept; each file declares its part.
type Store interface {
	memberships
	guildRows
	receipts
	erasures
	posts
	ticketRows
}

// Keys are what forgetting destroys, and what signs that it has.
type Keys interface {
	forgetter
	signer
	Has(guild uint64, epoch uint32) bool
}

// Discord is who knows where the bot is.
type Discord interface {
	whereabouts
	editor
}
