package store_test

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	planted "ticketbot/internal/canary"
	"ticketbot/internal/clock"
	"ticketbot/internal/fault"
	"ticketbot/keys"
	"ticketbot/privacy"
	"ticketbot/store"
	"ticketbot/store/storetest"
	"ticketbot/ticket"

	"github.com/jackc/pgx/v5"
)

const (
	restoredGuild ticket.GuildID = guildID
	leftGuild     ticket.GuildID = guildID + 1
	lateGuild     ticket.GuildID = guildID + 2
)

// house is a home with two guilds in which people have said things, each with a word of its own.
type house struct {
	*storetest.Home
	words *planted.Plantation
	s     *store.Store
	priv  *privacy.Service
}

func newHouse(t testing.TB) *house {
	t.Helper()
	h := &house{Home: storetest.NewHome(t), words: planted.New()}
	h.furnish(t)
	return h
}

func (h *house) furnish(t testing.TB) {
	t.Helper()
	h.start(t)
	w := h.move(t, restoredGuild)
	h.say(t, w, 1, ada, "ada, ticket 1")
	h.say(t, w, 2, bob, "bob, ticket 1")
	w.ticket = w.openTicket(t, ada, 1001, 556)
	h.say(t, w, 3, ada, "ada, ticket 2")
	w.ticket = w.openTicket(t, bob, 1002, 557)
	h.say(t, w, 4, ada, "ada, ticket 3")
	h.say(t, h.move(t, leftGuild), 5, ada, "ada, guild that is left")
}

// start starts the program: it opens the keyring and the database.
func (h *house) start(t testing.TB) {
	t.Helper()
	h.s = h.Open(t)
	h.priv = privacy.New(privacy.Options{
		Store: h.s, Keys: h.s.Keyring(), Discord: nobody{}, Clock: clock.NewManual(storetest.Start), Logger: slog.New(slog.DiscardHandler),
	})
}

// nobody is a Discord in which the bot is nowhere.
type nobody struct{ privacy.Discord }

func (nobody) Membership(context.Context, ticket.GuildID) (time.Time, error) {
	return time.Time{}, fault.New(fault.NotFound, "store.guild_gone")
}
func (nobody) EditWelcome(context.Context, ticket.Welcome) error { return nil }

func (h *house) move(t testing.TB, id ticket.GuildID) *world {
	t.Helper()
	w := &world{Store: h.s, g: storetest.Join(t, h.s, id)}
	w.category = &ticket.Category{Guild: w.g, Name: "Support", CreatedAt: storetest.Start}
	w.tx(t, func(tx ticket.Tx) error { return tx.InsertCategory(t.Context(), w.category) })
	w.ticket = w.openTicket(t, ada, 1000+uint64(id), 555)
	return w
}

func (h *house) say(t testing.TB, w *world, id ticket.MessageID, by ticket.User, place string) {
	t.Helper()
	w.save(t, w.said(id, h.words.Plant(place), by, 10))
}

// forgetAll forgets a person, a ticket and a guild. What is left is what ada said in tickets 1 and 2.
func (h *house) forgetAll(t testing.TB) {
	t.Helper()
	h.forgetBob(t)
	h.forgetTicket(t, 3)
	storetest.Leave(t, h.s, leftGuild)
	must(t, h.priv.ForgetGuild(t.Context(), ticket.Guild{ID: leftGuild, Epoch: 1}))
	h.wantReadable(t, "ada, ticket 1", "ada, ticket 2")
}

func (h *house) forgetBob(t testing.TB) {
	t.Helper()
	asked, err := h.priv.ForgetPerson(t.Context(), bob.ID)
	must(t, err)
	must(t, h.priv.ContinueErasure(t.Context(), asked.Erasure))
}

func (h *house) forgetTicket(t testing.TB, number uint32) {
	t.Helper()
	g := ticket.Guild{ID: restoredGuild, Epoch: 1}
	var id ticket.ID
	must(t, h.s.Pool().QueryRow(t.Context(), "select id from ticket where guild_id = $1 and number = $2", g.ID, number).Scan(&id))
	must(t, h.s.InTx(t.Context(), g, func(tx ticket.Tx) error {
		k, err := tx.LockTicket(t.Context(), id)
		must(t, err)
		k.State, k.ClosedAt = ticket.Closed, storetest.Start
		return tx.SaveTicket(t.Context(), k)
	}))
	must(t, h.priv.ForgetTicket(t.Context(), g, id))
}

// wantReadable wants these places' words to be readable and no others: by what is served, and by whoever tries every row
// of the database with the keyring.
func (h *house) wantReadable(t testing.TB, places ...string) {
	t.Helper()
	var served [][]byte
	guilds, err := h.s.Guilds(t.Context())
	must(t, err)
	for _, g := range guilds {
		rows, err := h.s.Pool().Query(t.Context(), "select id from ticket where guild_id = $1 and epoch = $2", g.ID, int64(g.Epoch))
		must(t, err)
		ids, err := pgx.CollectRows(rows, pgx.RowTo[ticket.ID])
		must(t, err)
		for _, id := range ids {
			all, err := h.s.Messages(t.Context(), g, id)
			must(t, err)
			for _, m := range all {
				for _, text := range texts(m) {
					served = append(served, []byte(text))
				}
			}
		}
	}
	slices.Sort(places)
	equal(t, sorted(h.words.Found(served...)), places)
	opened, locked := h.attack(t)
	equal(t, sorted(h.words.Found(opened...)), places)
	equal(t, locked, 0)
}

func sorted(s []string) []string {
	slices.Sort(s)
	return s
}

// attack tries every message in the database with the keyring. locked counts those of present guilds that have content
// which nobody can read any more: they should not be there.
func (h *house) attack(t testing.TB) (opened [][]byte, locked int) {
	t.Helper()
	for _, m := range h.sealed(t) {
		plain, err := h.Keys().Unseal(m.ref, m.content)
		if err == nil {
			opened = append(opened, plain)
		} else if m.present && errors.Is(err, keys.ErrForgotten) {
			locked++
		}
	}
	return opened, locked
}

// sealedMessage is a message as somebody has it who has the database and not the keyring.
type sealedMessage struct {
	ref     keys.Ref
	content []byte
	present bool
}

func (h *house) sealed(t testing.TB) []sealedMessage {
	t.Helper()
	rows, err := h.s.Pool().Query(t.Context(), `
		select m.guild_id, m.epoch, m.message_id, k.number, p.path, m.content, active(m.guild_id, m.epoch)
		from message m join ticket k on (k.guild_id, k.epoch, k.id) = (m.guild_id, m.epoch, m.ticket_id)
		join person p on (p.guild_id, p.epoch, p.id) = (m.guild_id, m.epoch, m.owner)
		where m.content is not null`)
	must(t, err)
	var all []sealedMessage
	for rows.Next() {
		var guild, row, number int64
		var epoch int32
		var path []byte
		var m sealedMessage
		must(t, rows.Scan(&guild, &epoch, &row, &number, &path, &m.content, &m.present))
		m.ref = keys.Ref{Guild: uint64(guild), Epoch: uint32(epoch), Field: keys.FieldMessage, Row: uint64(row), Ticket: keys.TicketPath(uint32(number))}
		m.ref.Person, err = keys.ParsePath(path)
		must(t, err)
		all = append(all, m)
	}
	must(t, rows.Err())
	return all
}

// copies counts them, for their names.
var copies atomic.Int64

// copyDatabase makes a cold copy of the database, file by file, and returns its name.
func (h *house) copyDatabase(t testing.TB) string {
	t.Helper()
	h.Close()
	name := h.database(t) + "_copy_" + time.Duration(copies.Add(1)).String()
	h.admin(t, `create database "`+name+`" template "`+h.database(t)+`" strategy file_copy`)
	t.Cleanup(func() { h.admin(t, `drop database "`+name+`" with (force)`) })
	return name
}

// putBackDatabase overwrites the database with a copy; "template0" is one in which there is nothing.
func (h *house) putBackDatabase(t testing.TB, from string) {
	t.Helper()
	h.Close()
	h.admin(t, `drop database "`+h.database(t)+`" with (force)`)
	h.admin(t, `create database "`+h.database(t)+`" template "`+from+`" strategy file_copy`)
}

func (h *house) database(t testing.TB) string {
	t.Helper()
	cfg, err := pgx.ParseConfig(h.URL)
	must(t, err)
	return cfg.Database
}

func (h *house) admin(t testing.TB, sql string) {
	t.Helper()
	cfg, err := pgx.ParseConfig(h.URL)
	must(t, err)
	cfg.Database = "postgres"
	conn, err := pgx.ConnectConfig(context.Background(), cfg)
	must(t, err)
	defer conn.Close(context.Background())
	_, err = conn.Exec(context.Background(), sql)
	must(t, err)
}

// copyKeyring copies the keyring's folder and returns where.
func (h *house) copyKeyring(t testing.TB) string {
	t.Helper()
	h.Close()
	to := t.TempDir()
	copyFiles(t, filepath.Join(h.Dir, "keys"), to)
	return to
}

func (h *house) putBackKeyring(t testing.TB, from string) {
	t.Helper()
	h.Close()
	must(t, os.RemoveAll(filepath.Join(h.Dir, "keys")))
	copyFiles(t, from, filepath.Join(h.Dir, "keys"))
}

// copyTree copies a folder as it is, with whose it is: a private PostgreSQL runs as another user.
func copyTree(t testing.TB, from, to string) {
	t.Helper()
	must(t, os.RemoveAll(to))
	out, err := exec.Command("cp", "-a", from, to).CombinedOutput()
	if err != nil {
		t.Fatalf("copy %s: %v: %s", from, err, out)
	}
}

func copyFiles(t testing.TB, from, to string) {
	t.Helper()
	must(t, os.MkdirAll(to, 0o700))
	must(t, filepath.WalkDir(from, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		raw, err := os.ReadFile(path)
		must(t, err)
		return os.WriteFile(filepath.Join(to, filepath.Base(path)), raw, 0o600)
	}))
}
