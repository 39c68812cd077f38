package store_test

import (
	"errors"
	"log/slog"
	"testing"
	"time"

	"ticketbot/internal/fault"
	"ticketbot/keys"
	"ticketbot/store"
	"ticketbot/store/storetest"
	"ticketbot/ticket"
)

var everything = []string{"ada, ticket 1", "bob, ticket 1", "ada, ticket 2", "ada, ticket 3", "ada, guild that is left"}

func TestRestore(t *testing.T) {
	t.Run("an older database forgets again what the keyring has forgotten", func(t *testing.T) {
		h := newHouse(t)
		h.wantReadable(t, everything...)
		old := h.copyDatabase(t)
		h.start(t)
		h.forgetAll(t)
		h.putBackDatabase(t, old)
		h.start(t)
		h.wantReadable(t, "ada, ticket 1", "ada, ticket 2")
		var state, evidence string
		must(t, h.s.Pool().QueryRow(t.Context(), "select state, evidence from guild_tenancy where guild_id = $1", leftGuild).Scan(&state, &evidence))
		equal(t, state+" "+evidence, "sealed ledger")
		equal(t, h.count(t, "river.river_job where kind = 'forget_guild' and state = 'available'"), 1)
		must(t, h.priv.ForgetGuild(t.Context(), ticket.Guild{ID: leftGuild, Epoch: 1}))
		equal(t, h.count(t, "message where guild_id <> 41771983423143937"), 0)
		equal(t, h.count(t, "ticket where number = 3"), 0)
		equal(t, h.count(t, "person where profile is not null and not erased"), 1)
	})

	t.Run("an older database passes over lost tickets, which are forgotten", func(t *testing.T) {
		h := newHouse(t)
		old := h.copyDatabase(t)
		h.start(t)
		w := h.world(t)
		w.ticket = w.openTicket(t, ada, 2000, 560)
		h.say(t, w, 9, ada, "lost")
		h.wantReadable(t, append([]string{"lost"}, everything...)...)
		newer := h.sealed(t)
		h.putBackDatabase(t, old)
		h.start(t)
		h.wantReadable(t, everything...)
		opened := 0
		for _, m := range newer {
			if _, err := h.Keys().Unseal(m.ref, m.content); err == nil {
				opened++
			} else if !errors.Is(err, keys.ErrForgotten) {
				t.Error(err)
			}
		}
		equal(t, opened, len(newer)-1)
		w = h.world(t)
		equal(t, w.openTicket(t, bob, 2001, 561).Number, 1004)
		h.start(t)
		equal(t, h.world(t).openTicket(t, bob, 2002, 562).Number, 1005) // and no start after it passes over anything
	})

	t.Run("an older keyring forgets again what the database knows to be forgotten", func(t *testing.T) {
		h := newHouse(t)
		before := h.sealed(t)
		old := h.copyKeyring(t)
		h.start(t)
		h.forgetAll(t)
		h.putBackKeyring(t, old)
		h.start(t)
		h.wantReadable(t, "ada, ticket 1", "ada, ticket 2")
		opened := 0
		for _, m := range before {
			if _, err := h.Keys().Unseal(m.ref, m.content); err == nil {
				opened++
			}
		}
		equal(t, opened, 2)
		equal(t, h.world(t).openTicket(t, bob, 2001, 561).Number, 4) // the database has lost nothing
	})

	t.Run("a guild that an older keyring does not know is left out, and never given new keys", func(t *testing.T) {
		h := newHouse(t)
		old := h.copyKeyring(t)
		h.start(t)
		h.say(t, h.move(t, lateGuild), 9, ada, "late guild")
		h.putBackKeyring(t, old)
		h.start(t)
		h.wantReadable(t, everything...)
		_, err := h.s.Tenant(t.Context(), lateGuild)
		wantFault(t, err, "store.no_keys")
		since := storetest.Start.Add(-time.Hour)
		_, err = h.priv.Joined(t.Context(), lateGuild, since, 0)
		wantFault(t, err, "store.no_keys")
		g, err := h.priv.Joined(t.Context(), lateGuild, since.Add(time.Minute), 0) // removed and invited again
		must(t, err)
		equal(t, g, ticket.Guild{ID: lateGuild, Epoch: 2})
		must(t, h.priv.ForgetGuild(t.Context(), ticket.Guild{ID: lateGuild, Epoch: 1}))
		equal(t, h.count(t, "message where epoch = 1 and guild_id = 41771983423143939"), 0)
		if h.Keys().Has(uint64(lateGuild), 1) {
			t.Error("the guild has new keys under the old number")
		}
	})

	t.Run("a guild that was left out is there again with the right keyring", func(t *testing.T) {
		h := newHouse(t)
		old := h.copyKeyring(t)
		h.start(t)
		h.say(t, h.move(t, lateGuild), 9, ada, "late guild")
		right := h.copyKeyring(t)
		h.putBackKeyring(t, old)
		h.start(t)
		_, err := h.priv.Joined(t.Context(), lateGuild, storetest.Start.Add(-time.Hour), 0)
		wantFault(t, err, "store.no_keys")
		h.putBackKeyring(t, right)
		h.start(t)
		h.wantReadable(t, append([]string{"late guild"}, everything...)...)
	})

	t.Run("another keyring is refused", func(t *testing.T) {
		h, other := newHouse(t), newHouse(t)
		h.putBackKeyring(t, other.copyKeyring(t))
		wantOpenFault(t, h.Home, "store.wrong_keyring")
	})

	t.Run("a keyring and a database that contradict each other are refused, and stay as they are", func(t *testing.T) {
		h := newHouse(t)
		database, keyring := h.copyDatabase(t), h.copyKeyring(t)
		h.start(t)
		h.forgetBob(t)
		otherDatabase, rightKeyring := h.copyDatabase(t), h.copyKeyring(t)
		h.putBackDatabase(t, database)
		h.putBackKeyring(t, keyring)
		h.start(t)
		h.forgetTicket(t, 3)
		h.putBackDatabase(t, otherDatabase)
		wantOpenFault(t, h.Home, "store.ledgers_differ")
		h.putBackKeyring(t, rightKeyring)
		h.start(t)
		h.wantReadable(t, "ada, ticket 1", "ada, ticket 2", "ada, ticket 3", "ada, guild that is left")
	})

	t.Run("with a lost database the bot starts, no membership's number is used again, and the database may be found", func(t *testing.T) {
		h := newHouse(t)
		old := h.copyDatabase(t)
		h.putBackDatabase(t, "template0")
		must(t, store.Migrate(t.Context(), h.URL, slog.New(slog.DiscardHandler)))
		h.start(t)
		h.wantReadable(t)
		equal(t, h.move(t, restoredGuild).g, ticket.Guild{ID: restoredGuild, Epoch: 2})
		h.putBackDatabase(t, old)
		h.start(t)
		h.wantReadable(t, everything...)
	})

	t.Run("both older: what was forgotten since is back, and nobody can notice", func(t *testing.T) {
		h := newHouse(t)
		database, keyring := h.copyDatabase(t), h.copyKeyring(t)
		h.start(t)
		h.forgetAll(t)
		h.putBackDatabase(t, database)
		h.putBackKeyring(t, keyring)
		h.start(t)
		h.wantReadable(t, everything...)
	})

	t.Run("an ordinary start, and one after a crash in the middle of a forgetting, pass over no numbers", func(t *testing.T) {
		h := newHouse(t)
		for range 3 {
			h.start(t)
		}
		// The keyring has forgotten, and the database was not told any more.
		must(t, h.s.Keyring().Forget(t.Context(), []keys.Puncture{{Guild: uint64(restoredGuild), Epoch: 1, Path: keys.TicketPath(3)}}))
		h.start(t)
		h.wantReadable(t, "ada, ticket 1", "bob, ticket 1", "ada, ticket 2", "ada, guild that is left")
		equal(t, h.world(t).openTicket(t, bob, 2001, 561).Number, 4)
	})
}

// world is the guild of h that stays.
func (h *house) world(t testing.TB) *world {
	t.Helper()
	w := &world{Store: h.s, g: ticket.Guild{ID: restoredGuild, Epoch: 1}, category: &ticket.Category{}}
	must(t, h.s.Pool().QueryRow(t.Context(), "select min(id) from category where guild_id = $1", restoredGuild).Scan(&w.category.ID))
	return w
}

func (h *house) count(t testing.TB, from string) (n int) {
	t.Helper()
	must(t, h.s.Pool().QueryRow(t.Context(), "select count(*) from "+from).Scan(&n))
	return n
}

func wantFault(t testing.TB, err error, key string) {
	t.Helper()
	if f := fault.From(err); f == nil || f.Key != key {
		t.Errorf("got %v, want %s", err, key)
	}
}
