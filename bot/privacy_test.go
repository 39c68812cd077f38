package bot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"ticketbot/internal/say"
	"ticketbot/ticket"
)

// shredder notes who is to be forgotten.
type shredder struct {
	asked []ticket.UserID
	err   error
}

func (s *shredder) ForgetPerson(_ context.Context, user ticket.UserID) (string, error) {
	s.asked = append(s.asked, user)
	return fmt.Sprintf("receipt-of-%d", user), s.err
}

// shown is what a person sees of an answer.
type shown struct {
	Type int `json:"type"`
	Data struct {
		Content    string `json:"content"`
		Flags      int    `json:"flags"`
		Components []struct {
			Components []struct {
				Style    int    `json:"style"`
				CustomID string `json:"custom_id"`
				URL      string `json:"url"`
			} `json:"components"`
		} `json:"components"`
	} `json:"data"`
}

func (e *ear) last(t *testing.T) shown {
	t.Helper()
	var s shown
	if len(e.raw) == 0 {
		t.Fatal("nothing was said")
	}
	mustDo(t, json.Unmarshal(e.raw[len(e.raw)-1], &s))
	return s
}

func TestPrivacy_delete_asks_first(t *testing.T) {
	b, replies, _, _ := newDeafBot(t)
	s := &shredder{}
	b.Erasures, b.Website = s, "https://tickets.example"
	for _, where := range []func(int, string) []byte{press, direct} {
		mustDo(t, b.Handle(t.Context(), "INTERACTION_CREATE", where(2, `{"name":"privacy","options":[{"name":"delete","type":1}]}`)))
		asked := replies.last(t)
		if len(s.asked) != 0 {
			t.Fatal("nobody has agreed yet")
		}
		if asked.Data.Flags != 64 || len(asked.Data.Components) != 1 {
			t.Fatalf("asked %+v", asked)
		}
		if button := asked.Data.Components[0].Components[0]; button.Style != 4 || button.CustomID != "v1:erase" {
			t.Errorf("button %+v", button)
		}
	}
	for i, where := range []func(int, string) []byte{press, direct} {
		mustDo(t, b.Handle(t.Context(), "INTERACTION_CREATE", where(3, `{"custom_id":"v1:erase"}`)))
		if len(s.asked) != i+1 || s.asked[i] != 5 {
			t.Fatalf("asked to forget %v", s.asked)
		}
		said := replies.last(t)
		if said.Type != 7 || said.Data.Content != say.T("bot.erase.under_way") || said.Data.Components[0].Components[0].URL != "https://tickets.example/receipts/receipt-of-5" {
			t.Errorf("said %+v", said)
		}
		if strings.Contains(strings.ToLower(said.Data.Content), "has been deleted") {
			t.Error("said to be done before it is")
		}
	}
}

func TestPrivacy_delete_that_fails_is_not_said_to_be_under_way(t *testing.T) {
	b, replies, _, log := newDeafBot(t)
	b.Erasures = &shredder{err: errors.New("the shredder jams on ana")}
	mustDo(t, b.Handle(t.Context(), "INTERACTION_CREATE", direct(3, `{"custom_id":"v1:erase"}`)))
	if said := replies.last(t); !strings.Contains(said.Data.Content, "went wrong") || said.Data.Flags != 64 {
		t.Errorf("said %+v", said)
	}
	if log.Len() == 0 || strings.Contains(log.String(), "ana") {
		t.Errorf("logged %s", log)
	}
}

func TestPrivacy_policy_says_what_is_promised(t *testing.T) {
	b, replies, _, _ := newDeafBot(t)
	b.Website = "https://tickets.example"
	mustDo(t, b.Handle(t.Context(), "INTERACTION_CREATE", direct(2, `{"name":"privacy","options":[{"name":"policy","type":1}]}`)))
	said := replies.last(t)
	if !strings.Contains(said.Data.Content, "after 30 days") || !strings.Contains(said.Data.Content, "after 365") || strings.Contains(said.Data.Content, "{") ||
		said.Data.Flags != 64 || said.Data.Components[0].Components[0].URL != "https://tickets.example/privacy" {
		t.Errorf("said %+v", said)
	}
	for _, key := range []string{"bot.privacy.policy", "bot.erase.ask", "bot.help"} {
		if n := len([]rune(say.T(key))); n > maxText {
			t.Errorf("%s has %d characters", key, n)
		}
	}
}
