package main

import (
	"context"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ticketbot/discordsim"
)

// wellEnds is what a command says that ends with 0.
func wellEnds(t *testing.T, env map[string]string, args ...string) string {
	t.Helper()
	c := start(t, env, args...)
	c.ended(t.Context())
	return c.output()
}

// illEnds is what a command says that ends with 1.
func illEnds(t *testing.T, env map[string]string, args ...string) string {
	t.Helper()
	c := start(t, env, args...)
	<-c.done
	if code := c.cmd.ProcessState.ExitCode(); code != 1 {
		t.Errorf("ticketbot %v: exit code %d:\n%s", args, code, c.output())
	}
	return c.output()
}

func wantSaid(t *testing.T, text string, wants ...string) {
	t.Helper()
	for _, want := range wants {
		if !strings.Contains(text, want) {
			t.Errorf("it does not say %q:\n%s", want, text)
		}
	}
}

// One process has the keyring and the private database, a second one borrows keys and has no connection to Discord.
func TestSecondProcessBorrowsTheKeys(t *testing.T) {
	g := newGround(t, discordsim.Options{})
	g.env["TICKETBOT_KEYS_LISTEN"] = "unix://" + filepath.Join(g.dir, "keys.socket")
	g.env["TICKETBOT_KEYS_MIRROR"] = filepath.Join(g.dir, "mirror")
	first := start(t, g.env, "run")
	first.ready(t.Context())
	other := g.borrower(t)
	second := start(t, other, "run")
	second.ready(t.Context())
	if !strings.Contains(second.output(), `"shards":0`) {
		t.Errorf("it has connections to Discord:\n%s", second.output())
	}

	// While both run, an operator may look.
	wantSaid(t, wellEnds(t, g.env, "doctor"), "✓ keyring", "✓ database")
	wantSaid(t, wellEnds(t, other, "doctor"), "✓ keyring", "✓ database")
	wantSaid(t, wellEnds(t, g.env, "keys", "status"), filepath.Join(g.dir, "keys"), "generation", "in step")
	wantSaid(t, wellEnds(t, g.env, "keys", "verify"), "✓ root", "✓ top.")
	wantSaid(t, wellEnds(t, other, "keys", "status"), "borrowed from unix://")
	start(t, other, "keys", "verify").refuses(g, "TICKETBOT_KEYS_FROM")
	start(t, g.env, "keys", "mirror").refuses(g, "Another process")

	second.stop()
	first.stop()
	wantSaid(t, illEnds(t, other, "keys", "status"), "key process")
}

// borrower is the settings of a second process, which has no keyring and no connection to Discord.
func (g *ground) borrower(t *testing.T) map[string]string {
	t.Helper()
	other := maps.Clone(g.env)
	delete(other, "TICKETBOT_KEYS_LISTEN")
	delete(other, "TICKETBOT_KEYS_MIRROR")
	other["TICKETBOT_KEYS_FROM"] = g.env["TICKETBOT_KEYS_LISTEN"]
	other["TICKETBOT_SHARDS"] = "none"
	other["TICKETBOT_LISTEN"] = freeAddress(t)
	other["TICKETBOT_PUBLIC_URL"] = "http://" + other["TICKETBOT_LISTEN"]
	return other
}

// What one process is told to forget, the other's website shows no more.
func TestSecondProcessForgetsToo(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 8*time.Minute)
	defer cancel()
	g := newGround(t, discordsim.Options{})
	g.env["TICKETBOT_KEYS_LISTEN"] = "unix://" + filepath.Join(g.dir, "keys.socket")
	first := start(t, g.env, "run")
	first.ready(ctx)
	other := &ground{dir: g.dir, demo: g.demo}
	other.env = g.borrower(t)
	second := start(t, other.env, "run")
	second.ready(ctx)
	must(t, g.sim.SetRedirects(g.world.App.ID, []string{other.env["TICKETBOT_PUBLIC_URL"] + "/auth/callback"}))

	must(t, g.setUp(ctx))
	channel, err := g.open(ctx, g.world.Mia, [3]string{"help", "please", "low"})
	must(t, err)
	_, err = g.sim.Say(g.world.Mia, channel, discordsim.SayOptions{Content: "said to one process"})
	must(t, err)
	mia := other.logIn(t, g.world.Mia)
	shown := func() (int, bool) {
		status, page := mia.look(mia.site + "/transcripts/" + mia.tickets()[0])
		return status, strings.Contains(page, "said to one process")
	}
	for there := false; !there; _, there = shown() {
		if ctx.Err() != nil {
			t.Fatalf("the second process never shows it:\n%s", second.output())
		}
	}
	page := mia.site + "/transcripts/" + mia.tickets()[0]
	must(t, g.sim.KickBot(g.world.App.ID, g.world.Guild))
	for status := 0; status != http.StatusNotFound || len(mia.tickets()) > 0; status, _ = mia.look(page) {
		if ctx.Err() != nil {
			t.Fatalf("the second process goes on serving what is forgotten (%d):\n%s", status, second.output())
		}
	}
	second.stop()
	first.stop()
}

func TestKeysCommandsNameDamageAndMendTheMirror(t *testing.T) {
	g := newGround(t, discordsim.Options{})
	start(t, g.env, "keys", "status").refuses(g, "no keyring", g.dir)
	start(t, g.env, "keys", "mirror").refuses(g, "TICKETBOT_KEYS_MIRROR")
	wellEnds(t, g.env, "migrate")
	wantSaid(t, wellEnds(t, g.env, "keys", "status"), "Mirror   none")

	mirror := filepath.Join(g.dir, "mirror")
	g.env["TICKETBOT_KEYS_MIRROR"] = mirror
	wantSaid(t, illEnds(t, g.env, "keys", "status"), "not in step")
	wantSaid(t, wellEnds(t, g.env, "keys", "mirror"), "in step")
	wantSaid(t, wellEnds(t, g.env, "keys", "status"), "in step")
	pages, err := filepath.Glob(filepath.Join(mirror, "page-*"))
	if err != nil || len(pages) == 0 {
		t.Fatalf("the mirror has no pages: %v", err)
	}
	must(t, os.WriteFile(pages[0], []byte("rubbish"), 0o600))
	wantSaid(t, illEnds(t, g.env, "keys", "verify"), "✗ "+filepath.Base(pages[0]), "✓ root")
	wellEnds(t, g.env, "keys", "mirror")
	wellEnds(t, g.env, "keys", "verify")

	delete(g.env, "TICKETBOT_KEYS_MIRROR")
	must(t, os.WriteFile(filepath.Join(g.dir, "keys", "root"), make([]byte, 8192), 0o600))
	wantSaid(t, illEnds(t, g.env, "keys", "verify"), "✗ root")
	wantSaid(t, illEnds(t, g.env, "keys", "status"), "damaged")
	wantSaid(t, illEnds(t, g.env, "doctor"), "✗ keyring")
}

// Two directories of one keyring, as after a copy, have a lock each. The database has one.
func TestTwoOwnersOnOneDatabaseAreRefused(t *testing.T) {
	g := newGround(t, discordsim.Options{})
	first := start(t, g.env, "run")
	first.ready(t.Context())
	must(t, os.CopyFS(filepath.Join(g.dir, "copy"), os.DirFS(filepath.Join(g.dir, "keys"))))
	must(t, os.Chmod(filepath.Join(g.dir, "copy"), 0o700))
	second := maps.Clone(g.env)
	second["TICKETBOT_KEYS_DIR"] = filepath.Join(g.dir, "copy")
	second["TICKETBOT_LISTEN"] = freeAddress(t)
	start(t, second, "run").refuses(g, "Another process owns the keyring of this database", "TICKETBOT_KEYS_FROM")
	first.stop()
}

func TestDoctorDoesNotMigrate(t *testing.T) {
	g := newGround(t, discordsim.Options{})
	for range 2 { // the second look would find what the first one made
		wantSaid(t, wellEnds(t, g.env, "doctor"), "The database has version 0", "✓ database")
	}
	if _, err := os.Stat(filepath.Join(g.dir, "keys")); !os.IsNotExist(err) {
		t.Errorf("it made a keyring: %v", err)
	}
	wellEnds(t, g.env, "migrate")
	if said := wellEnds(t, g.env, "doctor"); strings.Contains(said, "version 0") {
		t.Errorf("it says:\n%s", said)
	}
}

func TestShards(t *testing.T) {
	for _, one := range []struct {
		text string
		n    int
		want []int
		fit  bool
	}{
		{"all", 3, []int{0, 1, 2}, true}, {"", 2, []int{0, 1}, true}, {"none", 3, nil, true}, {"0-1,3", 4, []int{0, 1, 3}, true},
		{" 1 , 0", 2, []int{0, 1}, true}, {"2", 2, nil, false}, {"0-2", 2, nil, false},
	} {
		set, err := parseShards(one.text)
		must(t, err)
		got, err := set.of(one.n)
		if (err == nil) != one.fit || one.fit && len(got) != len(one.want) {
			t.Errorf("%q of %d: %v, %v", one.text, one.n, got, err)
			continue
		}
		for i := range got {
			if one.fit && got[i] != one.want[i] {
				t.Errorf("%q of %d: %v, want %v", one.text, one.n, got, one.want)
			}
		}
	}
	for _, bad := range []string{",", "1,", "-1", "1-", "a", "3-1", "1-2-3", "99999999"} {
		if _, err := parseShards(bad); err == nil {
			t.Errorf("%q means something", bad)
		}
	}
}
