package privacy_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ticketbot/internal/clock"
	"ticketbot/keys"
	"ticketbot/privacy"
	"ticketbot/store"
	"ticketbot/store/storetest"
	"ticketbot/ticket"

	"github.com/jackc/pgx/v5"
)

const (
	serverA ticket.GuildID   = 41771983423143937
	serverB ticket.GuildID   = 41771983423143938
	logRoom ticket.ChannelID = 700
	dmRoom  ticket.ChannelID = 701
)

// What ada leaves in many places has her canary, what others leave has theirs.
const (
	hers   = "canary-of-ada"
	others = "canary-of-others"
)

var (
	ada  = ticket.User{ID: 80351110224678912, Username: hers + "-name", GlobalName: hers + "-display", Avatar: hers + "-avatar"}
	bob  = ticket.User{ID: 80351110224678913, Username: others + "-bob"}
	self = ticket.User{ID: 80351110224678914, Username: "TicketBot", Bot: true}
)

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// house is an installation with one person in two servers.
type house struct {
	*store.Store
	home    *storetest.Home
	clock   *clock.Manual
	discord *pinboard
	guilds  []ticket.Guild
	hers    []*ticket.Ticket // the one she opened, in each guild
	his     []*ticket.Ticket // bob's, which she closed
	files   []*ticket.File
	logged  strings.Builder
	dropped []ticket.UserID // from memory
}

func newHouse(t *testing.T) *house {
	t.Helper()
	h := &house{home: storetest.NewHome(t), clock: clock.NewManual(storetest.Start), discord: &pinboard{says: map[ticket.MessageID]string{}}}
	h.Store = h.home.Open(t, h.clock)
	for _, id := range []ticket.GuildID{serverA, serverB} {
		h.furnish(t, storetest.Join(t, h.Store, id))
	}
	check(t, h.CreateSession(t.Context(), [32]byte{1}, store.SessionData{User: ada}, h.clock.Now().Add(24*time.Hour)))
	check(t, h.CreateSession(t.Context(), [32]byte{2}, store.SessionData{User: bob}, h.clock.Now().Add(24*time.Hour)))
	h.clock.Advance(time.Hour)
	return h
}

func (h *house) options() privacy.Options {
	return privacy.Options{
		Store: h.Store, Keys: h.home.Keys(), Discord: h.discord, Clock: h.clock, Logger: slog.New(slog.NewTextHandler(&h.logged, nil)),
		Drop: func(id ticket.UserID) { h.dropped = append(h.dropped, id) },
	}
}

func (h *house) service() *privacy.Service { return privacy.New(h.options()) }

// furnish fills a guild with everything in which a person can hide.
func (h *house) furnish(t *testing.T, g ticket.Guild) {
	t.Helper()
	ctx := t.Context()
	c := &ticket.Category{Guild: g, Name: "Support", Log: logRoom, CreatedAt: h.clock.Now()}
	check(t, h.InTx(ctx, g, func(tx ticket.Tx) error { return tx.InsertCategory(ctx, c) }))
	mine := h.open(t, g, c, ada, 1, hers+"-answer")
	its := h.open(t, g, c, bob, 2, others+"-answer")
	h.talk(t, mine, its)
	check(t, h.InTx(ctx, g, func(tx ticket.Tx) error {
		k, err := tx.LockTicket(ctx, its.ID)
		if err != nil {
			return err
		}
		if k.Closer, err = tx.Meet(ctx, ada); err != nil {
			return err
		}
		k.State, k.CloseReason, k.ClosedAt = ticket.Closed, hers+"-reason", h.clock.Now()
		grant := &ticket.Effect{Guild: g, Ticket: mine.ID, Kind: ticket.EffectGrant, At: h.clock.Now(), Detail: ticket.EffectDetail{User: ada.ID, Note: hers + "-note"}}
		event := ticket.Event{Verb: ticket.VerbClose, Ticket: k.ID, Person: k.Closer, At: h.clock.Now(), Detail: ticket.EventDetail{Text: hers + "-event"}}
		return errors.Join(tx.SaveTicket(ctx, k), tx.Append(ctx, event), tx.AddEffect(ctx, grant),
			tx.AddPost(ctx, mine.ID, ticket.Posted{Channel: dmRoom, Message: h.discord.pin(hers)}, ticket.PostDirect),
			tx.AddPost(ctx, its.ID, ticket.Posted{Channel: logRoom, Message: h.discord.pin(hers)}, ticket.PostInLog))
	}))
	h.guilds, h.hers, h.his = append(h.guilds, g), append(h.hers, mine), append(h.his, its)
}

func (h *house) open(t *testing.T, g ticket.Guild, c *ticket.Category, by ticket.User, n uint64, answer string) *ticket.Ticket {
	t.Helper()
	ctx := t.Context()
	k := &ticket.Ticket{Guild: g, Category: c.ID, State: ticket.Opening, OpenedAt: h.clock.Now(), Answers: []ticket.Answer{{Question: "What?", Values: []string{answer}}}}
	check(t, h.InTx(ctx, g, func(tx ticket.Tx) (err error) {
		if k.Opener, err = tx.Meet(ctx, by); err != nil {
			return err
		}
		if err = tx.InsertTicket(ctx, k, n); err != nil {
			return err
		}
		k.State, k.Channel, k.Welcome = ticket.Open, ticket.ChannelID(n*100), h.discord.pin(answer)
		return tx.SaveTicket(ctx, k)
	}))
	return k
}

func (h *house) talk(t *testing.T, mine, its *ticket.Ticket) {
	t.Helper()
	room := func(k *ticket.Ticket) ticket.Room {
		return ticket.Room{Guild: k.Guild, Ticket: k.ID, Number: k.Number, Channel: k.Channel}
	}
	now := h.clock.Now()
	say := func(k *ticket.Ticket, id ticket.MessageID, text string, users ...ticket.User) ticket.Sighting {
		return ticket.Sighting{
			Room: room(k), Kind: ticket.SeenCreated, Message: id, At: now, Seen: now, Users: users, Own: users[0].ID == self.ID,
			Content: ticket.Content{Text: text},
		}
	}
	welcome := say(mine, 10, "Welcome "+ticket.Mention(1)+": "+hers+"-in-welcome", self, ada)
	first := say(mine, 11, hers+"-before-edit", ada)
	first.Content.Attachments = []ticket.Attachment{{ID: ticket.AttachmentID(mine.Guild.ID) + 1, Name: hers + ".png", Size: 3, URL: "https://cdn.example/" + hers}}
	edited := say(mine, 11, hers+"-after-edit", ada)
	edited.Kind, edited.Edited = ticket.SeenEdited, now.Add(time.Second)
	reply := say(mine, 12, others+" to "+ticket.Mention(1), bob, ada)
	reply.Content.Reply = &ticket.Reply{Message: 11, Author: 1}
	closing := say(its, 20, "Closed: "+hers+"-in-announcement", self, ada)
	closing.Content.Use = &ticket.Use{Person: 1, Name: "close"}
	check(t, h.SaveSightings(t.Context(), []ticket.Sighting{welcome, first, edited, reply, closing, say(its, 21, others+"-thanks", bob)}))
	f, err := h.File(t.Context(), mine.Guild, ticket.AttachmentID(mine.Guild.ID)+1)
	check(t, err)
	check(t, h.PutFile(t.Context(), f, strings.NewReader(hers+"-bytes")))
	f.State = ticket.FileStored
	check(t, h.SaveFile(t.Context(), f))
	h.files = append(h.files, f)
}

// readable is everything that anybody could still read, by place.
func (h *house) readable(t *testing.T) map[string]string {
	t.Helper()
	ctx := t.Context()
	all := map[string]string{}
	put := func(v any, place string, args ...any) {
		text, err := json.Marshal(v)
		check(t, err)
		all[fmt.Sprintf(place, args...)] = string(text)
	}
	for i, g := range h.guilds {
		for _, k := range []*ticket.Ticket{h.hers[i], h.his[i]} {
			got, err := h.Ticket(ctx, g, k.ID)
			check(t, err)
			put(got.Answers, "%d/%d answers", i, k.Number)
			put(got.CloseReason, "%d/%d reason", i, k.Number)
			messages, err := h.Messages(ctx, g, k.ID)
			check(t, err)
			for _, m := range messages {
				put(m.Content, "%d message %d", i, m.ID)
				put(m.Revisions, "%d revisions %d", i, m.ID)
			}
			people, err := h.People(ctx, g, []ticket.PersonID{k.Opener})
			check(t, err)
			put(people[k.Opener].Profile, "%d person who opened %d", i, k.Number)
			files, err := h.Files(ctx, g, k.ID)
			check(t, err)
			for _, f := range files {
				put(f.Detail, "%d file", i)
				put(h.bytes(ctx, &f), "%d bytes", i)
			}
		}
		events, err := h.EventsAfter(ctx, g, 0, 100)
		check(t, err)
		for _, e := range events {
			put(e.Detail, "%d event %d", i, e.Seq)
		}
	}
	return all
}

func (h *house) bytes(ctx context.Context, f *ticket.File) string {
	r, err := h.OpenFile(ctx, f)
	if err != nil {
		return ""
	}
	defer r.Close()
	raw, _ := io.ReadAll(r)
	return string(raw)
}

// having are the places in which a canary is found.
func having(all map[string]string, canary string) (places []string) {
	for place, text := range all {
		if strings.Contains(text, canary) {
			places = append(places, place)
		}
	}
	return places
}

func (h *house) sql(t *testing.T, statement string, into ...any) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), h.home.URL)
	check(t, err)
	defer conn.Close(t.Context())
	if len(into) > 0 {
		check(t, conn.QueryRow(t.Context(), statement).Scan(into...))
		return
	}
	_, err = conn.Exec(t.Context(), statement)
	check(t, err)
}

// keepCopies does what a backup does: it keeps rows and files as they are now.
func (h *house) keepCopies(t *testing.T) (putBack func()) {
	t.Helper()
	tables := []string{"person", "message", "revision", "ticket", "event", "file", "effect"}
	for _, table := range tables {
		h.sql(t, "create table old_"+table+" as table "+table)
	}
	objects := map[string][]byte{}
	for _, f := range h.files {
		name := filepath.Join(h.home.Dir, "files", f.Object)
		raw, err := os.ReadFile(name)
		check(t, err)
		objects[name] = raw
	}
	return func() {
		h.sql(t, `set session_replication_role = replica;
			truncate person, message, revision, ticket, event, file, effect cascade;`)
		for _, table := range tables {
			h.sql(t, "set session_replication_role = replica; insert into "+table+" overriding system value table old_"+table)
		}
		for name, raw := range objects {
			check(t, os.WriteFile(name, raw, 0o600))
		}
	}
}

// pinboard is a Discord that remembers what our messages say of ada.
type pinboard struct {
	privacy.Discord
	says   map[ticket.MessageID]string
	last   ticket.MessageID
	fail   func() error
	edited []ticket.Welcome
}

func (p *pinboard) pin(text string) ticket.MessageID {
	p.last++
	p.says[p.last] = text
	return p.last
}

func (p *pinboard) ask() error {
	if p.fail != nil {
		return p.fail()
	}
	return nil
}

func name(id ticket.UserID) string {
	if id == ada.ID {
		return hers
	}
	return others
}

func (p *pinboard) RewriteLog(_ context.Context, _ ticket.ChannelID, m ticket.MessageID, n ticket.Notice) error {
	if err := p.ask(); err != nil {
		return err
	}
	p.says[m] = name(n.Opener) + name(n.Claimer) + name(n.Closer) + n.Ticket.CloseReason
	return nil
}

func (p *pinboard) RewriteTold(_ context.Context, _ ticket.ChannelID, m ticket.MessageID, n ticket.Notice) error {
	if err := p.ask(); err != nil {
		return err
	}
	p.says[m] = "to " + name(n.Opener) + ", closed by " + name(n.Closer) + n.Ticket.CloseReason
	return nil
}

func (p *pinboard) DeleteMessage(_ context.Context, _ ticket.ChannelID, m ticket.MessageID) error {
	if err := p.ask(); err != nil {
		return err
	}
	delete(p.says, m)
	return nil
}

func (p *pinboard) EditWelcome(_ context.Context, w ticket.Welcome) error {
	if err := p.ask(); err != nil {
		return err
	}
	p.edited = append(p.edited, w)
	p.says[w.Ticket.Welcome] = name(w.Opener) + fmt.Sprint(w.Ticket.Answers)
	return nil
}

func (p *pinboard) having(canary string) (n int) {
	for _, text := range p.says {
		if strings.Contains(text, canary) {
			n++
		}
	}
	return n
}

var _ privacy.Keys = (*keys.Ring)(nil)
