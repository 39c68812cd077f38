package ticket_test

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"testing"
	"time"

	"ticketbot/internal/clock"
	"ticketbot/internal/fault"
	"ticketbot/store"
	"ticketbot/store/storetest"
	"ticketbot/ticket"
)

const (
	staff   ticket.RoleID    = 50
	channel ticket.ChannelID = 1 << 40
)

var (
	mia = ticket.Actor{User: ticket.User{ID: 101, Username: "mia"}}
	sam = ticket.Actor{User: ticket.User{ID: 102, Username: "sam"}, Roles: []ticket.RoleID{staff}, Admin: true}
	leo = ticket.User{ID: 103, Username: "leo"}

	errAway = fault.New(fault.Unavailable, "discord.unavailable")
	errNo   = fault.New(fault.Permission, "discord.not_allowed")
)

// moody is a Discord that does what it is asked, unless a test has another answer for the call of that name.
type moody struct {
	ticket.Discord
	answer  map[string]func() error
	asked   []string
	there   map[ticket.ChannelID]bool
	inside  map[ticket.UserID]bool
	written map[ticket.ChannelID][]ticket.Sighting
	welcome ticket.Welcome // as it was last edited
	bounded bool           // the last channel was asked for within a time
}

func (m *moody) ask(call string) error {
	m.asked = append(m.asked, call)
	if f := m.answer[call]; f != nil {
		return f()
	}
	return nil
}

func (m *moody) CreateChannel(ctx context.Context, _ ticket.ChannelSpec) (ticket.NewChannel, error) {
	_, m.bounded = ctx.Deadline()
	m.there[channel] = true
	return ticket.NewChannel{ID: channel}, m.ask("create")
}

func (m *moody) FindChannel(context.Context, *ticket.Ticket) (ticket.ChannelID, error) {
	if err := m.ask("find"); err != nil || !m.there[channel] {
		return 0, err
	}
	return channel, nil
}

func (m *moody) DeleteChannel(_ context.Context, c ticket.ChannelID, _ string) error {
	err := m.ask("delete")
	if err == nil {
		delete(m.there, c)
	}
	return err
}

func (m *moody) Grant(_ context.Context, _ ticket.ChannelID, u ticket.UserID) error {
	err := m.ask("grant")
	if err == nil {
		m.inside[u] = true
	}
	return err
}

func (m *moody) Revoke(_ context.Context, _ ticket.ChannelID, u ticket.UserID) error {
	err := m.ask("revoke")
	if err == nil {
		delete(m.inside, u)
	}
	return err
}

func (m *moody) PostWelcome(context.Context, ticket.Welcome, ticket.EffectID, bool) (ticket.MessageID, error) {
	return 1, m.ask("welcome")
}

func (m *moody) EditWelcome(_ context.Context, w ticket.Welcome) error {
	err := m.ask("edit")
	m.welcome = w
	return err
}

func (m *moody) PostPanel(context.Context, *ticket.Panel, []*ticket.Category, bool) (ticket.MessageID, error) {
	return 2, m.ask("panel")
}

func (m *moody) TellOpener(context.Context, ticket.UserID, ticket.Notice, ticket.EffectID, bool) (ticket.Posted, error) {
	return ticket.Posted{Channel: 3, Message: 4}, m.ask("tell")
}

func (m *moody) History(_ context.Context, c ticket.ChannelID, after ticket.MessageID, page func([]ticket.Sighting) error) error {
	for _, s := range m.written[c] {
		if s.Message <= after {
			continue
		}
		if err := m.ask("history"); err != nil {
			return err
		}
		if err := page([]ticket.Sighting{s}); err != nil {
			return err
		}
	}
	return nil
}

// desk is the service on a real database, with a Discord of moods.
type desk struct {
	testing.TB
	*ticket.Service
	store   *store.Store
	discord *moody
	clock   *clock.Manual
	guild   ticket.Guild
	panel   *ticket.Panel
}

func newDesk(t testing.TB) *desk {
	t.Helper()
	d := &desk{TB: t, clock: clock.NewManual(storetest.Start), discord: &moody{
		answer: map[string]func() error{}, there: map[ticket.ChannelID]bool{}, inside: map[ticket.UserID]bool{},
		written: map[ticket.ChannelID][]ticket.Sighting{},
	}}
	d.store = storetest.New(t, d.clock)
	d.guild = storetest.Join(t, d.store, 7)
	d.Service = ticket.New(d.store, d.discord, nil, d.clock, slog.New(slog.DiscardHandler))
	recording, stop := context.WithCancel(context.Background())
	t.Cleanup(stop)
	go d.RunRecorder(recording)
	var err error
	d.panel, err = d.Setup(t.Context(), d.guild, sam, ticket.SetupRequest{Staff: staff, Channel: 9, NoForm: true})
	must(t, err)
	return d
}

// open is Mia's first click, whatever comes of it.
func (d *desk) open() (*ticket.Ticket, error) {
	return d.Open(d.Context(), d.guild, mia, ticket.OpenRequest{Request: 1, Category: d.panel.Categories[0]})
}

// now reads Mia's ticket.
func (d *desk) now() *ticket.Ticket {
	d.Helper()
	person, err := d.store.PersonID(d.Context(), d.guild, mia.User.ID)
	must(d, err)
	all, err := d.store.TicketsOpenedBy(d.Context(), d.guild, person)
	must(d, err)
	if len(all) != 1 {
		d.Fatalf("%d tickets", len(all))
	}
	return all[0]
}

// later lets time pass until nothing that failed waits any more, and does it.
func (d *desk) later() {
	d.Helper()
	d.clock.Advance(2 * time.Hour)
	must(d, d.CatchUp(d.Context()))
}

// undone are the effects that somebody will try again.
func (d *desk) undone() []ticket.EffectKind {
	d.Helper()
	d.clock.Advance(2 * time.Hour)
	due, err := d.store.DueEffects(d.Context(), 100)
	must(d, err)
	var kinds []ticket.EffectKind
	for _, e := range due {
		kinds = append(kinds, e.Kind)
	}
	return kinds
}

// once fails the first time and never again.
func once(err error) func() error {
	failed := false
	return func() error {
		if failed {
			return nil
		}
		failed = true
		return err
	}
}

func everywhere(ticket.GuildID) bool { return true }

func always(err error) func() error { return func() error { return err } }

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestAddMember(t *testing.T) {
	t.Run("an_addition_tried_again_after_a_removal_lets_nobody_back_in", func(t *testing.T) {
		d := newDesk(t)
		_, err := d.open()
		must(t, err)
		d.discord.answer["grant"] = once(errAway)
		if _, err := d.AddMember(t.Context(), d.guild, sam, channel, leo); fault.KindOf(err) != fault.Unavailable {
			t.Fatalf("add: %v", err)
		}
		_, err = d.RemoveMember(t.Context(), d.guild, sam, channel, leo)
		must(t, err)
		d.later()
		if d.discord.inside[leo.ID] {
			t.Errorf("Leo is in: %v", d.discord.asked)
		}
		if left := d.undone(); len(left) > 0 {
			t.Errorf("left undone: %v", left)
		}
	})
	t.Run("removed_while_Discord_lets_them_in_they_are_out", func(t *testing.T) {
		d := newDesk(t)
		_, err := d.open()
		must(t, err)
		d.discord.answer["grant"] = func() error {
			delete(d.discord.answer, "grant")
			_, err := d.RemoveMember(t.Context(), d.guild, sam, channel, leo)
			return err
		}
		_, err = d.AddMember(t.Context(), d.guild, sam, channel, leo)
		must(t, err)
		if d.discord.inside[leo.ID] {
			t.Errorf("Leo is in: %v", d.discord.asked)
		}
	})
	t.Run("somebody_who_has_left_is_not_tried_for_ever", func(t *testing.T) {
		d := newDesk(t)
		_, err := d.open()
		must(t, err)
		d.discord.answer["grant"] = always(ticket.ErrMemberGone)
		if _, err := d.AddMember(t.Context(), d.guild, sam, channel, leo); !errors.Is(err, ticket.ErrMemberGone) {
			t.Fatalf("add: %v", err)
		}
		if left := d.undone(); len(left) > 0 {
			t.Errorf("left undone: %v", left)
		}
	})
}

func TestOpen(t *testing.T) {
	t.Run("refused_and_then_unreachable_leaves_no_orphan", func(t *testing.T) {
		for _, silent := range []string{"delete", "find"} {
			t.Run(silent, func(t *testing.T) {
				d := newDesk(t)
				d.discord.answer["welcome"] = always(errNo)
				d.discord.answer[silent] = once(errAway)
				if silent == "find" {
					d.discord.answer["create"] = once(errNo) // made all the same
				}
				if _, err := d.open(); err == nil {
					t.Fatal("opened")
				}
				d.later()
				if got := d.now(); got.State != ticket.Void || len(d.discord.there) > 0 {
					t.Errorf("ticket %s, on Discord %v", got.State, d.discord.there)
				}
				if left := d.undone(); len(left) > 0 {
					t.Errorf("left undone: %v", left)
				}
			})
		}
	})
	t.Run("a_try_ends_before_somebody_else_may_begin_one", func(t *testing.T) {
		d := newDesk(t)
		if _, err := d.Open(context.Background(), d.guild, mia, ticket.OpenRequest{Category: d.panel.Categories[0]}); err != nil {
			t.Fatal(err)
		}
		if !d.discord.bounded {
			t.Error("Discord may be asked for ever")
		}
	})
}

func TestChannelGone(t *testing.T) {
	t.Run("it_is_heard_again_after_the_database_was_away", func(t *testing.T) {
		d := newDesk(t)
		_, err := d.open()
		must(t, err)
		away, cancel := context.WithCancel(t.Context())
		cancel()
		if err := d.ChannelGone(away, d.guild, channel); err == nil {
			t.Fatal("nothing failed")
		}
		if _, kept := d.Rooms().Room(channel); !kept {
			t.Error("the event would be passed over when it comes again")
		}
		must(t, d.ChannelGone(t.Context(), d.guild, channel))
		if _, kept := d.Rooms().Room(channel); kept || d.now().State != ticket.Closed {
			t.Errorf("afterwards %s, kept %v", d.now().State, kept)
		}
	})
	t.Run("Discord_being_away_is_the_jobs_affair", func(t *testing.T) {
		d := newDesk(t)
		_, err := d.open()
		must(t, err)
		d.discord.answer["tell"] = once(errAway)
		must(t, d.ChannelGone(t.Context(), d.guild, channel))
		d.later()
		if n := count(d.discord.asked, "tell"); n != 2 {
			t.Errorf("told %d times", n)
		}
	})
}

func TestClose(t *testing.T) {
	t.Run("a_message_that_Discord_refuses_is_not_sent_for_ever", func(t *testing.T) {
		d := newDesk(t)
		_, err := d.open()
		must(t, err)
		d.discord.answer["tell"] = always(errNo)
		_, err = d.Close(t.Context(), d.guild, sam, channel, "", func(*ticket.Ticket) {})
		must(t, err)
		if left := d.undone(); len(left) > 0 || d.now().State != ticket.Closed {
			t.Errorf("ticket %s, left undone: %v", d.now().State, left)
		}
	})
	t.Run("a_thread_is_read_before_it_goes", func(t *testing.T) {
		d := newDesk(t)
		k, err := d.open()
		must(t, err)
		thread := channel + 5
		d.Rooms().Add(ticket.Room{Guild: d.guild, Ticket: k.ID, Number: k.Number, Channel: thread, Parent: channel})
		d.Rooms().MarkGap(thread)
		d.discord.write(thread, storetest.Start, "aside")
		_, err = d.Close(t.Context(), d.guild, sam, channel, "", func(*ticket.Ticket) {})
		must(t, err)
		d.keeps("aside")
	})
	t.Run("the_longest_conversation_is_read_in_the_end", func(t *testing.T) {
		d := newDesk(t)
		_, err := d.open()
		must(t, err)
		for _, text := range []string{"one", "two", "three"} {
			d.discord.write(channel, storetest.Start, text)
		}
		d.Rooms().MarkGap(channel)
		// Each try gets one page further and is cut short.
		pages := 0
		d.discord.answer["history"] = func() error {
			if pages++; pages%2 == 0 {
				return errAway
			}
			return nil
		}
		_, _ = d.Close(t.Context(), d.guild, sam, channel, "", func(*ticket.Ticket) {})
		for range 3 {
			d.later()
		}
		d.keeps("one", "two", "three")
		if got := d.now().State; got != ticket.Closed {
			t.Errorf("ticket %s", got)
		}
	})
}

func TestMissedEvents(t *testing.T) {
	t.Run("a_gap_that_could_not_be_read_is_not_closed_by_a_later_one", func(t *testing.T) {
		d := newDesk(t)
		_, err := d.open()
		must(t, err)
		room, _ := d.Rooms().Room(channel)
		d.discord.write(channel, storetest.Start, "missed")
		d.discord.answer["history"] = once(errNo)
		must(t, d.MissedEvents(t.Context(), everywhere))

		d.clock.Advance(3 * time.Hour) // the permission is back, people go on, and then the connection is lost again
		heard := d.discord.write(channel, d.clock.Now(), "heard")
		heard.Room = room
		must(t, d.Record(t.Context(), heard))
		d.clock.Advance(3 * time.Hour)
		must(t, d.MissedEvents(t.Context(), everywhere))
		_, err = d.Close(t.Context(), d.guild, sam, channel, "", func(*ticket.Ticket) {})
		must(t, err)
		d.keeps("missed", "heard")
	})
	t.Run("one_channel_that_fails_holds_nobody_up_for_ever", func(t *testing.T) {
		d := newDesk(t)
		_, err := d.open()
		must(t, err)
		d.discord.write(channel, storetest.Start, "said")
		tries := 0
		d.discord.answer["history"] = func() error { tries++; return errAway }
		ended := make(chan error, 1)
		go func() { ended <- d.MissedEvents(t.Context(), everywhere) }()
		for waiting := true; waiting; {
			select {
			case err := <-ended:
				must(t, err)
				waiting = false
			default:
				patient, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
				if d.clock.AwaitSleepers(patient, 1) == nil {
					d.clock.Advance(time.Hour)
				}
				cancel()
			}
		}
		if tries < 2 {
			t.Errorf("tried %d times", tries)
		}
		delete(d.discord.answer, "history")
		_, err = d.Close(t.Context(), d.guild, sam, channel, "", func(*ticket.Ticket) {})
		must(t, err)
		d.keeps("said")
	})
}

// write puts a message of Mia's into a channel's history.
func (m *moody) write(c ticket.ChannelID, at time.Time, text string) ticket.Sighting {
	s := ticket.Sighting{
		Room: ticket.Room{Channel: c}, Kind: ticket.SeenCreated, Message: ticket.MessagesSince(at) + ticket.MessageID(len(m.written[c])),
		At: at, Seen: at, Users: []ticket.User{mia.User}, Content: ticket.Content{Text: text},
	}
	m.written[c] = append(m.written[c], s)
	return s
}

// keeps fails the test unless these texts, and no others, are archived.
func (d *desk) keeps(want ...string) {
	d.Helper()
	all, err := d.store.Messages(d.Context(), d.guild, d.now().ID)
	must(d, err)
	var got []string
	for _, m := range all {
		got = append(got, m.Content.Text)
	}
	if !slices.Equal(got, want) {
		d.Errorf("kept %q, want %q", got, want)
	}
}

func count(all []string, one string) (n int) {
	for _, s := range all {
		if s == one {
			n++
		}
	}
	return n
}
