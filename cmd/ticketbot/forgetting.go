package main

import (
	"context"
	"time"

	"ticketbot/internal/clock"
	"ticketbot/privacy"
	"ticketbot/ticket"
)

// openPrivacy makes the service that forgets, and ties it to what this process remembers.
func (in *installation) openPrivacy() *privacy.Service {
	return privacy.New(privacy.Options{
		Store: in.vault.store, Keys: in.vault.store.Keyring(), Discord: in.discord, Clock: in.clock, Logger: in.log,
		Ended: in.ended, Returned: in.returned, Drop: in.discord.Directory().DropUser,
	})
}

// ended drops what this process keeps of a membership in memory, and breaks off what is under way for it.
func (in *installation) ended(g ticket.Guild) {
	in.tickets.EndGuild(g)
	in.discord.Directory().DropGuild(g.ID)
}

// returned listens again to a guild that had been taken for left. What was said meanwhile is in its history.
func (in *installation) returned(ctx context.Context, id ticket.GuildID) {
	if err := in.tickets.LoadRooms(ctx, id); err != nil {
		in.log.Warn("a server's tickets are not listened to until the next start", "guild", id, "error", err)
	}
	for _, room := range in.tickets.Rooms().All(id) {
		in.tickets.Rooms().MarkGap(room.Channel)
	}
}

const (
	lookEvery = 2 * time.Second
	lookBack  = time.Minute // transactions that sealed and were slow to commit, and clocks that differ
)

// watchDepartures drops from memory what another process has ended, and takes up again what it has opened again. Reads are
// denied by the database without it; this is for what is remembered.
func (in *installation) watchDepartures(ctx context.Context) error {
	gone := map[ticket.Guild]time.Time{}
	for {
		if err := clock.Sleep(ctx, in.clock, lookEvery); err != nil {
			return nil
		}
		ended, err := in.vault.store.Ended(ctx, in.clock.Now().Add(-lookBack))
		if err != nil {
			continue // whoever needs the database says so
		}
		now := in.clock.Now()
		for _, g := range ended {
			in.ended(g)
			gone[g] = now
		}
		for g, seen := range gone {
			in.lookAgain(ctx, gone, g, now.Sub(seen))
		}
	}
}

// lookAgain finds out why a membership is not among those that have ended lately any more: because it is long ago, or
// because it was a mistake.
func (in *installation) lookAgain(ctx context.Context, gone map[ticket.Guild]time.Time, g ticket.Guild, unseen time.Duration) {
	if unseen == 0 {
		return
	}
	if now, err := in.vault.store.Tenant(ctx, g.ID); err == nil && now == g {
		in.returned(ctx, g.ID)
		delete(gone, g)
	}
	if unseen > lookBack {
		delete(gone, g)
	}
}

func (in *installation) forgetting() forgetting {
	return forgetting{in.privacy, in.vault.ring.PublicKey, in.discord.Directory().DropUser}
}

// forgetting fits privacy to the edges, which want a receipt's name and nothing else.
type forgetting struct {
	*privacy.Service
	key  func() []byte
	drop func(ticket.UserID) // what is remembered of somebody
}

func (f forgetting) ForgetPerson(ctx context.Context, user ticket.UserID) (receipt string, err error) {
	asked, err := f.Service.ForgetPerson(ctx, user)
	f.drop(user)
	return asked.Receipt, err
}

func (f forgetting) PublicKey() []byte { return f.key() }
