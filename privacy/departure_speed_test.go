package privacy_test

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"ticketbot/internal/clock"
	"ticketbot/internal/fault"
	"ticketbot/keys"
	"ticketbot/privacy"
	"ticketbot/store"
	"ticketbot/store/storetest"
	"ticketbot/ticket"
)

// What the policy's "immediately" means here, from the moment in which we hear of it.
const (
	denied   = time.Second // for nearly every read, in whatever process
	keyGone  = 5 * time.Second
	rowsGone = time.Minute

	readersAtOnce = 8
	writersAtOnce = 2
)

// TestDepartureIsFast forgets a busy server while it is read and written: by its own process, and by a second one to which
// nobody tells anything.
func TestDepartureIsFast(t *testing.T) {
	messages, perTicket := 50_000, 250
	if os.Getenv("TICKETBOT_TEST_SIZE") == "soak" {
		messages = 1_000_000
	}
	if withRace {
		messages = 5_000
	}
	home := storetest.NewHome(t)
	first := home.Open(t, clock.System{})
	second, err := store.Open(t.Context(), store.Options{
		URL: home.URL, BlobURL: store.BlobDir(filepath.Join(home.Dir, "files")), Keys: home.Keys(), Clock: clock.System{},
		Logger: slog.New(slog.DiscardHandler), MaxConns: 8,
	})
	check(t, err)
	defer second.Close()
	discord := &truth{since: map[ticket.GuildID]time.Time{}}
	svc := privacy.New(privacy.Options{Store: first, Keys: home.Keys(), Discord: discord, Clock: clock.System{}, Logger: slog.New(slog.DiscardHandler)})
	g, err := svc.Joined(t.Context(), serverA, time.Now(), ada.ID)
	check(t, err)
	rooms := fill(t, first, g, messages, perTicket)

	var readers sync.WaitGroup
	var mu sync.Mutex
	var late []time.Duration // how long after the event each reader was first denied
	var sealed time.Time
	reading := make(chan struct{}, readersAtOnce)
	for n := range readersAtOnce {
		s := []*store.Store{first, second}[n%2]
		readers.Go(func() {
			reads := 0
			for {
				asked := time.Now()
				_, err := s.Messages(context.WithoutCancel(t.Context()), g, rooms[(n*31+reads)%len(rooms)].Ticket)
				mu.Lock()
				over := !sealed.IsZero()
				if err == nil && over && asked.Sub(sealed) > 10*time.Second {
					err = fmt.Errorf("still readable after 10 s")
				}
				if err != nil {
					late = append(late, time.Since(sealed))
					mu.Unlock()
					if fault.KindOf(err) != fault.NotFound {
						t.Error(err)
					}
					return
				}
				mu.Unlock()
				if reads++; reads == 2 {
					reading <- struct{}{}
				}
			}
		})
	}
	stop := make(chan struct{})
	var writers sync.WaitGroup
	for n := range writersAtOnce {
		writers.Go(func() {
			for i := 0; ; i++ {
				select {
				case <-stop:
					return
				default:
				}
				s := said(rooms[n], ticket.MessageID(1<<40+n<<32+i), n)
				if err := []*store.Store{first, second}[n%2].SaveSightings(context.WithoutCancel(t.Context()), []ticket.Sighting{s}); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	for range readersAtOnce {
		<-reading
	}
	mu.Lock()
	sealed = time.Now()
	mu.Unlock()
	check(t, svc.Left(t.Context(), g.ID))
	tookSeal := time.Since(sealed)
	check(t, svc.Confirm(t.Context(), g))
	forgotten := make(chan error, 1)
	go func() { forgotten <- svc.ForgetGuild(context.WithoutCancel(t.Context()), g) }()
	ref := keys.Ref{Guild: uint64(g.ID), Epoch: g.Epoch, Field: keys.FieldConfig, Row: 1}
	for err := error(nil); err == nil && time.Since(sealed) < rowsGone; {
		_, err = home.Keys().Seal(ref, nil)
	}
	tookKey := time.Since(sealed)
	readers.Wait()
	check(t, <-forgotten)
	tookRows := time.Since(sealed)
	close(stop)
	writers.Wait()

	slices.Sort(late)
	slowest := late[len(late)*99/100]
	t.Logf("%d messages: sealed after %v, reads denied after %v (99 of 100), keys gone after %v, rows gone after %v",
		messages, tookSeal.Round(time.Millisecond), slowest.Round(time.Millisecond), tookKey.Round(time.Millisecond), tookRows.Round(time.Millisecond))
	if !withRace && (slowest > denied || tookKey > keyGone || tookRows > rowsGone) {
		t.Error("that is too slow")
	}
	left, _ := rowsOf(t, first, serverA)
	same(t, left, map[string]int{"departed": 1})
	if second.Refused()+first.Refused() == 0 {
		t.Error("nobody wrote late")
	}
}

func said(room ticket.Room, id ticket.MessageID, n int) ticket.Sighting {
	at := storetest.Start.Add(time.Duration(id%1000) * time.Second)
	return ticket.Sighting{
		Room: room, Kind: ticket.SeenCreated, Message: id, At: at, Seen: at, Users: []ticket.User{{ID: ticket.UserID(1000 + n), Username: "somebody"}},
		Content: ticket.Content{Text: "It is still broken, and I have tried everything that you said."},
	}
}

// fill writes messages of 2,000 people, one in twenty of them edited once.
func fill(t *testing.T, s *store.Store, g ticket.Guild, messages, perTicket int) []ticket.Room {
	t.Helper()
	ctx := t.Context()
	c := &ticket.Category{Guild: g, Name: "Support", CreatedAt: time.Now()}
	check(t, s.InTx(ctx, g, func(tx ticket.Tx) error { return tx.InsertCategory(ctx, c) }))
	var rooms []ticket.Room
	for n := range messages / perTicket {
		k := &ticket.Ticket{Guild: g, Category: c.ID, State: ticket.Opening, OpenedAt: time.Now()}
		check(t, s.InTx(ctx, g, func(tx ticket.Tx) (err error) {
			if k.Opener, err = tx.Meet(ctx, ticket.User{ID: ticket.UserID(1000 + n), Username: "somebody"}); err != nil {
				return err
			}
			if err = tx.InsertTicket(ctx, k, uint64(n+1)); err != nil {
				return err
			}
			k.State, k.Channel = ticket.Open, ticket.ChannelID(n+1)
			if err = tx.SaveTicket(ctx, k); err != nil {
				return err
			}
			return tx.Append(ctx, ticket.Event{Verb: ticket.VerbOpen, Ticket: k.ID, Person: k.Opener, At: k.OpenedAt})
		}))
		room := ticket.Room{Guild: g, Ticket: k.ID, Number: k.Number, Channel: k.Channel}
		rooms = append(rooms, room)
		var batch []ticket.Sighting
		for i := range perTicket {
			m := said(room, ticket.MessageID(n*perTicket+i+1), (n*7+i)%2000)
			batch = append(batch, m)
			if i%20 == 0 {
				m.Kind, m.Edited, m.Content.Text = ticket.SeenEdited, m.At.Add(time.Minute), "It works now."
				batch = append(batch, m)
			}
		}
		check(t, s.SaveSightings(ctx, batch))
	}
	return rooms
}
