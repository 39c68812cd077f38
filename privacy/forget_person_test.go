package privacy_test

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"ticketbot/internal/fault"
	"ticketbot/internal/say"
	"ticketbot/privacy"
	"ticketbot/ticket"
	"ticketbot/transcript"
)

func same(t testing.TB, got, want any) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Errorf("\n got %+v\nwant %+v", got, want)
	}
}

// forgotten runs an erasure of ada to its end.
func (h *house) forgotten(t *testing.T) privacy.Asked {
	t.Helper()
	asked, err := h.service().ForgetPerson(t.Context(), ada.ID)
	check(t, err)
	check(t, h.service().ContinueErasure(t.Context(), asked.Erasure))
	return asked
}

// changed are the places that do not say what they said before, but for those that were hers.
func changed(before, now map[string]string, herPlaces []string) (places []string) {
	for place := range before {
		if now[place] != before[place] && !slices.Contains(herPlaces, place) {
			places = append(places, place+": "+now[place])
		}
	}
	return places
}

func TestForgetPerson(t *testing.T) {
	h := newHouse(t)
	ctx := t.Context()
	before := h.readable(t)
	herPlaces := having(before, hers)
	// In each of two servers: her answers, her reason, her name, two of the bot's messages, hers and what it said before,
	// an event, a file and its bytes.
	if len(herPlaces) != 20 || h.discord.having(hers) != 6 {
		t.Fatalf("planted in %d places and %d posts: %v", len(herPlaces), h.discord.having(hers), herPlaces)
	}
	putBack := h.keepCopies(t)
	asked := h.forgotten(t)

	t.Run("nothing of hers can be read, wherever it hid", func(t *testing.T) {
		same(t, having(h.readable(t), hers), []string(nil))
	})

	t.Run("what others said is what it was, in order, none missing", func(t *testing.T) {
		same(t, changed(before, h.readable(t), herPlaces), []string(nil))
		for i, g := range h.guilds {
			messages, err := h.Messages(ctx, g, h.hers[i].ID)
			check(t, err)
			same(t, []ticket.MessageID{messages[0].ID, messages[1].ID, messages[2].ID}, []ticket.MessageID{10, 11, 12})
			same(t, []bool{messages[0].Erased, messages[1].Erased, messages[2].Erased}, []bool{true, true, false})
			n, err := h.CountMessages(ctx, g, h.hers[i].ID)
			check(t, err)
			same(t, n, 3)
			last, err := h.LastMessage(ctx, g, h.hers[i].Channel, 12)
			check(t, err)
			same(t, last, ticket.MessageID(11))
			whole, broken, err := h.CheckEvents(ctx, g)
			check(t, err)
			same(t, []int64{whole, broken}, []int64{1, 0})
		}
	})

	t.Run("our messages on Discord do not name her, and those about others do not change", func(t *testing.T) {
		same(t, h.discord.having(hers), 0)
		same(t, len(h.discord.says), 6) // of eight, her two direct messages are gone
		same(t, h.discord.having(others+"-answer"), 2)
	})

	t.Run("the rows do not say who she was", func(t *testing.T) {
		var tags, profiles, contents, pending, revisions int
		h.sql(t, `select (select count(*) from person where erased and (tag is not null or path <> '\x0000000000000000')),
			(select count(*) from person where erased and profile is not null), (select count(*) from message where erased and content is not null),
			(select count(*) from effect where detail is not null or state = 'pending'), (select count(*) from revision)`,
			&tags, &profiles, &contents, &pending, &revisions)
		same(t, []int{tags, profiles, contents, pending, revisions}, []int{0, 0, 0, 0, 0})
		for _, g := range h.guilds {
			id, err := h.PersonID(ctx, g, ada.ID)
			check(t, err)
			same(t, id, ticket.PersonID(0))
		}
		_, _, err := h.Session(ctx, [32]byte{1})
		same(t, fault.KindOf(err), fault.NotFound)
		_, _, err = h.Session(ctx, [32]byte{2})
		check(t, err)
	})

	t.Run("no file, no job and no log tells of her, nor does memory", func(t *testing.T) {
		same(t, h.dropped, []ticket.UserID{ada.ID})
		for _, f := range h.files {
			if _, err := os.Stat(filepath.Join(h.home.Dir, "files", f.Object)); !errors.Is(err, os.ErrNotExist) {
				t.Errorf("a file of hers is still there: %v", err)
			}
		}
		var jobs, telling int
		h.sql(t, "select count(*), count(*) filter (where j::text ~ '"+hers+"|"+fmt.Sprint(uint64(ada.ID))+"') from river.river_job j", &jobs, &telling)
		same(t, []bool{jobs > 0, telling > 0}, []bool{true, false})
		if strings.Contains(h.logged.String(), hers) || !strings.Contains(h.logged.String(), "a person has been forgotten") {
			t.Error(h.logged.String())
		}
	})

	t.Run("a transcript still shows the conversation, and somebody who was deleted", func(t *testing.T) {
		tickets := ticket.New(h.Store, nil, nil, h.clock, slog.New(slog.DiscardHandler))
		k, err := h.Ticket(ctx, h.guilds[0], h.hers[0].ID)
		check(t, err)
		c, err := tickets.Conversation(ctx, k)
		check(t, err)
		for name, render := range map[string]func(io.Writer, *ticket.Conversation, transcript.Options) error{
			"page": transcript.Render, "text": transcript.RenderText, "record": transcript.RenderJSON,
		} {
			var out strings.Builder
			check(t, render(&out, c, transcript.Options{}))
			if page := out.String(); strings.Contains(page, hers) || strings.Contains(page, fmt.Sprint(uint64(ada.ID))) || !strings.Contains(page, others) {
				t.Errorf("%s: %s", name, page)
			} else if name != "record" && !strings.Contains(page, say.T("transcript.person.erased")) {
				t.Errorf("%s shows nobody deleted: %s", name, page)
			}
		}
	})

	t.Run("the receipt says what was forgotten, and nobody else finds it", func(t *testing.T) {
		r, err := h.service().Receipt(ctx, ada.ID, asked.Receipt)
		check(t, err)
		st, err := r.Check(h.home.Keys().PublicKey())
		check(t, err)
		same(t, []any{st.Kind, st.At}, []any{privacy.KindPerson, h.clock.Now()})
		if text := r.Statement; !strings.Contains(text, `"servers":2,"messages":6,"files":2,"tickets":2,"kept_on_discord":0`) {
			t.Error(text)
		}
		_, err = h.service().Receipt(ctx, bob.ID, asked.Receipt)
		same(t, fault.KindOf(err), fault.NotFound)
		var details int
		h.sql(t, "select count(*) from erasure where detail is not null or state <> 'done'", &details)
		same(t, details, 0)
	})

	t.Run("with every row and file of before, nothing of hers comes back", func(t *testing.T) {
		putBack()
		again := h.readable(t)
		same(t, having(again, hers), []string(nil))
		same(t, changed(before, again, herPlaces), []string(nil))
	})
}

// TestForgetPersonBeforeCopies is the control of the last claim above: without the forgetting, the copies say it all.
func TestForgetPersonBeforeCopies(t *testing.T) {
	h := newHouse(t)
	before := h.readable(t)
	putBack := h.keepCopies(t)
	putBack()
	same(t, changed(before, h.readable(t), nil), []string(nil))
}

func TestForgetSomebodyUnknown(t *testing.T) {
	h := newHouse(t)
	before := h.readable(t)
	asked, err := h.service().ForgetPerson(t.Context(), 1)
	check(t, err)
	check(t, h.service().ContinueErasure(t.Context(), asked.Erasure))
	r, err := h.service().Receipt(t.Context(), 1, asked.Receipt)
	check(t, err)
	if !strings.Contains(r.Statement, `"servers":0,"messages":0,"files":0,"tickets":0`) {
		t.Error(r.Statement)
	}
	same(t, changed(before, h.readable(t), nil), []string(nil))
}

func TestAskedTwiceIsOnce(t *testing.T) {
	h := newHouse(t)
	one, err := h.service().ForgetPerson(t.Context(), ada.ID)
	check(t, err)
	two, err := h.service().ForgetPerson(t.Context(), ada.ID)
	check(t, err)
	same(t, one, two)
	check(t, h.service().ContinueErasures(t.Context()))
	three, err := h.service().ForgetPerson(t.Context(), ada.ID)
	check(t, err)
	if three == one {
		t.Error("what is done cannot be asked for again")
	}
}

// TestReturning: whoever comes back is a stranger, and what they wrote before stays forgotten although Discord shows it.
func TestReturning(t *testing.T) {
	h := newHouse(t)
	ctx := t.Context()
	g, k := h.guilds[0], h.hers[0]
	h.forgotten(t)
	room := ticket.Room{Guild: g, Ticket: k.ID, Number: k.Number, Channel: k.Channel}
	past, now := h.clock.Now().Add(-time.Hour), h.clock.Now().Add(time.Minute)
	said := func(id ticket.MessageID, at time.Time, text string, users ...ticket.User) ticket.Sighting {
		return ticket.Sighting{Room: room, Kind: ticket.SeenCreated, Message: id, At: at, Seen: now, Users: users, Own: users[0].ID == self.ID, Content: ticket.Content{Text: text}}
	}
	known := said(11, past, hers+"-again", ada)
	known.Content.Attachments = []ticket.Attachment{{ID: 9, Name: hers}}
	check(t, h.SaveSightings(ctx, []ticket.Sighting{
		known,
		said(10, past, "Welcome "+ticket.Mention(1)+hers, self, ada),
		said(13, past, hers+"-never-seen", ada),
		said(14, past, others+" about "+ticket.Mention(1), bob, ada),
	}))
	same(t, having(h.readable(t), hers), []string(nil))
	messages, err := h.Messages(ctx, g, k.ID)
	check(t, err)
	same(t, len(messages), 5)
	people, err := h.People(ctx, g, messages[4].People)
	check(t, err)
	same(t, people[messages[4].People[1]].Erased, true)

	// In one batch, old and new.
	check(t, h.SaveSightings(ctx, []ticket.Sighting{said(16, past, hers+"-late", ada), said(15, now, "new words", ada), said(17, now, "more words", ada)}))
	messages, err = h.Messages(ctx, g, k.ID)
	check(t, err)
	same(t, []string{messages[5].Content.Text, messages[6].Content.Text, messages[7].Content.Text}, []string{"new words", "", "more words"})
	people, err = h.People(ctx, g, []ticket.PersonID{messages[5].Author, k.Opener})
	check(t, err)
	same(t, people[messages[5].Author].Profile.Username, ada.Username)
	if messages[5].Author == k.Opener || !people[k.Opener].Erased {
		t.Error("who comes back is recognised")
	}
	edited := said(11, past, hers+"-once-more", ada)
	edited.Kind, edited.Edited = ticket.SeenEdited, now
	check(t, h.SaveSightings(ctx, []ticket.Sighting{edited}))
	messages, err = h.Messages(ctx, g, k.ID)
	check(t, err)
	same(t, []any{messages[1].Erased, messages[1].Content.Text, messages[1].Author}, []any{true, "", k.Opener})
	var files int
	h.sql(t, "select count(*) from file where attachment_id = 9", &files)
	same(t, files, 0)
}

func TestDiscordAway(t *testing.T) {
	h := newHouse(t)
	ctx := t.Context()
	h.discord.fail = func() error { return fault.New(fault.Unavailable, "discord.unavailable") }
	asked, err := h.service().ForgetPerson(ctx, ada.ID)
	check(t, err)
	if err := h.service().ContinueErasure(ctx, asked.Erasure); err == nil {
		t.Fatal("done although Discord is away")
	}
	_, err = h.service().Receipt(ctx, ada.ID, asked.Receipt)
	same(t, fault.KindOf(err), fault.NotFound)
	same(t, having(h.readable(t), hers), []string(nil)) // that does not wait for Discord

	// What Discord refuses for good is said.
	h.discord.fail = func() error { return fault.New(fault.Permission, "discord.not_allowed") }
	check(t, h.service().ContinueErasure(ctx, asked.Erasure))
	r, err := h.service().Receipt(ctx, ada.ID, asked.Receipt)
	check(t, err)
	if !strings.Contains(r.Statement, `"kept_on_discord":10`) {
		t.Error(r.Statement)
	}
}

// TestForgetWhileTheyWrite: messages that come in meanwhile are kept or forgotten, and no other is lost.
func TestForgetWhileTheyWrite(t *testing.T) {
	h := newHouse(t)
	ctx := t.Context()
	k := h.hers[0]
	room := ticket.Room{Guild: k.Guild, Ticket: k.ID, Number: k.Number, Channel: k.Channel}
	stop, done := make(chan struct{}), make(chan int)
	go func() {
		n := 0
		defer func() { done <- n }()
		for ; ; n++ {
			select {
			case <-stop:
				return
			default:
			}
			at := h.clock.Now()
			say := func(id int, u ticket.User) ticket.Sighting {
				return ticket.Sighting{Room: room, Kind: ticket.SeenCreated, Message: ticket.MessageID(1000 + id), At: at, Seen: at, Users: []ticket.User{u}, Content: ticket.Content{Text: fmt.Sprint("word ", id)}}
			}
			if err := h.SaveSightings(ctx, []ticket.Sighting{say(2*n, ada), say(2*n+1, bob)}); err != nil {
				t.Error(err)
				return
			}
		}
	}()
	for range 3 {
		h.forgotten(t)
		h.clock.Advance(time.Minute)
	}
	close(stop)
	n := <-done
	messages, err := h.Messages(ctx, k.Guild, k.ID)
	check(t, err)
	same(t, h.Refused(), int64(0))
	same(t, len(messages), 3+2*n)
	for _, m := range messages[3:] {
		if m.ID%2 == 1 && m.Content.Text != fmt.Sprint("word ", m.ID-1000) {
			t.Errorf("bob's message %d says %q", m.ID, m.Content.Text)
		}
	}
	if !slices.ContainsFunc(messages, func(m ticket.Message) bool { return m.Erased && m.ID >= 1000 }) && n > 50 {
		t.Error("nothing was forgotten meanwhile")
	}
}
