package keys_test

import (
	"crypto/ed25519"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"testing"
	"time"

	"ticketbot/keys"
)

func ledgerOf(t testing.TB, r *keys.Ring, after uint64) []keys.Entry {
	t.Helper()
	entries, err := r.Ledger(after)
	if err != nil {
		t.Fatal(err)
	}
	return entries
}

func TestLedger(t *testing.T) {
	r := ringWith(t, guild, guild+1)
	ana := person(t, r, guild, 1)
	forget(t, r, keys.Puncture{Guild: guild, Epoch: epoch, Path: ana})
	forget(t, r, keys.Puncture{Guild: guild, Epoch: epoch, Path: keys.TicketRange(4, 7)[0]})
	forget(t, r, keys.Puncture{Guild: guild + 1, Epoch: epoch, Whole: true})
	want := []keys.Entry{
		{Seq: 1, At: noon, Guild: guild, Epoch: epoch, Path: ana},
		{Seq: 2, At: noon, Guild: guild, Epoch: epoch, Path: keys.TicketRange(4, 7)[0]},
		{Seq: 3, At: noon, Guild: guild + 1, Epoch: epoch},
	}
	for after := range uint64(5) {
		if got := ledgerOf(t, r, after); !slices.Equal(got, want[min(after, 3):]) {
			t.Errorf("after %d: %+v", after, got)
		}
	}
	for _, e := range ledgerOf(t, r, 0) {
		back, err := keys.ParseEntry(e.Bytes())
		if err != nil || back != e {
			t.Errorf("%+v came back as %+v, %v", e, back, err)
		}
		for i, b := range map[int]byte{28: 63, 29: 0xff} {
			bad := e.Bytes()
			bad[i] = b
			if got, err := keys.ParseEntry(bad); err == nil {
				t.Errorf("%x was read as %+v", bad, got)
			}
		}
	}
	if _, err := keys.ParseEntry(want[0].Bytes()[:36]); err == nil {
		t.Error("an entry that is too short was read")
	}
}

// copyOf is a copy of a closed keyring's directory.
func copyOf(t testing.TB, dir string) string {
	t.Helper()
	to := filepath.Join(t.TempDir(), "copy")
	if err := os.CopyFS(to, os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	return to
}

func TestReplay(t *testing.T) {
	dir := t.TempDir()
	r := open(t, dir)
	addGuilds(t, r, guild, guild+1)
	c := converse(t, r, guild)
	forget(t, r, keys.Puncture{Guild: guild, Epoch: epoch, Path: keys.TicketPath(2)})
	r.Close()
	older := copyOf(t, dir)

	r = open(t, dir)
	addGuilds(t, r, guild+2)
	forget(t, r, keys.Puncture{Guild: guild, Epoch: epoch, Path: c.refs["ana"].Person})
	forget(t, r, keys.Puncture{Guild: guild + 1, Epoch: epoch, Whole: true}, keys.Puncture{Guild: guild + 2, Epoch: epoch, Whole: true})
	all := ledgerOf(t, r, 0)
	gone := []string{"ana", "ana in 1", "ana in 2", "ben in 2"}
	c.wantForgotten(t, r, gone...)

	t.Run("makes the older keyring forget what the newer one has forgotten", func(t *testing.T) {
		for from := range uint64(2) { // with what it knows already, and without
			dir := copyOf(t, older)
			r := open(t, dir)
			c.wantForgotten(t, r, "ben in 2", "ana in 2")
			for range 2 {
				if err := r.Replay(t.Context(), all[from:]); err != nil {
					t.Fatal(err)
				}
				c.wantForgotten(t, r, gone...)
			}
			if got := ledgerOf(t, r, 0); !reflect.DeepEqual(got, all) {
				t.Errorf("the ledger is %+v, want %+v", got, all)
			}
			r.Close()
			r = open(t, dir)
			c.wantForgotten(t, r, gone...)
			for _, g := range []uint64{guild + 1, guild + 2} { // the second was added after the copy was made
				if err := r.AddGuild(t.Context(), g, epoch); !errors.Is(err, keys.ErrForgotten) {
					t.Errorf("AddGuild(%d) = %v", g, err)
				}
			}
		}
	})
	t.Run("writes the same file", func(t *testing.T) {
		dir2 := copyOf(t, older)
		r := open(t, dir2)
		if err := r.Replay(t.Context(), all); err != nil {
			t.Fatal(err)
		}
		was, err := os.ReadFile(filepath.Join(dir, "ledger"))
		if err != nil {
			t.Fatal(err)
		}
		if is, err := os.ReadFile(filepath.Join(dir2, "ledger")); err != nil || string(is) != string(was) {
			t.Errorf("the ledger reads\n%s\nwant\n%s", is, was)
		}
	})
	another := all[0]
	another.At = another.At.Add(time.Second)
	for name, entries := range map[string][]keys.Entry{
		"from a keyring that went another way": {another, all[1]},
		"with a gap before it":                 all[2:],
		"with a gap in it":                     {all[0], all[1], all[3]},
	} {
		t.Run("refuses a ledger "+name, func(t *testing.T) {
			r := open(t, copyOf(t, older))
			before := r.State()
			if err := r.Replay(t.Context(), entries); err == nil {
				t.Error("taken")
			}
			if r.State() != before {
				t.Errorf("state went from %+v to %+v", before, r.State())
			}
			c.wantForgotten(t, r, "ben in 2", "ana in 2")
		})
	}
}

func TestSign(t *testing.T) {
	dir := t.TempDir()
	r := open(t, dir)
	public, signature := r.PublicKey(), r.Sign([]byte("a receipt"))
	if !ed25519.Verify(public, []byte("a receipt"), signature) || ed25519.Verify(public, []byte("another"), signature) {
		t.Error("the signature is of something else")
	}
	if ed25519.Verify(ringWith(t).PublicKey(), []byte("a receipt"), signature) {
		t.Error("another keyring signs the same")
	}
	r.Close()
	if r.Sign(nil) != nil || r.PublicKey() != nil {
		t.Error("a closed ring signs")
	}
	if r = open(t, dir); !reflect.DeepEqual(r.PublicKey(), public) {
		t.Error("after a restart the key is another")
	}
}
