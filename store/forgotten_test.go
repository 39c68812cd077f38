package store_test

import (
	"testing"

	"ticketbot/keys"
	"ticketbot/store/storetest"
	"ticketbot/ticket"
)

// TestForgottenInABatch: a key that is gone costs what lay under it, and nobody else's message.
func TestForgottenInABatch(t *testing.T) {
	home := storetest.NewHome(t)
	w := settle(t, home.Open(t))
	ctx := t.Context()
	forget := func(path keys.Path) {
		t.Helper()
		must(t, home.Keys().Forget(ctx, []keys.Puncture{{Guild: uint64(w.g.ID), Epoch: w.g.Epoch, Path: path}}))
	}

	t.Run("a person's", func(t *testing.T) {
		w.save(t, w.said(100, "of old", ada, 10), w.edited(100, "of old, edited", ada, 11, 11))
		path, _, err := home.Keys().Person(uint64(w.g.ID), w.g.Epoch, uint64(ada.ID))
		must(t, err)
		forget(path)
		// The rows are not erased yet; the message is seen again, and edited once more.
		w.save(t, w.said(100, "of old", ada, 12), w.edited(100, "edited again", ada, 13, 13), w.said(101, "from a stranger", ada, 12), w.said(102, "mine", bob, 12))
		got := w.messages(t)
		equal(t, []string{got[0].Content.Text, got[1].Content.Text, got[2].Content.Text}, []string{"", "from a stranger", "mine"})
		equal(t, []bool{got[0].Author == w.ticket.Opener, got[1].Author == w.ticket.Opener}, []bool{true, false})
		equal(t, w.Refused(), 0)
	})

	t.Run("a ticket's", func(t *testing.T) {
		other := w.openTicket(t, bob, 2000, 556)
		there := w.said(200, "elsewhere", bob, 20)
		there.Room = ticket.Room{Guild: w.g, Ticket: other.ID, Number: other.Number, Channel: other.Channel}
		forget(keys.TicketPath(w.ticket.Number))
		w.save(t, w.said(103, "too late", bob, 20), there, w.said(104, "too late", bob, 20))
		kept, err := w.Messages(ctx, w.g, other.ID)
		must(t, err)
		equal(t, []any{len(kept), kept[0].Content.Text}, []any{1, "elsewhere"})
		equal(t, w.Refused(), 2)
	})
}
