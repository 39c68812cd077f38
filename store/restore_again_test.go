package store_test

import (
	"testing"
	"time"

	"ticketbot/keys"
	"ticketbot/privacy"
	"ticketbot/store/storetest"
	"ticketbot/ticket"
)

// TestRestoreOfASealedGuild: a copy from a moment in which Discord had said, by mistake, that the bot was removed.
func TestRestoreOfASealedGuild(t *testing.T) {
	for name, mistake := range map[string]privacy.Change{
		"not decided": {Seal: privacy.EvidenceEvent, Confirm: true},
		"decided":     {Seal: privacy.EvidenceEvent, Forget: true},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t)
			h.change(t, mistake)
			old := h.copyDatabase(t)
			h.start(t)
			h.change(t, privacy.Change{Unseal: true})
			h.forgetBob(t)
			h.forgetTicket(t, 3)
			h.putBackDatabase(t, old)
			h.start(t)
			_, err := h.s.Tenant(t.Context(), restoredGuild)
			wantFault(t, err, "store.guild_gone")
			h.change(t, privacy.Change{Unseal: true})
			h.wantReadable(t, "ada, ticket 1", "ada, ticket 2", "ada, guild that is left")
			equal(t, h.count(t, "ticket where number = 3"), 0)
			equal(t, h.world(t).openTicket(t, bob, 2001, 561).Number, 1004)
		})
	}
}

func (h *house) change(t testing.TB, c privacy.Change) {
	t.Helper()
	_, err := h.s.ChangeMembership(t.Context(), restoredGuild, func(privacy.Membership) privacy.Change { return c })
	must(t, err)
}

// TestRestoreCollectsNothingAgain: the wish to be forgotten is lost with the database, and Discord still shows what the
// person had said in an open ticket.
func TestRestoreCollectsNothingAgain(t *testing.T) {
	h := newHouse(t)
	old := h.copyDatabase(t)
	h.start(t)
	h.forgetBob(t)
	h.putBackDatabase(t, old)
	h.start(t)
	w := h.world(t)
	var err error
	w.ticket, err = w.TicketByChannel(t.Context(), w.g, 556)
	must(t, err)
	before, after := w.said(20, h.words.Plant("before"), bob, 10), w.said(21, h.words.Plant("after"), bob, 10)
	before.At = storetest.Start.Add(-time.Second)
	hers := w.said(22, h.words.Plant("somebody else's"), ada, 10)
	hers.At = before.At
	w.save(t, before, after, hers)
	h.wantReadable(t, "ada, ticket 1", "ada, ticket 2", "ada, ticket 3", "ada, guild that is left", "after", "somebody else's")
}

// TestPersonBefore: of somebody who was forgotten twice, the last time counts.
func TestPersonBefore(t *testing.T) {
	h := newHouse(t)
	g := ticket.Guild{ID: restoredGuild, Epoch: 1}
	for range 2 {
		path, _, err := h.Keys().Person(uint64(g.ID), g.Epoch, uint64(bob.ID))
		must(t, err)
		must(t, h.Keys().Forget(t.Context(), []keys.Puncture{{Guild: uint64(g.ID), Epoch: g.Epoch, Path: path}}))
		before, err := h.Keys().PersonBefore(uint64(g.ID), g.Epoch, uint64(bob.ID))
		must(t, err)
		equal(t, before, path)
	}
	never, err := h.Keys().PersonBefore(uint64(g.ID), g.Epoch, uint64(ada.ID))
	must(t, err)
	equal(t, never, keys.Path{})
}
