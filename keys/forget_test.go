package keys_test

import (
	"bytes"
	"errors"
	"testing"

	"ticketbot/keys"
)

func forget(t testing.TB, r *keys.Ring, punctures ...keys.Puncture) {
	t.Helper()
	if err := r.Forget(t.Context(), punctures); err != nil {
		t.Fatal(err)
	}
}

// conversation is what two people wrote in two tickets of a guild, and its configuration.
type conversation struct {
	ring   *keys.Ring
	refs   map[string]keys.Ref
	sealed map[string][]byte
}

func converse(t testing.TB, r *keys.Ring, guild uint64) conversation {
	t.Helper()
	ana, ben := person(t, r, guild, 1), person(t, r, guild, 2)
	one, two := keys.TicketPath(1), keys.TicketPath(2)
	c := conversation{r, map[string]keys.Ref{}, map[string][]byte{}}
	for name, at := range map[string]struct{ person, ticket keys.Path }{
		"ana in 1": {ana, one}, "ana in 2": {ana, two}, "ben in 1": {ben, one}, "ben in 2": {ben, two},
		"ana": {ana, keys.Path{}}, "ticket 1": {keys.Path{}, one}, "config": {},
	} {
		ref := keys.Ref{Guild: guild, Epoch: epoch, Field: keys.FieldMessage, Row: 1, Person: at.person, Ticket: at.ticket}
		c.refs[name], c.sealed[name] = ref, seal(t, r, ref, name)
	}
	return c
}

// wantForgotten wants these to be gone, and everything else to be as it was.
func (c conversation) wantForgotten(t *testing.T, r *keys.Ring, names ...string) {
	t.Helper()
	gone := map[string]bool{}
	for _, name := range names {
		gone[name] = true
	}
	for name, ref := range c.refs {
		if !gone[name] {
			wantUnsealed(t, r, ref, c.sealed[name], name)
			continue
		}
		wantUnsealError(t, r, ref, c.sealed[name], keys.ErrForgotten)
		if _, err := r.Seal(ref, nil); !errors.Is(err, keys.ErrForgotten) {
			t.Errorf("Seal(%s) error = %v, want ErrForgotten", name, err)
		}
	}
}

func TestForget(t *testing.T) {
	all := []string{"ana in 1", "ana in 2", "ben in 1", "ben in 2", "ana", "ticket 1", "config"}
	for name, test := range map[string]struct {
		what func(conversation) keys.Puncture
		gone []string
	}{
		"a person": {
			func(c conversation) keys.Puncture {
				return keys.Puncture{Guild: guild, Epoch: epoch, Path: c.refs["ana"].Person}
			},
			[]string{"ana in 1", "ana in 2", "ana"},
		},
		"a ticket": {
			func(conversation) keys.Puncture {
				return keys.Puncture{Guild: guild, Epoch: epoch, Path: keys.TicketPath(1)}
			},
			[]string{"ana in 1", "ben in 1", "ticket 1"},
		},
		"a guild": {
			func(conversation) keys.Puncture { return keys.Puncture{Guild: guild, Epoch: epoch, Whole: true} },
			all,
		},
	} {
		t.Run(name+" is gone, and nothing else, also after a restart", func(t *testing.T) {
			dir := t.TempDir()
			r := open(t, dir)
			addGuilds(t, r, guild, guild+1)
			here, elsewhere := converse(t, r, guild), converse(t, r, guild+1)
			forget(t, r, test.what(here))
			here.wantForgotten(t, r, test.gone...)
			elsewhere.wantForgotten(t, r)
			r.Close()
			r = open(t, dir)
			here.wantForgotten(t, r, test.gone...)
			elsewhere.wantForgotten(t, r)
		})
	}
	t.Run("a person who comes back is a new one", func(t *testing.T) {
		r := ringWith(t, guild)
		was, wasTag, err := r.Person(guild, epoch, 42)
		if err != nil {
			t.Fatal(err)
		}
		forget(t, r, keys.Puncture{Guild: guild, Epoch: epoch, Path: was})
		is, isTag, err := r.Person(guild, epoch, 42)
		if err != nil || is == was || isTag == wasTag {
			t.Errorf("Person = %x, %x, %v; was %x, %x", is.Bytes(), isTag, err, was.Bytes(), wasTag)
		}
		seal(t, r, keys.Ref{Guild: guild, Epoch: epoch, Field: keys.FieldPerson, Person: is}, "back again")
	})
	t.Run("a forgotten guild gets no keys again, and another epoch does", func(t *testing.T) {
		dir := t.TempDir()
		r := open(t, dir)
		addGuilds(t, r, guild)
		forget(t, r, keys.Puncture{Guild: guild, Epoch: epoch, Whole: true})
		for range 2 {
			if err := r.AddGuild(t.Context(), guild, epoch); !errors.Is(err, keys.ErrForgotten) {
				t.Errorf("AddGuild error = %v, want ErrForgotten", err)
			}
			if _, _, err := r.Person(guild, epoch, 42); !errors.Is(err, keys.ErrForgotten) {
				t.Errorf("Person error = %v, want ErrForgotten", err)
			}
			if r.Has(guild, epoch) {
				t.Error("Has a forgotten guild")
			}
			r.Close()
			r = open(t, dir)
		}
		if err := r.AddGuild(t.Context(), guild, epoch+1); err != nil {
			t.Error(err)
		}
	})
	t.Run("forgetting twice is one", func(t *testing.T) {
		r := ringWith(t, guild)
		ticket := keys.Puncture{Guild: guild, Epoch: epoch, Path: keys.TicketPath(1)}
		whole := keys.Puncture{Guild: guild, Epoch: epoch, Whole: true}
		for _, p := range []keys.Puncture{ticket, whole} {
			forget(t, r, p)
			once := r.State()
			forget(t, r, p)
			if r.State() != once {
				t.Errorf("%+v: state went from %+v to %+v", p, once, r.State())
			}
		}
	})
	t.Run("a stream of a forgotten ticket does not begin", func(t *testing.T) {
		r := ringWith(t, guild)
		ref := keys.Ref{Guild: guild, Epoch: epoch, Field: keys.FieldBlob, Ticket: keys.TicketPath(1)}
		sealed := sealStream(t, r, ref, []byte("file"), 4)
		forget(t, r, keys.Puncture{Guild: guild, Epoch: epoch, Path: ref.Ticket})
		if _, err := r.UnsealStream(ref, bytes.NewReader(sealed)); !errors.Is(err, keys.ErrForgotten) {
			t.Errorf("error = %v", err)
		}
	})
	r := ringWith(t, guild)
	for name, test := range map[string]struct {
		p    keys.Puncture
		want error
	}{
		"nothing in particular": {keys.Puncture{Guild: guild, Epoch: epoch}, nil},
		"a ticket and the whole": {
			keys.Puncture{Guild: guild, Epoch: epoch, Path: keys.TicketPath(1), Whole: true}, nil,
		},
		"the server":           {keys.Puncture{Whole: true}, nil},
		"a guild never added":  {keys.Puncture{Guild: guild + 9, Epoch: epoch, Whole: true}, keys.ErrUnknownGuild},
		"a ticket of no guild": {keys.Puncture{Guild: guild + 9, Epoch: epoch, Path: keys.TicketPath(1)}, keys.ErrUnknownGuild},
		"the configuration":    {keys.Puncture{Guild: guild, Epoch: epoch, Path: configPath(t)}, nil},
	} {
		t.Run("refuses to forget "+name, func(t *testing.T) {
			err := r.Forget(t.Context(), []keys.Puncture{test.p})
			if err == nil || test.want != nil && !errors.Is(err, test.want) {
				t.Errorf("error = %v, want %v", err, test.want)
			}
		})
	}
}

// configPath is the path of the configuration leaf, as only storage could give it.
func configPath(t testing.TB) keys.Path {
	t.Helper()
	p, err := keys.ParsePath([]byte{0x81, 0, 0, 0, 0, 0, 0, 0})
	if err != nil {
		t.Fatal(err)
	}
	return p
}
