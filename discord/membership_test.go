package discord

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"ticketbot/internal/fault"
	"ticketbot/ticket"
)

func TestMembership_onlyDiscordItselfSaysThatWeAreOut(t *testing.T) {
	for _, test := range []struct {
		name   string
		status int
		text   string
		out    bool
	}{
		{"unknown guild", 404, refusal(unknownGuild), true},
		{"unknown member", 404, refusal(unknownMember), true},
		{"missing access", 403, refusal(missingAccess), true},
		{"a 404 of something in between", 404, "not found", false},
		{"a 404 without a code", 404, refusal(0), false},
		{"a 403 for another reason", 403, refusal(40333), false},
		{"a token that is wrong", 401, refusal(0), false},
		{"an outage", 503, "upstream", false},
		{"a broken line", 0, "", false},
		{"no time of joining", 200, `{"user":{"id":"77"}}`, false},
		{"no sense", 200, `{`, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			w, c := newWire(t, always(test.status, test.text))
			w.whenAsleep(t, time.Second, time.Second, 2*time.Second)
			at, err := c.Membership(t.Context(), 5)
			if err == nil || !at.IsZero() || (fault.KindOf(err) == fault.NotFound) != test.out {
				t.Errorf("%v, %v", at, err)
			}
		})
	}
	t.Run("a member", func(t *testing.T) {
		w, c := newWire(t, always(200, `{"joined_at":"2026-11-01T12:34:56.789012+00:00"}`))
		at, err := c.Membership(t.Context(), 5)
		if want := time.Date(2026, 11, 1, 12, 34, 56, 789012000, time.UTC); err != nil || !at.Equal(want) {
			t.Errorf("%v, %v", at, err)
		}
		if !slices.Equal(w.calls, []string{"GET /guilds/5/members/77"}) {
			t.Errorf("asked %v", w.calls)
		}
	})
}

func TestGuilds_areAllOfThem(t *testing.T) {
	page := func(from, n int) string {
		var all []string
		for i := range n {
			all = append(all, fmt.Sprintf(`{"id":"%d","name":"x"}`, from+i))
		}
		return "[" + strings.Join(all, ",") + "]"
	}
	broken := false
	w, c := newWire(t, func(_ int, r *http.Request, _ string) (int, map[string]string, string) {
		switch after := r.URL.Query().Get("after"); {
		case after == "0":
			return 200, nil, page(1, 200)
		case after == "200" && !broken:
			return 200, nil, page(201, 200)
		case after == "400":
			return 200, nil, page(401, 3)
		}
		return 404, nil, "not found"
	})
	all, err := c.Guilds(t.Context())
	if err != nil || len(all) != 403 || all[0] != 1 || all[402] != 403 {
		t.Fatalf("%d guilds, %v", len(all), err)
	}
	if w.count() != 3 {
		t.Errorf("%d requests", w.count())
	}
	broken = true
	if all, err := c.Guilds(t.Context()); err == nil || all != nil || fault.KindOf(err) == fault.NotFound {
		t.Errorf("half a list is %v, %v", all, err)
	}
}

func TestDirectory_forgetsSomebodyEverywhere(t *testing.T) {
	w, c := newWire(t, func(_ int, r *http.Request, _ string) (int, map[string]string, string) {
		user := r.URL.Path[strings.LastIndex(r.URL.Path, "/")+1:]
		if strings.Contains(r.URL.Path, "/members/") {
			return 200, nil, `{"user":{"id":"` + user + `","username":"u"},"roles":[]}`
		}
		return 200, nil, `{"id":"` + user + `","username":"u"}`
	})
	ask := func() int {
		before := w.count()
		for _, user := range []ticket.UserID{5, 6} {
			if _, err := c.Directory().User(t.Context(), user); err != nil {
				t.Fatal(err)
			}
			for _, guild := range []ticket.GuildID{1, 2} {
				if _, err := c.Directory().Member(t.Context(), guild, user, false); err != nil {
					t.Fatal(err)
				}
			}
		}
		return w.count() - before
	}
	if first, second := ask(), ask(); first != 6 || second != 0 {
		t.Fatalf("%d requests, then %d", first, second)
	}
	c.Directory().DropUser(5)
	if n := ask(); n != 3 {
		t.Errorf("%d requests about one who was forgotten and one who was not", n)
	}
}
