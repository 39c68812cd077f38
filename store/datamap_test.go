package store_test

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"ticketbot/store/storetest"

	"github.com/goccy/go-yaml"
	"github.com/jackc/pgx/v5"
)

type datamap struct {
	Kinds  map[string]string `yaml:"kinds"`
	Tables map[string]struct {
		Purpose, Policy, Retention, Export, Erase string
		Clear                                     map[string]string
	} `yaml:"tables"`
	Exceptions map[string]string `yaml:"exceptions"`
}

// typesOf are the types that a column in clear of some kind may have. None can hold a sentence.
var typesOf = map[string][]string{
	"guild id": {"bigint"}, "bot id": {"bigint"}, "epoch": {"integer"}, "channel id": {"bigint"}, "message id": {"bigint"},
	"attachment id": {"bigint"}, "request id": {"bigint"}, "ticket number": {"integer"},
	"surrogate id": {"bigint", "text", "bytea"}, "enum": {"text"}, "counter": {"integer", "bigint"},
	"time": {"timestamp with time zone"}, "flag": {"boolean"}, "digest": {"bytea"}, "ledger entry": {"bytea"},
}

var protected = []string{"sealed", "person_ref", "person_refs", "tag", "key_path"}

type column struct {
	Schema, Table, Name, Type, Domain string
	Checked                           bool // a check constraint of the table names it
}

func columnsOf(t *testing.T, conn *pgx.Conn) []column {
	t.Helper()
	rows, err := conn.Query(t.Context(), `
		select c.table_schema, c.table_name, c.column_name, c.data_type, coalesce(c.domain_name, ''),
			exists (select from pg_constraint k
				where k.contype = 'c' and k.conrelid = format('%I.%I', c.table_schema, c.table_name)::regclass
					and (select attnum from pg_attribute a where a.attrelid = k.conrelid and a.attname = c.column_name) = any(k.conkey))
		from information_schema.columns c join information_schema.tables using (table_schema, table_name)
		where table_type = 'BASE TABLE' and c.table_schema not in ('pg_catalog', 'information_schema')`)
	must(t, err)
	all, err := pgx.CollectRows(rows, pgx.RowToStructByPos[column])
	must(t, err)
	return all
}

// unmapped says what in the database the map does not know, and what in the map the database does not have.
func unmapped(m datamap, columns []column) []string {
	var wrong []string
	complain := func(format string, args ...any) { wrong = append(wrong, fmt.Sprintf(format, args...)) }
	seen := map[string]bool{}
	for _, c := range columns {
		table, mapped := m.Tables[c.Table]
		_, excepted := m.Exceptions[c.Table]
		_, schemaExcepted := m.Exceptions[c.Schema]
		if excepted || (schemaExcepted && c.Schema != "public") {
			seen[c.Table], seen[c.Schema] = true, true
			continue
		}
		name := c.Table + "." + c.Name
		seen[c.Table], seen[name] = true, true
		kind, clear := table.Clear[c.Name]
		switch {
		case c.Schema != "public" || !mapped:
			complain("%s.%s: the table is not in the map", c.Schema, name)
		case clear && slices.Contains(protected, c.Domain):
			complain("%s: is %s, and not in clear as the map says", name, c.Domain)
		case clear && !slices.Contains(typesOf[kind], c.Type):
			complain("%s: a %s cannot be a %q", name, c.Type, kind)
		case clear && c.Type == "text" && !c.Checked:
			complain("%s: text in clear that the database does not check could be anything", name)
		case !clear && !slices.Contains(protected, c.Domain):
			complain("%s: is in clear (%s), and not in the map", name, c.Type)
		}
	}
	for table, entry := range m.Tables {
		for _, text := range []string{entry.Purpose, entry.Policy, entry.Retention, entry.Export, entry.Erase} {
			if strings.TrimSpace(text) == "" {
				complain("%s: purpose, policy, retention, export and erase must all be said", table)
			}
		}
		for column, kind := range entry.Clear {
			if !seen[table+"."+column] {
				complain("%s.%s: in the map, not in the database", table, column)
			}
			if m.Kinds[kind] == "" {
				complain("%s.%s: no such kind: %q", table, column, kind)
			}
		}
	}
	for name := range m.Exceptions {
		if !seen[name] {
			complain("exception %s: not in the database", name)
		}
	}
	slices.Sort(wrong)
	return wrong
}

func TestDatamap(t *testing.T) {
	raw, err := os.ReadFile("datamap.yaml")
	must(t, err)
	var m datamap
	must(t, yaml.UnmarshalWithOptions(raw, &m, yaml.Strict()))
	conn, err := pgx.Connect(t.Context(), storetest.NewURL(t))
	must(t, err)
	defer conn.Close(t.Context())

	t.Run("names every column that is in clear, and nothing else", func(t *testing.T) {
		for _, complaint := range unmapped(m, columnsOf(t, conn)) {
			t.Error(complaint)
		}
	})

	t.Run("would notice", func(t *testing.T) {
		for _, change := range []string{
			"alter table message add column body text",
			"create table diary (entry text)",
			"create schema elsewhere; create table elsewhere.diary (entry text)",
			"alter table ticket drop column welcome_id",
			"alter table ticket drop constraint ticket_state_check",
			"alter table message alter column content type bytea",
			"alter table ticket alter column number type text",
		} {
			must(t, pgx.BeginFunc(t.Context(), conn, func(tx pgx.Tx) error {
				_, err := tx.Exec(t.Context(), change)
				must(t, err)
				if len(unmapped(m, columnsOf(t, conn))) == 0 {
					t.Errorf("did not notice %q", change)
				}
				_, err = tx.Exec(t.Context(), "rollback; begin")
				return err
			}))
		}
	})

	t.Run("every table of a guild hangs on its membership", func(t *testing.T) {
		rows, err := conn.Query(t.Context(), `
			select c.table_name from information_schema.columns c
			where c.table_schema = 'public' and c.column_name = 'guild_id' and c.table_name not in ('guild_tenancy', 'departed') -- what is left of a membership outlives it
				and not exists (select from pg_constraint k
					where k.contype = 'f' and k.conrelid = c.table_name::regclass and k.confrelid = 'guild_tenancy'::regclass)`)
		must(t, err)
		loose, err := pgx.CollectRows(rows, pgx.RowTo[string])
		must(t, err)
		equal(t, len(loose), 0)
	})
}

// TestReadsAskForTheGuild: a query that reads a guild's rows and does not ask whether the guild is still there would
// find what has been given up.
func TestReadsAskForTheGuild(t *testing.T) {
	files, err := os.ReadDir("queries")
	must(t, err)
	checked := 0
	for _, f := range files {
		if slices.Contains(ofNoLivingGuild, f.Name()) {
			continue
		}
		text, err := os.ReadFile("queries/" + f.Name())
		must(t, err)
		for _, q := range strings.Split(string(text), "-- name: ")[1:] {
			name, body, _ := strings.Cut(q, " ")
			checked++
			if ungated(body) && !slices.Contains(heldByTheTransaction, name) {
				t.Errorf("%s: %s reads without active(…)", f.Name(), name)
			}
		}
	}
	if checked < 40 || !ungated(":one\nselect * from ticket where id = @id;") {
		t.Error("the rule sees nothing")
	}
}

func ungated(query string) bool {
	reads := strings.Contains(query, "select ") && !strings.Contains(query, "nextval(")
	return reads && !strings.Contains(query, "active(")
}

// ofNoLivingGuild ask about no guild, about memberships themselves, or delete what nobody reads any more.
var ofNoLivingGuild = []string{"tenancy.sql", "server.sql", "receipt.sql", "forget_guild.sql"}

// heldByTheTransaction run only after the transaction has taken hold of the guild's membership.
var heldByTheTransaction = []string{
	"PeopleByTag", "LockPerson", "HoldTickets", "LockMessages", "KnownMessages", "RevisionsOfMessages", "LockCounter", "ErasedBefore",
	// These forget, or are about no guild.
	"LockUser", "MeetStrangers", "AwaitMeetings", "Erasure", "ErasuresUnderWay", "UndoneErasures", "Tenancies", "KnownAs", "EraseMessages",
	"HoldPersonToErase", "ObjectsOf", "CountErased",
	"LockKeyring", "KeyringTurn", "LedgerAfter", "LedgerEntry", "CopyLedger", "PeopleAtPaths", "SkipTickets", "ForgottenAt",
	// After a restore: a guild that was sealed by mistake comes back, and then this must have been done there too.
	"TicketsNumbered", "Counters",
	// These delete what nobody reads any more.
	"ExpectLate", "LateObjects",
}
