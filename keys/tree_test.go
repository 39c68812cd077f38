package keys

import (
	"errors"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func anyLeaf() *rapid.Generator[Path] {
	return rapid.OneOf(
		rapid.Custom(func(t *rapid.T) Path { return personPath(rapid.Uint64().Draw(t, "blind")) }),
		rapid.Custom(func(t *rapid.T) Path { return TicketPath(rapid.Uint32Range(0, 300).Draw(t, "number")) }),
		rapid.Custom(func(t *rapid.T) Path { return TicketPath(rapid.Uint32().Draw(t, "number")) }),
		rapid.Custom(func(t *rapid.T) Path { return guildPath(rapid.Uint64Range(0, 63).Draw(t, "purpose")) }),
	)
}

func TestPuncture(t *testing.T) {
	t.Run("forgets the leaf and leaves every other key as it was", rapid.MakeCheck(func(t *rapid.T) {
		full := newCover()
		leaves := rapid.SliceOfNDistinct(anyLeaf(), 2, 60, rapid.ID[Path]).Draw(t, "leaves")
		forgotten := leaves[:rapid.IntRange(1, len(leaves)-1).Draw(t, "forgotten")]
		left := full
		for _, p := range forgotten {
			left = left.puncture(p)
		}
		for _, p := range leaves {
			got, err := left.leaf(p)
			if slices.Contains(forgotten, p) {
				if !errors.Is(err, ErrForgotten) || left.has(p) {
					t.Fatalf("%v can still be computed", p)
				}
				continue
			}
			if want, _ := full.leaf(p); err != nil || got != want {
				t.Fatalf("%v has changed: %v", p, err)
			}
		}
		wantDisjoint(t, left)
	}))
	t.Run("leaves no node above what is forgotten", rapid.MakeCheck(func(t *rapid.T) {
		p := anyLeaf().Draw(t, "leaf")
		for _, n := range newCover().puncture(p) {
			if n.above(p) {
				t.Fatalf("node of length %d is above the forgotten leaf", n.len)
			}
		}
	}))
	t.Run("forgotten neighbours melt together", func(t *testing.T) {
		c := newCover()
		for n := range uint32(1 << 12) {
			c = c.puncture(TicketPath(n))
		}
		if len(c) > 20 {
			t.Errorf("4,096 forgotten tickets leave %d nodes", len(c))
		}
	})
}

func wantDisjoint(t *rapid.T, c cover) {
	for i := 1; i < len(c); i++ {
		before := c[i-1]
		if before.bits >= c[i].bits || before.above(Path{c[i].bits, c[i].len}) {
			t.Fatalf("nodes %d and %d overlap or are out of order", i-1, i)
		}
	}
}

func TestLeaf(t *testing.T) {
	t.Run("different leaves have different keys, and no key is a node", func(t *testing.T) {
		c := newCover()
		seen := map[secret]bool{c[0].seed: true}
		for n := range uint64(4000) {
			for _, p := range []Path{TicketPath(uint32(n)), personPath(n << 2)} {
				key, err := c.leaf(p)
				if err != nil || seen[key] {
					t.Fatalf("key of %v: seen %v, %v", p, seen[key], err)
				}
				seen[key] = true
			}
		}
	})
	t.Run("a cover is not changed by forgetting from it", func(t *testing.T) {
		c := newCover()
		before := slices.Clone(c)
		c.puncture(TicketPath(3)).puncture(TicketPath(4))
		if !slices.Equal(c, before) {
			t.Error("the cover has changed")
		}
	})
}

func TestPath(t *testing.T) {
	t.Run("no leaf is above another", rapid.MakeCheck(func(t *rapid.T) {
		p, q := anyLeaf().Draw(t, "p"), anyLeaf().Draw(t, "q")
		if n := (node{bits: p.bits, len: p.len}); p != q && n.above(q) {
			t.Fatalf("%v is above %v", p, q)
		}
	}))
	t.Run("is read as it was written", rapid.MakeCheck(func(t *rapid.T) {
		p := anyLeaf().Draw(t, "p")
		if got, err := ParsePath(p.Bytes()); err != nil || got != p {
			t.Fatalf("ParsePath(%x) = %v, %v; want %v", p.Bytes(), got, err, p)
		}
	}))
	t.Run("is read only if it can have been written", rapid.MakeCheck(func(t *rapid.T) {
		raw := rapid.SliceOfN(rapid.Byte(), 8, 8).Draw(t, "raw")
		if p, err := ParsePath(raw); err == nil && !slices.Equal(p.Bytes(), raw) {
			t.Fatalf("ParsePath(%x) = %v, which is written %x", raw, p, p.Bytes())
		}
	}))
	for name, raw := range map[string][]byte{
		"too short":                  {1},
		"too long":                   make([]byte, 9),
		"a kind that does not exist": {0xc0, 0, 0, 0, 0, 0, 0, 0},
		"bits below a guild purpose": {0x80, 1, 0, 0, 0, 0, 0, 0},
		"bits below a ticket number": {0x42, 0x80, 1, 0, 0, 0, 0, 0},
		"a ticket number of 33 bits": {0x61, 0, 0, 0, 0, 0, 0, 0},
		"a ticket number of 63 bits": {0x7f, 0, 0, 0, 0, 0, 0, 0},
	} {
		t.Run("refuses "+name, func(t *testing.T) {
			if p, err := ParsePath(raw); err == nil {
				t.Errorf("ParsePath(%x) = %v", raw, p)
			}
		})
	}
	t.Run("none is none", func(t *testing.T) {
		if p, err := ParsePath(Path{}.Bytes()); err != nil || !p.IsZero() || p.String() != "none" {
			t.Errorf("ParsePath(nil) = %v, %v", p, err)
		}
	})
	t.Run("names tickets in logs, and no person", func(t *testing.T) {
		for n, want := range map[uint32]string{0: "ticket 0", 1: "ticket 1", 2: "ticket 2", 4711: "ticket 4711", 1<<32 - 1: "ticket 4294967295"} {
			if got := TicketPath(n).String(); got != want {
				t.Errorf("TicketPath(%d) prints %q", n, got)
			}
		}
		if got := personPath(1 << 40).String(); got != "person" {
			t.Errorf("a person prints %q", got)
		}
	})
}
