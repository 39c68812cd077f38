package keys_test

import (
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"ticketbot/internal/clock"
	"ticketbot/internal/fault"
	"ticketbot/keys"
)

func inspect(t testing.TB, dir string) keys.Report {
	t.Helper()
	r, err := keys.Inspect(dir)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestInspect(t *testing.T) {
	t.Run("says what is there, and changes nothing", func(t *testing.T) {
		dir := filledDir(t)
		before := contents(t, dir)
		r := inspect(t, dir)
		if !r.Whole() || r.Guilds != 2 || r.Forgotten != 2 || contents(t, dir) != before {
			t.Errorf("%+v", r)
		}
		if own := open(t, dir).State(); own != r.State {
			t.Errorf("the report has %+v, the keyring %+v", r.State, own)
		}
	})
	for name, test := range map[string]struct {
		pattern string
		change  func([]byte) []byte
	}{
		"page":   {"page-*", func(b []byte) []byte { b[20] ^= 1; return b }},
		"top":    {"top.*", func(b []byte) []byte { return b[:100] }},
		"root":   {"root", func(b []byte) []byte { clear(b); return b }},
		"ledger": {"ledger", func(b []byte) []byte { return b[:20] }},
	} {
		t.Run("names a damaged "+name, func(t *testing.T) {
			dir := filledDir(t)
			file := find(t, dir, test.pattern)
			edit(t, file, test.change)
			wantProblem(t, inspect(t, dir), filepath.Base(file))
		})
		t.Run("names a missing "+name, func(t *testing.T) {
			dir := filledDir(t)
			file := find(t, dir, test.pattern)
			if err := os.Remove(file); err != nil {
				t.Fatal(err)
			}
			wantProblem(t, inspect(t, dir), filepath.Base(file))
		})
	}
	t.Run("knows what is only left over", func(t *testing.T) {
		dir := filledDir(t)
		if err := os.WriteFile(filepath.Join(dir, "page-00.0000000000000001"), nil, 0o600); err != nil {
			t.Fatal(err)
		}
		r, left := inspect(t, dir), 0
		for _, f := range r.Files {
			if f.LeftOver {
				left++
			}
		}
		if !r.Whole() || left != 1 {
			t.Errorf("%+v", r)
		}
	})
	t.Run("finds no fault with a keyring that changes meanwhile", func(t *testing.T) {
		dir := t.TempDir()
		r := open(t, dir)
		addGuilds(t, r, guild)
		var busy sync.WaitGroup
		defer busy.Wait()
		busy.Go(func() {
			for n := range uint32(60) {
				forget(t, r, keys.Puncture{Guild: guild, Epoch: epoch, Path: keys.TicketPath(n)})
			}
		})
		for range 40 {
			if got := inspect(t, dir); !got.Whole() {
				t.Fatalf("%+v", got)
			}
		}
	})
	t.Run("refuses what is no directory", func(t *testing.T) {
		if _, err := keys.Inspect(filepath.Join(t.TempDir(), "nothing")); err == nil || fault.From(err) == nil {
			t.Errorf("error = %v", err)
		}
	})
	t.Run("says whether a mirror is in step", func(t *testing.T) {
		dir, second := t.TempDir(), t.TempDir()
		r, err := keys.Open(dir, keys.Options{Mirror: second, Clock: clock.NewManual(noon)})
		if err != nil {
			t.Fatal(err)
		}
		addGuilds(t, r, guild)
		if one, two := inspect(t, dir), inspect(t, second); !one.InStep(two) || !r.Mirrored() {
			t.Errorf("%+v, %+v", one, two)
		}
		if err := r.Close(); err != nil {
			t.Fatal(err)
		}
		addGuilds(t, open(t, dir), guild+1)
		if one, two := inspect(t, dir), inspect(t, second); one.InStep(two) {
			t.Errorf("%+v, %+v", one, two)
		}
	})
}

func wantProblem(t *testing.T, r keys.Report, file string) {
	t.Helper()
	for _, f := range r.Files {
		if f.Name == file && f.Problem != "" && !r.Whole() {
			return
		}
	}
	t.Errorf("no word of %s in %+v", file, r)
}

func TestCheckFileSystem(t *testing.T) {
	dir := t.TempDir()
	for options, want := range map[string]string{
		"ext4 /dev/sda rw,errors=continue":   "",
		"ext4 /dev/sda rw,data=ordered":      "",
		"xfs /dev/sda rw,noquota":            "",
		"btrfs /dev/sda rw,nodatacow":        "",
		"btrfs /dev/sda rw,ssd":              "refused keys.filesystem.copies",
		"zfs pool/data rw,xattr":             "refused keys.filesystem.copies",
		"ext4 /dev/sda rw,data=journal":      "refused keys.filesystem.journal",
		"nfs4 server:/keys rw,vers=4.2":      "refused keys.filesystem.remote",
		"cifs //server/keys rw":              "refused keys.filesystem.remote",
		"9p host rw,trans=virtio":            "refused keys.filesystem.remote",
		"fuse.sshfs user@server:/ rw":        "refused keys.filesystem.remote",
		"overlay overlay rw,lowerdir=/lower": "warned keys.filesystem.passing",
		"tmpfs tmpfs rw":                     "warned keys.filesystem.passing",
		"hfsplus /dev/sda rw":                "warned keys.filesystem.unknown",
	} {
		kind, _, _ := strings.Cut(options, " ")
		t.Run(options, func(t *testing.T) {
			mounts := "21 1 8:1 / / rw shared:1 - vfat /dev/root rw\n" +
				"35 21 8:2 / " + filepath.Dir(dir) + " rw,relatime - " + options + "\n" +
				"36 21 8:3 / " + filepath.Dir(dir) + "x rw - zfs other rw\n"
			for _, accept := range []bool{false, true} {
				// The directory itself is not made yet.
				warning, err := keys.CheckFileSystem(filepath.Join(dir, "a", "b"), keys.FileSystemCheck{Mounts: strings.NewReader(mounts), Accept: accept})
				got := ""
				if warning != nil {
					got = "warned " + warning.Key
				}
				if f := fault.From(err); f != nil {
					got = "refused " + f.Key
				}
				want := want
				if accept {
					want = strings.Replace(want, "refused", "warned", 1)
				}
				if got != want {
					t.Errorf("%s, accept %v: %q, %v; want %q", kind, accept, got, err, want)
				}
			}
		})
	}
	t.Run("sees a mount over another, and a name with a space", func(t *testing.T) {
		spaced := filepath.Join(dir, "my keys")
		if err := os.Mkdir(spaced, 0o700); err != nil {
			t.Fatal(err)
		}
		mounts := "21 1 8:1 / / rw - ext4 /dev/root rw\n" +
			"22 1 8:1 / " + strings.ReplaceAll(spaced, " ", `\040`) + " rw - ext4 /dev/sdb rw\n" +
			"23 1 8:1 / " + strings.ReplaceAll(spaced, " ", `\040`) + " rw - zfs pool rw\n"
		if _, err := keys.CheckFileSystem(spaced, keys.FileSystemCheck{Mounts: strings.NewReader(mounts)}); err == nil {
			t.Error("not refused")
		}
	})
	t.Run("looks at this machine", func(t *testing.T) {
		if warning, err := keys.CheckFileSystem(dir, keys.FileSystemCheck{}); err != nil && fault.From(err) == nil {
			t.Errorf("%v, %v", warning, err)
		}
	})
}
