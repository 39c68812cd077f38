package store

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"sync"
	"time"

	"ticketbot/internal/clock"
	"ticketbot/internal/fault"
	"ticketbot/keys"
	"ticketbot/store/db"
	"ticketbot/ticket"

	"github.com/jackc/pgx/v5"
)

// The states of a membership. What is sealed is denied to everybody, and waits to be forgotten.
const (
	tenancyActive = "active"
	tenancySealed = "sealed"
)

// Joined says that the bot is in a guild, since joinedAt, which tells one membership from the next: with another time,
// the bot was thrown out and invited again while we were away, so the old epoch is sealed and a new one begins.
func (s *Store) Joined(ctx context.Context, guild ticket.GuildID, joinedAt time.Time) (ticket.Guild, error) {
	joinedAt = joinedAt.UTC().Truncate(time.Microsecond)
	// After a restart every guild says so, and hardly any has changed.
	row, err := s.q.ActiveTenancy(ctx, s.pool, guild)
	if err == nil && row.JoinedAt.Equal(joinedAt) && s.keys.Has(uint64(guild), row.Epoch) {
		return ticket.Guild{ID: guild, Epoch: row.Epoch}, nil
	}
	var g ticket.Guild
	err = s.inTx(ctx, func(tx pgx.Tx) error {
		if err := s.q.LockGuild(ctx, tx, int64(guild)); err != nil {
			return err
		}
		last, err := s.q.LastTenancy(ctx, tx, guild)
		if errors.Is(err, pgx.ErrNoRows) {
			g = ticket.Guild{ID: guild, Epoch: 1}
			return s.beginEpoch(ctx, tx, g, joinedAt)
		}
		if err != nil {
			return err
		}
		g = ticket.Guild{ID: guild, Epoch: last.Epoch}
		if last.JoinedAt.Equal(joinedAt) && (last.State == tenancyActive || last.State == tenancySealed) {
			return s.stay(ctx, tx, g, last.State)
		}
		if last.State == tenancyActive {
			if err := s.setState(ctx, tx, g, tenancySealed); err != nil {
				return err
			}
		}
		g.Epoch++
		return s.beginEpoch(ctx, tx, g, joinedAt)
	})
	s.tenants.drop(guild)
	return g, explain("note that the bot is in a guild", err)
}

// stay is a membership that went on. One that had been sealed by mistake, and not forgotten yet, is opened again.
func (s *Store) stay(ctx context.Context, tx pgx.Tx, g ticket.Guild, state string) error {
	if !s.keys.Has(uint64(g.ID), g.Epoch) {
		return fmt.Errorf("guild %s, epoch %d: %w", g.ID, g.Epoch, keys.ErrUnknownGuild)
	}
	if state == tenancyActive {
		return nil
	}
	return s.setState(ctx, tx, g, tenancyActive)
}

// beginEpoch makes the keys first: rows without keys could never be read, keys without rows harm nobody.
func (s *Store) beginEpoch(ctx context.Context, tx pgx.Tx, g ticket.Guild, joinedAt time.Time) error {
	if err := s.keys.AddGuild(ctx, uint64(g.ID), g.Epoch); err != nil {
		return err
	}
	row := db.InsertTenancyParams{GuildID: g.ID, Epoch: g.Epoch, JoinedAt: joinedAt}
	if err := s.q.InsertTenancy(ctx, tx, row); err != nil {
		return err
	}
	first := firstHash(g)
	return s.q.InsertCounter(ctx, tx, db.InsertCounterParams{GuildID: g.ID, Epoch: g.Epoch, LastHash: first[:]})
}

// firstHash is what a guild's first event is chained to, so that no guild's chain passes for another's.
func firstHash(g ticket.Guild) [32]byte {
	b := []byte("ticketbot events v1")
	b = binary.BigEndian.AppendUint64(b, uint64(g.ID))
	b = binary.BigEndian.AppendUint32(b, g.Epoch)
	return sha256.Sum256(b)
}

func (s *Store) setState(ctx context.Context, tx pgx.Tx, g ticket.Guild, state string) error {
	return s.q.SetTenancyState(ctx, tx, db.SetTenancyStateParams{State: state, GuildID: g.ID, Epoch: g.Epoch})
}

// Left says that the bot is in a guild no more: from now on nothing of it is found.
func (s *Store) Left(ctx context.Context, guild ticket.GuildID) error {
	defer s.tenants.drop(guild)
	_, err := s.q.SealGuild(ctx, s.pool, guild)
	return explain("note that the bot left a guild", err)
}

// Tenant is the present membership in a guild; fault NotFound if the bot is not there.
func (s *Store) Tenant(ctx context.Context, id ticket.GuildID) (ticket.Guild, error) {
	if g, ok := s.tenants.get(id); ok {
		return g, nil
	}
	before := s.tenants.mark(id)
	row, err := s.q.ActiveTenancy(ctx, s.pool, id)
	if err != nil {
		return ticket.Guild{}, found("find a guild", "store.guild_gone", err)
	}
	g := ticket.Guild{ID: row.GuildID, Epoch: row.Epoch}
	s.tenants.put(g, before)
	return g, nil
}

// Guilds are all present memberships.
func (s *Store) Guilds(ctx context.Context) ([]ticket.Guild, error) {
	rows, err := s.q.ActiveTenancies(ctx, s.pool)
	if err != nil {
		return nil, explain("list guilds", err)
	}
	guilds := make([]ticket.Guild, len(rows))
	for i, row := range rows {
		guilds[i] = ticket.Guild{ID: row.GuildID, Epoch: row.Epoch}
	}
	return guilds, nil
}

// hold keeps g's membership as it is until tx ends.
func (s *Store) hold(ctx context.Context, tx pgx.Tx, g ticket.Guild) error {
	_, err := s.q.HoldTenancy(ctx, tx, db.HoldTenancyParams{GuildID: g.ID, Epoch: g.Epoch})
	if errors.Is(err, pgx.ErrNoRows) {
		return fault.New(fault.NotFound, "store.guild_gone")
	}
	return err
}

// tenantAge is how long another process may go on with a membership that has ended. It only saves a query: writes hold
// the row and reads ask for it.
const tenantAge = time.Minute

type tenantCache struct {
	clock clock.Clock
	mu    sync.Mutex
	known map[ticket.GuildID]tenantEntry
	drops map[ticket.GuildID]uint64 // how often it was dropped, so that a slow look-up does not put back what has ended
}

type tenantEntry struct {
	guild ticket.Guild
	until time.Time
}

func newTenantCache(clk clock.Clock) *tenantCache {
	return &tenantCache{clock: clk, known: map[ticket.GuildID]tenantEntry{}, drops: map[ticket.GuildID]uint64{}}
}

func (c *tenantCache) get(id ticket.GuildID) (ticket.Guild, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e, ok := c.known[id]
	return e.guild, ok && c.clock.Now().Before(e.until)
}

func (c *tenantCache) mark(id ticket.GuildID) uint64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.drops[id]
}

func (c *tenantCache) put(g ticket.Guild, mark uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.drops[g.ID] == mark {
		c.known[g.ID] = tenantEntry{g, c.clock.Now().Add(tenantAge)}
	}
}

func (c *tenantCache) drop(id ticket.GuildID) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.known, id)
	c.drops[id]++
}
