package store_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"ticketbot/internal/clock"
	"ticketbot/privacy"
	"ticketbot/store/storetest"
	"ticketbot/ticket"
)

// TestLateFile: a process is killed when it has written a file's last byte, and has not looked yet whether the file still
// may be there. It was forgotten meanwhile, and nothing points to it any more.
func TestLateFile(t *testing.T) {
	for name, forget := range map[string]func(*testing.T, *world){
		"its ticket": func(t *testing.T, w *world) {
			for done := false; !done; {
				var err error
				done, err = w.ForgetTicketRows(t.Context(), w.g, w.ticket.ID)
				must(t, err)
			}
		},
		"its sender": func(t *testing.T, w *world) {
			path, tag, err := w.Keyring().Person(uint64(w.g.ID), w.g.Epoch, uint64(ada.ID))
			must(t, err)
			_, err = w.ErasePerson(t.Context(), privacy.Known{Guild: w.g, Person: w.ticket.Opener, Path: path.Bytes(), Tag: tag[:]})
			must(t, err)
		},
	} {
		t.Run(name, func(t *testing.T) {
			home, clk := storetest.NewHome(t), clock.NewManual(storetest.Start)
			w := settle(t, home.Open(t, clk))
			s := w.said(100, "see", ada, 10)
			s.Content.Attachments = []ticket.Attachment{{ID: 500, Name: "a.bin"}}
			other := w.said(101, "see", bob, 10)
			other.Room.Ticket = w.openTicket(t, bob, 2000, 556).ID
			other.Room.Number, other.Room.Channel = 2, 556
			other.Content.Attachments = []ticket.Attachment{{ID: 501, Name: "b.bin"}}
			w.save(t, s, other)
			path := func(id ticket.AttachmentID) string {
				f, err := w.File(t.Context(), w.g, id)
				must(t, err)
				return filepath.Join(home.Dir, "files", f.Object)
			}
			late, kept := path(500), path(501)
			forget(t, w)
			for _, p := range []string{late, kept} {
				must(t, os.WriteFile(p, []byte("sealed"), 0o600))
			}
			sweep := func() {
				t.Helper()
				_, err := w.DeleteExpired(t.Context())
				must(t, err)
			}
			sweep()
			_, err := os.Stat(late)
			must(t, err) // somebody may still be writing it
			clk.Advance(2 * time.Hour)
			sweep()
			if _, err := os.Stat(late); !os.IsNotExist(err) {
				t.Errorf("the late file: %v", err)
			}
			_, err = os.Stat(kept)
			must(t, err)
			var left int
			must(t, w.Pool().QueryRow(t.Context(), "select count(*) from late_object").Scan(&left))
			equal(t, left, 0)
		})
	}
}
