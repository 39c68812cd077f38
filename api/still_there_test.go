package api_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"ticketbot/api"
	"ticketbot/internal/say"
	"ticketbot/store/storetest"
	"ticketbot/ticket"
)

// parting is a reader in whose hands the guild ends: all of it was read, nothing is sent yet.
type parting struct {
	api.Reader
	then func()
}

func (p parting) Read(ctx context.Context, by ticket.Actor, t *ticket.Ticket) (*ticket.Conversation, error) {
	c, err := p.Reader.Read(ctx, by, t)
	p.then()
	return c, err
}

func TestWhatEndsWhileItIsReadIsNotSent(t *testing.T) {
	for _, path := range []string{"/transcripts/", "/api/tickets/"} {
		h := newHouse(t)
		k := h.newTicket(h.category, h.Mia, "Mia")
		h.say(k, ticket.User{ID: ticket.UserID(h.Mia), Username: "mia"}, 11, "the last words")
		v := h.loggedIn(h.Mia)
		get := func(then func()) *httptest.ResponseRecorder {
			o := h.options()
			o.Reader = parting{o.Reader, then}
			s, err := api.New(o)
			must(t, err)
			r := httptest.NewRequest("GET", h.url+path+k.PublicID, http.NoBody)
			r.AddCookie(&http.Cookie{Name: "tb_session", Value: v.cookie("tb_session")})
			w := httptest.NewRecorder()
			s.Handler().ServeHTTP(w, r)
			return w
		}
		if got := get(func() {}); got.Code != http.StatusOK {
			t.Fatalf("%s: %d although nothing ended", path, got.Code)
		}
		got := get(func() { storetest.Leave(t, h.store, h.guild.ID) })
		if got.Code != http.StatusNotFound || strings.Contains(got.Body.String(), "the last words") || !strings.Contains(got.Body.String(), say.T("ticket.not_found")) {
			t.Errorf("%s: %d %s", path, got.Code, got.Body)
		}
	}
}

func TestAFileBreaksOffWithItsServer(t *testing.T) {
	h := newHouse(t)
	k := h.newTicket(h.category, h.Mia, "Mia")
	film := append([]byte(nil), png...)
	film = append(film, make([]byte, 32<<20)...) // more than lies in the buffers on its way
	h.say(k, ticket.User{ID: ticket.UserID(h.Mia), Username: "mia"}, 11, "look", file{501, "film.png", "image/png", film})
	v := h.loggedIn(h.Mia)
	link := links(t, h, v.get("/transcripts/"+k.PublicID))[0]
	download := func(halfway func()) (int64, error) {
		got, err := http.Get(h.url + link)
		must(t, err)
		defer got.Body.Close()
		n, err := io.CopyN(io.Discard, got.Body, 1<<20)
		must(t, err)
		halfway()
		rest, err := io.Copy(io.Discard, got.Body)
		return n + rest, err
	}
	if n, err := download(func() {}); n != int64(len(film)) || err != nil {
		t.Fatalf("%d bytes, %v although nothing ended", n, err)
	}
	n, err := download(func() {
		storetest.Leave(t, h.store, h.guild.ID)
		h.clock.Advance(time.Second)
	})
	if err == nil || n >= int64(len(film)) {
		t.Errorf("%d bytes of %d were sent, %v", n, len(film), err)
	}
}
