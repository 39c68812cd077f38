package keys_test

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ticketbot/keys"
)

// filledDir is the directory of a keyring that has added and forgotten something, closed.
func filledDir(t testing.TB) string {
	t.Helper()
	dir := t.TempDir()
	r := open(t, dir)
	addGuilds(t, r, guild, guild+1)
	forget(t, r, keys.Puncture{Guild: guild, Epoch: epoch, Path: keys.TicketPath(1)})
	forget(t, r, keys.Puncture{Guild: guild, Epoch: epoch, Path: keys.TicketPath(2)})
	r.Close()
	return dir
}

func find(t testing.TB, dir, pattern string) string {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, pattern))
	if err != nil || len(names) == 0 {
		t.Fatalf("no file %s: %v", pattern, err)
	}
	return names[0]
}

func edit(t testing.TB, name string, change func([]byte) []byte) {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, change(b), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestDamage(t *testing.T) {
	flip := func(at int) func([]byte) []byte {
		return func(b []byte) []byte {
			if at < 0 {
				at += len(b)
			}
			b[at] ^= 4
			return b
		}
	}
	half := func(b []byte) []byte { return b[:len(b)/2] }
	for name, test := range map[string]struct {
		file   string
		change func([]byte) []byte
	}{
		"page: magic":               {"page-*", flip(0)},
		"page: nonce":               {"page-*", flip(8)},
		"page: content":             {"page-*", flip(40)},
		"page: tag":                 {"page-*", flip(-1)},
		"page: cut":                 {"page-*", half},
		"top: magic":                {"top.*", flip(7)},
		"top: nonce":                {"top.*", flip(19)},
		"top: content":              {"top.*", flip(500)},
		"top: tag":                  {"top.*", flip(-16)},
		"top: cut":                  {"top.*", half},
		"root: both slots":          {"root", func(b []byte) []byte { clear(b); return b }},
		"root: empty":               {"root", func([]byte) []byte { return nil }},
		"ledger: first line":        {"ledger", func(b []byte) []byte { return bytes.Replace(b, []byte(`"seq":1`), []byte(`"seq":3`), 1) }},
		"ledger: time":              {"ledger", func(b []byte) []byte { return bytes.Replace(b, []byte("2026"), []byte("2025"), 1) }},
		"ledger: another epoch":     {"ledger", func(b []byte) []byte { return bytes.Replace(b, []byte(`"epoch":1`), []byte(`"epoch":2`), 1) }},
		"ledger: last line missing": {"ledger", func(b []byte) []byte { return b[:bytes.IndexByte(b, '\n')+1] }},
		"ledger: empty":             {"ledger", func([]byte) []byte { return nil }},
	} {
		t.Run(name, func(t *testing.T) {
			dir := filledDir(t)
			edit(t, find(t, dir, test.file), test.change)
			wantFault(t, dir, "keys.damaged")
		})
	}
	for _, file := range []string{"root", "top.*", "page-*", "ledger"} {
		t.Run("missing: "+file, func(t *testing.T) {
			dir := filledDir(t)
			if err := os.Remove(find(t, dir, file)); err != nil {
				t.Fatal(err)
			}
			wantFault(t, dir, "keys.damaged")
		})
	}
	t.Run("a page in the place of another", func(t *testing.T) {
		dir, other := filledDir(t), filledDir(t)
		page, err := os.ReadFile(find(t, other, "page-*"))
		if err != nil {
			t.Fatal(err)
		}
		edit(t, find(t, dir, "page-*"), func([]byte) []byte { return page })
		wantFault(t, dir, "keys.damaged")
	})
	t.Run("the ledger of another keyring", func(t *testing.T) {
		dir, other := filledDir(t), filledDir(t)
		ledger, err := os.ReadFile(filepath.Join(other, "ledger"))
		if err != nil {
			t.Fatal(err)
		}
		edit(t, filepath.Join(dir, "ledger"), func([]byte) []byte { return ledger })
		wantFault(t, dir, "keys.damaged")
	})
	t.Run("refusing changes no file", func(t *testing.T) {
		dir := filledDir(t)
		edit(t, find(t, dir, "top.*"), half)
		before := contents(t, dir)
		wantFault(t, dir, "keys.damaged")
		if after := contents(t, dir); after != before {
			t.Error("the directory has changed")
		}
	})
	t.Run("a torn last line of the ledger is no damage", func(t *testing.T) {
		dir := filledDir(t)
		whole, err := os.ReadFile(filepath.Join(dir, "ledger"))
		if err != nil {
			t.Fatal(err)
		}
		edit(t, filepath.Join(dir, "ledger"), func(b []byte) []byte { return append(b, `{"seq":3,"at":"20`...) })
		open(t, dir)
		if got, err := os.ReadFile(filepath.Join(dir, "ledger")); err != nil || !bytes.Equal(got, whole) {
			t.Errorf("ledger is %q, %v", got, err)
		}
	})
}

func contents(t testing.TB, dir string) string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	for _, e := range entries {
		b, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		all.WriteString(e.Name())
		all.Write(b)
	}
	return all.String()
}

func TestNothingInClear(t *testing.T) {
	const canary = "correct-horse-battery-staple-7f3a9b"
	dir := t.TempDir()
	r := open(t, dir)
	addGuilds(t, r, guild)
	ref := message(t, r)
	sealed := seal(t, r, ref, canary)
	stream := sealStream(t, r, ref, []byte(canary), 8)
	tag, err := r.IndexTag(guild, epoch, canary, []byte(canary))
	if err != nil {
		t.Fatal(err)
	}
	forget(t, r, keys.Puncture{Guild: guild, Epoch: epoch, Path: ref.Person})
	search := func(in string) bool {
		for _, form := range []string{canary, hex.EncodeToString([]byte(canary)), base64.StdEncoding.EncodeToString([]byte(canary))[:40]} {
			if strings.Contains(in, form) {
				return true
			}
		}
		return false
	}
	if search(contents(t, dir)) || search(string(sealed)) || search(string(stream)) || search(string(tag[:])) {
		t.Error("the canary is in what was written")
	}
	if err := os.WriteFile(filepath.Join(dir, "planted"), []byte(canary), 0o600); err != nil {
		t.Fatal(err)
	}
	if !search(contents(t, dir)) {
		t.Error("the search does not find a canary in clear")
	}
}
