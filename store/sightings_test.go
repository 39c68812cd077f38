package store_test

import (
	"cmp"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"ticketbot/internal/fault"
	"ticketbot/store/storetest"
	"ticketbot/ticket"

	"pgregory.net/rapid"
)

// said is a message with some text, seen at a second after Start.
func (w *world) said(id ticket.MessageID, text string, by ticket.User, second int) ticket.Sighting {
	return ticket.Sighting{
		Room: w.room(), Kind: ticket.SeenCreated, Message: id, At: at(10), Seen: at(second), Users: []ticket.User{by},
		Content: ticket.Content{Text: text},
	}
}

func (w *world) edited(id ticket.MessageID, text string, by ticket.User, edit, second int) ticket.Sighting {
	s := w.said(id, text, by, second)
	s.Kind, s.Edited = ticket.SeenEdited, at(edit)
	return s
}

func (w *world) deleted(id ticket.MessageID, second int) ticket.Sighting {
	return ticket.Sighting{Room: w.room(), Kind: ticket.SeenDeleted, Message: id, Seen: at(second)}
}

func at(second int) time.Time { return storetest.Start.Add(time.Duration(second) * time.Second) }

func (w *world) save(t testing.TB, all ...ticket.Sighting) {
	t.Helper()
	must(t, w.SaveSightings(t.Context(), all))
}

func (w *world) messages(t testing.TB) []ticket.Message {
	t.Helper()
	all, err := w.Messages(t.Context(), w.g, w.ticket.ID)
	must(t, err)
	return all
}

func texts(m ticket.Message) []string {
	var all []string
	for _, r := range m.Revisions {
		all = append(all, r.Content.Text)
	}
	return append(all, m.Content.Text)
}

func TestSightings(t *testing.T) {
	t.Run("a message is kept with its people and wordings", func(t *testing.T) {
		w := newWorld(t)
		first := w.said(100, "hi "+ticket.Mention(1), ada, 10)
		first.Users = append(first.Users, bob)
		w.save(t, first, w.said(101, "yes?", bob, 11))
		w.save(t, w.edited(100, "hello", ada, 20, 20))
		got := w.messages(t)
		equal(t, len(got), 2)
		equal(t, texts(got[0]), []string{"hi " + ticket.Mention(1), "hello"})
		equal(t, got[0].Revisions[0].At, at(10))
		equal(t, []time.Time{got[0].At, got[0].EditedAt, got[0].DeletedAt}, []time.Time{at(10), at(20), {}})
		equal(t, got[0].Revisions[0].People, []ticket.PersonID{w.ticket.Opener, got[1].Author})
		equal(t, got[0].People, []ticket.PersonID{w.ticket.Opener})
	})

	t.Run("a late, older edit becomes a revision", func(t *testing.T) {
		w := newWorld(t)
		w.save(t, w.said(100, "one", ada, 10))
		w.save(t, w.edited(100, "three", ada, 30, 31))
		w.save(t, w.edited(100, "two", ada, 20, 32))
		equal(t, texts(w.messages(t)[0]), []string{"one", "two", "three"})
	})

	t.Run("a link's preview is no edit", func(t *testing.T) {
		w := newWorld(t)
		w.save(t, w.said(100, "look: https://example.org", ada, 10))
		preview := w.said(100, "look: https://example.org", ada, 12)
		preview.Kind, preview.Content.Embeds = ticket.SeenEdited, []ticket.Embed{{Title: "Example"}}
		w.save(t, preview)
		got := w.messages(t)[0]
		equal(t, len(got.Content.Embeds), 1)
		equal(t, len(got.Revisions), 0)
		equal(t, got.EditedAt, time.Time{})
	})

	t.Run("a deleted message keeps what it said", func(t *testing.T) {
		w := newWorld(t)
		w.save(t, w.said(100, "oops", ada, 10), w.deleted(100, 15), w.deleted(100, 14))
		got := w.messages(t)[0]
		equal(t, got.Content.Text, "oops")
		equal(t, got.DeletedAt, at(14))
	})

	t.Run("a deletion may come first", func(t *testing.T) {
		w := newWorld(t)
		w.save(t, w.deleted(100, 15))
		got := w.messages(t)[0]
		equal(t, []any{got.Author, got.DeletedAt}, []any{ticket.PersonID(0), at(15)})
		last, err := w.LastMessage(t.Context(), w.g, w.ticket.Channel, 1000)
		must(t, err)
		equal(t, last, 0)
		w.save(t, w.said(100, "oops", ada, 10))
		got = w.messages(t)[0]
		equal(t, []any{got.Content.Text, got.DeletedAt, got.At}, []any{"oops", at(15), at(10)})
		n, err := w.CountMessages(t.Context(), w.g, w.ticket.ID)
		must(t, err)
		equal(t, n, 1)
	})

	t.Run("the last message is the newest below a bound", func(t *testing.T) {
		w := newWorld(t)
		w.save(t, w.said(100, "a", ada, 10), w.said(200, "b", ada, 11))
		for before, want := range map[ticket.MessageID]ticket.MessageID{0: 0, 100: 0, 101: 100, 200: 100, 201: 200} {
			last, err := w.LastMessage(t.Context(), w.g, w.ticket.Channel, before)
			must(t, err)
			equal(t, last, want)
		}
	})
}

func TestGoneGuild(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	other := storetest.Join(t, w.Store, 7)
	dead := w.said(100, "nobody will read this", ada, 10)
	dead.Room.Guild = other
	noTicket := w.said(101, "nor this", ada, 10)
	noTicket.Room.Ticket = 999
	noGuild := w.said(102, "nor this", ada, 10)
	noGuild.Room.Guild = ticket.Guild{ID: 8, Epoch: 1}

	t.Run("costs nobody else a message", func(t *testing.T) {
		storetest.Leave(t, w.Store, other.ID)
		w.save(t, dead, w.said(103, "this is kept", ada, 10), noTicket, noGuild)
		got := w.messages(t)
		equal(t, len(got), 1)
		equal(t, got[0].Content.Text, "this is kept")
		equal(t, w.Refused(), int64(3))
	})

	t.Run("whose key is lost neither", func(t *testing.T) {
		stranger := ticket.Guild{ID: 9, Epoch: 1}
		_, err := w.Pool().Exec(ctx, `with t as (insert into guild_tenancy values (9, 1, '2026-01-01', 'active')),
			p as (insert into person (guild_id, epoch, id, path) values (9, 1, 900, '\x0102030405060708')),
			c as (insert into category (guild_id, epoch, id, created_at, settings) values (9, 1, 900, '2026-01-01', '\x01' || decode(repeat('00', 92), 'hex')))
			insert into ticket (guild_id, epoch, id, number, public_id, category_id, state, opener, opened_at)
			values (9, 1, 900, 1, 'aaaaaaaaaaaaaaaa', 900, 'open', 900, '2026-01-01')`)
		must(t, err)
		lost := w.said(104, "no key for this", ada, 10)
		lost.Room = ticket.Room{Guild: stranger, Ticket: 900, Number: 1, Channel: 1}
		w.save(t, lost, w.said(105, "this too", ada, 10))
		equal(t, len(w.messages(t)), 2)
		equal(t, w.Refused(), int64(4))
	})
}

// TestAnyOrder: however the sightings of a conversation come in, in whatever order, how often, in which batches, and
// from how many hands, the archive is the same.
func TestAnyOrder(t *testing.T) {
	w := newWorld(t)
	people := []ticket.User{ada, bob, {ID: 9, Username: "cyd"}}
	next := 0
	rapid.Check(t, func(rt *rapid.T) {
		next++
		w.ticket = w.openTicket(t, ada, uint64(10_000+next), ticket.ChannelID(10_000+next))
		story := tell(rt, w, people)
		w.save(t, story...)
		want := archive(t, w)

		w.ticket = w.openTicket(t, ada, uint64(50_000+next), ticket.ChannelID(50_000+next))
		for i := range story {
			story[i].Room = w.room()
		}
		shuffled := rapid.Permutation(append(story, rapid.SliceOfN(rapid.SampledFrom(story), 0, 5).Draw(rt, "again")...)).Draw(rt, "order")
		var batches [][]ticket.Sighting
		for len(shuffled) > 0 {
			n := rapid.IntRange(1, len(shuffled)).Draw(rt, "batch")
			batches, shuffled = append(batches, shuffled[:n]), shuffled[n:]
		}
		if rapid.Bool().Draw(rt, "at once") {
			var wg sync.WaitGroup
			for _, b := range batches {
				wg.Go(func() {
					if err := w.SaveSightings(t.Context(), b); err != nil {
						t.Error(err)
					}
				})
			}
			wg.Wait()
		} else {
			for _, b := range batches {
				w.save(t, b...)
			}
		}
		if got := archive(t, w); got != want {
			rt.Fatalf("\n got %s\nwant %s", got, want)
		}
	})
}

// tell makes up a conversation in the order in which it happened.
func tell(rt *rapid.T, w *world, people []ticket.User) []ticket.Sighting {
	var story []ticket.Sighting
	second := 10
	for m := range rapid.IntRange(1, 4).Draw(rt, "messages") {
		id := ticket.MessageID(100 + m)
		by := rapid.SampledFrom(people).Draw(rt, "author")
		edit := 0
		for range rapid.IntRange(0, 4).Draw(rt, "changes") {
			second++
			text := fmt.Sprint("text ", second)
			switch rapid.SampledFrom([]string{"edit", "preview", "delete", "history"}).Draw(rt, "change") {
			case "edit":
				edit = second
				story = append(story, w.edited(id, text, by, edit, second))
			case "preview":
				s := w.said(id, text, by, second)
				s.Kind = ticket.SeenEdited
				if edit > 0 {
					s.Edited = at(edit)
				}
				story = append(story, s)
			case "delete":
				story = append(story, w.deleted(id, second))
			case "history":
				s := w.said(id, text, by, 0)
				s.Seen = time.Time{}
				if edit > 0 {
					s.Edited = at(edit)
				}
				story = append(story, s)
			}
		}
		if rapid.Bool().Draw(rt, "seen from the beginning") || len(story) == 0 {
			story = append(story, w.said(id, "first", by, 10))
		}
	}
	return story
}

// archive is all that a ticket's archive holds, but for numbers that differ from run to run.
func archive(t *testing.T, w *world) string {
	t.Helper()
	messages := w.messages(t)
	for i := range messages {
		messages[i].Channel = 0
		if len(messages[i].People) == 0 && messages[i].Author == 0 {
			messages[i].At = at(10) // only deleted: the id has to tell the time
		}
	}
	slices.SortFunc(messages, func(a, b ticket.Message) int { return cmp.Compare(a.ID, b.ID) })
	return fmt.Sprintf("%+v", messages)
}

func TestFiles(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	s := w.said(100, "see", ada, 10)
	s.Content.Attachments = []ticket.Attachment{{ID: 500, Name: "a.png", Type: "image/png", Size: 3, URL: "https://cdn/a.png"}}
	s.Content.Forward = &ticket.Content{Attachments: []ticket.Attachment{{ID: 501, Name: "b.txt", Size: 4}}}
	w.save(t, s)
	w.save(t, s)

	waiting, err := w.WaitingFiles(ctx, w.g, w.ticket.ID)
	must(t, err)
	equal(t, len(waiting), 2)
	f := waiting[0]
	equal(t, f.Detail, ticket.FileDetail{Name: "a.png", Type: "image/png", Size: 3, URL: "https://cdn/a.png"})
	equal(t, []any{f.Ticket, f.Number, f.Message, f.Author, f.ID}, []any{w.ticket.ID, w.ticket.Number, ticket.MessageID(100), w.ticket.Opener, ticket.AttachmentID(500)})

	var jobs int
	must(t, w.Pool().QueryRow(ctx, "select count(*) from river.river_job where kind = 'copy_file' and queue = 'files'").Scan(&jobs))
	equal(t, jobs, 2)

	f.State, f.Tries = ticket.FileStored, 1
	must(t, w.SaveFile(ctx, &f))
	got, err := w.File(ctx, w.g, f.ID)
	must(t, err)
	equal(t, *got, f)
	all, err := w.Files(ctx, w.g, w.ticket.ID)
	must(t, err)
	equal(t, len(all), 2)
	waiting, err = w.WaitingFiles(ctx, w.g, w.ticket.ID)
	must(t, err)
	equal(t, len(waiting), 1)

	// Another hand, which read the file before it was stored, and failed.
	late := f
	late.State, late.Detail.Reason = ticket.FileGivenUp, "ticket.file.unreachable"
	must(t, w.SaveFile(ctx, &late))
	got, err = w.File(ctx, w.g, f.ID)
	must(t, err)
	equal(t, *got, f)

	_, err = w.File(ctx, w.g, 999)
	wantKind(t, err, fault.NotFound)
}
