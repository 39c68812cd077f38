package bot

import (
	"errors"
	"testing"

	"ticketbot/internal/clock"
	"ticketbot/internal/fault"
	"ticketbot/ticket"

	"github.com/disgoorg/disgo/discord"
)

func newAnswer(replies *ear, clk clock.Clock) *answer {
	return &answer{replier: replies, clock: clk, in: &interaction{ID: 1, Application: 2, Token: "t"}}
}

func TestAnswer(t *testing.T) {
	t.Run("a_quick_verb_is_one_call", func(t *testing.T) {
		_, replies, clk, _ := newDeafBot(t)
		a := newAnswer(replies, clk)
		mustDo(t, a.begin(t.Context(), soon))
		mustDo(t, a.give(t.Context(), privately("done")))
		a.stopWaiting()
		clk.Advance(patience)
		expect(t, replies, 4)
	})
	t.Run("a_slow_verb_is_deferred_and_then_told", func(t *testing.T) {
		_, replies, clk, _ := newDeafBot(t)
		a := newAnswer(replies, clk)
		mustDo(t, a.begin(t.Context(), soon))
		mustDo(t, clk.AwaitSleepers(t.Context(), 1))
		clk.Advance(patience)
		if d := <-replies.heard; d.Type != 5 || d.Data.Flags != 64 {
			t.Errorf("deferral %+v", d)
		}
		mustDo(t, a.give(t.Context(), visibly("done")))
		a.stopWaiting()
		expect(t, replies, 5, 0)
		if got := replies.calls[1].Data.Content; got != "done" {
			t.Errorf("edited to %q", got)
		}
	})
	t.Run("what_takes_long_is_deferred_at_once", func(t *testing.T) {
		_, replies, clk, _ := newDeafBot(t)
		a := newAnswer(replies, clk)
		mustDo(t, a.begin(t.Context(), first))
		mustDo(t, a.give(t.Context(), privately("done")))
		expect(t, replies, 5, 0)
	})
	t.Run("only_the_first_answer_counts", func(t *testing.T) {
		_, replies, clk, _ := newDeafBot(t)
		a := newAnswer(replies, clk)
		mustDo(t, a.give(t.Context(), visibly("closed")))
		mustDo(t, a.give(t.Context(), privately("and failed")))
		expect(t, replies, 4)
	})
	t.Run("a_form_is_not_deferred", func(t *testing.T) {
		_, replies, clk, _ := newDeafBot(t)
		a := newAnswer(replies, clk)
		mustDo(t, a.begin(t.Context(), asks))
		clk.Advance(patience)
		mustDo(t, a.give(t.Context(), reply{modal: &discord.ModalCreate{CustomID: "v1:close"}}))
		expect(t, replies, 9)
	})
}

func TestAnswer_when_nobody_waits(t *testing.T) {
	for _, err := range []error{
		fault.New(fault.NotFound, "discord.interaction.over"), fault.New(fault.Conflict, "discord.interaction.answered"), ticket.ErrChannelGone,
	} {
		b, replies, _, log := newDeafBot(t)
		replies.err = err
		if err := b.Handle(t.Context(), "INTERACTION_CREATE", press(2, `{"name":"help"}`)); err != nil {
			t.Fatal(err)
		}
		expect(t, replies, 4)
		if log.Len() > 0 {
			t.Errorf("%v: logged %s", err, log)
		}
	}
	t.Run("setup_does_nothing", func(t *testing.T) {
		b, replies, _, _ := newDeafBot(t) // has no store: a verb would panic
		replies.err = fault.New(fault.NotFound, "discord.interaction.over")
		if err := b.Handle(t.Context(), "INTERACTION_CREATE", press(2, `{"name":"setup"}`)); err != nil {
			t.Fatal(err)
		}
		expect(t, replies, 5)
	})
	t.Run("any_other_failure_is_logged_once", func(t *testing.T) {
		b, replies, _, log := newDeafBot(t)
		replies.err = errors.New("the line is dead")
		if err := b.Handle(t.Context(), "INTERACTION_CREATE", press(2, `{"name":"help"}`)); err != nil {
			t.Fatal(err)
		}
		if lines(log) != 1 {
			t.Errorf("log: %s", log)
		}
	})
}

func expect(t *testing.T, replies *ear, types ...int) {
	t.Helper()
	var got []int
	for _, s := range replies.calls {
		got = append(got, s.Type)
	}
	if len(got) != len(types) {
		t.Fatalf("calls of types %v, want %v", got, types)
	}
	for i := range got {
		if got[i] != types[i] {
			t.Fatalf("calls of types %v, want %v", got, types)
		}
	}
}

func mustDo(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
