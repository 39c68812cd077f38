package keys_test

import (
	"io"
	"strings"
	"testing"

	"ticketbot/keys"
)

func BenchmarkSeal500(b *testing.B) {
	r := ringWith(b, guild)
	ref, plain := message(b, r), []byte(strings.Repeat("x", 500))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := r.Seal(ref, plain); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkUnseal500(b *testing.B) {
	r := ringWith(b, guild)
	ref := message(b, r)
	sealed := seal(b, r, ref, strings.Repeat("x", 500))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := r.Unseal(ref, sealed); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkSealNewcomer seals for a person whose leaf has to be computed.
func BenchmarkSealNewcomer(b *testing.B) {
	r := ringWith(b, guild)
	ref := message(b, r)
	user := uint64(0)
	for b.Loop() {
		user++
		ref.Person = person(b, r, guild, user)
		if _, err := r.Seal(ref, nil); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkSealStream(b *testing.B) {
	r := ringWith(b, guild)
	ref, plain := message(b, r), make([]byte, 1<<20)
	b.SetBytes(int64(len(plain)))
	for b.Loop() {
		w, err := r.SealStream(ref, io.Discard)
		if err != nil {
			b.Fatal(err)
		}
		w.Write(plain)
		if err := w.Close(); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkAddGuild(b *testing.B) {
	r := ringWith(b)
	next := guild
	for b.Loop() {
		next += 1 << 22
		addGuilds(b, r, next)
	}
}

func BenchmarkForget(b *testing.B) {
	r := ringWith(b, guild)
	ticket := uint32(0)
	for b.Loop() {
		ticket++
		forget(b, r, keys.Puncture{Guild: guild, Epoch: epoch, Path: keys.TicketPath(ticket)})
	}
}
