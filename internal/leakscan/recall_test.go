package leakscan

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"html"
	"io"
	"maps"
	"mime/quotedprintable"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"
)

// hard is a word that every kind of escaping changes.
const hard = `Wóm"bat <7&> 'Ψ\𝄞=x`

func every(s, format string) string {
	var out strings.Builder
	for _, r := range s {
		fmt.Fprintf(&out, format, r)
	}
	return out.String()
}

func everyByte(s, format string) string {
	var out strings.Builder
	for _, b := range []byte(s) {
		fmt.Fprintf(&out, format, b)
	}
	return out.String()
}

// escaped are the ways in which programs escape a word.
func escaped(word string) map[string]string {
	inJSON, _ := json.Marshal(word) // a string
	var inASCII bytes.Buffer
	for _, r := range word {
		switch {
		case r > 0xffff:
			r -= 0x10000
			fmt.Fprintf(&inASCII, `\u%04x\u%04x`, 0xd800+r>>10, 0xdc00+r&0x3ff)
		case r > 0x7f, r == '"', r == '\\', r == '<':
			fmt.Fprintf(&inASCII, `\u%04x`, r)
		default:
			inASCII.WriteRune(r)
		}
	}
	var quoted bytes.Buffer
	w := quotedprintable.NewWriter(&quoted)
	fmt.Fprint(w, strings.Repeat("é", 11), word, strings.Repeat("é", 30))
	w.Close()
	long := base64.StdEncoding.EncodeToString([]byte(strings.Repeat("before ", 7) + word + strings.Repeat(" after", 9)))
	var wrapped strings.Builder
	for chunk := range slices.Chunk([]byte(long), 76) {
		wrapped.Write(chunk)
		wrapped.WriteString("\r\n")
	}
	return map[string]string{
		"JSON":             string(inJSON),
		"JSON in ASCII":    inASCII.String(),
		"Go":               fmt.Sprintf("%+q", word),
		"bytes as \\x":     everyByte(word, `\x%02x`),
		"bytes in octal":   everyByte(word, `\%03o`),
		"HTML":             html.EscapeString(word),
		"decimal entities": every(word, "&#%d;"),
		"hex entities":     every(word, "&#x%x;"),
		"URL query":        strings.ReplaceAll(url.QueryEscape(word), "+", "%20"),
		"URL path":         url.PathEscape(word),
		"URL, all of it":   everyByte(word, "%%%02x"),
		"quoted-printable": quoted.String(),
		"wrapped lines":    word[:7] + "\n" + word[7:],
		"wrapped, indent":  word[:7] + "\r\n\t " + word[7:],
		"wrapped base64":   wrapped.String(),
	}
}

func gzipped(b []byte) []byte {
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	_, _ = w.Write(b) // to memory, as everywhere here
	_ = w.Close()
	return out.Bytes()
}

// packers are the ways in which programs compress.
var packers = map[string]func([]byte) []byte{
	"gzip": gzipped,
	"zstd": func(b []byte) []byte {
		w, _ := zstd.NewWriter(nil)
		return w.EncodeAll(b, nil)
	},
	"zstd stream": func(b []byte) []byte {
		var out bytes.Buffer
		w, _ := zstd.NewWriter(&out)
		_, _ = io.Copy(w, bytes.NewReader(b))
		_ = w.Close()
		return out.Bytes()
	},
	"zlib": func(b []byte) []byte {
		var out bytes.Buffer
		w := zlib.NewWriter(&out)
		_, _ = w.Write(b)
		_ = w.Close()
		return out.Bytes()
	},
	"zip": func(b []byte) []byte {
		var out bytes.Buffer
		w := zip.NewWriter(&out)
		f, _ := w.Create("dir/name")
		_, _ = f.Write(b)
		_ = w.Close()
		return out.Bytes()
	},
	"tar": func(b []byte) []byte {
		var out bytes.Buffer
		w := tar.NewWriter(&out)
		for _, name := range []string{"first", "second"} {
			_ = w.WriteHeader(&tar.Header{Name: name, Size: int64(len(b)), Mode: 0o600})
			_, _ = w.Write(b)
		}
		_ = w.Close()
		return out.Bytes()
	},
	"gzip in hex":    func(b []byte) []byte { return []byte(hex.EncodeToString(gzipped(b))) },
	"gzip in HEX":    func(b []byte) []byte { return fmt.Appendf(nil, `\x%X'`, gzipped(b)) },
	"gzip in base64": func(b []byte) []byte { return []byte(`"` + base64.StdEncoding.EncodeToString(gzipped(b)) + `"`) },
	"gzip in wrapped base64url": func(b []byte) []byte {
		text := base64.RawURLEncoding.EncodeToString(gzipped(b))
		return []byte(text[:30] + "\n" + text[30:] + "\n\n--end")
	},
}

// spelt are all ways to write word that the scanner promises to know, but for packing.
func spelt(word string) map[string][]byte {
	all := map[string][]byte{}
	for name, text := range escaped(word) {
		all[name] = []byte(text)
	}
	for _, n := range encodings(word) {
		all[n.encoding] = n.bytes
	}
	maps.Copy(all, planted(word))
	return all
}

// TestRecall plants one leak a file, for each spelling in each place, and wants all of them. After this a search that
// finds nothing means something.
func TestRecall(t *testing.T) {
	s := New(word, hard)
	root := t.TempDir()
	want := map[string]bool{}
	plant := func(place, spelling string, content []byte) {
		name := filepath.Join(place, strings.NewReplacer("/", "-", "\\", "-").Replace(spelling))
		write(t, filepath.Join(root, name), content)
		want[name] = true
	}
	for _, w := range []string{word, hard} {
		for spelling, leak := range spelt(w) {
			spelling += " of " + w[:2]
			plant("plain", spelling, leak)
			plant("between noise", spelling, slices.Concat(noise(1, 7000), leak, noise(2, 5000)))
			if w == hard {
				plant("across windows", spelling, slices.Concat(noise(3, chunk+s.overlap+longestMark-7), leak, noise(4, 100)))
			}
			for name, pack := range packers {
				plant(name, spelling, slices.Concat(noise(5, 777), pack(slices.Concat(noise(6, 3000), leak, noise(7, 900))), noise(8, 50)))
			}
		}
	}
	for name, pack := range packers {
		inner := slices.Concat(noise(9, 100), []byte(word), noise(10, 100))
		for outer, again := range packers {
			plant("two layers", outer+" of "+name, again(pack(inner)))
		}
		plant("far in", name, pack(slices.Concat(noise(11, 2*chunk+500), pack(inner), noise(12, chunk))))
		plant("begins at the end of a window", name, slices.Concat(noise(13, chunk+s.overlap+longestMark-3), pack(inner)))
	}
	found, err := s.Dir(root)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d planted, %.0f MB searched", len(want), float64(found.Bytes)/1e6)
	for _, l := range found.Leaks {
		file, _, _ := strings.Cut(l.Where, " > ")
		delete(want, file)
	}
	for _, name := range slices.Sorted(maps.Keys(want)) {
		t.Errorf("missed: %s", name)
	}
}

func TestNothingIsFoundInNoiseHoweverItIsRead(t *testing.T) {
	s := New(word, hard)
	var page []byte
	for _, pack := range packers {
		page = append(append(page, pack(noise(20, 50000))...), escaped("Another word " + word[2:])["JSON"]...)
	}
	page = append(page, noise(21, 4*chunk)...)
	if leaks := s.Bytes("page", page); len(leaks) > 0 {
		t.Errorf("found %v", leaks)
	}
}
