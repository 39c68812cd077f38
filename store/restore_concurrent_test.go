package store_test

import (
	"errors"
	"sync"
	"testing"

	"ticketbot/keys"
	"ticketbot/privacy"
)

// TestCrashAmongManyForgettings: many are at it when the process dies, the keyring has forgotten, and the database was told
// of none. That is no older copy.
func TestCrashAmongManyForgettings(t *testing.T) {
	h := newHouse(t)
	for try := range 5 {
		before := h.Keys().State().Generation
		var forgetting sync.WaitGroup
		for i := range 16 {
			forgetting.Go(func() {
				path := keys.TicketPath(uint32(100 + 16*try + i))
				if err := h.s.Keyring().Forget(t.Context(), []keys.Puncture{{Guild: uint64(restoredGuild), Epoch: 1, Path: path}}); err != nil {
					t.Error(err)
				}
			})
		}
		forgetting.Wait()
		t.Logf("%d changes", h.Keys().State().Generation-before)
		h.start(t)
	}
	equal(t, h.world(t).openTicket(t, bob, 2001, 561).Number, 4)
}

// TestOnlyChangesAreForeseen: a note that runs ahead of the keyring would make an older copy pass for the present.
func TestOnlyChangesAreForeseen(t *testing.T) {
	h := newHouse(t)
	noted := func() (generation uint64) {
		t.Helper()
		must(t, h.s.Pool().QueryRow(t.Context(), "select generation from keyring_turn").Scan(&generation))
		return generation
	}
	equal(t, noted(), h.Keys().State().Generation)
	before := noted()
	h.change(t, privacy.Change{})
	equal(t, noted(), before)
	h.forgetBob(t)
	equal(t, noted(), h.Keys().State().Generation)
	if noted() == before {
		t.Error("nothing has been noted")
	}
}

// TestNothingChangesUnforeseen: while the database is away the keyring stays as it is, so that it is not taken for newer.
func TestNothingChangesUnforeseen(t *testing.T) {
	h := newHouse(t)
	ring, err := keys.Open(h.copyKeyring(t), keys.Options{})
	must(t, err)
	defer ring.Close()
	before := ring.State()
	refused := errors.New("away")
	var told uint64
	ring.BeforeChange(func(generation uint64) error { told = generation; return refused })
	ticket3 := keys.Puncture{Guild: uint64(restoredGuild), Epoch: 1, Path: keys.TicketPath(3)}
	for name, change := range map[string]func() error{
		"forget": func() error { return ring.Forget(t.Context(), []keys.Puncture{ticket3}) },
		"add":    func() error { return ring.AddGuild(t.Context(), 77, 1) },
		"rotate": func() error { return ring.Rotate(t.Context()) },
	} {
		told = 0
		if err := change(); !errors.Is(err, refused) || told != before.Generation+1 {
			t.Errorf("%s: %v, told %d", name, err, told)
		}
		equal(t, ring.State(), before)
	}
	ring.BeforeChange(nil)
	must(t, ring.Forget(t.Context(), []keys.Puncture{ticket3}))
	equal(t, ring.State().Generation, before.Generation+1)
}
