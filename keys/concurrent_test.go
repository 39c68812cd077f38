package keys_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"

	"ticketbot/keys"
)

func TestConcurrentUse(t *testing.T) {
	const people, rounds = 8, 40
	r := ringWith(t, guild)
	kept := converse(t, r, guild)

	var all sync.WaitGroup
	for user := range uint64(people) {
		all.Go(func() { sealAndForget(t, r, 100+user, rounds) })
	}
	all.Go(func() {
		for n := range uint64(rounds) {
			if err := r.AddGuild(t.Context(), 7000+n%10, uint32(n/10)); err != nil {
				t.Errorf("AddGuild: %v", err)
			}
		}
	})
	all.Go(func() {
		for range rounds * 20 {
			kept.wantForgotten(t, r)
		}
	})
	all.Wait()
	kept.wantForgotten(t, r)
}

// sealAndForget is a person who writes and is forgotten, again and again. From the moment Forget returns, nothing opens.
func sealAndForget(t *testing.T, r *keys.Ring, user uint64, rounds int) {
	for n := range rounds {
		path, _, err := r.Person(guild, epoch, user)
		if err != nil {
			t.Errorf("Person: %v", err)
			return
		}
		ref := keys.Ref{Guild: guild, Epoch: epoch, Field: keys.FieldMessage, Row: uint64(n), Person: path, Ticket: keys.TicketPath(77)}
		want := fmt.Sprint(user, n)
		sealed, err := r.Seal(ref, []byte(want))
		if err != nil {
			t.Errorf("Seal: %v", err)
			return
		}
		wantUnsealed(t, r, ref, sealed, want)
		if n%8 != 0 {
			continue
		}
		if err := r.Forget(t.Context(), []keys.Puncture{{Guild: guild, Epoch: epoch, Path: path}}); err != nil {
			t.Errorf("Forget: %v", err)
		}
		if _, err := r.Unseal(ref, sealed); !errors.Is(err, keys.ErrForgotten) {
			t.Errorf("Unseal after Forget: %v", err)
		}
	}
}
