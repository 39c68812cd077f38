package store_test

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ticketbot/internal/clock"
	"ticketbot/internal/pglocal"
	"ticketbot/keys"
	"ticketbot/store"
	"ticketbot/store/storetest"
	"ticketbot/ticket"
)

const canary = "canary-Zx81-quokka"

// TestNothingInClear plants a canary wherever people can put words, and searches every byte that was written: tables,
// write-ahead log, server log, keyring, files. Planted in clear, the same search finds it.
func TestNothingInClear(t *testing.T) {
	top, err := os.MkdirTemp("/tmp", "plaintext-test-") // t.TempDir is closed to the database's user
	must(t, err)
	t.Cleanup(func() { _ = os.RemoveAll(top) })
	must(t, os.Chmod(top, 0o755))
	cluster, err := pglocal.Start(t.Context(), pglocal.Options{Dir: filepath.Join(top, "db"), Unsafe: true})
	must(t, err)
	t.Cleanup(func() { _ = cluster.Stop(t.Context()) })
	log := slog.New(slog.DiscardHandler)
	must(t, store.Migrate(t.Context(), cluster.URL("postgres"), log))
	ring, err := keys.Open(filepath.Join(top, "keys"), keys.Options{})
	must(t, err)
	defer ring.Close()
	s, err := store.Open(t.Context(), store.Options{
		URL: cluster.URL("postgres"), BlobURL: store.BlobDir(filepath.Join(top, "files")), Keys: ring,
		Clock: clock.NewManual(storetest.Start), Logger: log, Sole: true,
	})
	must(t, err)
	defer s.Close()

	plantSealed(t, s)
	flush(t, s)
	if at := search(t, top); len(at) > 0 {
		t.Errorf("in clear in %v", at)
	}

	_, err = s.Pool().Exec(t.Context(), "create table control (word text)")
	must(t, err)
	_, err = s.Pool().Exec(t.Context(), "insert into control values ($1)", canary)
	must(t, err)
	flush(t, s)
	if at := search(t, top); len(at) < 2 {
		t.Errorf("planted in clear in a table, it is found in %v only; want table and write-ahead log", at)
	}
}

func plantSealed(t *testing.T, s *store.Store) {
	t.Helper()
	ctx := t.Context()
	w := settle(t, s)
	who := ticket.User{ID: 1, Username: canary, GlobalName: canary, Nick: canary, Avatar: canary}
	for i := range 40 {
		id := ticket.MessageID(1000 + i)
		m := w.said(id, canary, who, 10)
		m.Content.Embeds = []ticket.Embed{{Title: canary}}
		m.Content.Attachments = []ticket.Attachment{{ID: ticket.AttachmentID(2000 + i), Name: canary + ".png", URL: "https://cdn/" + canary}}
		w.save(t, m)
		w.save(t, w.edited(id, canary+" edited", who, 20, 20))
	}
	w.tx(t, func(tx ticket.Tx) error {
		p, err := tx.Meet(ctx, who)
		must(t, err)
		c := &ticket.Category{Guild: w.g, Name: canary, Welcome: canary, Form: ticket.DefaultForm(), CreatedAt: storetest.Start}
		must(t, tx.InsertCategory(ctx, c))
		must(t, tx.InsertPanel(ctx, &ticket.Panel{Guild: w.g, Channel: 1, Title: canary, Text: canary}))
		k := &ticket.Ticket{Guild: w.g, Category: c.ID, State: ticket.Opening, Opener: p, OpenedAt: storetest.Start,
			Answers: []ticket.Answer{{Question: canary, Values: []string{canary}}}}
		must(t, tx.InsertTicket(ctx, k, 1))
		k.CloseReason = canary
		must(t, tx.SaveTicket(ctx, k))
		must(t, tx.Append(ctx, ticket.Event{Verb: ticket.VerbClose, Ticket: k.ID, Person: p, At: storetest.Start, Detail: ticket.EventDetail{Text: canary}}))
		return tx.AddEffect(ctx, &ticket.Effect{Guild: w.g, Ticket: k.ID, Kind: ticket.EffectTell, At: storetest.Start, Detail: ticket.EffectDetail{Note: canary}})
	})
	f, err := s.File(ctx, w.g, 2000)
	must(t, err)
	must(t, s.PutFile(ctx, f, strings.NewReader(strings.Repeat(canary, 5000))))
	must(t, s.CreateSession(ctx, [32]byte{1}, store.SessionData{User: who}, storetest.Start.Add(time.Hour)))
	must(t, s.SaveLogin(ctx, [32]byte{1}, store.LoginState{Verifier: canary}, storetest.Start.Add(time.Hour)))
	must(t, s.SaveResume(ctx, 0, canary, canary, 1))
	// A mistake whose report would quote the row.
	if err := s.CreateSession(ctx, [32]byte{1}, store.SessionData{User: who}, storetest.Start); err == nil {
		t.Error("the same session twice")
	}
}

// flush brings everything to disk.
func flush(t *testing.T, s *store.Store) {
	t.Helper()
	_, err := s.Pool().Exec(t.Context(), "checkpoint")
	must(t, err)
}

// search looks for the canary in every file below dir, as it is and in the ways in which programs write bytes.
func search(t *testing.T, dir string) []string {
	t.Helper()
	var needles [][]byte
	for shift := range 3 { // base64 depends on where in a group of three it begins
		encoded := base64.StdEncoding.EncodeToString([]byte(strings.Repeat("x", shift) + canary))
		needles = append(needles, []byte(encoded[4:len(encoded)-4]))
	}
	needles = append(needles, []byte(canary), []byte(hex.EncodeToString([]byte(canary))))
	var found []string
	files := 0
	must(t, filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		raw, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		files++
		for _, n := range needles {
			if bytes.Contains(raw, n) {
				found = append(found, fmt.Sprintf("%s (%d bytes)", strings.TrimPrefix(path, dir), len(raw)))
				break
			}
		}
		return nil
	}))
	if files < 100 {
		t.Errorf("searched %d files only", files)
	}
	return found
}
