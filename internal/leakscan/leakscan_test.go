package leakscan

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf16"
)

const word = "Quokka7fXz2-Canary"

// planted are the ways in which programs write a word, made here in another way than the scanner makes them.
func planted(word string) map[string][]byte {
	all := map[string][]byte{
		"text":       []byte(word),
		"lower case": []byte(strings.ToLower(word)),
		"upper case": []byte(strings.ToUpper(word)),
		"hex":        []byte(hex.EncodeToString([]byte("before " + word + " after"))),
		"HEX":        fmt.Appendf(nil, "%X", "before "+word+" after"),
	}
	for _, unit := range utf16.Encode([]rune(word)) {
		all["UTF-16LE"] = append(all["UTF-16LE"], byte(unit), byte(unit>>8))
		all["UTF-16BE"] = append(all["UTF-16BE"], byte(unit>>8), byte(unit))
	}
	for before := range 9 {
		for after := range 4 {
			text := strings.Repeat("<", before) + word + strings.Repeat("?", after)
			all[fmt.Sprintf("base64 %d %d", before, after)] = []byte(base64.StdEncoding.EncodeToString([]byte(text)))
			all[fmt.Sprintf("base64url %d %d", before, after)] = []byte(base64.RawURLEncoding.EncodeToString([]byte(text)))
		}
	}
	return all
}

func TestEveryEncodingIsFoundWhereverItStands(t *testing.T) {
	s := New("some other word, not planted", word)
	for name, leak := range planted(word) {
		for _, at := range []int{0, 1, 5000, chunk - len(leak), chunk - 3, chunk, chunk + s.longest - 5, 2*chunk + s.longest} {
			page := noise(uint64(at), at+len(leak)+100)
			copy(page[at:], leak)
			leaks := s.Bytes("page", page)
			if len(leaks) == 0 {
				t.Errorf("%s at %d: not found", name, at)
				continue
			}
			l := leaks[0]
			if l.Word != word || l.Where != "page" || l.Offset < int64(at) || l.Offset >= int64(at+len(leak)) || !strings.HasPrefix(name, strings.TrimRight(l.Encoding, "+012")) {
				t.Errorf("%s at %d: reported as %v", name, at, l)
			}
		}
	}
}

func TestWhatIsNotThereIsNotFound(t *testing.T) {
	s := New(word)
	page := noise(1, 3*chunk)
	copy(page[100:], word[:len(word)-1]+"_")
	copy(page[chunk-5:], word[1:])
	if leaks := s.Bytes("page", page); len(leaks) > 0 {
		t.Errorf("found %v", leaks)
	}
	if leaks := s.Bytes("nothing", nil); len(leaks) > 0 {
		t.Errorf("found %v in nothing", leaks)
	}
}

func TestDirSearchesFilesAndNames(t *testing.T) {
	root := t.TempDir()
	want := map[string]bool{}
	size := 0
	for name, leak := range planted(word) {
		file := filepath.Join("deep", name, "file")
		write(t, filepath.Join(root, file), leak)
		want[file], size = true, size+len(leak)
	}
	write(t, filepath.Join(root, "clean"), noise(2, 100))
	write(t, filepath.Join(root, "a "+word+" in a name"), nil)
	found, err := New(word).Dir(root)
	if err != nil {
		t.Fatal(err)
	}
	inName := false
	for _, l := range found.Leaks {
		delete(want, l.Where)
		inName = inName || l.Where == "the name a "+word+" in a name"
		if l.Where == "clean" {
			t.Errorf("found %v", l)
		}
	}
	if len(want) > 0 || !inName {
		t.Errorf("missed %v; in a name: %t", want, inName)
	}
	if found.Files != len(planted(word))+2 || found.Bytes != int64(size+100) {
		t.Errorf("searched %d files and %d bytes", found.Files, found.Bytes)
	}
}

func TestWhatCannotBeReadIsAnErrorAndNotSilence(t *testing.T) {
	s := New(word)
	broken := func(int64) (io.Reader, error) { return iotest.ErrReader(errors.New("broken")), nil }
	if _, err := s.source("disk", broken, 1); err == nil {
		t.Error("a broken reader passes for a clean one")
	}
	packed := gzipped([]byte(word))
	half := func(from int64) (io.Reader, error) {
		return io.MultiReader(bytes.NewReader(packed[from:]), iotest.ErrReader(errors.New("broken"))), nil
	}
	if _, err := s.source("disk", half, 1); err == nil {
		t.Error("a disk that breaks behind something packed passes for a whole one")
	}
	if _, err := s.Dir(filepath.Join(t.TempDir(), "none")); err == nil {
		t.Error("a missing directory passes for a clean one")
	}
	slow := func(from int64) (io.Reader, error) {
		return iotest.OneByteReader(strings.NewReader(("..." + word)[from:])), nil
	}
	if found, _ := s.source("slow", slow, 1); len(found.Leaks) != 1 {
		t.Errorf("found %v in a reader that gives one byte at a time", found.Leaks)
	}
}

func TestShortWordsAreRefused(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("took a word that turns up by chance")
		}
	}()
	New("short")
}

func BenchmarkSearch(b *testing.B) {
	s := New(word, word+"2", word+"3")
	page := noise(3, 16*chunk)
	b.SetBytes(int64(len(page)))
	for b.Loop() {
		s.Bytes("page", page)
	}
}

func noise(seed uint64, n int) []byte {
	random := rand.NewChaCha8([32]byte{byte(seed), byte(seed >> 8), byte(seed >> 16)})
	b := make([]byte, n)
	_, _ = random.Read(b) // never fails
	return b
}

func write(t *testing.T, path string, content []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
}
