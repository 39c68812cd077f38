package everyrow

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"ticketbot/internal/pglocal"

	"github.com/jackc/pgx/v5"
)

func TestEveryValueOfEveryTableIsRead(t *testing.T) {
	top, err := os.MkdirTemp("/tmp", "everyrow-test-") // t.TempDir is closed to the database's user
	must(t, err)
	t.Cleanup(func() { _ = os.RemoveAll(top) })
	must(t, os.Chmod(top, 0o711))
	cluster, err := pglocal.Start(t.Context(), pglocal.Options{Dir: filepath.Join(top, "db"), Unsafe: true})
	must(t, err)
	t.Cleanup(func() { _ = cluster.Stop(t.Context()) })
	url := cluster.URL("postgres")
	if err := Read(t.Context(), url, nil); err == nil {
		t.Error("an empty database passes for one that was read")
	}
	conn, err := pgx.Connect(t.Context(), url)
	must(t, err)
	defer conn.Close(t.Context())
	_, err = conn.Exec(t.Context(), `
		create domain hidden as bytea;
		create schema "else where";
		create table "a b" (id bigint, words text[], "when" timestamptz, secret hidden);
		create table "else where".jobs (args jsonb);
		insert into "a b" values (7, '{x,y}', '2026-01-02 03:04:05Z', '\x00ff'), (8, null, null, null);
		insert into "else where".jobs values ('{"a": 1}')`)
	must(t, err)

	var got []string
	must(t, Read(t.Context(), url, func(row Row) error {
		for _, v := range row {
			got = append(got, fmt.Sprintf("%s.%s.%s %s=%q", v.Schema, v.Table, v.Name, v.Domain, v.Bytes))
		}
		if row[0].Table == "a b" && string(row.Get("id")) == "" || row.Get("nothing") != nil {
			t.Error("a value is not found by its column")
		}
		return nil
	}))
	want := []string{
		`else where.jobs.args ="{\"a\": 1}"`,
		`public.a b.id ="7"`, `public.a b.words ="{x,y}"`, `public.a b.when ="2026-01-02 03:04:05+00"`, `public.a b.secret hidden="\x00\xff"`,
		`public.a b.id ="8"`, `public.a b.words =""`, `public.a b.when =""`, `public.a b.secret hidden=""`,
	}
	if !slices.Equal(got, want) {
		t.Errorf("read\n%q, want\n%q", got, want)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
