package store_test

import (
	"testing"

	"ticketbot/keys"
	"ticketbot/store/storetest"
	"ticketbot/ticket"

	"github.com/jackc/pgx/v5"
)

func execute(t *testing.T, url, statement string, args ...any) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	must(t, err)
	defer conn.Close(t.Context())
	tag, err := conn.Exec(t.Context(), statement, args...)
	must(t, err)
	if tag.RowsAffected() == 0 {
		t.Fatalf("%q changed nothing", statement)
	}
}

// TestOlderRows: what was sealed before content lay under whoever it is about can still be read.
func TestOlderRows(t *testing.T) {
	home := storetest.NewHome(t)
	w := settle(t, home.Open(t))
	ctx := t.Context()
	w.save(t, w.said(100, "first", ada, 10), w.edited(100, "second", ada, 20, 21))
	var event int64
	w.tx(t, func(tx ticket.Tx) error {
		k, err := tx.LockTicket(ctx, w.ticket.ID)
		must(t, err)
		k.Closer, err = tx.Meet(ctx, bob)
		must(t, err)
		k.CloseReason = "new"
		must(t, tx.SaveTicket(ctx, k))
		return tx.Append(ctx, ticket.Event{Verb: ticket.VerbClose, Ticket: k.ID, Person: k.Closer, At: at(0), Detail: ticket.EventDetail{Text: "new"}})
	})
	events, err := w.EventsAfter(ctx, w.g, 0, 10)
	must(t, err)
	event = events[len(events)-1].Seq

	ofTicket := func(field keys.Field, row uint64, text string) []byte {
		ref := keys.Ref{Guild: uint64(w.g.ID), Epoch: w.g.Epoch, Field: field, Row: row, Ticket: keys.TicketPath(w.ticket.Number)}
		sealed, err := home.Keys().Seal(ref, []byte(text))
		must(t, err)
		return sealed
	}
	execute(t, home.URL, "update ticket set reason = $1 where id = $2", ofTicket(keys.FieldTicket, uint64(w.ticket.ID), `"old reason"`), int64(w.ticket.ID))
	execute(t, home.URL, "update event set detail = $1 where seq = $2", ofTicket(keys.FieldEvent, uint64(event), `{"text":"old detail"}`), event)
	execute(t, home.URL, "update message set owner = null")
	execute(t, home.URL, "update revision set owner = null")

	k, err := w.Ticket(ctx, w.g, w.ticket.ID)
	must(t, err)
	equal(t, k.CloseReason, "old reason")
	events, err = w.EventsAfter(ctx, w.g, event-1, 1)
	must(t, err)
	equal(t, events[0].Detail.Text, "old detail")
	equal(t, texts(w.messages(t)[0]), []string{"first", "second"})
	w.save(t, w.edited(100, "third", ada, 30, 31)) // it can be added to
	equal(t, texts(w.messages(t)[0]), []string{"first", "second", "third"})
}

// TestClosedWhileWaited: a transaction that waited for the ticket reads the reason under whoever closed it meanwhile.
func TestClosedWhileWaited(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	locked, closed := make(chan struct{}), make(chan error)
	go func() {
		closed <- w.InTx(ctx, w.g, func(tx ticket.Tx) error {
			k, err := tx.LockTicket(ctx, w.ticket.ID)
			if err != nil {
				return err
			}
			close(locked)
			if k.Closer, err = tx.Meet(ctx, bob); err != nil {
				return err
			}
			k.CloseReason = "solved"
			return tx.SaveTicket(ctx, k)
		})
	}()
	<-locked
	w.tx(t, func(tx ticket.Tx) error {
		k, err := tx.LockTicket(ctx, w.ticket.ID)
		must(t, err)
		equal(t, k.CloseReason, "solved")
		return nil
	})
	must(t, <-closed)
}

// TestEffectsKeepNobody: whom an effect was about is forgotten when it is done.
func TestEffectsKeepNobody(t *testing.T) {
	home := storetest.NewHome(t)
	w := settle(t, home.Open(t))
	ctx := t.Context()
	e := &ticket.Effect{Guild: w.g, Ticket: w.ticket.ID, Kind: ticket.EffectGrant, At: at(0), Detail: ticket.EffectDetail{User: bob.ID}}
	w.tx(t, func(tx ticket.Tx) error { return tx.AddEffect(ctx, e) })
	got, ok, err := w.ClaimEffect(ctx, w.g, e.ID)
	must(t, err)
	equal(t, []any{ok, got.Detail.User}, []any{true, bob.ID})
	execute(t, home.URL, "update effect set attempts = attempts where person is not null and detail is not null")
	w.tx(t, func(tx ticket.Tx) error { return tx.FinishEffect(ctx, got) })
	execute(t, home.URL, "update effect set attempts = attempts where state = 'done' and detail is null")
}
