package gateway

import (
	"context"
	"runtime"
	"testing"
	"time"

	"ticketbot/internal/clock"
)

// chatter is a message as Discord sends it in a guild, in channel 200.
const chatter = `{"type":0,"tts":false,"timestamp":"2026-11-23T12:00:00.000000+00:00","pinned":false,"nonce":"1290000000000000000",` +
	`"mentions":[],"mention_roles":[],"mention_everyone":false,"member":{"roles":["1100000000000000001","1100000000000000002"],` +
	`"premium_since":null,"pending":false,"nick":null,"mute":false,"joined_at":"2024-01-01T00:00:00.000000+00:00","flags":0,"deaf":false,` +
	`"communication_disabled_until":null,"banner":null,"avatar":null},"id":"1290000000000000001","flags":0,"embeds":[],"edited_timestamp":null,` +
	`"content":"a message of \"ordinary\" length, as people write them","components":[],"channel_id":"200","channel_type":0,"author":{"username":"somebody",` +
	`"public_flags":0,"primary_guild":null,"id":"1200000000000000001","global_name":"Somebody","discriminator":"0","collectibles":null,"clan":null,` +
	`"avatar_decoration_data":null,"avatar":"0123456789abcdef0123456789abcdef"},"attachments":[],"guild_id":"7"}`

// pickyHandler wants one channel and counts what it gets.
type pickyHandler struct{ got chan uint64 }

func (pickyHandler) Wants(_ string, _, channel uint64) bool { return channel == 100 }
func (h pickyHandler) Handle(context.Context, string, []byte) error {
	h.got <- 1
	return nil
}

func BenchmarkScreenedOut(b *testing.B) {
	c := New(Config{Clock: clock.System{}, Handler: pickyHandler{}})
	a := &attempt{client: c, session: &session{point: newPoint(0)}}
	raw := []byte(`{"t":"MESSAGE_CREATE","s":2,"op":0,"d":` + chatter + `}`)
	b.SetBytes(int64(len(raw)))
	b.ReportAllocs()
	for b.Loop() {
		a.session.point.last = 1
		if a.react(b.Context(), raw) != nil {
			b.Fatal("ended")
		}
	}
	if c.Stats().Screened != uint64(b.N) {
		b.Fatalf("screened %d of %d", c.Stats().Screened, b.N)
	}
}

func BenchmarkScan(b *testing.B) {
	raw := []byte(`{"t":"MESSAGE_CREATE","s":2,"op":0,"d":` + chatter + `}`)
	b.SetBytes(int64(len(raw)))
	b.ReportAllocs()
	for b.Loop() {
		if f, _ := scan(raw); f.channel != 200 {
			b.Fatal(f.channel)
		}
	}
}

// BenchmarkReceive includes the socket and, for zstd, the inflating; the sender runs on the same machine.
func BenchmarkReceive(b *testing.B) {
	for _, how := range []Compression{NoCompression, ZstdStream} {
		b.Run(string(how), func(b *testing.B) {
			d := newBench(b, func(cfg *Config) { cfg.Compression, cfg.Handler = how, pickyHandler{} })
			conn := d.discord.accept()
			conn.welcome("s1", d.discord.url)
			b.ReportAllocs()
			for b.Loop() {
				conn.event("MESSAGE_CREATE", chatter)
			}
			for d.Stats().Screened < uint64(b.N) {
				runtime.Gosched()
			}
		})
	}
}

func TestTenThousandMessagesASecond(t *testing.T) {
	if testing.Short() {
		t.Skip("takes ten seconds")
	}
	const rate, seconds = 10_000, 5
	for _, how := range []Compression{ZstdStream, NoCompression} {
		t.Run(string(how)+"/outside wanted channels cost no memory and reach nobody", func(t *testing.T) {
			handler := pickyHandler{make(chan uint64, 10)}
			b := newBench(t, func(cfg *Config) { cfg.Compression, cfg.Handler, cfg.Clock = how, handler, clock.System{} })
			conn := b.discord.accept()
			conn.welcome("s1", b.discord.url)
			receive(t, b.onReady, "OnReady")

			send(conn, rate, time.Second) // warm
			before := heap()
			began := time.Now()
			late := send(conn, rate, seconds*time.Second)
			for b.Stats().Screened < rate*(seconds+1) {
				time.Sleep(time.Millisecond)
			}
			took, after := time.Since(began), heap()

			t.Logf("%d messages in %s (sender late by %s at most), heap %d kB before, %d kB after, %d saves",
				rate*seconds, took.Round(time.Millisecond), late.Round(time.Millisecond), before>>10, after>>10, len(b.shelf.saved))
			if after > before+1<<20 {
				t.Errorf("heap grew by %d kB", (after-before)>>10)
			}
			if took > (seconds+2)*time.Second && !slowed { // the detector slows everything several times
				t.Errorf("took %s", took)
			}
			if n := len(handler.got); n != 0 {
				t.Errorf("Handle called %d times", n)
			}
			conn.message(100, 1) // the one that is wanted, to see that the counting works
			receive(t, handler.got, "the wanted message")
			if s := b.Stats(); s.Connections != 1 || s.Overflows != 0 || s.Waiting != 0 {
				t.Errorf("%+v", s)
			}
		})
	}
}

// send sends messages at an even rate and returns how late it was at worst.
func send(conn *fakeConn, rate int, d time.Duration) (late time.Duration) {
	began := time.Now()
	for i := range int(d.Seconds() * float64(rate)) {
		due := began.Add(time.Duration(i) * time.Second / time.Duration(rate))
		if wait := time.Until(due); wait > time.Millisecond {
			time.Sleep(wait)
		} else {
			late = max(late, -wait)
		}
		conn.event("MESSAGE_CREATE", chatter)
	}
	return late
}

func heap() uint64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

func TestScreening_allocates_nothing(t *testing.T) {
	r := testing.Benchmark(BenchmarkScreenedOut)
	t.Logf("screened-out MESSAGE_CREATE of %d bytes: %s %s", len(chatter), r, r.MemString())
	if n := r.AllocsPerOp(); n > 0 {
		t.Errorf("%d allocations for an event nobody wants", n)
	}
}
