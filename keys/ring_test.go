package keys_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"ticketbot/internal/clock"
	"ticketbot/internal/fault"
	"ticketbot/keys"
)

const (
	guild = uint64(81384788765712384)
	epoch = uint32(1)
)

var noon = time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC)

// open opens the keyring in dir until the test ends.
func open(t testing.TB, dir string) *keys.Ring {
	t.Helper()
	r, err := keys.Open(dir, keys.Options{Clock: clock.NewManual(noon)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close() })
	return r
}

// ringWith is a new keyring with guilds in it.
func ringWith(t testing.TB, guilds ...uint64) *keys.Ring {
	t.Helper()
	r := open(t, t.TempDir())
	addGuilds(t, r, guilds...)
	return r
}

func addGuilds(t testing.TB, r *keys.Ring, guilds ...uint64) {
	t.Helper()
	for _, g := range guilds {
		if err := r.AddGuild(t.Context(), g, epoch); err != nil {
			t.Fatal(err)
		}
	}
}

func person(t testing.TB, r *keys.Ring, guild, user uint64) keys.Path {
	t.Helper()
	path, _, err := r.Person(guild, epoch, user)
	if err != nil {
		t.Fatal(err)
	}
	return path
}

func seal(t testing.TB, r *keys.Ring, ref keys.Ref, plain string) []byte {
	t.Helper()
	sealed, err := r.Seal(ref, []byte(plain))
	if err != nil {
		t.Fatal(err)
	}
	return sealed
}

func wantUnsealed(t testing.TB, r *keys.Ring, ref keys.Ref, sealed []byte, want string) {
	t.Helper()
	got, err := r.Unseal(ref, sealed)
	if err != nil || string(got) != want {
		t.Errorf("Unseal(%+v) = %q, %v; want %q", ref, got, err, want)
	}
}

func wantUnsealError(t testing.TB, r *keys.Ring, ref keys.Ref, sealed []byte, want error) {
	t.Helper()
	if got, err := r.Unseal(ref, sealed); !errors.Is(err, want) {
		t.Errorf("Unseal(%+v) = %q, %v; want error %v", ref, got, err, want)
	}
}

func TestRing(t *testing.T) {
	t.Run("what is sealed is there after a restart", func(t *testing.T) {
		dir := t.TempDir()
		r := open(t, dir)
		addGuilds(t, r, guild)
		ref := keys.Ref{Guild: guild, Epoch: epoch, Field: keys.FieldMessage, Row: 7, Person: person(t, r, guild, 42), Ticket: keys.TicketPath(1)}
		sealed := seal(t, r, ref, "hello")
		session, err := r.SealServer(keys.FieldSession, 3, []byte("token"))
		if err != nil {
			t.Fatal(err)
		}
		r.Close()
		r = open(t, dir)
		wantUnsealed(t, r, ref, sealed, "hello")
		if got, err := r.UnsealServer(keys.FieldSession, 3, session); err != nil || string(got) != "token" {
			t.Errorf("UnsealServer = %q, %v", got, err)
		}
		if got := person(t, r, guild, 42); got != ref.Person {
			t.Error("the same person has another path after a restart")
		}
	})
	t.Run("a guild that was never added has no keys", func(t *testing.T) {
		r := ringWith(t, guild)
		for _, ref := range []keys.Ref{
			{Guild: guild + 1, Epoch: epoch, Field: keys.FieldConfig, Row: 1},
			{Guild: guild, Epoch: epoch + 1, Field: keys.FieldConfig, Row: 1},
		} {
			if _, err := r.Seal(ref, nil); !errors.Is(err, keys.ErrUnknownGuild) {
				t.Errorf("Seal(%+v) error = %v, want ErrUnknownGuild", ref, err)
			}
		}
		if r.Has(guild+1, epoch) || r.Has(guild, epoch+1) || !r.Has(guild, epoch) {
			t.Error("Has does not tell the guild that was added from the others")
		}
	})
	t.Run("adding a guild again changes nothing", func(t *testing.T) {
		r := ringWith(t, guild)
		before := r.State()
		ref := keys.Ref{Guild: guild, Epoch: epoch, Field: keys.FieldConfig, Row: 1}
		sealed := seal(t, r, ref, "x")
		addGuilds(t, r, guild)
		wantUnsealed(t, r, ref, sealed, "x")
		if after := r.State(); after != before {
			t.Errorf("state went from %+v to %+v", before, after)
		}
	})
	t.Run("the server's keys are not a guild's", func(t *testing.T) {
		r := ringWith(t)
		if err := r.AddGuild(t.Context(), 0, 0); err == nil {
			t.Error("guild 0 was added")
		}
		if _, err := r.Seal(keys.Ref{Field: keys.FieldSession, Row: 1}, nil); err == nil {
			t.Error("Seal took guild 0")
		}
		if r.Has(0, 0) {
			t.Error("Has(0, 0)")
		}
	})
	t.Run("a closed ring refuses", func(t *testing.T) {
		r := ringWith(t, guild)
		r.Close()
		if _, err := r.Seal(keys.Ref{Guild: guild, Epoch: epoch, Field: keys.FieldConfig}, nil); !errors.Is(err, keys.ErrClosed) {
			t.Errorf("Seal error = %v, want ErrClosed", err)
		}
		if err := r.AddGuild(t.Context(), guild+1, epoch); !errors.Is(err, keys.ErrClosed) {
			t.Errorf("AddGuild error = %v, want ErrClosed", err)
		}
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	})
	t.Run("a caller who has given up changes nothing", func(t *testing.T) {
		r := ringWith(t)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if err := r.AddGuild(ctx, guild, epoch); !errors.Is(err, context.Canceled) || r.Has(guild, epoch) {
			t.Errorf("AddGuild error = %v, added %v", err, r.Has(guild, epoch))
		}
	})
}

func TestOpen(t *testing.T) {
	t.Run("only the owner can read the files", func(t *testing.T) {
		dir := filepath.Join(t.TempDir(), "deep", "keyring")
		r := open(t, dir)
		addGuilds(t, r, guild)
		wantMode(t, dir, 0o700)
		entries, err := os.ReadDir(dir)
		if err != nil || len(entries) < 4 {
			t.Fatalf("%d files, %v", len(entries), err)
		}
		for _, e := range entries {
			wantMode(t, filepath.Join(dir, e.Name()), 0o600)
		}
	})
	t.Run("a directory open to others is closed to them", func(t *testing.T) {
		dir := t.TempDir()
		if err := os.Chmod(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		open(t, dir)
		wantMode(t, dir, 0o700)
	})
	t.Run("a second owner is refused", func(t *testing.T) {
		dir := t.TempDir()
		r := open(t, dir)
		wantFault(t, dir, "keys.locked")
		r.Close()
		open(t, dir)
	})
	t.Run("a file in the place of the directory is refused", func(t *testing.T) {
		dir := filepath.Join(t.TempDir(), "keyring")
		if err := os.WriteFile(dir, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		wantFault(t, dir, "keys.unusable")
	})
}

func wantMode(t *testing.T, name string, want os.FileMode) {
	t.Helper()
	info, err := os.Stat(name)
	if err != nil {
		t.Fatal(err)
	}
	if got := info.Mode().Perm(); got != want {
		t.Errorf("%s has mode %o, want %o", name, got, want)
	}
}

func wantFault(t *testing.T, dir, key string) {
	t.Helper()
	r, err := keys.Open(dir, keys.Options{})
	if err == nil {
		r.Close()
		t.Fatalf("opened, want %s", key)
	}
	if f := fault.From(err); f == nil || f.Key != key || f.Kind != fault.Config {
		t.Errorf("Open error = %v, want %s", err, key)
	}
}
