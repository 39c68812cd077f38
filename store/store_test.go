package store_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"ticketbot/internal/clock"
	"ticketbot/internal/fault"
	"ticketbot/privacy"
	"ticketbot/store"
	"ticketbot/store/storetest"
	"ticketbot/ticket"

	"github.com/jackc/pgx/v5"
)

const guildID ticket.GuildID = 41771983423143937

var (
	ada = ticket.User{ID: 80351110224678912, Username: "ada", GlobalName: "Ada", Nick: "Countess", Roles: []ticket.RoleID{7}}
	bob = ticket.User{ID: 80351110224678913, Username: "bob"}
)

// world is a guild with one category and an open ticket of ada's.
type world struct {
	*store.Store
	g        ticket.Guild
	category *ticket.Category
	ticket   *ticket.Ticket
}

func newWorld(t *testing.T, clk ...clock.Clock) *world {
	t.Helper()
	return settle(t, storetest.New(t, clk...))
}

func settle(t testing.TB, s *store.Store) *world {
	t.Helper()
	w := &world{Store: s, g: storetest.Join(t, s, guildID)}
	w.category = &ticket.Category{Guild: w.g, Name: "Support", StaffRoles: []ticket.RoleID{1, 2}, Limit: 3, CreatedAt: storetest.Start}
	w.tx(t, func(tx ticket.Tx) error { return tx.InsertCategory(t.Context(), w.category) })
	w.ticket = w.openTicket(t, ada, 1000, 555)
	return w
}

func (w *world) tx(t testing.TB, fn func(ticket.Tx) error) {
	t.Helper()
	if err := w.InTx(t.Context(), w.g, fn); err != nil {
		t.Fatal(err)
	}
}

func (w *world) openTicket(t testing.TB, by ticket.User, request uint64, channel ticket.ChannelID) *ticket.Ticket {
	t.Helper()
	ctx := t.Context()
	k := &ticket.Ticket{Guild: w.g, Category: w.category.ID, State: ticket.Opening, OpenedAt: storetest.Start,
		Answers: []ticket.Answer{{Question: "What?", Kind: ticket.Short, Values: []string{"It broke"}}}}
	w.tx(t, func(tx ticket.Tx) error {
		var err error
		if k.Opener, err = tx.Meet(ctx, by); err != nil {
			return err
		}
		if err := tx.InsertTicket(ctx, k, request); err != nil {
			return err
		}
		k.State, k.Channel = ticket.Open, channel
		return tx.SaveTicket(ctx, k)
	})
	return k
}

func (w *world) room() ticket.Room {
	return ticket.Room{Guild: w.g, Ticket: w.ticket.ID, Number: w.ticket.Number, Channel: w.ticket.Channel}
}

func TestTicket(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()

	t.Run("is read as it was written, by every door", func(t *testing.T) {
		byID, err := w.Ticket(ctx, w.g, w.ticket.ID)
		must(t, err)
		byChannel, err := w.TicketByChannel(ctx, w.g, w.ticket.Channel)
		must(t, err)
		byLink, err := w.TicketByPublicID(ctx, w.ticket.PublicID)
		must(t, err)
		for _, got := range []*ticket.Ticket{byID, byChannel, byLink} {
			equal(t, got, w.ticket)
		}
	})

	t.Run("is found by its opener", func(t *testing.T) {
		mine, err := w.TicketsOf(ctx, ada.ID, nil)
		must(t, err)
		equal(t, mine, []*ticket.Ticket{w.ticket})
		his, err := w.TicketsOf(ctx, bob.ID, nil)
		must(t, err)
		elsewhere, err := w.TicketsOf(ctx, ada.ID, []ticket.GuildID{1})
		must(t, err)
		equal(t, len(his)+len(elsewhere), 0)
		opened, err := w.TicketsOpenedBy(ctx, w.g, w.ticket.Opener)
		must(t, err)
		equal(t, opened, []*ticket.Ticket{w.ticket})
	})

	t.Run("keeps what a verb changed", func(t *testing.T) {
		w.tx(t, func(tx ticket.Tx) error {
			k, err := tx.LockTicket(ctx, w.ticket.ID)
			must(t, err)
			if k.Closer, err = tx.Meet(ctx, bob); err != nil {
				return err
			}
			k.State, k.CloseReason, k.ClosedAt, k.Welcome = ticket.Closed, "solved", storetest.Start.Add(time.Hour), 77
			w.ticket = k
			return tx.SaveTicket(ctx, k)
		})
		got, err := w.Ticket(ctx, w.g, w.ticket.ID)
		must(t, err)
		equal(t, got, w.ticket)
	})

	t.Run("of another guild is not found", func(t *testing.T) {
		other := storetest.Join(t, w.Store, 2)
		_, err := w.Ticket(ctx, other, w.ticket.ID)
		wantKind(t, err, fault.NotFound)
		_, err = w.TicketByPublicID(ctx, "nosuchticketatall00000")
		wantKind(t, err, fault.NotFound)
	})

	t.Run("opened twice by one interaction is one", func(t *testing.T) {
		w.tx(t, func(tx ticket.Tx) error {
			same, err := tx.TicketByRequest(ctx, 1000)
			must(t, err)
			equal(t, same.ID, w.ticket.ID)
			none, err := tx.TicketByRequest(ctx, 1001)
			must(t, err)
			if none != nil {
				t.Errorf("found ticket %d for a request that never was", none.ID)
			}
			return nil
		})
	})

	t.Run("participants come and go once", func(t *testing.T) {
		w.tx(t, func(tx ticket.Tx) error {
			p, err := tx.Meet(ctx, bob)
			must(t, err)
			var changes []bool
			for _, in := range []bool{true, true, false, false, true} {
				changed, err := tx.SetParticipant(ctx, w.ticket.ID, p, in)
				must(t, err)
				changes = append(changes, changed)
			}
			equal(t, changes, []bool{true, false, true, false, true})
			return nil
		})
		in, err := w.Participants(ctx, w.g, w.ticket.ID)
		must(t, err)
		equal(t, len(in), 1)
	})
}

func TestSettings(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	got, err := w.Category(ctx, w.g, w.category.ID)
	must(t, err)
	equal(t, got, w.category)
	all, err := w.Categories(ctx, w.g)
	must(t, err)
	equal(t, all, []*ticket.Category{w.category})
	_, err = w.Category(ctx, w.g, 999)
	wantKind(t, err, fault.NotFound)

	p := &ticket.Panel{Guild: w.g, Channel: 5, Title: "Help", Text: "Press", Categories: []ticket.CategoryID{w.category.ID}}
	w.tx(t, func(tx ticket.Tx) error { return tx.InsertPanel(ctx, p) })
	p.Message, p.Text = 6, "Press here"
	w.tx(t, func(tx ticket.Tx) error { return tx.SavePanel(ctx, p) })
	panel, err := w.Panel(ctx, w.g, p.ID)
	must(t, err)
	equal(t, panel, p)
}

func TestPeople(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	profile := func(id ticket.PersonID) ticket.User {
		t.Helper()
		people, err := w.People(ctx, w.g, []ticket.PersonID{id})
		must(t, err)
		return people[id].Profile
	}
	meet := func(u ticket.User) (id ticket.PersonID) {
		t.Helper()
		w.tx(t, func(tx ticket.Tx) error {
			var err error
			id, err = tx.Meet(ctx, u)
			return err
		})
		return id
	}

	t.Run("one user is one person in a guild", func(t *testing.T) {
		id := meet(ada)
		found, err := w.PersonID(ctx, w.g, ada.ID)
		must(t, err)
		equal(t, []ticket.PersonID{id, found}, []ticket.PersonID{w.ticket.Opener, w.ticket.Opener})
		equal(t, profile(id), ada)
		never, err := w.PersonID(ctx, w.g, 12345)
		must(t, err)
		equal(t, never, 0)
	})

	t.Run("the newest profile is kept, but a slight one never replaces a full one", func(t *testing.T) {
		newer := ada
		newer.Nick, newer.Roles = "Lovelace", nil
		id := meet(newer)
		equal(t, profile(id), newer)
		meet(ticket.User{ID: ada.ID, Username: "ada2", Partial: true})
		meet(ticket.User{ID: ada.ID, Partial: true})
		equal(t, profile(id), newer)
	})

	t.Run("a slight profile grows", func(t *testing.T) {
		id := meet(ticket.User{ID: 3, Partial: true})
		meet(ticket.User{ID: 3, Username: "cyd", Partial: true})
		equal(t, profile(id).Username, "cyd")
		meet(ticket.User{ID: 3, Partial: true})
		equal(t, profile(id).Username, "cyd")
		meet(ticket.User{ID: 3, Username: "cyd", Nick: "C"})
		equal(t, profile(id).Nick, "C")
	})

	t.Run("somebody met in a transaction that failed is not remembered", func(t *testing.T) {
		stranger := ticket.User{ID: 4, Username: "dee"}
		refused := errors.New("no")
		err := w.InTx(ctx, w.g, func(tx ticket.Tx) error {
			_, err := tx.Meet(ctx, stranger)
			must(t, err)
			return refused
		})
		if !errors.Is(err, refused) {
			t.Fatalf("got %v", err)
		}
		equal(t, profile(meet(stranger)).Username, "dee")
	})

	t.Run("many who meet the same people at once agree", func(t *testing.T) {
		var wg sync.WaitGroup
		ids := make([][3]ticket.PersonID, 16)
		for i := range ids {
			wg.Go(func() {
				for j := range 3 {
					who := ticket.User{ID: ticket.UserID(100 + (i+j)%3), Username: fmt.Sprint("n", i)}
					err := w.InTx(ctx, w.g, func(tx ticket.Tx) error {
						id, err := tx.Meet(ctx, who)
						ids[i][who.ID-100] = id
						return err
					})
					if err != nil {
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
		for _, got := range ids {
			equal(t, got, ids[0])
		}
	})
}

func TestNumbering(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	const openers = 50
	var mu sync.Mutex
	var numbers []uint32
	var wg sync.WaitGroup
	for i := range openers {
		wg.Go(func() {
			var k *ticket.Ticket
			err := w.InTx(ctx, w.g, func(tx ticket.Tx) error {
				k = &ticket.Ticket{Guild: w.g, Category: w.category.ID, State: ticket.Opening, OpenedAt: storetest.Start}
				var err error
				if k.Opener, err = tx.Meet(ctx, ticket.User{ID: ticket.UserID(1000 + i), Username: "u"}); err != nil {
					return err
				}
				if err := tx.InsertTicket(ctx, k, uint64(5000+i)); err != nil {
					return err
				}
				if i%5 == 4 { // one in five is rolled back; its number must not be missed
					return errors.New("changed my mind")
				}
				return tx.Append(ctx, ticket.Event{Verb: ticket.VerbOpen, Ticket: k.ID, Person: k.Opener, At: k.OpenedAt,
					Detail: ticket.EventDetail{Text: fmt.Sprint("by ", i)}})
			})
			if err == nil {
				mu.Lock()
				numbers = append(numbers, k.Number)
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	slices.Sort(numbers)
	for i, n := range numbers {
		equal(t, n, uint32(i+2)) // the world has number 1
	}
	equal(t, len(numbers), openers*4/5)

	t.Run("events are in the order of commits and their chain is whole", func(t *testing.T) {
		events, err := w.EventsAfter(ctx, w.g, 0, 1000)
		must(t, err)
		equal(t, len(events), openers*4/5)
		for i, e := range events {
			equal(t, e.Seq, int64(i+1))
			if e.Detail.Text == "" {
				t.Errorf("event %d lost its detail", e.Seq)
			}
		}
		whole, broken, err := w.CheckEvents(ctx, w.g)
		must(t, err)
		equal(t, []int64{whole, broken}, []int64{int64(len(events)), 0})
	})

	t.Run("a changed event breaks the chain where it is", func(t *testing.T) {
		_, err := w.Pool().Exec(ctx, "update event set person = null where seq = 7")
		must(t, err)
		whole, broken, err := w.CheckEvents(ctx, w.g)
		must(t, err)
		equal(t, []int64{whole, broken}, []int64{6, 7})
	})
}

func TestLimit(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	full := errors.New("limit")
	var wg sync.WaitGroup
	var mu sync.Mutex
	opened := 0
	for i := range 20 {
		wg.Go(func() {
			err := w.InTx(ctx, w.g, func(tx ticket.Tx) error {
				p, err := tx.Meet(ctx, bob)
				if err != nil {
					return err
				}
				if err := tx.LockPerson(ctx, p); err != nil {
					return err
				}
				n, err := tx.CountAlive(ctx, p, w.category.ID)
				if err != nil {
					return err
				}
				if n >= w.category.Limit {
					return full
				}
				k := &ticket.Ticket{Guild: w.g, Category: w.category.ID, State: ticket.Opening, OpenedAt: storetest.Start, Opener: p}
				return tx.InsertTicket(ctx, k, uint64(2000+i))
			})
			mu.Lock()
			defer mu.Unlock()
			if err == nil {
				opened++
			} else if !errors.Is(err, full) {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	equal(t, opened, w.category.Limit)
}

func TestEffects(t *testing.T) {
	clk := clock.NewManual(storetest.Start)
	w := newWorld(t, clk)
	ctx := t.Context()
	add := func() *ticket.Effect {
		t.Helper()
		e := &ticket.Effect{Guild: w.g, Ticket: w.ticket.ID, Kind: ticket.EffectGrant, At: clk.Now(), Detail: ticket.EffectDetail{User: bob.ID}}
		w.tx(t, func(tx ticket.Tx) error { return tx.AddEffect(ctx, e) })
		return e
	}

	t.Run("is taken by one only, with its detail", func(t *testing.T) {
		e := add()
		var wg sync.WaitGroup
		var mu sync.Mutex
		taken := 0
		for range 10 {
			wg.Go(func() {
				got, ok, err := w.ClaimEffect(ctx, w.g, e.ID)
				mu.Lock()
				defer mu.Unlock()
				if err != nil {
					t.Error(err)
				}
				if ok {
					taken++
					equal(t, got.Detail, e.Detail)
					equal(t, got.Attempts, 1)
				}
			})
		}
		wg.Wait()
		equal(t, taken, 1)
	})

	t.Run("is nobody's business until the first breath is over", func(t *testing.T) {
		clk.Advance(24 * time.Hour)
		before := len(due(t, w))
		e := add()
		equal(t, len(due(t, w)), before)
		clk.Advance(21 * time.Second)
		equal(t, due(t, w)[before], e.ID)
	})

	t.Run("left by a dead holder is taken again after the lease", func(t *testing.T) {
		e := add()
		claim(t, w, e.ID, true)
		clk.Advance(30 * time.Second)
		claim(t, w, e.ID, false)
		clk.Advance(31 * time.Second)
		equal(t, claim(t, w, e.ID, true).Attempts, 2)
	})

	t.Run("given back is tried again, later each time", func(t *testing.T) {
		e := add()
		got := claim(t, w, e.ID, true)
		must(t, w.ReleaseEffect(ctx, got, errors.New("Ada said: this must not be kept")))
		if slices.Contains(due(t, w), e.ID) {
			t.Error("it is due at once")
		}
		clk.Advance(6 * time.Second)
		if !slices.Contains(due(t, w), e.ID) {
			t.Error("it is never due")
		}
		var failure string
		must(t, w.Pool().QueryRow(ctx, "select failure from effect where id = $1", e.ID).Scan(&failure))
		equal(t, failure, "internal")
	})

	t.Run("done is done once", func(t *testing.T) {
		e := add()
		got := claim(t, w, e.ID, true)
		w.tx(t, func(tx ticket.Tx) error { return tx.FinishEffect(ctx, got) })
		claim(t, w, e.ID, false)
		if err := w.InTx(ctx, w.g, func(tx ticket.Tx) error { return tx.FinishEffect(ctx, got) }); err == nil {
			t.Error("what follows from it would be done twice")
		}
	})

	t.Run("has a job that holds ids only", func(t *testing.T) {
		var args string
		must(t, w.Pool().QueryRow(ctx, "select args::text from river.river_job where kind = 'effect' order by id limit 1").Scan(&args))
		equal(t, args, fmt.Sprintf(`{"epoch": 1, "guild": %d, "effect": 1}`, guildID))
	})

	t.Run("rolled back leaves neither row nor job", func(t *testing.T) {
		count := func() (n int) {
			must(t, w.Pool().QueryRow(ctx, "select (select count(*) from river.river_job) + (select count(*) from effect)").Scan(&n))
			return n
		}
		before := count()
		err := w.InTx(ctx, w.g, func(tx ticket.Tx) error {
			must(t, tx.AddEffect(ctx, &ticket.Effect{Guild: w.g, Kind: ticket.EffectPostPanel, At: clk.Now()}))
			return errors.New("no")
		})
		if err == nil {
			t.Fatal("no error")
		}
		equal(t, count(), before)
	})
}

func due(t *testing.T, w *world) []ticket.EffectID {
	t.Helper()
	all, err := w.DueEffects(t.Context(), 100)
	must(t, err)
	ids := make([]ticket.EffectID, len(all))
	for i, e := range all {
		ids[i] = e.ID
	}
	return ids
}

func claim(t *testing.T, w *world, id ticket.EffectID, want bool) *ticket.Effect {
	t.Helper()
	e, ok, err := w.ClaimEffect(t.Context(), w.g, id)
	must(t, err)
	equal(t, ok, want)
	return e
}

func TestRestart(t *testing.T) {
	home := storetest.NewHome(t)
	w := settle(t, home.Open(t))
	ctx := t.Context()
	e := &ticket.Effect{Guild: w.g, Ticket: w.ticket.ID, Kind: ticket.EffectFinish, At: storetest.Start}
	w.tx(t, func(tx ticket.Tx) error { return tx.AddEffect(ctx, e) })
	claim(t, w, e.ID, true)

	w.Store = home.Open(t) // the process that held the effect is dead
	equal(t, due(t, w), []ticket.EffectID{e.ID})
	claim(t, w, e.ID, true)
	got, err := w.Ticket(ctx, w.g, w.ticket.ID)
	must(t, err)
	equal(t, got, w.ticket)
	rooms, err := w.AliveRooms(ctx, 0)
	must(t, err)
	equal(t, rooms, []ticket.Room{w.room()})

	t.Run("with another keyring is refused", func(t *testing.T) {
		stranger := &storetest.Home{URL: home.URL, Dir: t.TempDir()}
		wantOpenFault(t, stranger, "store.wrong_keyring")
	})
}

func TestTenancy(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()

	t.Run("of a guild left nothing is found and nothing is kept", func(t *testing.T) {
		storetest.Leave(t, w.Store, guildID)
		_, err := w.Tenant(ctx, guildID)
		wantKind(t, err, fault.NotFound)
		_, err = w.Ticket(ctx, w.g, w.ticket.ID)
		wantKind(t, err, fault.NotFound)
		_, err = w.TicketByPublicID(ctx, w.ticket.PublicID)
		wantKind(t, err, fault.NotFound)
		people, err := w.People(ctx, w.g, []ticket.PersonID{w.ticket.Opener})
		must(t, err)
		rooms, err := w.AliveRooms(ctx, 0)
		must(t, err)
		mine, err := w.TicketsOf(ctx, ada.ID, nil)
		must(t, err)
		equal(t, len(people)+len(rooms)+len(mine), 0)
		wantKind(t, w.InTx(ctx, w.g, func(ticket.Tx) error { return nil }), fault.NotFound)
	})

	t.Run("sealed by mistake, it is opened again", func(t *testing.T) {
		again, err := w.ChangeMembership(ctx, guildID, func(privacy.Membership) privacy.Change { return privacy.Change{Unseal: true} })
		must(t, err)
		equal(t, again, w.g)
		_, err = w.Ticket(ctx, w.g, w.ticket.ID)
		must(t, err)
	})

	t.Run("invited anew, the guild begins anew", func(t *testing.T) {
		storetest.Leave(t, w.Store, guildID)
		anew := storetest.Join(t, w.Store, guildID)
		equal(t, anew, ticket.Guild{ID: guildID, Epoch: 2})
		now, err := w.Tenant(ctx, guildID)
		must(t, err)
		equal(t, now, anew)
		_, err = w.Ticket(ctx, w.g, w.ticket.ID)
		wantKind(t, err, fault.NotFound)
		w.g = anew
		w.category = &ticket.Category{Guild: anew, Name: "Again", CreatedAt: storetest.Start}
		w.tx(t, func(tx ticket.Tx) error { return tx.InsertCategory(ctx, w.category) })
		equal(t, w.openTicket(t, ada, 1, 2).Number, 1)
	})

	t.Run("seen by many at once, it begins once", func(t *testing.T) {
		var wg sync.WaitGroup
		for range 10 {
			wg.Go(func() {
				g, err := w.ChangeMembership(ctx, 99, func(known privacy.Membership) privacy.Change {
					return privacy.Change{Begin: known.State != privacy.StateActive, JoinedAt: storetest.Start}
				})
				if err != nil || g.Epoch != 1 {
					t.Errorf("got %v, %v", g, err)
				}
			})
		}
		wg.Wait()
		guilds, err := w.Guilds(ctx)
		must(t, err)
		equal(t, guilds, []ticket.Guild{{ID: 99, Epoch: 1}, {ID: guildID, Epoch: 2}})
	})
}

func TestDatabaseAway(t *testing.T) {
	_, err := store.Open(context.Background(), store.Options{URL: "postgres://nobody@127.0.0.1:1/none?connect_timeout=2"})
	wantKind(t, err, fault.Unavailable)
	_, err = store.Open(context.Background(), store.Options{URL: "not a url"})
	wantKind(t, err, fault.Config)
}

func TestConnectionsLost(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	other, err := pgx.ConnectConfig(ctx, w.Pool().Config().ConnConfig.Copy())
	must(t, err)
	defer other.Close(ctx)
	for range 5 {
		_, err = other.Exec(ctx, "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()")
		must(t, err)
		for lost := 0; ; lost++ {
			got, err := w.Ticket(ctx, w.g, w.ticket.ID)
			if err == nil {
				equal(t, got, w.ticket)
				break
			}
			wantKind(t, err, fault.Unavailable)
			if lost > 20 {
				t.Fatal("the pool never recovers")
			}
		}
	}
}

func BenchmarkSaveSightings(b *testing.B) {
	for _, size := range []int{1, 100, 500} {
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			w := settle(b, storetest.New(b))
			batch := make([]ticket.Sighting, size)
			id := ticket.MessageID(1000)
			for b.Loop() {
				for i := range batch {
					id++
					batch[i] = w.said(id, "a message of some ordinary length, as people write them in a ticket", ada, 10)
				}
				w.save(b, batch...)
			}
			b.ReportMetric(float64(b.N*size)/b.Elapsed().Seconds(), "messages/s")
		})
	}
}

func BenchmarkMessages(b *testing.B) {
	w := settle(b, storetest.New(b))
	batch := make([]ticket.Sighting, 1000)
	for i := range batch {
		batch[i] = w.said(ticket.MessageID(1000+i), "a message of some ordinary length, as people write them in a ticket", ada, 10)
	}
	w.save(b, batch...)
	for b.Loop() {
		w.messages(b)
	}
}
