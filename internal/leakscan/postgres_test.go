package leakscan

import (
	"archive/tar"
	"compress/gzip"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"ticketbot/internal/pglocal"

	"github.com/jackc/pgx/v5"
)

// TestRecallInPostgreSQL plants each spelling as somebody would who writes to a table in clear, and wants it found in
// the table's file, in the write-ahead log, by SQL, in a dump and in a backup that is a compressed archive.
func TestRecallInPostgreSQL(t *testing.T) {
	top, err := os.MkdirTemp("/tmp", "leakscan-test-") // t.TempDir is closed to the database's user
	must(t, err)
	t.Cleanup(func() { _ = os.RemoveAll(top) })
	must(t, os.Chmod(top, 0o711))
	dir := filepath.Join(top, "db")
	cluster, err := pglocal.Start(t.Context(), pglocal.Options{Dir: dir, Unsafe: true})
	must(t, err)
	t.Cleanup(func() { _ = cluster.Stop(t.Context()) })
	conn, err := pgx.Connect(t.Context(), cluster.URL("postgres"))
	must(t, err)

	words, short := plantInTables(t, conn)
	s := New(words...)
	missed := func(place string, leaks []Leak, of []string) {
		t.Helper()
		for i, word := range of {
			if !slices.ContainsFunc(leaks, func(l Leak) bool { return l.Word == word }) {
				t.Errorf("%s: missed %s, number %d", place, word, i)
			}
		}
	}
	live, err := s.Database(t.Context(), cluster.URL("postgres"))
	must(t, err)
	missed("by SQL", live.Leaks, words)
	missed("in a dump", s.Bytes("dump", dump(t, conn)), words)
	must(t, conn.Close(t.Context()))
	must(t, cluster.Stop(t.Context()))

	files, err := s.Dir(dir)
	must(t, err)
	for _, part := range []string{"data/base/", "data/pg_wal/"} {
		missed("in "+part, slices.DeleteFunc(slices.Clone(files.Leaks), func(l Leak) bool { return !strings.HasPrefix(l.Where, part) }), short)
	}
	backup := filepath.Join(top, "base.tar.gz")
	archive(t, dir, backup)
	archived, err := s.File(backup)
	must(t, err)
	missed("in a compressed base backup", archived.Leaks, short)
	t.Logf("%d words, %d files, %.0f MB", len(words), files.Files, float64(files.Bytes)/1e6)
}

// plantInTables writes words of their own for each spelling. Those that are short lie in the files as they were given;
// long ones PostgreSQL compresses and cuts up, and only SQL has to find them.
func plantInTables(t *testing.T, conn *pgx.Conn) (words, short []string) {
	t.Helper()
	_, err := conn.Exec(t.Context(), "create table leak (id int, name text, bytes bytea, long text)")
	must(t, err)
	for i, name := range slices.Sorted(maps.Keys(spelt(word))) {
		one, two := fmt.Sprintf("Quokka%02dfXz2-Canary", i), fmt.Sprintf("Wombat%02dfXz2-Canary", i)
		filler := strings.Repeat("some text that is long and says little. ", 200)
		_, err := conn.Exec(t.Context(), "insert into leak values ($1, $2, $3, $4)", i, name, spelt(one)[name], filler+two+filler)
		must(t, err)
		words, short = append(words, one, two), append(short, one)
	}
	for name, pack := range packers {
		one := fmt.Sprintf("Quokka%sCanary", hex.EncodeToString([]byte(name)))
		_, err := conn.Exec(t.Context(), "insert into leak (name, bytes) values ($1, $2)", name, pack([]byte("a "+one+" b")))
		must(t, err)
		if len(pack(nil)) < 1000 { // longer ones lie in pieces
			short = append(short, one)
		}
		words = append(words, one)
	}
	// Rewritten, so that the log has whole pages and the table new ones.
	_, err = conn.Exec(t.Context(), "checkpoint")
	must(t, err)
	return words, short
}

// dump is a table as COPY and pg_dump write it.
func dump(t *testing.T, conn *pgx.Conn) []byte {
	t.Helper()
	var out strings.Builder
	_, err := conn.PgConn().CopyTo(t.Context(), &out, "copy leak to stdout")
	must(t, err)
	return []byte(out.String())
}

func archive(t *testing.T, dir, to string) {
	t.Helper()
	f, err := os.Create(to)
	must(t, err)
	defer f.Close()
	packed := gzip.NewWriter(f)
	w := tar.NewWriter(packed)
	must(t, filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		content, err := os.Open(path)
		must(t, err)
		defer content.Close()
		info, err := d.Info()
		must(t, err)
		header, err := tar.FileInfoHeader(info, "")
		must(t, err)
		must(t, w.WriteHeader(header))
		_, err = io.Copy(w, content)
		return err
	}))
	must(t, w.Close())
	must(t, packed.Close())
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
