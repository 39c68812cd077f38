package keys

import (
	"bytes"
	"errors"
	"testing"

	"pgregory.net/rapid"
)

func TestTicketRange(t *testing.T) {
	t.Run("is these tickets and no others, in few pieces", rapid.MakeCheck(func(t *rapid.T) {
		first := rapid.Uint32Range(1, 1<<31).Draw(t, "first")
		n := rapid.Uint32Range(1, 3000).Draw(t, "n")
		next, pieces := first, TicketRange(first, first+n-1)
		for _, p := range pieces {
			from, to, ok := p.Tickets()
			if !ok || from != next || to < from {
				t.Fatalf("%v is %d to %d, want it to begin at %d", p, from, to, next)
			}
			next = to + 1
			if back, err := ParsePath(p.Bytes()); err != nil || back != p {
				t.Fatalf("%v came back as %v, %v", p, back, err)
			}
		}
		if next != first+n || len(pieces) > 26 {
			t.Fatalf("%d pieces, the last to %d, want to %d", len(pieces), next-1, first+n-1)
		}
	}))
	t.Run("to the last number there is", func(t *testing.T) {
		pieces := TicketRange(1<<32-3, 1<<32-1)
		if _, last, _ := pieces[len(pieces)-1].Tickets(); last != 1<<32-1 || len(pieces) != 2 {
			t.Errorf("%d pieces, to %d", len(pieces), last)
		}
	})
	t.Run("is forgotten, whatever of it was before, and nothing else is", rapid.MakeCheck(func(t *rapid.T) {
		full := newCover()
		left := full
		for _, n := range rapid.SliceOf(rapid.Uint32Range(1, 80)).Draw(t, "forgotten before") {
			left = left.puncture(TicketPath(n))
		}
		before := left
		first := rapid.Uint32Range(1, 80).Draw(t, "first")
		last := rapid.Uint32Range(first, 80).Draw(t, "last")
		for _, p := range TicketRange(first, last) {
			left = left.puncture(p)
			if left.has(p) {
				t.Fatalf("something of %v can still be computed", p)
			}
		}
		for n := range uint32(90) {
			got, err := left.leaf(TicketPath(n))
			if inside := n >= first && n <= last; inside || !before.has(TicketPath(n)) {
				if err == nil {
					t.Fatalf("ticket %d can still be computed", n)
				}
				continue
			}
			if want, _ := full.leaf(TicketPath(n)); err != nil || got != want {
				t.Fatalf("ticket %d has changed: %v", n, err)
			}
		}
		wantDisjoint(t, left)
	}))
	t.Run("survives a restart, and nothing is ever sealed under it", func(t *testing.T) {
		dir := t.TempDir()
		var punctures []Puncture
		for _, p := range TicketRange(3, 9) {
			punctures = append(punctures, Puncture{Guild: 7, Epoch: 1, Path: p})
		}
		r, err := Open(dir, Options{})
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(r.AddGuild(t.Context(), 7, 1), r.Forget(t.Context(), punctures), r.Close()); err != nil {
			t.Fatal(err)
		}
		if r, err = Open(dir, Options{}); err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		for n := range uint32(12) {
			_, err := r.Seal(Ref{Guild: 7, Epoch: 1, Field: FieldTicket, Ticket: TicketPath(n)}, nil)
			if gone := n >= 3 && n <= 9; gone != (err != nil) {
				t.Errorf("ticket %d: %v", n, err)
			}
		}
		if _, err := r.Seal(Ref{Guild: 7, Epoch: 1, Field: FieldTicket, Ticket: TicketRange(16, 31)[0]}, nil); err == nil {
			t.Error("sealed under a subtree: forgetting one of its tickets would not forget that")
		}
	})
	t.Run("is not read from what it cannot have written", func(t *testing.T) {
		good := TicketRange(16, 31)[0].Bytes()
		for i, b := range []byte{0x80, 0x7f, 1, 1, 1, 1, 1, 1, 12} { // 12 steps are a leaf, which has 8 bytes
			bad := bytes.Clone(good)
			bad[i] = b
			if p, err := ParsePath(bad); err == nil {
				t.Errorf("byte %d: read as %v", i, p)
			}
		}
	})
}
