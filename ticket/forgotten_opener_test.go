package ticket_test

import (
	"context"
	"log/slog"
	"testing"

	"ticketbot/privacy"
	"ticketbot/ticket"
)

// TestOpenerForgotten: a member clicks, and is forgotten before the ticket is open.
func TestOpenerForgotten(t *testing.T) {
	t.Run("a_ticket_whose_channel_was_not_made_is_void", func(t *testing.T) {
		d := newDesk(t)
		d.discord.answer["create"] = func() error { clear(d.discord.there); return errAway }
		d.wantNotOpened()
		d.forgetMia()
		delete(d.discord.answer, "create")
		d.later()
		d.wantNothing()
	})
	t.Run("a_channel_that_was_made_and_not_noted_goes", func(t *testing.T) {
		d := newDesk(t)
		d.discord.answer["create"] = once(errAway)
		d.wantNotOpened()
		d.forgetMia()
		d.later()
		d.wantNothing()
	})
	t.Run("a_channel_that_was_noted_and_not_greeted_in_goes_although_Discord_is_away_for_a_while", func(t *testing.T) {
		d := newDesk(t)
		d.discord.answer["welcome"] = once(errAway)
		d.wantNotOpened()
		d.forgetMia()
		d.discord.answer["delete"] = once(errAway)
		d.later()
		d.later()
		d.wantNothing()
	})
	t.Run("what_is_being_done_in_that_moment_does_not_come_about", func(t *testing.T) {
		for _, call := range []string{"create", "welcome"} {
			d := newDesk(t)
			d.discord.answer[call] = func() error {
				delete(d.discord.answer, call)
				d.forgetMia()
				return nil
			}
			d.wantNotOpened()
			d.later()
			d.wantNothing()
		}
	})
	t.Run("nobody_else_begins_while_somebody_is_at_it", func(t *testing.T) {
		d := newDesk(t)
		d.discord.answer["create"] = func() error {
			delete(d.discord.answer, "create")
			d.forgetMia()
			asked := len(d.discord.asked)
			must(t, d.CatchUp(t.Context()))
			if len(d.discord.asked) > asked {
				t.Errorf("asked %v", d.discord.asked[asked:])
			}
			return nil
		}
		d.wantNotOpened()
		d.later()
		d.wantNothing()
	})
	t.Run("and_somebody_who_is_not_forgotten_has_a_ticket", func(t *testing.T) {
		d := newDesk(t)
		d.discord.answer["create"] = once(errAway)
		d.wantNotOpened()
		d.later()
		if got := d.now(); got.State != ticket.Open || !d.discord.there[channel] {
			t.Errorf("ticket %s, on Discord %v", got.State, d.discord.there)
		}
	})
}

func (d *desk) wantNotOpened() {
	d.Helper()
	if _, err := d.open(); err == nil {
		d.Fatal("opened")
	}
}

// forgetMia carries out her wish to be forgotten, to its end.
func (d *desk) forgetMia() {
	d.Helper()
	p := privacy.New(privacy.Options{
		Store: d.store, Keys: d.store.Keyring(), Discord: untouched{}, Clock: d.clock, Logger: slog.New(slog.DiscardHandler),
	})
	asked, err := p.ForgetPerson(d.Context(), mia.User.ID)
	must(d, err)
	must(d, p.ContinueErasure(d.Context(), asked.Erasure))
}

// untouched has no message of ours that names anybody.
type untouched struct{ privacy.Discord }

func (untouched) EditWelcome(context.Context, ticket.Welcome) error { return nil }

func (d *desk) wantNothing() {
	d.Helper()
	var states string
	must(d, d.store.Pool().QueryRow(d.Context(), "select string_agg(state, ' ') from ticket").Scan(&states))
	if states != "void" || len(d.discord.there) > 0 || len(d.Rooms().All(0)) > 0 {
		d.Errorf("tickets: %s, on Discord %v, rooms %v", states, d.discord.there, d.Rooms().All(0))
	}
	if left := d.undone(); len(left) > 0 {
		d.Errorf("left undone: %v", left)
	}
}

// TestForgottenWhileTheWelcomeIsEdited: an edit that was rendered before an erasure, and lands after it, is mended.
func TestForgottenWhileTheWelcomeIsEdited(t *testing.T) {
	d := newDesk(t)
	opened, err := d.open()
	must(t, err)
	d.discord.answer["edit"] = func() error {
		delete(d.discord.answer, "edit")
		d.forgetMia()
		return nil
	}
	_, err = d.Claim(t.Context(), d.guild, sam, opened.Channel)
	must(t, err)
	if w := d.discord.welcome; w.Opener != 0 || len(w.Ticket.Answers) > 0 || w.Claimer != sam.User.ID {
		t.Errorf("the welcome names opener %d, claimer %d, answers %v", w.Opener, w.Claimer, w.Ticket.Answers)
	}
	if left := d.undone(); len(left) > 0 {
		t.Errorf("left undone: %v", left)
	}
}
