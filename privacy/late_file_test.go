package privacy_test

import (
	"io"
	"testing"

	"ticketbot/internal/fault"
)

// TestFilePutAcrossTheEnd: a copy that began before the guild ended and comes to its end after everything was deleted.
func TestFilePutAcrossTheEnd(t *testing.T) {
	h := newHouse(t)
	neighbour := h.neighbour().readable(t)
	_, digest := rowsOf(t, h.Store, serverB)
	source, sender := io.Pipe()
	put := make(chan error, 1)
	go func() { put <- h.PutFile(t.Context(), h.files[0], source) }()
	if _, err := sender.Write([]byte("begun")); err != nil {
		t.Fatal(err)
	}
	left := departureOf(t, h)
	check(t, h.service().ForgetGuild(t.Context(), left))
	check(t, sender.Close())
	same(t, fault.KindOf(<-put), fault.NotFound)
	h.gone(t, neighbour, digest)
}
