package store_test

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"

	"ticketbot/internal/fault"
	"ticketbot/store/storetest"
	"ticketbot/ticket"
)

func TestBlobs(t *testing.T) {
	home := storetest.NewHome(t)
	w := settle(t, home.Open(t))
	ctx := t.Context()
	s := w.said(100, "see", ada, 10)
	s.Content.Attachments = []ticket.Attachment{{ID: 500, Name: "a.bin"}, {ID: 501, Name: "b.bin"}}
	w.save(t, s)
	f, err := w.File(ctx, w.g, 500)
	must(t, err)
	other, err := w.File(ctx, w.g, 501)
	must(t, err)
	secret := strings.Repeat("do not find me in the clear ", 10_000)

	t.Run("what was put is what is read, put twice too", func(t *testing.T) {
		for range 2 {
			must(t, w.PutFile(ctx, f, strings.NewReader(secret)))
		}
		equal(t, read(t, w, f), secret)
	})

	t.Run("on disk nothing can be read", func(t *testing.T) {
		raw, err := os.ReadFile(filepath.Join(home.Dir, "files", f.Object))
		must(t, err)
		if len(raw) < len(secret) || bytes.Contains(raw, []byte("find me")) {
			t.Errorf("%d bytes, or in the clear", len(raw))
		}
	})

	t.Run("cut short, there is nothing", func(t *testing.T) {
		broken := io.MultiReader(strings.NewReader(secret), iotest.ErrReader(errors.New("connection reset")))
		if err := w.PutFile(ctx, other, broken); err == nil {
			t.Error("no error")
		}
		_, err := w.OpenFile(ctx, other)
		wantKind(t, err, fault.NotFound)
		left, err := os.ReadDir(filepath.Join(home.Dir, "files"))
		must(t, err)
		equal(t, len(left), 1)
	})

	t.Run("one file's bytes do not pass for another's", func(t *testing.T) {
		raw, err := os.ReadFile(filepath.Join(home.Dir, "files", f.Object))
		must(t, err)
		must(t, os.WriteFile(filepath.Join(home.Dir, "files", other.Object), raw, 0o600))
		r, err := w.OpenFile(ctx, other)
		must(t, err)
		defer r.Close()
		if _, err := io.ReadAll(r); err == nil {
			t.Error("it was read")
		}
	})
}

func read(t *testing.T, w *world, f *ticket.File) string {
	t.Helper()
	r, err := w.OpenFile(t.Context(), f)
	must(t, err)
	defer r.Close()
	raw, err := io.ReadAll(r)
	must(t, err)
	return string(raw)
}
