package keys_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"ticketbot/keys"
)

// vectors are what testdata/vectors.mjs, which shares no code with this package, says of the keyring it made.
type vectors struct {
	Tickets map[string]string
	Person  struct {
		User      uint64
		Path, Tag string
	}
	IndexTag  taggedVector
	ServerTag taggedVector
	Signed    struct{ Message, PublicKey, Signature string }
	Values    []valueVector
	Server    []valueVector
	Forgotten []valueVector
	Stream    struct {
		Row            uint64 `json:",string"`
		Person, Ticket string
		PlainSHA256    string
	}
}

type taggedVector struct{ Purpose, Value, Tag string }

type valueVector struct {
	Name           string // also the content
	Field          keys.Field
	Row            uint64 `json:",string"`
	Guild          uint64 `json:",string"`
	Epoch          uint32
	Person, Ticket string
	Sealed         string
}

func (v valueVector) ref(t testing.TB) keys.Ref {
	return keys.Ref{Guild: v.Guild, Epoch: v.Epoch, Field: v.Field, Row: v.Row, Person: parsePath(t, v.Person), Ticket: parsePath(t, v.Ticket)}
}

func parsePath(t testing.TB, s string) keys.Path {
	t.Helper()
	p, err := keys.ParsePath(unhex(t, s))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func readVectors(t testing.TB) (v vectors) {
	t.Helper()
	raw, err := os.ReadFile("testdata/vectors.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(raw, &v); err != nil {
		t.Fatal(err)
	}
	return v
}

// TestVectors opens a keyring that another implementation wrote: the formats are what the documentation says, and stay.
func TestVectors(t *testing.T) {
	v := readVectors(t)
	dir := filepath.Join(t.TempDir(), "keyring")
	if err := os.CopyFS(dir, os.DirFS("testdata/keyring")); err != nil {
		t.Fatal(err)
	}
	r := open(t, dir)

	t.Run("state", func(t *testing.T) {
		if got := r.State(); got.Generation != 3 || got.Forgotten != 2 {
			t.Errorf("state is %+v", got)
		}
	})
	t.Run("paths of tickets", func(t *testing.T) {
		for number, want := range v.Tickets {
			n, err := strconv.ParseUint(number, 10, 32)
			if err != nil {
				t.Fatal(err)
			}
			if got := hex.EncodeToString(keys.TicketPath(uint32(n)).Bytes()); got != want {
				t.Errorf("ticket %s has path %s, want %s", number, got, want)
			}
		}
	})
	t.Run("person", func(t *testing.T) {
		path, tag, err := r.Person(guild, epoch, v.Person.User)
		if err != nil || hex.EncodeToString(path.Bytes()) != v.Person.Path || hex.EncodeToString(tag[:]) != v.Person.Tag {
			t.Errorf("Person = %x, %x, %v; want %+v", path.Bytes(), tag, err, v.Person)
		}
	})
	t.Run("tags", func(t *testing.T) {
		index, err := r.IndexTag(guild, epoch, v.IndexTag.Purpose, []byte(v.IndexTag.Value))
		if err != nil || hex.EncodeToString(index[:]) != v.IndexTag.Tag {
			t.Errorf("IndexTag = %x, %v; want %+v", index, err, v.IndexTag)
		}
		server, err := r.ServerTag(v.ServerTag.Purpose, []byte(v.ServerTag.Value))
		if err != nil || hex.EncodeToString(server[:]) != v.ServerTag.Tag {
			t.Errorf("ServerTag = %x, %v; want %+v", server, err, v.ServerTag)
		}
	})
	t.Run("signature", func(t *testing.T) {
		if got := hex.EncodeToString(r.PublicKey()); got != v.Signed.PublicKey {
			t.Errorf("public key is %s, want %s", got, v.Signed.PublicKey)
		}
		if got := hex.EncodeToString(r.Sign([]byte(v.Signed.Message))); got != v.Signed.Signature {
			t.Errorf("signature is %s, want %s", got, v.Signed.Signature)
		}
	})
	for _, value := range v.Values {
		t.Run(value.Name, func(t *testing.T) {
			wantUnsealed(t, r, value.ref(t), unhex(t, value.Sealed), value.Name)
		})
	}
	for _, value := range v.Forgotten {
		t.Run("forgotten: "+value.Name, func(t *testing.T) {
			wantUnsealError(t, r, value.ref(t), unhex(t, value.Sealed), keys.ErrForgotten)
		})
	}
	for _, value := range v.Server {
		t.Run("server: "+value.Name, func(t *testing.T) {
			got, err := r.UnsealServer(value.Field, value.Row, unhex(t, value.Sealed))
			if err != nil || string(got) != value.Name {
				t.Errorf("UnsealServer = %q, %v", got, err)
			}
		})
	}
	t.Run("stream", func(t *testing.T) {
		sealed, err := os.ReadFile("testdata/stream.sealed")
		if err != nil {
			t.Fatal(err)
		}
		ref := keys.Ref{
			Guild: guild, Epoch: epoch, Field: keys.FieldBlob, Row: v.Stream.Row,
			Person: parsePath(t, v.Stream.Person), Ticket: parsePath(t, v.Stream.Ticket),
		}
		got, err := unsealStream(r, ref, bytes.NewReader(sealed))
		if sum := sha256.Sum256(got); err != nil || hex.EncodeToString(sum[:]) != v.Stream.PlainSHA256 {
			t.Errorf("stream of %d bytes, %v", len(got), err)
		}
	})
	t.Run("guilds", func(t *testing.T) {
		if err := r.AddGuild(t.Context(), 99, 4); !errors.Is(err, keys.ErrForgotten) {
			t.Errorf("AddGuild of the forgotten guild: %v", err)
		}
		addGuilds(t, r, guild+1)
	})
}
