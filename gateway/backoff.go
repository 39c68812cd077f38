package gateway

import (
	"math/rand/v2"
	"time"
)

const (
	firstPause = time.Second
	lastPause  = time.Minute
)

// backoff gives the pauses between attempts: one second, then twice as long each time up to a minute, each shortened
// by up to half at random so that many processes do not come back together.
type backoff struct{ full time.Duration }

func (b *backoff) next() time.Duration {
	b.full = min(max(2*b.full, firstPause), lastPause)
	return b.full - rand.N(b.full/2)
}

func (b *backoff) reset() { b.full = 0 }
