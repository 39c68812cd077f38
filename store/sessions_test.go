package store_test

import (
	"testing"
	"time"

	"ticketbot/internal/clock"
	"ticketbot/internal/fault"
	"ticketbot/store"
	"ticketbot/store/storetest"
)

func TestSessions(t *testing.T) {
	clk := clock.NewManual(storetest.Start)
	s := storetest.New(t, clk)
	ctx := t.Context()
	data := store.SessionData{User: ada, CreatedAt: storetest.Start}
	hash := func(b byte) (h [32]byte) { h[0] = b; return h }
	for i := range byte(3) {
		must(t, s.CreateSession(ctx, hash(i), data, clk.Now().Add(time.Hour)))
	}
	must(t, s.CreateSession(ctx, hash(9), store.SessionData{User: bob}, clk.Now().Add(time.Hour)))

	got, expires, err := s.Session(ctx, hash(0))
	must(t, err)
	equal(t, got, data)
	equal(t, expires, clk.Now().Add(time.Hour))

	must(t, s.DeleteSession(ctx, hash(0)))
	_, _, err = s.Session(ctx, hash(0))
	wantKind(t, err, fault.NotFound)

	must(t, s.DeleteSessionsOf(ctx, ada.ID))
	_, _, err = s.Session(ctx, hash(1))
	wantKind(t, err, fault.NotFound)
	_, _, err = s.Session(ctx, hash(9))
	must(t, err)

	clk.Advance(time.Hour)
	_, _, err = s.Session(ctx, hash(9))
	wantKind(t, err, fault.NotFound)
	n, err := s.DeleteExpired(ctx)
	must(t, err)
	equal(t, n, 1)
}

func TestLogins(t *testing.T) {
	clk := clock.NewManual(storetest.Start)
	s := storetest.New(t, clk)
	ctx := t.Context()
	login := store.LoginState{Verifier: "v", ReturnTo: "/t/1"}
	must(t, s.SaveLogin(ctx, [32]byte{1}, login, clk.Now().Add(time.Minute)))
	must(t, s.SaveLogin(ctx, [32]byte{2}, login, clk.Now().Add(time.Minute)))
	got, err := s.TakeLogin(ctx, [32]byte{1})
	must(t, err)
	equal(t, got, login)
	_, err = s.TakeLogin(ctx, [32]byte{1})
	wantKind(t, err, fault.NotFound)
	clk.Advance(time.Minute)
	_, err = s.TakeLogin(ctx, [32]byte{2})
	wantKind(t, err, fault.NotFound)
}

func TestResume(t *testing.T) {
	home := storetest.NewHome(t)
	s := home.Open(t)
	ctx := t.Context()
	session, url, seq, err := s.LoadResume(ctx, 0)
	must(t, err)
	equal(t, []any{session, url, seq}, []any{"", "", int64(0)})
	must(t, s.SaveResume(ctx, 0, "secret session", "wss://x", 5))
	must(t, s.SaveResume(ctx, 0, "secret session", "wss://x", 6))
	s = home.Open(t)
	session, url, seq, err = s.LoadResume(ctx, 0)
	must(t, err)
	equal(t, []any{session, url, seq}, []any{"secret session", "wss://x", int64(6)})
}
