package keys_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"ticketbot/keys"
)

// message is a reference with everything in it.
func message(t testing.TB, r *keys.Ring) keys.Ref {
	return keys.Ref{
		Guild: guild, Epoch: epoch, Field: keys.FieldMessage, Row: 7,
		Person: person(t, r, guild, 42), Ticket: keys.TicketPath(1),
	}
}

func TestSeal(t *testing.T) {
	r := ringWith(t, guild, guild+1)
	if err := r.AddGuild(t.Context(), guild, epoch+1); err != nil {
		t.Fatal(err)
	}
	ref := message(t, r)

	t.Run("unseals to what was sealed", rapid.MakeCheck(func(t *rapid.T) {
		plain := rapid.SliceOfN(rapid.Byte(), 0, 9000).Draw(t, "plain")
		sealed, err := r.Seal(ref, plain)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := r.Unseal(ref, sealed); err != nil || !bytes.Equal(got, plain) {
			t.Fatalf("got %x, %v", got, err)
		}
	}))
	t.Run("opens only in its own place", func(t *testing.T) {
		sealed := seal(t, r, ref, "secret")
		for name, change := range map[string]func(*keys.Ref){
			"guild":          func(r *keys.Ref) { r.Guild++ },
			"epoch":          func(r *keys.Ref) { r.Epoch++ },
			"field":          func(r *keys.Ref) { r.Field++ },
			"row":            func(r *keys.Ref) { r.Row++ },
			"ticket":         func(r *keys.Ref) { r.Ticket = keys.TicketPath(2) },
			"no ticket":      func(r *keys.Ref) { r.Ticket = keys.Path{} },
			"person":         func(ref *keys.Ref) { ref.Person = person(t, r, guild, 43) },
			"no person":      func(r *keys.Ref) { r.Person = keys.Path{} },
			"neither person": func(r *keys.Ref) { r.Person, r.Ticket = keys.Path{}, keys.Path{} },
		} {
			other := ref
			change(&other)
			t.Run(name, func(t *testing.T) { wantUnsealError(t, r, other, sealed, keys.ErrCorrupt) })
		}
	})
	t.Run("every changed bit is refused", func(t *testing.T) {
		sealed := seal(t, r, ref, "secret")
		for i := range len(sealed) * 8 {
			changed := bytes.Clone(sealed)
			changed[i/8] ^= 1 << (i % 8)
			wantUnsealError(t, r, ref, changed, keys.ErrCorrupt)
		}
	})
	t.Run("every missing or added byte is refused", func(t *testing.T) {
		sealed := seal(t, r, ref, "secret")
		for n := range sealed {
			wantUnsealError(t, r, ref, sealed[:n], keys.ErrCorrupt)
		}
		wantUnsealError(t, r, ref, append(sealed, 0), keys.ErrCorrupt)
	})
	t.Run("shows a bucket and not a length", func(t *testing.T) {
		for n, want := range map[int]int{0: 64, 1: 64, 63: 64, 64: 128, 500: 512, 2047: 2048, 4095: 4096, 4096: 8192, 8191: 8192, 8192: 12288} {
			sealed := seal(t, r, ref, strings.Repeat("x", n))
			if got := len(sealed) - keys.SealedOverhead; got != want {
				t.Errorf("%d bytes lie in a bucket of %d, want %d", n, got, want)
			}
		}
	})
	t.Run("the same content twice looks different", func(t *testing.T) {
		if bytes.Equal(seal(t, r, ref, "same"), seal(t, r, ref, "same")) {
			t.Error("two sealings are equal")
		}
	})
	t.Run("content that is too long is for a stream", func(t *testing.T) {
		if _, err := r.Seal(ref, make([]byte, keys.MaxValue+1)); err == nil {
			t.Error("sealed")
		}
	})
	t.Run("a value is not a stream", func(t *testing.T) {
		_, err := r.UnsealStream(ref, bytes.NewReader(seal(t, r, ref, "value")))
		if !errors.Is(err, keys.ErrCorrupt) {
			t.Errorf("UnsealStream error = %v", err)
		}
	})
	t.Run("the server's values open under their field and row", func(t *testing.T) {
		sealed, err := r.SealServer(keys.FieldSession, 1, []byte("token"))
		if err != nil {
			t.Fatal(err)
		}
		if got, err := r.UnsealServer(keys.FieldSession, 1, sealed); err != nil || string(got) != "token" {
			t.Errorf("UnsealServer = %q, %v", got, err)
		}
		for _, at := range []struct {
			field keys.Field
			row   uint64
		}{{keys.FieldSession, 2}, {keys.FieldOAuth, 1}} {
			if _, err := r.UnsealServer(at.field, at.row, sealed); !errors.Is(err, keys.ErrCorrupt) {
				t.Errorf("opens at %v: %v", at, err)
			}
		}
	})
	for name, bad := range map[string]keys.Ref{
		"no guild":                {Field: keys.FieldMessage},
		"no field":                {Guild: guild, Epoch: epoch},
		"a ticket for a person":   {Guild: guild, Epoch: epoch, Field: keys.FieldMessage, Person: keys.TicketPath(1)},
		"a person for the ticket": {Guild: guild, Epoch: epoch, Field: keys.FieldMessage, Ticket: ref.Person},
	} {
		t.Run("refuses a reference with "+name, func(t *testing.T) {
			if _, err := r.Seal(bad, nil); err == nil {
				t.Error("sealed")
			}
			if _, err := r.Unseal(bad, nil); err == nil || errors.Is(err, keys.ErrCorrupt) {
				t.Errorf("Unseal error = %v, want one about the reference", err)
			}
		})
	}
}

func TestPerson(t *testing.T) {
	r := ringWith(t, guild, guild+1)
	path, tag, err := r.Person(guild, epoch, 42)
	if err != nil {
		t.Fatal(err)
	}
	t.Run("is the same each time", func(t *testing.T) {
		again, tagAgain, err := r.Person(guild, epoch, 42)
		if err != nil || again != path || tagAgain != tag {
			t.Errorf("Person = %x, %x, %v", again.Bytes(), tagAgain, err)
		}
	})
	t.Run("is somebody else in another guild, epoch or user id", func(t *testing.T) {
		if err := r.AddGuild(t.Context(), guild, epoch+1); err != nil {
			t.Fatal(err)
		}
		for _, at := range []struct {
			guild uint64
			epoch uint32
			user  uint64
		}{{guild + 1, epoch, 42}, {guild, epoch + 1, 42}, {guild, epoch, 43}} {
			other, otherTag, err := r.Person(at.guild, at.epoch, at.user)
			if err != nil || other == path || otherTag == tag {
				t.Errorf("Person(%+v) = %x, %x, %v", at, other.Bytes(), otherTag, err)
			}
		}
	})
	t.Run("of an unknown guild is nobody", func(t *testing.T) {
		if _, _, err := r.Person(guild+9, epoch, 42); !errors.Is(err, keys.ErrUnknownGuild) {
			t.Errorf("error = %v", err)
		}
		if _, _, err := r.Person(0, 0, 42); err == nil {
			t.Error("the server has a person")
		}
	})
}

func TestIndexTag(t *testing.T) {
	r := ringWith(t, guild, guild+1)
	tag := func(guild uint64, purpose, value string) keys.Tag {
		got, err := r.IndexTag(guild, epoch, purpose, []byte(value))
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	t.Run("is the same for the same value", func(t *testing.T) {
		if tag(guild, "name", "a") != tag(guild, "name", "a") {
			t.Error("two tags")
		}
	})
	t.Run("differs by guild, purpose, value, and where the one ends", func(t *testing.T) {
		seen := map[keys.Tag]bool{}
		server, err := r.ServerTag("name", []byte("a"))
		if err != nil {
			t.Fatal(err)
		}
		tags := []keys.Tag{server, tag(guild, "name", "a"), tag(guild+1, "name", "a"), tag(guild, "nam", "ea"), tag(guild, "name", "b"), tag(guild, "name", "")}
		for i, one := range tags {
			if seen[one] {
				t.Errorf("tag %d is that of another", i)
			}
			seen[one] = true
		}
	})
}
