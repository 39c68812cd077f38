package privacy_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ticketbot/internal/fault"
	"ticketbot/privacy"
	"ticketbot/ticket"
)

// ended closes ada's ticket in the first guild, with an event before and one after that belong to other tickets.
func (h *house) ended(t *testing.T) *ticket.Ticket {
	t.Helper()
	ctx, g, k := t.Context(), h.guilds[0], h.hers[0]
	check(t, h.InTx(ctx, g, func(tx ticket.Tx) error {
		k, err := tx.LockTicket(ctx, k.ID)
		if err != nil {
			return err
		}
		k.State, k.Closer, k.CloseReason = ticket.Closed, k.Opener, hers+"-own-reason"
		for range 2 {
			e := ticket.Event{Verb: ticket.VerbClose, Ticket: k.ID, Person: k.Opener, At: h.clock.Now(), Detail: ticket.EventDetail{Text: hers}}
			err = errors.Join(err, tx.Append(ctx, e))
		}
		return errors.Join(err, tx.SaveTicket(ctx, k), tx.Append(ctx, ticket.Event{Verb: ticket.VerbSetup, At: h.clock.Now()}))
	}))
	return k
}

func (h *house) rowsOf(t *testing.T, k *ticket.Ticket) int {
	t.Helper()
	total := 0
	for _, table := range []string{"participant", "thread", "message", "event", "effect", "file", "post"} {
		var n int
		h.sql(t, "select count(*) from "+table+" where ticket_id = (select id from ticket where public_id = '"+k.PublicID+"')", &n)
		total += n
	}
	return total
}

func (h *house) chain(t *testing.T) [2]int64 {
	t.Helper()
	whole, broken, err := h.CheckEvents(t.Context(), h.guilds[0])
	check(t, err)
	return [2]int64{whole, broken}
}

func TestForgetTicket(t *testing.T) {
	h := newHouse(t)
	ctx, g := t.Context(), h.guilds[0]
	if err := h.service().ForgetTicket(ctx, g, h.hers[0].ID); fault.KindOf(err) != fault.Conflict {
		t.Fatalf("an open ticket: %v", err)
	}
	k := h.ended(t)
	before := h.readable(t)
	var its []string
	for _, place := range having(before, hers) {
		if place == "0/1 answers" || place == "0/1 reason" || place == "0 message 11" || place == "0 file" || place == "0 bytes" {
			its = append(its, place)
		}
	}
	same(t, len(its), 5)
	if n := h.rowsOf(t, k); n < 6 {
		t.Fatalf("only %d rows to forget", n)
	}
	same(t, h.chain(t), [2]int64{4, 0})
	putBack := h.keepCopies(t)

	check(t, h.service().ForgetTicket(ctx, g, k.ID))
	_, err := h.Ticket(ctx, g, k.ID)
	same(t, fault.KindOf(err), fault.NotFound)
	same(t, h.rowsOf(t, k), 0)
	_, err = os.Stat(filepath.Join(h.home.Dir, "files", h.files[0].Object))
	same(t, errors.Is(err, os.ErrNotExist), true)
	same(t, len(h.discord.says), 7) // the direct message about it is gone
	same(t, h.chain(t), [2]int64{4, 0})
	events, err := h.EventsAfter(ctx, g, 0, 10)
	check(t, err)
	same(t, []any{events[1].Verb, events[1].Ticket, events[1].Person, events[1].Detail}, []any{ticket.VerbClose, ticket.ID(0), ticket.PersonID(0), ticket.EventDetail{}})
	check(t, h.service().ForgetTicket(ctx, g, k.ID)) // again

	putBack()
	now := h.readable(t)
	for _, place := range its {
		if strings.Contains(now[place], hers) {
			t.Errorf("%s: %s", place, now[place])
		}
	}
	for place, text := range before {
		if strings.HasPrefix(place, "1") && now[place] != text {
			t.Errorf("another guild's %s is changed", place)
		}
	}
	same(t, strings.Contains(now["0/2 answers"], others), true)
}

// TestChainOfErasedEvents: that a link is erased hides nothing else.
func TestChainOfErasedEvents(t *testing.T) {
	for _, change := range []struct {
		doing, sql string
		want       [2]int64
	}{
		{"nothing", "select 1", [2]int64{4, 0}},
		{"another digest", `update event set hash = sha256('x') where guild_id = 41771983423143937 and seq = 3`, [2]int64{3, 4}},
		{"a link taken out", `delete from event where guild_id = 41771983423143937 and seq = 2`, [2]int64{1, 3}},
		{"the last one taken out", `delete from event where guild_id = 41771983423143937 and seq = 4`, [2]int64{3, 4}},
		{"another verb", `update event set verb = 'open' where guild_id = 41771983423143937 and seq = 4`, [2]int64{3, 4}},
		{"something put into an erased one", `update event set person = (select min(id) from person where guild_id = 41771983423143937) where guild_id = 41771983423143937 and seq = 2`, [2]int64{1, 2}},
		{"one that was not erased blanked", `update event set ticket_id = null, person = null, detail = null where guild_id = 41771983423143937 and seq = 1`, [2]int64{0, 1}},
	} {
		t.Run(change.doing, func(t *testing.T) {
			h := newHouse(t)
			check(t, h.service().ForgetTicket(t.Context(), h.guilds[0], h.ended(t).ID))
			h.sql(t, change.sql)
			same(t, h.chain(t), change.want)
		})
	}
}

// halting forgets rows until it is told to stop.
type halting struct {
	privacy.Store
	left int
}

func (s *halting) EmptyTicket(ctx context.Context, g ticket.Guild, id ticket.ID) (time.Time, bool, error) {
	if s.left--; s.left < 0 {
		return time.Time{}, false, errCrash
	}
	return s.Store.EmptyTicket(ctx, g, id)
}

func (s *halting) ForgetTicketRows(ctx context.Context, g ticket.Guild, id ticket.ID) (bool, error) {
	if s.left--; s.left < 0 {
		return false, errCrash
	}
	return s.Store.ForgetTicketRows(ctx, g, id)
}

func TestForgetTicketCutShort(t *testing.T) {
	for left := range 3 { // the files, what was said, the row
		h := newHouse(t)
		k := h.ended(t)
		o := h.options()
		o.Store = &halting{h.Store, left}
		if err := privacy.New(o).ForgetTicket(t.Context(), h.guilds[0], k.ID); !errors.Is(err, errCrash) {
			t.Fatal(err)
		}
		check(t, h.service().ForgetTicket(t.Context(), h.guilds[0], k.ID))
		same(t, h.rowsOf(t, k), 0)
		same(t, h.chain(t), [2]int64{4, 0})
	}
}
