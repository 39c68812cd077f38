package gateway

import (
	"context"
	"testing"

	"pgregory.net/rapid"
)

// TestPoint compares the point with the plain definition: the highest number below which everything is committed.
func TestPoint(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		start := rapid.Int64Range(0, 100).Draw(t, "start")
		p, last, open := newPoint(start), start, map[int64]bool{}
		for range rapid.IntRange(0, 200).Draw(t, "steps") {
			switch rapid.SampledFrom([]string{"pass", "begin", "done", "again"}).Draw(t, "step") {
			case "pass":
				last++
				p.pass(last)
			case "begin":
				last++
				open[last] = true
				p.begin(last)
			case "again":
				p.begin(rapid.Int64Range(0, last).Draw(t, "seen"))
			case "done":
				seq := rapid.Int64Range(0, last).Draw(t, "seq")
				delete(open, seq)
				p.done(seq)
			}
			want := last
			for seq := range open {
				want = min(want, seq-1)
			}
			if got := p.committed(); got != want {
				t.Fatalf("committed = %d, want %d", got, want)
			}
			if got := p.received(); got != last {
				t.Fatalf("received = %d, want %d", got, last)
			}
		}
		for seq := range open {
			p.done(seq)
		}
		if err := p.drain(context.Background()); err != nil {
			t.Fatal(err)
		}
	})
}

func TestPoint_drain_waits_for_the_last(t *testing.T) {
	p := newPoint(0)
	p.begin(1)
	p.begin(2)
	drained := make(chan error)
	go func() { drained <- p.drain(context.Background()) }()
	p.done(2)
	select {
	case <-drained:
		t.Fatal("drained with 1 open")
	default:
	}
	p.done(1)
	if err := receive(t, drained, "drain"); err != nil {
		t.Fatal(err)
	}
}
