package store_test

import (
	"log/slog"
	"path/filepath"
	"reflect"
	"testing"

	"ticketbot/internal/clock"
	"ticketbot/internal/fault"
	"ticketbot/keys"
	"ticketbot/store"
	"ticketbot/store/storetest"
)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func equal(t testing.TB, got, want any) {
	t.Helper()
	if w := reflect.ValueOf(want); w.IsValid() && w.CanInt() && reflect.ValueOf(got).CanConvert(w.Type()) {
		got = reflect.ValueOf(got).Convert(w.Type()).Interface()
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("\n got %+v\nwant %+v", got, want)
	}
}

func wantKind(t testing.TB, err error, kind fault.Kind) {
	t.Helper()
	if fault.KindOf(err) != kind || err == nil {
		t.Errorf("got %v, want a fault of kind %v", err, kind)
	}
}

func wantOpenFault(t testing.TB, h *storetest.Home, key string) {
	t.Helper()
	ring, err := keys.Open(filepath.Join(h.Dir, "keys"), keys.Options{})
	must(t, err)
	defer ring.Close()
	s, err := store.Open(t.Context(), store.Options{
		URL: h.URL, BlobURL: store.BlobDir(filepath.Join(h.Dir, "files")), Keys: ring,
		Clock: clock.System{}, Logger: slog.New(slog.DiscardHandler),
	})
	if err == nil {
		s.Close()
	}
	if f := fault.From(err); f == nil || f.Key != key {
		t.Errorf("got %v, want %s", err, key)
	}
}
