//go:build linux

package decryptall

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"ticketbot/internal/canary"
	"ticketbot/internal/everyrow"
	"ticketbot/keys"
)

// town is a keyring in use, rows as a database would hold them, and what was planted in them.
type town struct {
	t        *testing.T
	dir      string
	ring     *keys.Ring
	recorder *Recorder
	rows     []everyrow.Row
	blobs    map[string][]byte
	planted  *canary.Plantation
	paths    map[string]keys.Path // of people, by guild and user
	earlier  *Attacker
}

const victim, neighbour = 11, 12 // the people; there is a ticket of each number too

// newTown has guilds 1, 2 and 3 with two people and two tickets each, and something sealed in every way.
func newTown(t *testing.T) *town {
	t.Helper()
	top := t.TempDir()
	w := &town{t: t, dir: filepath.Join(top, "keys"), blobs: map[string][]byte{}, planted: canary.New(), paths: map[string]keys.Path{}}
	must(t, os.Mkdir(w.dir, 0o700))
	var err error
	w.recorder, err = Record(w.dir, filepath.Join(top, "kept"))
	must(t, err)
	t.Cleanup(func() { must(t, w.recorder.Stop()) })
	w.ring, err = keys.Open(w.dir, keys.Options{})
	must(t, err)
	t.Cleanup(func() { w.ring.Close() })
	for guild := uint64(1); guild <= 3; guild++ {
		must(t, w.ring.AddGuild(t.Context(), guild, 1))
		for _, n := range []uint64{victim, neighbour} {
			path, _, err := w.ring.Person(guild, 1, n)
			must(t, err)
			w.paths[fmt.Sprint(guild, n)] = path
			w.row("person", guild, column{"id", "bigint", "", itoa(n)}, column{"path", "bytea", "key_path", string(path.Bytes())})
			w.row("ticket", guild, column{"id", "bigint", "", itoa(100 + n)}, column{"number", "integer", "", itoa(n)})
		}
		for _, n := range []uint64{victim, neighbour} {
			w.sealed(guild, n)
		}
	}
	value, err := w.ring.SealServer(keys.FieldSession, 1<<60, []byte(w.planted.Plant("server")))
	must(t, err)
	w.row("session", 0, column{"hash", "bytea", "", string(binary.BigEndian.AppendUint64(nil, 1<<60)) + "more"}, column{"state", "bytea", "sealed", string(value)})
	return w
}

type column struct{ name, kind, domain, value string }

func (w *town) row(table string, guild uint64, columns ...column) {
	if guild > 0 {
		columns = append(columns, column{"guild_id", "bigint", "", itoa(guild)}, column{"epoch", "integer", "", "1"})
	}
	var row everyrow.Row
	for _, c := range columns {
		row = append(row, everyrow.Value{Column: everyrow.Column{Table: table, Name: c.name, Type: c.kind, Domain: c.domain}, Bytes: []byte(c.value)})
	}
	w.rows = append(w.rows, row)
}

func (w *town) sealed(guild, n uint64) {
	person := column{"author", "bigint", "person_ref", itoa(n)}
	ticket := column{"ticket_id", "bigint", "", itoa(100 + n)}
	ref := keys.Ref{Guild: guild, Epoch: 1, Row: 1000*guild + n}
	id := column{"message_id", "bigint", "", itoa(ref.Row)}
	path := w.paths[fmt.Sprint(guild, n)]
	for place, under := range map[string]keys.Ref{
		"both": {Field: keys.FieldMessage, Person: path, Ticket: keys.TicketPath(uint32(n))}, "person": {Field: keys.FieldPerson, Person: path},
		"ticket": {Field: keys.FieldTicket, Ticket: keys.TicketPath(uint32(n))}, "guild": {Field: keys.FieldConfig},
	} {
		under.Guild, under.Epoch, under.Row = ref.Guild, ref.Epoch, ref.Row
		value, err := w.ring.Seal(under, []byte(w.planted.Plant(fmt.Sprintf("%s of %d in %d", place, n, guild))))
		must(w.t, err)
		w.row("under_"+place, guild, id, person, ticket, column{"content", "bytea", "sealed", string(value)})
	}
	var out bytes.Buffer
	ref.Field, ref.Person, ref.Ticket = keys.FieldBlob, path, keys.TicketPath(uint32(n))
	stream, err := w.ring.SealStream(ref, &out)
	must(w.t, err)
	fmt.Fprint(stream, strings.Repeat("x", 3*chunkSize/2), w.planted.Plant(fmt.Sprintf("file of %d in %d", n, guild)))
	must(w.t, stream.Close())
	object := fmt.Sprintf("object-%d-%d", guild, n)
	w.blobs[object] = out.Bytes()
	w.row("file", guild, id, person, ticket, column{"object", "text", "", object})
}

// attack is with everything ever written, what is there now, and more.
func (w *town) attack(more ...File) (places []string, v *vault) {
	w.t.Helper()
	a := New()
	if w.earlier != nil {
		a.Learn(w.earlier)
	}
	w.earlier = a
	must(w.t, a.Keyring(w.dir))
	recorded, err := w.recorder.Files()
	must(w.t, err)
	a.Add(recorded...)
	a.Add(more...)
	for _, row := range w.rows {
		a.Row(row)
	}
	for name, content := range w.blobs {
		a.Blob(name, content)
	}
	return w.planted.Found(a.Attack().Texts()...), a.vault
}

func (w *town) forget(punctures ...keys.Puncture) {
	w.t.Helper()
	must(w.t, w.ring.Forget(w.t.Context(), punctures))
}

func TestWhatIsForgottenDoesNotOpenAndEverythingElseDoes(t *testing.T) {
	w := newTown(t)
	found, before := w.attack()
	if !slices.Equal(found, w.planted.Places()) {
		t.Fatalf("the attacker is blind: before anything is forgotten it finds %v", found)
	}
	oldRoot, err := os.ReadFile(filepath.Join(w.dir, "root"))
	must(t, err)

	w.forget(keys.Puncture{Guild: 1, Epoch: 1, Path: w.paths[fmt.Sprint(1, victim)]})
	w.forget(keys.Puncture{Guild: 2, Epoch: 1, Path: keys.TicketPath(victim)})
	w.forget(keys.Puncture{Guild: 3, Epoch: 1, Whole: true})
	gone := []string{"both of 11 in 1", "person of 11 in 1", "file of 11 in 1", "both of 11 in 2", "ticket of 11 in 2", "file of 11 in 2"}
	left := slices.DeleteFunc(w.planted.Places(), func(place string) bool {
		return slices.Contains(gone, place) || strings.HasSuffix(place, " in 3")
	})
	after, _ := w.attack()
	if !slices.Equal(after, left) {
		t.Errorf("found %v, want %v", after, left)
	}

	var top, page File
	for _, f := range before.opened {
		if strings.HasPrefix(f.Name, "top.") {
			top = f
		}
	}
	for _, f := range before.opened {
		if bytes.Contains(f.Content, binary.BigEndian.AppendUint64(nil, 1)) && strings.HasPrefix(f.Name, "page-") {
			page = f
		}
	}
	pageKey, topKey := before.keys[page.Name], before.keys[top.Name]
	for mistake, kept := range map[string]File{
		"an old root slot":           {"root", oldRoot},
		"an old root, anywhere":      {"note", slices.Concat([]byte("odd"), topKey[:])},
		"an old root in hexadecimal": {"log", fmt.Appendf(nil, "key=%x.", topKey[:])},
		"an old top":                 {"top.copy", top.Content},
	} {
		if found, _ := w.attack(kept); !slices.Equal(found, w.planted.Places()) {
			t.Errorf("a build that keeps %s passes: of %d places it gives away only %d", mistake, len(w.planted.Places()), len(found))
		}
	}
	for mistake, kept := range map[string]File{
		"an old page key": {"spare", pageKey[:]},
		"a cover":         {"cover", page.Content},
	} {
		if found, _ := w.attack(kept); len(found) <= len(left) {
			t.Errorf("a build that keeps %s passes", mistake)
		}
	}
}

// TestTheRecordIsWholeOrSaysSo lets a keyring change as fast as it can.
func TestTheRecordIsWholeOrSaysSo(t *testing.T) {
	for name, record := range map[string]func(dir, kept string) (*Recorder, error){"best": Record, "watching": watch} {
		top := t.TempDir()
		dir := filepath.Join(top, "keys")
		must(t, os.Mkdir(dir, 0o700))
		r, err := record(dir, filepath.Join(top, "kept"))
		must(t, err)
		ring, err := keys.Open(dir, keys.Options{})
		must(t, err)
		const changes = 200
		for guild := range uint64(changes) {
			must(t, ring.AddGuild(t.Context(), 1+guild, 1))
		}
		generation := ring.State().Generation
		must(t, ring.Close())
		files, err := r.Files()
		must(t, r.Stop())
		t.Logf("%s: %d files, %v", name, len(files), err)
		versions := map[string]bool{}
		for _, f := range files {
			versions[f.Name] = true
		}
		for n := uint64(1); n <= generation && err == nil; n++ {
			if !versions["top."+itoa(n)] {
				t.Errorf("%s: top.%d was written and is not on record, and nothing says so", name, n)
			}
		}
		if generation < changes || r.closed && err != nil {
			t.Errorf("%s: %d changes, %v", name, generation, err)
		}
	}
}

func itoa(n uint64) string { return strconv.FormatUint(n, 10) }

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
