package privacy_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"ticketbot/internal/fault"
	"ticketbot/keys"
	"ticketbot/privacy"
	"ticketbot/store"
	"ticketbot/store/storetest"
	"ticketbot/ticket"
)

const serverC ticket.GuildID = 41771983423143939

// jammed is a keyring that cannot forget now.
type jammed struct{ *keys.Ring }

func (jammed) Forget(context.Context, []keys.Puncture) error { return errCrash }

// planned asks to forget ada, and is cut short once it is written down where she is known.
func (h *house) planned(t *testing.T) privacy.Asked {
	t.Helper()
	o := h.options()
	o.Keys = jammed{h.home.Keys()}
	asked, err := h.service().ForgetPerson(t.Context(), ada.ID)
	check(t, err)
	if err := privacy.New(o).ContinueErasure(t.Context(), asked.Erasure); !errors.Is(err, errCrash) {
		t.Fatalf("it was to be cut short: %v", err)
	}
	return asked
}

// meddling is a store with somebody who does something between two steps, once.
type meddling struct {
	privacy.Store
	known, planned func()
}

func once(do *func()) {
	if f := *do; f != nil {
		*do = nil
		f()
	}
}

func (m *meddling) WhereKnown(ctx context.Context, u ticket.UserID) ([]privacy.Known, []ticket.Guild, error) {
	known, unreadable, err := m.Store.WhereKnown(ctx, u)
	once(&m.known)
	return known, unreadable, err
}

func (m *meddling) SaveErasure(ctx context.Context, e privacy.Erasure, from privacy.Stage) (bool, error) {
	ok, err := m.Store.SaveErasure(ctx, e, from)
	if e.Stage == privacy.StagePlanned {
		once(&m.planned)
	}
	return ok, err
}

func (h *house) statement(t *testing.T, name string) string {
	t.Helper()
	r, err := h.service().Receipt(t.Context(), ada.ID, name)
	check(t, err)
	return r.Statement
}

// TestAskedAgainOnceItIsPlanned: what is collected after the first wish was planned is not in its plan, so the second wish
// is one of its own. Neither minds which of them is fulfilled first.
func TestAskedAgainOnceItIsPlanned(t *testing.T) {
	for _, newestFirst := range []bool{false, true} {
		t.Run(fmt.Sprint("the newest first: ", newestFirst), func(t *testing.T) {
			h := newHouse(t)
			one := h.planned(t)
			h.clock.Advance(time.Minute)
			h.furnish(t, storetest.Join(t, h.Store, serverC))
			two, err := h.service().ForgetPerson(t.Context(), ada.ID)
			check(t, err)
			if one == two {
				t.Fatal("the second wish is taken for the first")
			}
			three, err := h.service().ForgetPerson(t.Context(), ada.ID)
			check(t, err)
			same(t, three, two)
			order := []privacy.Asked{one, two}
			if newestFirst {
				slices.Reverse(order)
			}
			for _, a := range order {
				check(t, h.service().ContinueErasure(t.Context(), a.Erasure))
			}
			same(t, having(h.readable(t), hers), []string(nil))
			same(t, h.discord.having(hers), 0)
			first, second := h.statement(t, one.Receipt), h.statement(t, two.Receipt)
			wants := map[bool]string{false: `"servers":1,"messages":3`, true: `"servers":3,"messages":9`}
			if !strings.Contains(first, `"servers":2,"messages":6`) || !strings.Contains(second, wants[newestFirst]) {
				t.Errorf("%s\n%s", first, second)
			}
		})
	}
}

// TestAskedAgainWhileItIsPlanned: the plan that was being made does not know of what came since.
func TestAskedAgainWhileItIsPlanned(t *testing.T) {
	h := newHouse(t)
	one, err := h.service().ForgetPerson(t.Context(), ada.ID)
	check(t, err)
	o := h.options()
	o.Store = &meddling{Store: h.Store, known: func() {
		h.furnish(t, storetest.Join(t, h.Store, serverC))
		two, err := h.service().ForgetPerson(t.Context(), ada.ID)
		check(t, err)
		same(t, two, one)
	}}
	check(t, privacy.New(o).ContinueErasure(t.Context(), one.Erasure))
	same(t, having(h.readable(t), hers), []string(nil))
	if st := h.statement(t, one.Receipt); !strings.Contains(st, `"servers":3`) {
		t.Error(st)
	}
}

// TestMetBeforeTheWishAndWrittenDownAfter: whoever looked whether she wants to be forgotten, before she did, may write down
// later that they met her. Where she is known is not told before they have.
func TestMetBeforeTheWishAndWrittenDownAfter(t *testing.T) {
	h := newHouse(t)
	ctx := t.Context()
	g := storetest.Join(t, h.Store, serverC)
	c := &ticket.Category{Guild: g, Name: "Support", CreatedAt: h.clock.Now()}
	check(t, h.InTx(ctx, g, func(tx ticket.Tx) error { return tx.InsertCategory(ctx, c) }))
	met, goOn, written := make(chan struct{}), make(chan struct{}), make(chan error, 1)
	k := &ticket.Ticket{Guild: g, Category: c.ID, State: ticket.Opening, OpenedAt: h.clock.Now(), Answers: []ticket.Answer{{Values: []string{hers}}}}
	go func() {
		written <- h.InTx(ctx, g, func(tx ticket.Tx) (err error) {
			k.Opener, err = tx.Meet(ctx, ada)
			close(met)
			<-goOn
			if err == nil {
				err = tx.InsertTicket(ctx, k, 1)
			}
			return err
		})
	}()
	<-met
	asked, err := h.service().ForgetPerson(ctx, ada.ID) // nor does she have to wait for them
	check(t, err)
	done := make(chan error, 1)
	go func() { done <- h.service().ContinueErasure(ctx, asked.Erasure) }()
	var early error
	for waits, ended := false, false; !waits && !ended; {
		h.sql(t, "select exists (select from pg_locks where not granted and locktype = 'advisory' and database = (select oid from pg_database where datname = current_database()))", &waits)
		select {
		case early = <-done:
			ended = true
			done <- early
		default:
		}
	}
	close(goOn)
	check(t, <-written)
	check(t, <-done)
	people, err := h.People(ctx, g, []ticket.PersonID{k.Opener})
	check(t, err)
	got, err := h.Ticket(ctx, g, k.ID)
	check(t, err)
	same(t, []any{people[k.Opener].Erased, people[k.Opener].Profile, len(got.Answers)}, []any{true, ticket.User{}, 0})
	if st := h.statement(t, asked.Receipt); !strings.Contains(st, `"servers":3`) {
		t.Error(st)
	}
}

// TestMetAfterTheWish: whoever shows up somewhere while they are being forgotten has come back, and is left alone there.
func TestMetAfterTheWish(t *testing.T) {
	h := newHouse(t)
	asked, err := h.service().ForgetPerson(t.Context(), ada.ID)
	check(t, err)
	before := h.readable(t)
	o := h.options()
	o.Store = &meddling{Store: h.Store, planned: func() {
		h.clock.Advance(time.Minute)
		h.furnish(t, storetest.Join(t, h.Store, serverC))
	}}
	check(t, privacy.New(o).ContinueErasure(t.Context(), asked.Erasure))
	now := h.readable(t)
	for place := range before {
		if strings.Contains(now[place], hers) {
			t.Errorf("%s says %s", place, now[place])
		}
	}
	same(t, len(having(now, hers)), 10) // in the third server
	if st := h.statement(t, asked.Receipt); !strings.Contains(st, `"servers":2`) {
		t.Error(st)
	}
}

// TestServersWithoutKeys: a receipt does not claim what nobody can know, and the operator hears of it.
func TestServersWithoutKeys(t *testing.T) {
	h := newHouse(t)
	forgotten := storetest.Join(t, h.Store, serverC) // the keys are gone for good; only the rows are waiting
	check(t, h.home.Keys().Forget(t.Context(), []keys.Puncture{{Guild: uint64(forgotten.ID), Epoch: forgotten.Epoch, Whole: true}}))
	h.sql(t, `insert into guild_tenancy (guild_id, epoch, joined_at, state, sealed_at)
		values (77, 1, now(), 'active', null), (78, 1, now(), 'active', null), (79, 1, now(), 'sealed', now())`)
	asked := h.forgotten(t)
	same(t, having(h.readable(t), hers), []string(nil))
	if st := h.statement(t, asked.Receipt); !strings.Contains(st, `"servers":2,`) || !strings.Contains(st, `"unreadable_servers":2`) {
		t.Error(st)
	}
	if log := h.logged.String(); !strings.Contains(log, "level=WARN") || !strings.Contains(log, "servers=2") || !strings.Contains(log, "=77") {
		t.Error(log)
	}
	h = newHouse(t)
	if st := h.statement(t, h.forgotten(t).Receipt); !strings.Contains(st, `"unreadable_servers":0`) || strings.Contains(h.logged.String(), "WARN") {
		t.Error(st, h.logged.String())
	}
}

// stuck is a store whose first wishes cannot be fulfilled.
type stuck struct {
	privacy.Store
	upTo  int64
	tried []int64
	try   func(id int64)
}

func (s *stuck) Erasure(ctx context.Context, id int64) (privacy.Erasure, error) {
	if id > s.upTo {
		return s.Store.Erasure(ctx, id)
	}
	s.tried = append(s.tried, id)
	if s.try != nil {
		s.try(id)
	}
	return privacy.Erasure{}, fault.New(fault.Unavailable, "discord.unavailable")
}

func TestOneStuckWishKeepsNoOtherWaiting(t *testing.T) {
	h := newHouse(t)
	var asked privacy.Asked
	var err error
	for user := range ticket.UserID(205) {
		asked, err = h.service().ForgetPerson(t.Context(), user+1)
		check(t, err)
	}
	o := h.options()
	s := &stuck{Store: h.Store, upTo: asked.Erasure - 1}
	o.Store = s
	service := privacy.New(o)

	// Cut short, the next call goes on where the last one stopped.
	ctx, cut := context.WithCancel(t.Context())
	s.try = func(int64) {
		if len(s.tried) == 7 {
			cut()
		}
	}
	if err := service.ContinueErasures(ctx); err == nil {
		t.Error("it was cut short and says nothing of it")
	}
	same(t, len(s.tried), 7)
	if err := service.ContinueErasures(t.Context()); err == nil {
		t.Error("two hundred failed and it says nothing of it")
	}
	if !slices.IsSorted(s.tried) || len(slices.Compact(s.tried)) != 204 {
		t.Errorf("tried %v", s.tried)
	}
	_, err = h.service().Receipt(t.Context(), 205, asked.Receipt)
	check(t, err)

	// And then again from the oldest on.
	s.tried = nil
	if service.ContinueErasures(t.Context()) == nil || len(s.tried) != 204 {
		t.Errorf("tried %v", s.tried)
	}
}

func TestUnderWay(t *testing.T) {
	h := newHouse(t)
	ctx := t.Context()
	asked, err := h.service().ForgetPerson(ctx, ada.ID)
	check(t, err)
	at := h.clock.Now()
	now := func() []privacy.UnderWay {
		t.Helper()
		all, err := h.service().UnderWay(ctx, ada.ID)
		check(t, err)
		for i := range all {
			all[i].Asked, all[i].KeysGone = all[i].Asked.UTC(), all[i].KeysGone.UTC()
		}
		return all
	}
	same(t, now(), []privacy.UnderWay{{Receipt: asked.Receipt, Asked: at, Stage: privacy.StageAsked}})
	same(t, h.planned(t), asked)
	at = now()[0].Asked // she has asked again
	same(t, now(), []privacy.UnderWay{{Receipt: asked.Receipt, Asked: at, Stage: privacy.StagePlanned, Servers: 2, Waiting: 2}})

	h.clock.Advance(time.Minute)
	h.discord.fail = func() error { return fault.New(fault.Unavailable, "discord.unavailable") }
	if h.service().ContinueErasure(ctx, asked.Erasure) == nil {
		t.Fatal("done although Discord is away")
	}
	same(t, now(), []privacy.UnderWay{{Receipt: asked.Receipt, Asked: at, Stage: privacy.StageForgotten, KeysGone: h.clock.Now(), Servers: 2, Waiting: 2}})
	others, err := h.service().UnderWay(ctx, bob.ID)
	check(t, err)
	same(t, others, []privacy.UnderWay{})

	// She logs in to see how far it is, and is not thrown out by the next try.
	check(t, h.CreateSession(ctx, [32]byte{3}, store.SessionData{User: ada}, h.clock.Now().Add(time.Hour)))
	h.discord.fail = nil
	check(t, h.service().ContinueErasure(ctx, asked.Erasure))
	same(t, now(), []privacy.UnderWay{})
	_, _, err = h.Session(ctx, [32]byte{3})
	check(t, err)
}

// TestTheJobIsNeverGivenUp: what was promised is tried until it is done.
func TestTheJobIsNeverGivenUp(t *testing.T) {
	h := newHouse(t)
	_, err := h.service().ForgetPerson(t.Context(), ada.ID)
	check(t, err)
	var tries int
	var queue string
	h.sql(t, "select max_attempts, queue from river.river_job where kind = 'erasure'", &tries, &queue)
	same(t, []any{tries, queue}, []any{1<<15 - 1, privacy.Queue})
}
