package privacy_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"ticketbot/internal/clock"
	"ticketbot/internal/fault"
	"ticketbot/privacy"
	"ticketbot/store"
	"ticketbot/ticket"

	"github.com/jackc/pgx/v5"
)

// rowsOf counts the rows of a guild in every table that can have any, and digests them.
func rowsOf(t *testing.T, s *store.Store, id ticket.GuildID) (count map[string]int, digest map[string]string) {
	t.Helper()
	rows, err := s.Pool().Query(t.Context(), `select c.table_name from information_schema.columns c
		join information_schema.tables t using (table_schema, table_name)
		where c.table_schema = 'public' and c.column_name = 'guild_id' and t.table_type = 'BASE TABLE'`)
	check(t, err)
	tables, err := pgx.CollectRows(rows, pgx.RowTo[string])
	check(t, err)
	if len(tables) < 14 {
		t.Fatalf("only %d tables have rows of a guild", len(tables))
	}
	count, digest = map[string]int{}, map[string]string{}
	for _, table := range tables {
		var n int
		var all string
		check(t, s.Pool().QueryRow(t.Context(), "select count(*), coalesce(md5(string_agg(r::text, '|' order by r::text)), '') from "+
			table+" r where r.guild_id = $1", id).Scan(&n, &all))
		if n > 0 {
			count[table], digest[table] = n, all
		}
	}
	return count, digest
}

// jobsOf counts the jobs that name a guild.
func jobsOf(t *testing.T, s *store.Store, id ticket.GuildID) (n int) {
	t.Helper()
	check(t, s.Pool().QueryRow(t.Context(), "select count(*) from river.river_job where args->>'guild' = $1", id.String()).Scan(&n))
	return n
}

// departure is a house of two guilds of which the first has thrown the bot out.
func departure(t *testing.T) *house {
	t.Helper()
	h := newHouse(t)
	departureOf(t, h)
	return h
}

// departureOf seals the first guild.
func departureOf(t *testing.T, h *house) ticket.Guild {
	t.Helper()
	_, err := h.ChangeMembership(t.Context(), serverA, func(privacy.Membership) privacy.Change {
		return privacy.Change{Seal: privacy.EvidenceAbsent, Forget: true}
	})
	check(t, err)
	return h.guilds[0]
}

// neighbour is what is left to read when the first guild is gone.
func (h *house) neighbour() *house {
	n := *h
	n.guilds, n.hers, n.his, n.files = h.guilds[1:], h.hers[1:], h.his[1:], h.files[1:]
	return &n
}

// gone checks that of the first guild there is nothing left but that it was there, and of the second everything.
func (h *house) gone(t *testing.T, neighbour map[string]string, digest map[string]string) {
	t.Helper()
	left, _ := rowsOf(t, h.Store, serverA)
	same(t, left, map[string]int{"departed": 1})
	same(t, jobsOf(t, h.Store, serverA), 0)
	files, err := os.ReadDir(filepath.Join(h.home.Dir, "files"))
	check(t, err)
	same(t, len(files), 1)
	if h.home.Keys().Has(uint64(serverA), 1) {
		t.Error("its keys are still there")
	}
	_, now := rowsOf(t, h.Store, serverB)
	if digest["guild_counter"] == "" {
		delete(now, "guild_counter")
	}
	same(t, now, digest)
	same(t, h.neighbour().readable(t), neighbour)
}

func TestForgetGuild(t *testing.T) {
	h := newHouse(t)
	ctx := t.Context()
	svc := h.service()
	_, err := svc.Joined(ctx, serverA, h.clock.Now(), 4711) // notes the owner; the bot was thrown out and invited again
	check(t, err)
	before, _ := rowsOf(t, h.Store, serverA)
	for _, table := range []string{"message", "revision", "event", "effect", "file", "post", "ticket", "category", "person", "guild_counter", "guild_tenancy"} {
		if before[table] == 0 {
			t.Errorf("before, table %s has no row: the check is blind", table)
		}
	}
	if jobsOf(t, h.Store, serverA) < 2 {
		t.Error("before, there are no jobs: the check is blind")
	}
	neighbour := h.neighbour().readable(t)
	_, digest := rowsOf(t, h.Store, serverB)

	now, err := svc.Tenant(ctx, serverA)
	check(t, err)
	check(t, svc.ForgetGuild(ctx, now)) // a job that was overtaken: the membership is active
	same(t, now.Epoch, uint32(2))
	for _, g := range []ticket.Guild{h.guilds[0], now} {
		if g == now {
			_, err := h.ChangeMembership(ctx, serverA, func(privacy.Membership) privacy.Change {
				return privacy.Change{Seal: privacy.EvidenceEvent, Forget: true}
			})
			check(t, err)
		}
		check(t, svc.ForgetGuild(ctx, g))
		check(t, svc.ForgetGuild(ctx, g)) // again
	}
	left, _ := rowsOf(t, h.Store, serverA)
	same(t, left, map[string]int{"departed": 2})
	_, after := rowsOf(t, h.Store, serverB)
	same(t, after, digest)
	same(t, h.neighbour().readable(t), neighbour)

	t.Run("the owner has a receipt that anybody can check", func(t *testing.T) {
		all, err := svc.Receipts(ctx, 4711)
		check(t, err)
		same(t, len(all), 1) // of the second: nobody was noted as the first one's owner
		r, err := svc.Receipt(ctx, 4711, all[0].ID)
		check(t, err)
		st, err := r.Check(h.home.Keys().PublicKey())
		check(t, err)
		same(t, []any{st.Kind, st.Guild.Server, st.Guild.Epoch, st.Guild.Evidence}, []any{privacy.KindGuild, serverA, uint32(2), privacy.EvidenceEvent})
		same(t, st.Keyring.Ledger, h.home.Keys().State().Forgotten)
		same(t, st.Policy, privacy.PolicyDate)

		forged := r
		forged.Statement = strings.Replace(r.Statement, `"membership":2`, `"membership":3`, 1)
		if forged.Statement == r.Statement {
			t.Fatal("nothing was forged")
		}
		_, err = forged.Check(h.home.Keys().PublicKey())
		same(t, fault.KindOf(err), fault.Invalid)
		_, err = r.Check(make([]byte, 32))
		same(t, fault.KindOf(err), fault.Invalid)
	})
	t.Run("which is nobody else's", func(t *testing.T) {
		all, err := svc.Receipts(ctx, 4711)
		check(t, err)
		_, err = svc.Receipt(ctx, 4712, all[0].ID)
		same(t, fault.KindOf(err), fault.NotFound)
		none, err := svc.Receipts(ctx, 4712)
		check(t, err)
		same(t, len(none), 0)
	})
}

func TestReceiptCountsWhatWasDeleted(t *testing.T) {
	h := departure(t)
	before, _ := rowsOf(t, h.Store, serverA)
	check(t, h.service().ForgetGuild(t.Context(), h.guilds[0]))
	var id string
	h.sql(t, "select public_id from receipt", &id)
	r, err := h.Receipt(t.Context(), [16]byte{}, id)
	same(t, fault.KindOf(err), fault.NotFound) // nobody's, and so not for the asking
	same(t, r, privacy.Receipt{})
	h.sql(t, "update receipt set owner = decode(repeat('00', 16), 'hex')")
	r, err = h.Receipt(t.Context(), [16]byte{}, id)
	check(t, err)
	st, err := r.Check(h.home.Keys().PublicKey())
	check(t, err)
	for table, n := range before {
		if table != "guild_tenancy" && table != "guild_counter" {
			same(t, fmt.Sprint(table, " ", st.Rows[table]), fmt.Sprint(table, " ", n))
		}
	}
}

func (s stumblingStore) Shred(ctx context.Context, g ticket.Guild, forget func(context.Context) error,
	draft func(privacy.Membership, map[string]int64) (privacy.Receipt, error)) (state privacy.State, err error) {
	err = s.step(func() (err error) { state, err = s.Store.Shred(ctx, g, forget, draft); return err })
	return state, err
}

func (s stumblingStore) DeleteSome(ctx context.Context, g ticket.Guild) (done bool, err error) {
	err = s.step(func() (err error) { done, err = s.Store.DeleteSome(ctx, g); return err })
	return done, err
}

func (s stumblingStore) End(ctx context.Context, g ticket.Guild, name string, sign func(privacy.Receipt, map[string]int64) (privacy.Receipt, error)) error {
	return s.step(func() error { return s.Store.End(ctx, g, name, sign) })
}

// TestForgetGuildCutShort ends the process before and after each thing that forgetting does.
func TestForgetGuildCutShort(t *testing.T) {
	steps := 0
	for at := 1; ; at++ {
		crashed := false
		for _, after := range []bool{false, true} {
			h := departure(t)
			h.Store = h.home.Open(t, h.clock) // a start gives back effects, here and below
			neighbour := h.neighbour().readable(t)
			_, digest := rowsOf(t, h.Store, serverB)
			delete(digest, "guild_counter") // after a crash, a start may pass over some numbers
			power := &stumbling{at: at, after: after}
			o := h.options()
			o.Store, o.Keys = stumblingStore{o.Store, power}, stumblingKeys{h.home.Keys(), power}
			err := privacy.New(o).ForgetGuild(t.Context(), h.guilds[0])
			crashed = crashed || errors.Is(err, errCrash)
			if err != nil && !errors.Is(err, errCrash) {
				t.Fatal(err)
			}
			h.Store = h.home.Open(t, h.clock)
			check(t, h.service().ForgetGuild(t.Context(), h.guilds[0]))
			h.gone(t, neighbour, digest)
			var receipts int
			h.sql(t, "select count(*) from receipt", &receipts)
			same(t, receipts, 1)
			if t.Failed() {
				t.Fatalf("cut at step %d, after it: %v", at, after)
			}
		}
		if !crashed {
			steps = at - 1
			break
		}
	}
	if steps < 8 {
		t.Errorf("forgetting has only %d steps", steps)
	}
}

// TestWhoWritesLate writes in every way while the guild is forgotten.
func TestWhoWritesLate(t *testing.T) {
	for range 5 {
		h := newHouse(t)
		neighbour := h.neighbour().readable(t)
		_, digest := rowsOf(t, h.Store, serverB)
		g, k, f := h.guilds[0], h.hers[0], h.files[0]
		room := ticket.Room{Guild: g, Ticket: k.ID, Number: k.Number, Channel: k.Channel}
		var id atomic.Uint64
		id.Store(1000)
		written, refused := make(chan struct{}, 1<<16), make(chan struct{}, 1<<16)
		stop := make(chan struct{})
		var writers sync.WaitGroup
		for _, write := range []func(ctx context.Context, n uint64) error{
			func(ctx context.Context, n uint64) error {
				s := ticket.Sighting{Room: room, Kind: ticket.SeenCreated, Message: ticket.MessageID(n), At: h.clock.Now(), Seen: h.clock.Now(), Users: []ticket.User{{ID: ticket.UserID(n), Username: "late"}}}
				before := h.Refused()
				err := h.SaveSightings(ctx, []ticket.Sighting{s})
				if err == nil && h.Refused() > before {
					return fault.New(fault.NotFound, "store.guild_gone")
				}
				return err
			},
			func(ctx context.Context, n uint64) error {
				return h.AddThread(ctx, ticket.Room{Guild: g, Ticket: k.ID, Channel: ticket.ChannelID(n)})
			},
			func(ctx context.Context, n uint64) error {
				return h.InTx(ctx, g, func(tx ticket.Tx) error {
					_, err := tx.Meet(ctx, ticket.User{ID: ticket.UserID(n), Username: "late"})
					return errors.Join(err, tx.Append(ctx, ticket.Event{Verb: ticket.VerbSetup, At: h.clock.Now()}),
						tx.AddEffect(ctx, &ticket.Effect{Guild: g, Kind: ticket.EffectPostPanel, At: h.clock.Now()}))
				})
			},
			func(ctx context.Context, _ uint64) error {
				again := *f
				return h.PutFile(ctx, &again, strings.NewReader(strings.Repeat("late ", 100_000)))
			},
		} {
			writers.Go(func() {
				for {
					select {
					case <-stop:
						return
					default:
					}
					switch err := write(context.WithoutCancel(t.Context()), id.Add(1)); fault.KindOf(err) {
					case fault.NotFound:
						refused <- struct{}{}
					default:
						if err != nil {
							t.Errorf("a late writer got %v", err)
							return
						}
						written <- struct{}{}
					}
				}
			})
		}
		for range 50 {
			<-written
		}
		_, err := h.ChangeMembership(t.Context(), serverA, func(privacy.Membership) privacy.Change {
			return privacy.Change{Seal: privacy.EvidenceEvent, Forget: true}
		})
		check(t, err)
		check(t, h.service().ForgetGuild(t.Context(), g))
		for range 50 {
			<-refused
		}
		close(stop)
		writers.Wait()
		h.gone(t, neighbour, digest)
	}
}

// TestReadersEnd: whoever reads a file when the guild ends, ended by another process that tells nobody, reads no further.
func TestReadersEnd(t *testing.T) {
	h := newHouse(t)
	real, err := store.Open(t.Context(), store.Options{
		URL: h.home.URL, BlobURL: store.BlobDir(filepath.Join(h.home.Dir, "files")), Keys: h.home.Keys(), Clock: clock.System{},
		Logger: slog.New(slog.DiscardHandler), MaxConns: 4,
	})
	check(t, err)
	defer real.Close()
	long := strings.Repeat("a long file ", 1<<20)
	for i, f := range h.files {
		check(t, h.PutFile(t.Context(), f, strings.NewReader(long)))
		r, err := real.OpenFile(t.Context(), f)
		check(t, err)
		defer r.Close()
		some := make([]byte, 1<<10)
		begin := time.Now()
		for read, ended := 0, false; !ended; read++ {
			if read == 3 && i == 0 {
				_, err := h.ChangeMembership(t.Context(), serverA, func(privacy.Membership) privacy.Change {
					return privacy.Change{Seal: privacy.EvidenceEvent, Forget: true}
				})
				check(t, err)
				begin = time.Now()
			}
			_, err := r.Read(some)
			took := time.Since(begin)
			switch {
			case i == 0 && fault.KindOf(err) == fault.NotFound:
				if ended = true; took > time.Second {
					t.Errorf("it was read for %v after the end", took)
				}
			case i == 1 && took > 2*time.Second:
				ended = true // the neighbour's is read for as long as anybody likes
			case err != nil || took > 5*time.Second:
				t.Fatalf("file %d: read for %v, %v", i, took, err)
			}
			time.Sleep(20 * time.Millisecond)
		}
	}
}
