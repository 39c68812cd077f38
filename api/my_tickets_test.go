package api_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"ticketbot/privacy"
	"ticketbot/store/storetest"
	"ticketbot/ticket"
)

type line struct {
	ID, Name, Category, Subject, State, Transcript string
	Server                                         struct{ ID, Name, Icon string }
	OpenedAt                                       time.Time  `json:"opened_at"`
	ClosedAt                                       *time.Time `json:"closed_at"`
}

func (v *visitor) tickets() []line {
	v.Helper()
	var got struct{ Tickets []line }
	must(v, json.Unmarshal([]byte(v.get("/api/me/tickets").body), &got))
	return got.Tickets
}

func TestMyTickets(t *testing.T) {
	h := newHouse(t)
	other, err := h.sim.NewGuild(h.Mia, "Mia's own place")
	must(t, err)
	there := storetest.Join(t, h.store, ticket.GuildID(other))

	first := h.newTicket(h.category, h.Mia, "Mia")
	h.clock.Advance(time.Hour)
	second := h.newTicket(h.newCategory(there, "Requests", h.SupportRole), h.Mia, "Mia")
	h.newTicket(h.category, h.Leo, "Leo")
	closed := h.clock.Now().Add(time.Minute)
	must(t, h.store.InTx(t.Context(), first.Guild, func(tx ticket.Tx) error {
		first.State, first.ClosedAt = ticket.Closed, closed
		return tx.SaveTicket(t.Context(), first)
	}))
	mia := h.loggedIn(h.Mia)

	t.Run("are all that I opened, in all servers, newest first", func(t *testing.T) {
		got := mia.tickets()
		if len(got) != 2 || got[0].ID != second.PublicID || got[1].ID != first.PublicID {
			t.Fatalf("got %+v", got)
		}
		want := line{
			ID: first.PublicID, Name: "#0001", Category: "Support", Subject: "My save is gone", State: "closed", Transcript: "/transcripts/" + first.PublicID,
			OpenedAt: storetest.Start, ClosedAt: &closed,
		}
		want.Server.ID, want.Server.Name = h.Guild.String(), "Northwind Games"
		if icon := h.sim.URL() + "/icons/" + h.Guild.String() + "/"; !strings.HasPrefix(got[1].Server.Icon, icon) {
			t.Errorf("the icon is %s", got[1].Server.Icon)
		}
		want.Server.Icon = got[1].Server.Icon
		if a, b := asJSON(t, got[1]), asJSON(t, want); a != b {
			t.Errorf("got  %s\nwant %s", a, b)
		}
		if got[0].Server.Name != "Mia's own place" || got[0].ClosedAt != nil {
			t.Errorf("got %+v", got[0])
		}
	})

	t.Run("show a server that I have left, as far as the bot still knows it", func(t *testing.T) {
		must(t, h.sim.Leave(h.Mia, h.Guild))
		h.advance(privacy.CacheLogin) // what the login said is forgotten
		got := mia.tickets()
		if len(got) != 2 || got[1].Server.Name != "Northwind Games" {
			t.Errorf("got %+v", got)
		}
		if got[0].Server.Name != "" { // only the login knew it: as far as Discord is concerned, the bot was never there
			t.Errorf("what the login said is still remembered: %q", got[0].Server.Name)
		}
	})
}

func TestShowTicket(t *testing.T) {
	h := newHouse(t)
	k := h.newTicket(h.category, h.Mia, "Mia")
	h.say(k, ticket.User{ID: ticket.UserID(h.Mia), Username: "mia_k", GlobalName: "Mia"}, 31, "hello", file{701, "a.png", "image/png", png})
	h.say(k, ticket.User{ID: ticket.UserID(h.Sam), Username: "sam"}, 32, "hi")
	got := h.loggedIn(h.Sam).get("/api/tickets/" + k.PublicID).body
	for _, part := range []string{
		`"id":"` + k.PublicID + `"`, `"name":"#0001"`, `"state":"open"`, `"messages":2`, `"files":1`, `"category":"Support"`,
		`"opener":{"id":"` + h.Mia.String() + `","name":"Mia","username":"mia_k"`,
	} {
		if !strings.Contains(got, part) {
			t.Errorf("no %s in %s", part, got)
		}
	}
	if strings.Contains(got, "hello") || strings.Contains(got, "claimer") {
		t.Errorf("too much: %s", got)
	}
}

func asJSON(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	must(t, err)
	return string(b)
}
