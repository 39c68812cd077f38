package keys_test

import (
	"slices"
	"testing"
	"time"

	"ticketbot/keys"
)

// BenchmarkForgetWithTwoWhoBorrowed forgets a ticket, each time one whose guild both others hold.
func BenchmarkForgetWithTwoWhoBorrowed(b *testing.B) {
	owner, a, _ := borrowed(b)
	one, two := dial(b, a, keys.Certificates{}), dial(b, a, keys.Certificates{})
	var took []time.Duration
	number := uint32(1000)
	for b.Loop() {
		number++
		if one.Holds(guild, epoch) != nil || two.Holds(guild, epoch) != nil {
			b.Fatal("they hold nothing")
		}
		began := time.Now()
		forget(b, owner, ticket(number))
		took = append(took, time.Since(began))
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "ms-p50")
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "ms-p99")
}

// BenchmarkBorrow fetches a guild's tree from the owner and computes a key from it.
func BenchmarkBorrow(b *testing.B) {
	owner, a, _ := borrowed(b)
	remote := dial(b, a, keys.Certificates{})
	for b.Loop() {
		b.StopTimer()
		forget(b, owner, keys.Puncture{Guild: guild, Epoch: epoch, Path: keys.TicketPath(1)}) // so that it is not held any more
		b.StartTimer()
		if _, err := remote.IndexTag(guild, epoch, "x", nil); err != nil {
			b.Fatal(err)
		}
	}
}
