package store_test

import (
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"ticketbot/internal/everyrow"
	"ticketbot/keys"
	"ticketbot/keys/decryptall"
	"ticketbot/privacy"
	"ticketbot/store"
	"ticketbot/store/storetest"
	"ticketbot/ticket"

	"github.com/jackc/pgx/v5"
)

// TestSwap: a sealed value that somebody moves to another row, field, guild, epoch, person or ticket does not open there.
// Each sealed column of the schema takes part, and each value of each is tried in the place of every other.
func TestSwap(t *testing.T) {
	home := storetest.NewHome(t)
	s := home.Open(t)
	objects := plantForSwaps(t, s)

	attacker := decryptall.New()
	must(t, attacker.Keyring(home.Dir+"/keys"))
	must(t, attacker.Image(t.Context(), home.URL))
	must(t, attacker.Blobs(home.Dir+"/files"))
	spoils := attacker.Attack()
	for where, tally := range spoils.Tally {
		if tally.Opened != tally.Seen {
			t.Errorf("%s: %d values, of which the place of only %d is known", where, tally.Seen, tally.Opened)
		}
	}
	for _, column := range append(sealedColumns(t, home.URL), "blob") {
		if spoils.Tally[column].Seen < 2 {
			t.Errorf("%s: %d values are planted; without two of them it is not known whether they can be swapped", column, spoils.Tally[column].Seen)
		}
	}
	if spoils.Tally["blob"].Seen != objects {
		t.Errorf("%d files were stored, and %d are there", objects, spoils.Tally["blob"].Seen)
	}

	tried := 0
	for i, value := range spoils.Opened {
		for j, other := range spoils.Opened {
			plain, err := openedAt(home.Keys(), other.Place, value.Sealed)
			switch {
			case i == j && (err != nil || string(plain) != string(value.Plain)):
				t.Errorf("a value of %s does not open where it lies: %v", value.Where, err)
			case i != j && err == nil:
				t.Errorf("a value of %s opens as %s: %+v", value.Where, other.Where, other.Place)
			case i != j && !errors.Is(err, keys.ErrCorrupt):
				t.Errorf("a value of %s as %s: %v", value.Where, other.Where, err)
			}
			tried++
		}
	}
	t.Logf("%d values of %d columns, %d places tried", len(spoils.Opened), len(spoils.Tally), tried)
}

func sealedColumns(t *testing.T, url string) []string {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	must(t, err)
	defer conn.Close(t.Context())
	columns, err := everyrow.Columns(t.Context(), conn)
	must(t, err)
	var sealed []string
	for _, c := range columns {
		if c.Domain == "sealed" {
			sealed = append(sealed, c.Table+"."+c.Name)
		}
	}
	if len(sealed) < 12 {
		t.Errorf("only %v are sealed", sealed)
	}
	return sealed
}

// openedAt has the keyring itself open a value at a place, as the store would.
func openedAt(ring *keys.Ring, at decryptall.Place, sealed []byte) ([]byte, error) {
	ref := keys.Ref{Guild: at.Guild, Epoch: at.Epoch, Field: keys.Field(at.Field), Row: at.Row}
	var err error
	if ref.Person, err = keys.ParsePath(at.Person); err != nil {
		return nil, err
	}
	if ref.Ticket, err = keys.ParsePath(at.Ticket); err != nil {
		return nil, err
	}
	if at.Guild == 0 {
		return ring.UnsealServer(ref.Field, ref.Row, sealed)
	}
	if keys.Field(at.Field) != keys.FieldBlob {
		return ring.Unseal(ref, sealed)
	}
	plain, err := ring.UnsealStream(ref, strings.NewReader(string(sealed)))
	if err != nil {
		return nil, err
	}
	return io.ReadAll(plain)
}

// plantForSwaps fills every sealed column, in two guilds and in two memberships of one of them, with everything as equal
// as it can be: the same people, numbers and words. It says how many files it stored.
func plantForSwaps(t *testing.T, s *store.Store) (objects int) {
	t.Helper()
	ctx := t.Context()
	guilds := []ticket.Guild{storetest.Join(t, s, 1), storetest.Join(t, s, 2)}
	for i, g := range guilds {
		objects += plantGuild(t, s, g, uint64(i))
	}
	again, err := s.ChangeMembership(ctx, 1, func(privacy.Membership) privacy.Change {
		return privacy.Change{Seal: privacy.EvidenceRejoined, Begin: true, JoinedAt: storetest.Start.Add(time.Minute)}
	})
	must(t, err)
	if again.Epoch == guilds[0].Epoch {
		t.Fatal("the second membership is the first")
	}
	objects += plantGuild(t, s, again, 2)

	for n := range byte(2) {
		hash, later := [32]byte{n}, storetest.Start.Add(time.Hour)
		must(t, s.CreateSession(ctx, hash, store.SessionData{User: ada}, later))
		must(t, s.SaveLogin(ctx, hash, store.LoginState{Verifier: "the same"}, later))
		must(t, s.SaveResume(ctx, int(n), "the same", "the same", 1))
		_, err := s.AskErasure(ctx, ticket.UserID(100+n), string(rune('0'+n))+"-receipt-under-way")
		must(t, err)
		ended, err := s.AskErasure(ctx, ticket.UserID(200+n), "finished-receipt-"+string(rune('0'+n)))
		must(t, err)
		for _, stage := range []privacy.Stage{privacy.StagePlanned, privacy.StageForgotten} {
			before := ended.Stage
			ended.Stage = stage
			_, err = s.SaveErasure(ctx, ended, before)
			must(t, err)
		}
		must(t, s.EndErasure(ctx, ended.ID, keys.Tag{n}, privacy.Receipt{ID: "finished-receipt-" + string(rune('0'+n)), Statement: "the same"}))
	}
	return objects
}

// plantGuild fills a guild's columns. Ids that Discord gives are its own; those that we give are as they come.
func plantGuild(t *testing.T, s *store.Store, g ticket.Guild, n uint64) (objects int) {
	t.Helper()
	ctx := t.Context()
	w := &world{Store: s, g: g}
	w.category = &ticket.Category{Guild: g, Name: "the same", CreatedAt: storetest.Start}
	w.tx(t, func(tx ticket.Tx) error {
		must(t, tx.InsertCategory(ctx, w.category))
		return tx.InsertPanel(ctx, &ticket.Panel{Guild: g, Channel: ticket.ChannelID(500 + n), Title: "the same"})
	})
	for number := range uint64(2) {
		first := 10*n + number
		w.ticket = w.openTicket(t, ada, 1000+first, ticket.ChannelID(600+first))
		w.close(t)
		for i, who := range []ticket.User{ada, bob} {
			id := 1000 + 10*first + uint64(i)
			m := w.said(ticket.MessageID(id), "the same", who, 10)
			m.Content.Attachments = []ticket.Attachment{{ID: ticket.AttachmentID(id), Name: "the same"}}
			w.save(t, m)
			w.save(t, w.edited(ticket.MessageID(id), "the same", who, 20, 20))
			w.save(t, w.edited(ticket.MessageID(id), "another", who, 30, 30))
			f, err := s.File(ctx, g, ticket.AttachmentID(id))
			must(t, err)
			must(t, s.PutFile(ctx, f, strings.NewReader("the same")))
			objects++
		}
	}
	return objects
}

// close has the ticket closed by who opened it, which leaves their words in two columns of a row, and says so.
func (w *world) close(t *testing.T) {
	t.Helper()
	ctx := t.Context()
	w.ticket.Closer, w.ticket.CloseReason = w.ticket.Opener, "the same"
	w.tx(t, func(tx ticket.Tx) error {
		must(t, tx.SaveTicket(ctx, w.ticket))
		for _, about := range []ticket.ID{w.ticket.ID, 0} {
			must(t, tx.Append(ctx, ticket.Event{
				Verb: ticket.VerbClose, Ticket: about, Person: w.ticket.Opener, At: storetest.Start, Detail: ticket.EventDetail{Text: "the same"},
			}))
			must(t, tx.AddEffect(ctx, &ticket.Effect{
				Guild: w.g, Ticket: about, Kind: ticket.EffectTell, At: storetest.Start, Detail: ticket.EffectDetail{Note: "the same"},
			}))
		}
		return nil
	})
}
