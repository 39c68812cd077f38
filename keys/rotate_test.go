package keys_test

import (
	"testing"

	"ticketbot/keys"
)

func TestRotate(t *testing.T) {
	dir := t.TempDir()
	r := open(t, dir)
	if err := r.AddGuild(t.Context(), 7, epoch); err != nil {
		t.Fatal(err)
	}
	c := converse(t, r, 7)
	before := r.State()
	for range 3 {
		if err := r.Rotate(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if now := r.State(); now.Generation != before.Generation+3 || now.Forgotten != before.Forgotten {
		t.Errorf("%+v became %+v", before, now)
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	r, err := keys.Open(dir, keys.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if now := r.State(); now.Generation != before.Generation+3 {
		t.Errorf("generation %d after a restart, want %d", now.Generation, before.Generation+3)
	}
	c.wantForgotten(t, r)
}
