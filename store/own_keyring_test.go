package store_test

import (
	"context"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"ticketbot/internal/clock"
	"ticketbot/internal/fault"
	"ticketbot/store"
	"ticketbot/store/storetest"
)

func own(t *testing.T, url string, clk clock.Clock) (*store.Ownership, error) {
	t.Helper()
	o, err := store.OwnKeyring(t.Context(), url, clk, slog.New(slog.DiscardHandler))
	if err == nil {
		t.Cleanup(func() { o.Close(context.WithoutCancel(t.Context())) })
	}
	return o, err
}

func TestOneProcessOwnsTheKeyringOfADatabase(t *testing.T) {
	url := storetest.NewURL(t)
	first, err := own(t, url, clock.System{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := own(t, storetest.NewURL(t), clock.System{}); err != nil {
		t.Errorf("another database: %v", err)
	}
	if _, err := own(t, url, clock.System{}); fault.KindOf(err) != fault.Config {
		t.Errorf("a second owner: %v, want a refusal", err)
	}
	first.Close(t.Context())
	if _, err := own(t, url, clock.System{}); err != nil {
		t.Errorf("after the first has given it back: %v", err)
	}
}

// A process that is restarted may come before the server has noticed the end of the one before.
func TestOwnershipIsWaitedForAWhile(t *testing.T) {
	url := storetest.NewURL(t)
	first, err := own(t, url, clock.System{})
	if err != nil {
		t.Fatal(err)
	}
	clk := clock.NewManual(storetest.Start)
	second := make(chan error, 1)
	go func() {
		_, err := own(t, url, clk)
		second <- err
	}()
	if err := clk.AwaitSleepers(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	first.Close(t.Context())
	for {
		clk.Advance(time.Millisecond * 200) // until the server has noticed
		select {
		case err := <-second:
			if err != nil {
				t.Error(err)
			}
			return
		case <-time.After(10 * time.Millisecond):
		}
	}
}

func TestOwnershipOutlivesItsConnectionUnlessAnotherTookIt(t *testing.T) {
	url := storetest.NewURL(t)
	clk := clock.NewManual(storetest.Start)
	first, err := own(t, url, clk)
	if err != nil {
		t.Fatal(err)
	}
	watched := make(chan error, 1)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	go func() { watched <- first.Watch(ctx) }()
	check := func() {
		t.Helper()
		if err := clk.AwaitSleepers(t.Context(), 1); err != nil {
			t.Fatal(err)
		}
		clk.Advance(5 * time.Second)
	}

	breakConnection(t, url)
	check()
	if err := clk.AwaitSleepers(t.Context(), 1); err != nil { // the next check is waited for, so this one went well
		t.Fatal(err)
	}
	if _, err := own(t, url, clock.System{}); fault.KindOf(err) != fault.Config {
		t.Errorf("the connection broke, and it is not the owner any more: %v", err)
	}

	breakConnection(t, url)
	if _, err := own(t, url, clock.System{}); err != nil {
		t.Fatal(err)
	}
	check()
	if err := <-watched; fault.KindOf(err) != fault.Config {
		t.Errorf("another became the owner, and Watch says %v", err)
	}
}

// A connection that is broken on our side only holds the lock until the server gives it up, which may take hours.
func TestOwnConnectionThatTheServerKeepsIsNoOtherOwner(t *testing.T) {
	url := storetest.NewURL(t)
	clk := clock.NewManual(storetest.Start)
	first, err := own(t, url, clk)
	if err != nil {
		t.Fatal(err)
	}
	name := ownersName(t, url)
	breakConnection(t, url)
	cfg, err := pgx.ParseConfig(url)
	if err != nil {
		t.Fatal(err)
	}
	cfg.RuntimeParams["application_name"] = name
	ghost, err := pgx.ConnectConfig(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	defer ghost.Close(context.WithoutCancel(t.Context()))
	if _, err := ghost.Exec(t.Context(), `select pg_advisory_lock($1)`, int64(0x6b657972696e67)); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	watched := make(chan error, 1)
	go func() { watched <- first.Watch(ctx) }()
	if err := clk.AwaitSleepers(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	clk.Advance(5 * time.Second)
	for ghost.Ping(t.Context()) == nil {
		time.Sleep(10 * time.Millisecond)
	}
	cancel()
	if err := <-watched; err != nil {
		t.Errorf("Watch = %v", err)
	}
}

func ownersName(t *testing.T, url string) (name string) {
	t.Helper()
	ask(t, url, `select application_name from pg_stat_activity where datname = current_database() and application_name like 'ticketbot keyring%'`, &name)
	if !strings.HasPrefix(name, "ticketbot keyring ") {
		t.Fatalf("the owner's connection is called %q", name)
	}
	return name
}

// breakConnection ends the owner's connection from the server's side, and waits until it is gone.
func breakConnection(t *testing.T, url string) {
	t.Helper()
	var ended bool
	ask(t, url, `select bool_and(pg_terminate_backend(pid, 5000)) from pg_stat_activity
		where datname = current_database() and application_name like 'ticketbot keyring%'`, &ended)
	if !ended {
		t.Fatal("there was no connection to break")
	}
}

func ask(t *testing.T, url, sql string, into any) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	if err := conn.QueryRow(t.Context(), sql).Scan(into); err != nil {
		t.Fatal(err)
	}
}
