package bot

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"ticketbot/internal/fault"
	"ticketbot/internal/say"
	"ticketbot/ticket"
)

func lines(log *bytes.Buffer) int { return strings.Count(log.String(), "\n") }

func TestRefusal(t *testing.T) {
	c := &call{interaction: &interaction{ID: 1, Guild: 7, Channel: 8, Type: typeCommand}}
	t.Run("a_fault_is_its_sentence", func(t *testing.T) {
		b, _, _, log := newDeafBot(t)
		r := b.refusal(c, fmt.Errorf("open a ticket: %w", fault.New(fault.Limit, "ticket.open.limit_one", "channel", "<#9>")))
		if r.text != say.T("ticket.open.limit_one", "channel", "<#9>") || r.visible || log.Len() > 0 {
			t.Errorf("%+v, log %s", r, log)
		}
	})
	for name, err := range map[string]error{
		"anything_else":           fmt.Errorf("open: %w", errors.New("canary wrote this")),
		"a_matter_for_operators":  fault.New(fault.Config, "discord.token", "canary", "canary"),
		"a_bundle_without_faults": errors.Join(errors.New("canary 1"), errors.New("canary 2")),
	} {
		t.Run(name+"_is_a_reference", func(t *testing.T) {
			b, _, _, log := newDeafBot(t)
			r := b.refusal(c, err)
			reference := regexp.MustCompile(`[0-9A-F]{4}`).FindString(r.text)
			if reference == "" || r.text != say.T("bot.failed", "reference", reference) {
				t.Fatalf("said %q", r.text)
			}
			if lines(log) != 1 || !strings.Contains(log.String(), "reference="+reference) || !strings.Contains(log.String(), "guild=7") {
				t.Errorf("logged %s", log)
			}
			if strings.Contains(log.String(), "canary") || strings.Contains(r.text, "canary") {
				t.Errorf("content got out: %s / %s", r.text, log)
			}
		})
	}
	for err, key := range map[error]string{ticket.ErrChannelGone: "bot.channel_gone", ticket.ErrMemberGone: "bot.member_gone"} {
		t.Run(key, func(t *testing.T) {
			b, _, _, log := newDeafBot(t)
			if r := b.refusal(c, fmt.Errorf("POST /channels: %w", err)); r.text != say.T(key) || log.Len() > 0 {
				t.Errorf("%+v, log %s", r, log)
			}
		})
	}
	t.Run("a_completion_has_no_place_for_a_sentence", func(t *testing.T) {
		b, _, _, _ := newDeafBot(t)
		r := b.refusal(&call{interaction: &interaction{Type: typeCompletion}}, errors.New("x"))
		if r.text != "" || r.choices == nil {
			t.Errorf("%+v", r)
		}
	})
}

func TestReply_fits_a_message(t *testing.T) {
	long := privately(strings.Repeat("ä", 3000))
	if n := len([]rune(long.content())); n != maxText {
		t.Errorf("%d characters", n)
	}
}
