package keys_test

import (
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"ticketbot/internal/fault"
	"ticketbot/keys"
)

// leaseTime is how long a process may use what it borrowed without hearing from the owner.
const leaseTime = 5 * time.Second

// slack is for a busy machine.
const slack = 2 * time.Second

func openReal(t testing.TB, dir string) *keys.Ring {
	t.Helper()
	r, err := keys.Open(dir, keys.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close() })
	return r
}

// socket is a place for one: its path is short, as the kernel wants it.
func socket(t testing.TB) keys.Address {
	t.Helper()
	dir, err := os.MkdirTemp("", "keys-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return address(t, "unix://"+filepath.Join(dir, "socket"))
}

func address(t testing.TB, text string) keys.Address {
	t.Helper()
	a, err := keys.ParseAddress(text, "SETTING")
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// lend serves r at a until stop is called or the test ends.
func lend(t testing.TB, r *keys.Ring, a keys.Address, c keys.Certificates) (stop func()) {
	t.Helper()
	l, err := keys.Listen(t.Context(), a, c)
	if err != nil {
		t.Fatal(err)
	}
	lender, err := r.Lend()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	served := make(chan struct{})
	go func() {
		defer close(served)
		if err := lender.Serve(ctx, l); err != nil {
			t.Errorf("Serve: %v", err)
		}
	}()
	stop = sync.OnceFunc(func() { cancel(); <-served })
	t.Cleanup(stop)
	return stop
}

func dial(t testing.TB, a keys.Address, c keys.Certificates) *keys.Ring {
	t.Helper()
	r, err := keys.Dial(t.Context(), a, c, keys.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close() })
	return r
}

// borrowed is an owner with a conversation in it, that lends, after the leases of a process before it are over.
func borrowed(t testing.TB) (owner *keys.Ring, a keys.Address, said conversation) {
	t.Helper()
	owner, a = openReal(t, t.TempDir()), socket(t)
	addGuilds(t, owner, guild)
	said = converse(t, owner, guild)
	lend(t, owner, a, keys.Certificates{})
	forget(t, owner, keys.Puncture{Guild: guild, Epoch: epoch, Path: keys.TicketPath(999)}) // waits for them
	return owner, a, said
}

func ticket(n uint32) keys.Puncture {
	return keys.Puncture{Guild: guild, Epoch: epoch, Path: keys.TicketPath(n)}
}

func TestBorrowedKeysAreTheOwners(t *testing.T) {
	t.Parallel()
	owner, a, said := borrowed(t)
	remote := dial(t, a, keys.Certificates{})
	said.wantForgotten(t, remote) // that is, nothing is
	back := converse(t, remote, guild)
	back.wantForgotten(t, owner)

	const other = guild + 1
	if err := remote.AddGuild(t.Context(), other, epoch); err != nil {
		t.Fatal(err)
	}
	converse(t, remote, other).wantForgotten(t, owner)
	for _, ask := range []func(*keys.Ring) (any, error){
		func(r *keys.Ring) (any, error) { _, tag, err := r.Person(guild, epoch, 7); return tag, err },
		func(r *keys.Ring) (any, error) { return r.IndexTag(guild, epoch, "x", []byte("y")) },
		func(r *keys.Ring) (any, error) { return r.ServerTag("x", []byte("y")) },
		func(r *keys.Ring) (any, error) { return string(r.Sign([]byte("receipt"))), nil },
		func(r *keys.Ring) (any, error) { return string(r.PublicKey()), nil },
		func(r *keys.Ring) (any, error) { return r.State(), nil },
		func(r *keys.Ring) (any, error) { return r.Mirrored(), nil },
		func(r *keys.Ring) (any, error) { e, err := r.Ledger(0); return e[len(e)-1], err },
		func(r *keys.Ring) (any, error) { return r.Has(guild, epoch), r.Holds(guild, epoch) },
	} {
		want, err1 := ask(owner)
		got, err2 := ask(remote)
		if errors.Join(err1, err2) != nil || want != got {
			t.Errorf("owner: %v, %v; borrower: %v, %v", want, err1, got, err2)
		}
	}
	sealed, err := remote.SealServer(keys.FieldSession, 1, []byte("session"))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := owner.UnsealServer(keys.FieldSession, 1, sealed); string(got) != "session" || err != nil {
		t.Errorf("UnsealServer = %q, %v", got, err)
	}

	forget(t, remote, ticket(1))
	for _, r := range []*keys.Ring{owner, remote} {
		said.wantForgotten(t, r, "ana in 1", "ben in 1", "ticket 1")
	}
	forget(t, remote, keys.Puncture{Guild: guild, Epoch: epoch, Whole: true})
	if err := remote.AddGuild(t.Context(), guild, epoch); !errors.Is(err, keys.ErrForgotten) {
		t.Errorf("AddGuild of a forgotten guild: %v", err)
	}
	if err := remote.Holds(guild+2, epoch); err != keys.ErrUnknownGuild {
		t.Errorf("Holds of a guild nobody added: %v", err)
	}
	if err := remote.Serve(t.Context(), nopListener{}); err == nil {
		t.Error("what is borrowed was lent on")
	}
}

type nopListener struct{ net.Listener }

func (nopListener) Close() error { return nil }

func TestForgettingReturnsWhenAllWhoBorrowedHaveDroppedIt(t *testing.T) {
	t.Parallel()
	owner, a, _ := borrowed(t)
	one, two := dial(t, a, keys.Certificates{}), dial(t, a, keys.Certificates{})
	for n := uint32(10); n < 40; n++ {
		ref := keys.Ref{Guild: guild, Epoch: epoch, Field: keys.FieldMessage, Row: uint64(n), Ticket: keys.TicketPath(n)}
		sealed := seal(t, owner, ref, "x")
		wantUnsealed(t, one, ref, sealed, "x")
		wantUnsealed(t, two, ref, sealed, "x")
		began := time.Now()
		forget(t, owner, ticket(n))
		if took := time.Since(began); took > slack {
			t.Errorf("forgetting took %s", took)
		}
		wantUnsealError(t, one, ref, sealed, keys.ErrForgotten)
		wantUnsealError(t, two, ref, sealed, keys.ErrForgotten)
	}
}

func TestWhoeverGaveItsKeysBackIsNotWaitedFor(t *testing.T) {
	t.Parallel()
	owner, a, said := borrowed(t)
	remote := dial(t, a, keys.Certificates{})
	said.wantForgotten(t, remote)
	remote.Close()
	began := time.Now()
	forget(t, owner, ticket(1))
	if took := time.Since(began); took > slack {
		t.Errorf("forgetting took %s", took)
	}
	if err := remote.Holds(guild, epoch); !errors.Is(err, keys.ErrClosed) {
		t.Errorf("after Close: %v", err)
	}
}

// A holder that is cut off refuses by itself, before the owner says that it is forgotten; what it missed it learns later.
func TestCutOffNothingIsOpenedOnceForgettingHasReturned(t *testing.T) {
	t.Parallel()
	owner, a, said := borrowed(t)
	cable := newCable(t, a)
	remote := dial(t, cable.address, keys.Certificates{})
	said.wantForgotten(t, remote)
	cable.cut()
	said.wantForgotten(t, remote) // within the lease

	began := time.Now()
	forget(t, owner, ticket(1))
	took := time.Since(began)
	t.Logf("forgetting with one cut off took %s", took)
	if took < leaseTime/2 || took > leaseTime+slack {
		t.Errorf("forgetting took %s, want about the lease of %s", took, leaseTime)
	}
	for name, ref := range said.refs {
		_, err := remote.Unseal(ref, said.sealed[name])
		if !errors.Is(err, keys.ErrUnavailable) || fault.KindOf(err) != fault.Unavailable {
			t.Errorf("%s: %v, want that keys are unavailable", name, err)
		}
		if _, err := remote.Seal(ref, nil); !errors.Is(err, keys.ErrUnavailable) {
			t.Errorf("seal %s: %v, want that keys are unavailable", name, err)
		}
	}
	cable.mend()
	awaitKeys(t, remote)
	said.wantForgotten(t, remote, "ana in 1", "ben in 1", "ticket 1")
}

func TestOwnerRestartsWithinTheLeaseAndNobodyNotices(t *testing.T) {
	t.Parallel()
	dir, a := t.TempDir(), socket(t)
	owner := openReal(t, dir)
	addGuilds(t, owner, guild)
	said := converse(t, owner, guild)
	stop := lend(t, owner, a, keys.Certificates{})
	remote := dial(t, a, keys.Certificates{})
	said.wantForgotten(t, remote)

	ctx, cancel := context.WithCancel(t.Context())
	var working sync.WaitGroup
	working.Go(func() {
		for ctx.Err() == nil {
			said.wantForgotten(t, remote)
		}
	})
	stop()
	owner.Close()
	owner = openReal(t, dir)
	lend(t, owner, a, keys.Certificates{})
	began := time.Now()
	forget(t, owner, ticket(77)) // waits for the leases that the process before gave
	if took := time.Since(began); took < leaseTime/2 || took > leaseTime+slack {
		t.Errorf("the first forgetting took %s, want about %s", took, leaseTime)
	}
	cancel()
	working.Wait()
	began = time.Now()
	forget(t, owner, ticket(1))
	if took := time.Since(began); took > slack {
		t.Errorf("the second forgetting took %s", took)
	}
	said.wantForgotten(t, remote, "ana in 1", "ben in 1", "ticket 1")
}

func TestOwnerAwayForLongIsUnavailableAndNotLoss(t *testing.T) {
	t.Parallel()
	dir, a := t.TempDir(), socket(t)
	owner := openReal(t, dir)
	addGuilds(t, owner, guild)
	said := converse(t, owner, guild)
	stop := lend(t, owner, a, keys.Certificates{})
	remote := dial(t, a, keys.Certificates{})
	said.wantForgotten(t, remote)
	stop()
	owner.Close()
	began := time.Now()
	for remote.Holds(guild, epoch) == nil {
		if time.Since(began) > leaseTime+slack {
			t.Fatal("keys are used without an owner")
		}
		time.Sleep(10 * time.Millisecond)
	}
	for _, g := range []uint64{guild, guild + 1} {
		if !remote.Has(g, epoch) {
			t.Error("what is unavailable is taken for gone")
		}
	}
	if err := remote.AddGuild(t.Context(), guild+1, epoch); !errors.Is(err, keys.ErrUnavailable) {
		t.Errorf("AddGuild: %v, want that keys are unavailable", err)
	}
	if err := remote.Forget(t.Context(), []keys.Puncture{ticket(1)}); !errors.Is(err, keys.ErrUnavailable) {
		t.Errorf("Forget: %v, want that keys are unavailable", err)
	}
	lend(t, openReal(t, dir), a, keys.Certificates{})
	awaitKeys(t, remote)
	said.wantForgotten(t, remote)
}
