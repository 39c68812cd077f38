package keys_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"testing"
	"testing/iotest"

	"ticketbot/keys"
)

const (
	chunk       = 64<<10 + 16 // as sealed
	streamStart = 1 + 16
)

func sealStream(t testing.TB, r *keys.Ring, ref keys.Ref, plain []byte, pieces int) []byte {
	t.Helper()
	var sealed bytes.Buffer
	w, err := r.SealStream(ref, &sealed)
	if err != nil {
		t.Fatal(err)
	}
	for piece := range slices.Chunk(plain, max(pieces, 1)) {
		if n, err := w.Write(piece); err != nil || n != len(piece) {
			t.Fatalf("Write = %d, %v", n, err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return sealed.Bytes()
}

func unsealStream(r *keys.Ring, ref keys.Ref, sealed io.Reader) ([]byte, error) {
	plain, err := r.UnsealStream(ref, sealed)
	if err != nil {
		return nil, err
	}
	return io.ReadAll(plain)
}

func TestStream(t *testing.T) {
	r := ringWith(t, guild)
	ref := message(t, r)
	ref.Field = keys.FieldBlob
	noise := make([]byte, 300<<10)
	rand.NewChaCha8([32]byte{1}).Read(noise)

	for _, n := range []int{0, 1, 63, 64, 65535, 65536, 65537, 131071, 131072, 300 << 10} {
		t.Run(fmt.Sprintf("%d bytes come back", n), func(t *testing.T) {
			sealed := sealStream(t, r, ref, noise[:n], 1000)
			for how, reader := range map[string]io.Reader{
				"at once":        bytes.NewReader(sealed),
				"byte by byte":   iotest.OneByteReader(bytes.NewReader(sealed)),
				"EOF with bytes": iotest.DataErrReader(bytes.NewReader(sealed)),
			} {
				if got, err := unsealStream(r, ref, reader); err != nil || !bytes.Equal(got, noise[:n]) {
					t.Errorf("%s: %d bytes, %v", how, len(got), err)
				}
			}
		})
	}

	sealed := sealStream(t, r, ref, noise[:200<<10], 4096)
	damaged := map[string][]byte{
		"nothing":           nil,
		"half a header":     sealed[:9],
		"only the header":   sealed[:streamStart],
		"cut in a chunk":    sealed[:streamStart+chunk+50],
		"cut after a chunk": sealed[:streamStart+2*chunk],
		"cut at the end":    sealed[:len(sealed)-1],
		"longer":            append(bytes.Clone(sealed), 0),
		"without its first": slices.Concat(sealed[:streamStart], sealed[streamStart+chunk:]),
		"a chunk twice":     slices.Concat(sealed[:streamStart+chunk], sealed[streamStart:]),
		"chunks swapped":    slices.Concat(sealed[:streamStart], sealed[streamStart+chunk:streamStart+2*chunk], sealed[streamStart:streamStart+chunk], sealed[streamStart+2*chunk:]),
		"two in a row":      slices.Concat(sealed, sealed),
	}
	for _, at := range []int{0, 1, streamStart - 1, streamStart, streamStart + chunk - 1, streamStart + chunk, len(sealed) - 1} {
		flipped := bytes.Clone(sealed)
		flipped[at] ^= 0x10
		damaged[fmt.Sprintf("a bit changed at %d", at)] = flipped
	}
	for name, bad := range damaged {
		t.Run("refuses "+name, func(t *testing.T) {
			if got, err := unsealStream(r, ref, bytes.NewReader(bad)); !errors.Is(err, keys.ErrCorrupt) {
				t.Errorf("%d bytes, %v; want ErrCorrupt", len(got), err)
			}
		})
	}
	t.Run("refuses another row", func(t *testing.T) {
		other := ref
		other.Row++
		if _, err := unsealStream(r, other, bytes.NewReader(sealed)); !errors.Is(err, keys.ErrCorrupt) {
			t.Errorf("error = %v", err)
		}
	})
	t.Run("refuses one that was never closed", func(t *testing.T) {
		var out bytes.Buffer
		w, err := r.SealStream(ref, &out)
		if err != nil {
			t.Fatal(err)
		}
		w.Write(noise[:65536])
		if _, err := unsealStream(r, ref, &out); !errors.Is(err, keys.ErrCorrupt) {
			t.Errorf("error = %v", err)
		}
	})
	t.Run("tells what kept it from reading or writing", func(t *testing.T) {
		broken := errors.New("connection lost")
		if _, err := unsealStream(r, ref, io.MultiReader(bytes.NewReader(sealed[:chunk+100]), iotest.ErrReader(broken))); !errors.Is(err, broken) {
			t.Errorf("read error = %v", err)
		}
		w, err := r.SealStream(ref, &failingWriter{after: 1, err: broken})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(noise); !errors.Is(err, broken) {
			t.Errorf("write error = %v", err)
		}
		if err := w.Close(); !errors.Is(err, broken) {
			t.Errorf("close error = %v", err)
		}
	})
	t.Run("takes nothing after Close", func(t *testing.T) {
		w, err := r.SealStream(ref, io.Discard)
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(w.Close(), w.Close()); err != nil {
			t.Error(err)
		}
		if _, err := w.Write([]byte("x")); err == nil {
			t.Error("written")
		}
	})
}

// failingWriter takes so many writes and then none.
type failingWriter struct {
	after int
	err   error
}

func (w *failingWriter) Write(p []byte) (int, error) {
	if w.after--; w.after < 0 {
		return 0, w.err
	}
	return len(p), nil
}
