package gateway

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"ticketbot/internal/fault"
	"ticketbot/internal/say"
)

func TestConnect(t *testing.T) {
	for _, how := range []Compression{ZstdStream, NoCompression} {
		t.Run(string(how)+"/identifies and hands events on", func(t *testing.T) {
			b := newBench(t, func(cfg *Config) { cfg.Compression, cfg.ShardID, cfg.ShardCount = how, 1, 4 })
			conn := b.discord.accept()
			conn.hello(time.Minute)
			var identify struct {
				Token   string
				Intents uint64
				Shard   [2]int
			}
			if err := json.Unmarshal(conn.expect(opIdentify), &identify); err != nil {
				t.Fatal(err)
			}
			if identify.Token != "sim.token" || identify.Intents != b.cfg.Intents || identify.Shard != [2]int{1, 4} {
				t.Errorf("identified as %+v", identify)
			}
			if b.Ready() {
				t.Error("ready before READY")
			}
			conn.ready("s1", b.discord.url)
			if resumed := receive(t, b.onReady, "OnReady"); resumed || !b.Ready() {
				t.Errorf("resumed %v, ready %v", resumed, b.Ready())
			}
			conn.message(100, 1)
			if got := b.events.next(t); got != "MESSAGE_CREATE 1" {
				t.Error(got)
			}
		})
		t.Run(string(how)+"/takes a guild of eight megabytes", func(t *testing.T) {
			b := newBench(t, func(cfg *Config) { cfg.Compression = how })
			conn := b.discord.accept()
			conn.welcome("s1", b.discord.url)
			conn.event("GUILD_CREATE", `{"id":"7","x":"`+strings.Repeat("0123456789abcdef", 8<<16)+`"}`)
			conn.message(100, 2)
			got := []string{b.events.next(t), b.events.next(t)}
			slices.Sort(got)
			if !slices.Equal(got, []string{"GUILD_CREATE 7", "MESSAGE_CREATE 2"}) {
				t.Error(got)
			}
		})
	}
}

func TestResume(t *testing.T) {
	t.Run("after a lost connection, after the last event received, at its own address", func(t *testing.T) {
		b := newBench(t, nil)
		conn := b.discord.accept()
		conn.welcome("s1", b.discord.url+"/own")
		seq := conn.message(100, 1)
		b.events.next(t)
		conn.cut()
		conn = b.discord.accept()
		if session, at := conn.resumed(); session != "s1" || at != seq || conn.path != "/own" {
			t.Errorf("resumed %s at %d on %s", session, at, conn.path)
		}
		<-b.onReady
		if resumed := receive(t, b.onReady, "OnReady"); !resumed {
			t.Error("not told that it resumed")
		}
		if b.discord.asked != 1 {
			t.Errorf("asked for the address %d times", b.discord.asked)
		}
	})
	t.Run("by the next process, after what is committed", func(t *testing.T) {
		b := newBench(t, func(cfg *Config) { cfg.DrainTimeout = time.Millisecond })
		release := make(chan struct{})
		b.events.does(func(ctx context.Context, _ string, data []byte) error {
			if field(data, "id") == "2" {
				select {
				case <-release:
				case <-ctx.Done():
					return ctx.Err()
				}
			}
			return nil
		})
		conn := b.discord.accept()
		conn.welcome("s1", b.discord.url)
		conn.message(100, 1)
		slow := conn.message(200, 2)
		conn.message(300, 3)
		b.events.next(t)
		b.events.next(t)
		b.shelf.awaitSeq(t, slow-1)
		b.restart(t) // while 2 is in work
		conn = b.discord.accept()
		session, at := conn.resumed()
		if session != "s1" || at != slow-1 {
			t.Fatalf("resumed %s at %d, want after %d", session, at, slow-1)
		}
		close(release)
		conn.message(200, 2)
		if got := b.events.next(t); got != "MESSAGE_CREATE 2" {
			t.Error(got)
		}
	})
	t.Run("what came already is not handled twice", func(t *testing.T) {
		b := newBench(t, nil)
		conn := b.discord.accept()
		conn.welcome("s1", b.discord.url)
		conn.message(100, 1)
		b.events.next(t)
		conn.cut()
		conn = b.discord.accept()
		conn.hello(time.Minute)
		_, seq := conn.expectResume()
		conn.seq = seq - 1
		conn.message(100, 1) // the same number again
		conn.message(100, 2)
		if got := b.events.next(t); got != "MESSAGE_CREATE 2" {
			t.Error(got)
		}
		if n := b.Stats().Repeated; n != 1 {
			t.Errorf("%d repeated", n)
		}
	})
	t.Run("a session's address that is gone is replaced by the general one", func(t *testing.T) {
		b := newBench(t, nil)
		conn := b.discord.accept()
		conn.welcome("s1", "ws://127.0.0.1:1")
		receive(t, b.onReady, "OnReady")
		conn.cut()
		if session, _ := b.discord.accept().resumed(); session != "s1" {
			t.Error(session)
		}
	})
	t.Run("a session that never comes back is given up", func(t *testing.T) {
		b := newBench(t, nil)
		conn := b.discord.accept()
		conn.welcome("s1", b.discord.url)
		for range hopeless {
			conn.cut()
			conn = b.discord.accept()
			conn.hello(time.Minute)
			conn.expectResume()
		}
		conn.cut()
		b.discord.accept().welcome("s2", b.discord.url)
	})
}

func TestStop(t *testing.T) {
	t.Run("closes so that the session lives, with everything handled and saved", func(t *testing.T) {
		b := newBench(t, nil)
		working, release := make(chan struct{}), make(chan struct{})
		b.events.does(func(context.Context, string, []byte) error {
			close(working)
			<-release
			return nil
		})
		conn := b.discord.accept()
		conn.welcome("s1", b.discord.url)
		seq := conn.message(100, 1)
		receive(t, working, "the handler")
		b.stop()
		if code := receive(t, conn.closed, "a close"); code != closeResumable {
			t.Errorf("closed with %d", code)
		}
		close(release)
		if err := receive(t, b.result, "Run"); err != nil {
			t.Error(err)
		}
		point, _ := b.shelf.now()
		if want := (Resume{"s1", b.discord.url, seq}); point != want {
			t.Errorf("saved %+v, want %+v", point, want)
		}
		if b.Ready() {
			t.Error("still ready")
		}
	})
}

func TestGap(t *testing.T) {
	t.Run("a new session is not saved before OnReady has understood", func(t *testing.T) {
		var calls atomic.Int32
		again := make(chan struct{})
		b := newBench(t, func(cfg *Config) {
			cfg.OnReady = func(context.Context, bool) error {
				if calls.Add(1) < 3 {
					return errTest
				}
				<-again
				return nil
			}
		})
		conn := b.discord.accept()
		conn.welcome("s1", b.discord.url)
		seq := conn.message(100, 1)
		b.events.next(t)
		if _, saves := b.shelf.now(); saves != 0 {
			t.Error("saved")
		}
		close(again)
		b.shelf.awaitSeq(t, seq)
		if n := calls.Load(); n != 3 {
			t.Errorf("OnReady called %d times", n)
		}
	})
	t.Run("a new session is not saved before the last one's events are handled", func(t *testing.T) {
		b := newBench(t, nil)
		release := make(chan struct{})
		b.events.does(func(_ context.Context, _ string, data []byte) error {
			if field(data, "id") == "1" {
				<-release
			}
			return nil
		})
		conn := b.discord.accept()
		conn.welcome("s1", b.discord.url)
		conn.message(100, 1)
		receive(t, b.onReady, "OnReady")
		b.shelf.awaitSeq(t, 1)
		conn.write(`{"op":9,"d":false}`)
		conn = b.discord.accept()
		conn.welcome("s2", b.discord.url)
		seq := conn.message(200, 2)
		b.events.next(t)
		select {
		case <-b.onReady:
			t.Error("OnReady too early")
		default:
		}
		close(release)
		for r := range b.shelf.saved {
			if r == (Resume{"s2", b.discord.url, seq}) {
				break
			}
			if r.SessionID == "s2" && r.Seq < 1 {
				t.Errorf("saved %+v", r)
			}
		}
	})
	t.Run("a session that Discord has forgotten is forgotten on the shelf", func(t *testing.T) {
		b := newBench(t, nil)
		conn := b.discord.accept()
		conn.welcome("s1", b.discord.url)
		b.shelf.awaitSeq(t, 1)
		conn.close(4009)
		if r := receive(t, b.shelf.saved, "the shelf to be cleared"); r != (Resume{}) {
			t.Errorf("saved %+v", r)
		}
		b.discord.accept().welcome("s2", b.discord.url)
	})
}

func TestOps(t *testing.T) {
	t.Run("op 7 resumes", func(t *testing.T) {
		b := newBench(t, nil)
		conn := b.discord.accept()
		conn.welcome("s1", b.discord.url)
		conn.write(`{"op":7,"d":null}`)
		if code := receive(t, conn.closed, "a close"); code != closeResumable {
			t.Errorf("closed with %d", code)
		}
		b.discord.accept().resumed()
	})
	t.Run("op 7 before HELLO", func(t *testing.T) {
		b := newBench(t, nil)
		b.discord.accept().write(`{"op":7,"d":null}`)
		b.discord.accept().welcome("s1", b.discord.url)
	})
	t.Run("op 9 true resumes after a pause", func(t *testing.T) {
		b := newBench(t, nil)
		conn := b.discord.accept()
		conn.welcome("s1", b.discord.url)
		conn.write(`{"op":9,"d":true}`)
		b.discord.accept().resumed()
	})
	t.Run("op 9 false while resuming identifies", func(t *testing.T) {
		b := newBench(t, nil)
		conn := b.discord.accept()
		conn.welcome("s1", b.discord.url)
		conn.cut()
		conn = b.discord.accept()
		conn.hello(time.Minute)
		conn.expectResume()
		conn.write(`{"op":9,"d":false}`)
		b.discord.accept().welcome("s2", b.discord.url)
	})
	t.Run("unknown ops, unknown events and nonsense cost nothing", func(t *testing.T) {
		b := newBench(t, nil)
		conn := b.discord.accept()
		conn.welcome("s1", b.discord.url)
		conn.write(`{"op":99,"d":{"x":1}}`)
		conn.write(`nonsense`)
		conn.event("SOMETHING_NEW", `{"channel_id":"100","id":"1","type":99}`)
		conn.event("CHANNEL_CREATE", `{"id":"100","guild_id":"7","type":99}`)
		conn.message(100, 2)
		for _, want := range []string{"SOMETHING_NEW 1", "CHANNEL_CREATE 100", "MESSAGE_CREATE 2"} {
			if got := b.events.next(t); got != want {
				t.Errorf("got %s, want %s", got, want)
			}
		}
		b.discord.quiet()
		if s := b.Stats(); s.Connections != 1 || s.Malformed != 1 {
			t.Errorf("%+v", s)
		}
	})
}

func TestHeartbeat(t *testing.T) {
	t.Run("carries null before READY, then the last number", func(t *testing.T) {
		b := newBench(t, nil)
		conn := b.discord.accept()
		conn.hello(2 * time.Second) // 20 ms on this clock
		if d := string(receive(t, conn.got, "IDENTIFY").D); !strings.Contains(d, "sim.token") {
			t.Fatal(d)
		}
		if f := receive(t, conn.got, "a heartbeat"); f.Op != opHeartbeat || string(f.D) != "null" {
			t.Errorf("op %d, d %s", f.Op, f.D)
		}
		conn.ready("s1", b.discord.url)
		seq := conn.message(100, 1)
		b.events.next(t)
		for string(receive(t, conn.got, "a heartbeat").D) != fmt.Sprint(seq) {
		}
		if b.Stats().Zombies != 0 {
			t.Error("took a living connection for dead")
		}
	})
	t.Run("is sent when asked for", func(t *testing.T) {
		b := newBench(t, nil)
		conn := b.discord.accept()
		conn.welcome("s1", b.discord.url)
		receive(t, b.onReady, "OnReady")
		conn.write(`{"op":1,"d":null}`)
		if f := receive(t, conn.got, "a heartbeat"); f.Op != opHeartbeat || string(f.D) != "1" {
			t.Errorf("op %d, d %s", f.Op, f.D)
		}
	})
	t.Run("unanswered means dead: leave and resume", func(t *testing.T) {
		b := newBench(t, nil)
		conn := b.discord.accept()
		conn.mute = true
		conn.hello(2 * time.Second)
		conn.expect(opIdentify)
		conn.ready("s1", b.discord.url)
		conn = b.discord.accept()
		if session, _ := conn.resumed(); session != "s1" {
			t.Error(session)
		}
		if n := b.Stats().Zombies; n != 1 {
			t.Errorf("%d zombies", n)
		}
	})
}

func TestRefusal(t *testing.T) {
	for code, want := range map[int]string{
		4004: "Reset Token", 4010: "shard 0 of 1", 4011: "shard count", 4012: "version 10", 4013: "33281", 4014: `"Message Content Intent"`,
	} {
		t.Run(fmt.Sprint(code), func(t *testing.T) {
			b := newBench(t, nil)
			conn := b.discord.accept()
			conn.hello(time.Minute)
			conn.expect(opIdentify)
			conn.close(code)
			err := receive(t, b.result, "Run to give up")
			f := fault.From(err)
			if f == nil || f.Kind != fault.Config {
				t.Fatal(err)
			}
			sentence := say.Fault(f)
			if !strings.Contains(sentence, want) || strings.Contains(sentence, "{") {
				t.Error(sentence)
			}
			b.result <- nil
			b.discord.quiet()
		})
	}
	t.Run("other codes are tried again", func(t *testing.T) {
		b := newBench(t, nil)
		for _, code := range []int{4000, 4003, 4007, 4008, 4009, 1001, 1011} {
			conn := b.discord.accept()
			conn.hello(time.Minute)
			receive(t, conn.got, "IDENTIFY or RESUME")
			conn.close(code)
		}
		b.discord.accept()
	})
}

func TestIdentifyLimit(t *testing.T) {
	t.Run("the last fifty are kept", func(t *testing.T) {
		b := newBench(t, nil)
		b.discord.accept().close(4009)
		b.discord.mu.Lock()
		b.discord.remaining = identifyReserve
		b.discord.mu.Unlock()
		b.discord.quiet()
	})
	t.Run("shards of one lane identify five seconds apart", func(t *testing.T) {
		p := NewPacer(swift{})
		first, err := p.take(t.Context(), 0)
		if err != nil {
			t.Fatal(err)
		}
		other, err := p.take(t.Context(), 1) // another lane need not wait
		if err != nil {
			t.Fatal(err)
		}
		other.end()
		first.used()
		at := time.Now()
		first.end()
		second, err := p.take(t.Context(), 0)
		if err != nil {
			t.Fatal(err)
		}
		second.end()
		if waited := time.Since(at); waited < 40*time.Millisecond { // 50 ms on this clock
			t.Errorf("waited only %s", waited)
		}
	})
}

func TestOrder(t *testing.T) {
	t.Run("events of a channel come in order, channels side by side", func(t *testing.T) {
		const channels, each = 20, 100
		b := newBench(t, nil)
		var mu sync.Mutex
		got := map[string][]string{}
		b.events.does(func(_ context.Context, _ string, data []byte) error {
			mu.Lock()
			defer mu.Unlock()
			ch := field(data, "channel_id")
			got[ch] = append(got[ch], field(data, "id"))
			return nil
		})
		conn := b.discord.accept()
		conn.welcome("s1", b.discord.url)
		for i := range each {
			for ch := range channels {
				conn.message(1000+ch, i)
			}
		}
		for range channels * each {
			b.events.next(t)
		}
		for ch, ids := range got {
			for i, id := range ids {
				if id != fmt.Sprint(i) {
					t.Fatalf("channel %s: message %s at place %d", ch, id, i)
				}
			}
		}
		if b.Stats().Handled < channels*each {
			t.Errorf("%+v", b.Stats())
		}
	})
	t.Run("a slow channel holds up nobody else", func(t *testing.T) {
		b := newBench(t, nil)
		release := make(chan struct{})
		b.events.does(func(_ context.Context, _ string, data []byte) error {
			if field(data, "channel_id") == "100" {
				<-release
			}
			return nil
		})
		conn := b.discord.accept()
		conn.welcome("s1", b.discord.url)
		conn.message(100, 1)
		conn.message(100, 2)
		conn.event("INTERACTION_CREATE", `{"id":"3","channel_id":"101"}`)
		if got := b.events.next(t); got != "INTERACTION_CREATE 3" {
			t.Error(got)
		}
		close(release)
	})
	t.Run("an interaction does not wait for its channel", func(t *testing.T) {
		b := newBench(t, nil)
		release := make(chan struct{})
		b.events.does(func(_ context.Context, kind string, _ []byte) error {
			if kind == "MESSAGE_CREATE" {
				<-release
			}
			return nil
		})
		conn := b.discord.accept()
		conn.welcome("s1", b.discord.url)
		conn.message(100, 1)
		conn.event("INTERACTION_CREATE", `{"id":"2","channel_id":"100"}`)
		if got := b.events.next(t); got != "INTERACTION_CREATE 2" {
			t.Error(got)
		}
		close(release)
	})
	t.Run("handling CHANNEL_CREATE decides about the message behind it", func(t *testing.T) {
		b := newBench(t, nil)
		var ours sync.Map
		release := make(chan struct{})
		b.events.wantsOnly(func(kind string, _, channel uint64) bool {
			_, yes := ours.Load(channel)
			return yes || kind == "CHANNEL_CREATE"
		})
		b.events.does(func(_ context.Context, kind string, _ []byte) error {
			if kind == "CHANNEL_CREATE" {
				<-release
				ours.Store(uint64(100), true)
			}
			return nil
		})
		conn := b.discord.accept()
		conn.welcome("s1", b.discord.url)
		conn.event("CHANNEL_CREATE", `{"id":"100","guild_id":"7"}`)
		conn.message(100, 1)
		seq := conn.message(101, 2) // not ours
		for b.Stats().Screened < 1 {
			time.Sleep(time.Millisecond)
		}
		close(release)
		b.events.next(t)
		if got := b.events.next(t); got != "MESSAGE_CREATE 1" {
			t.Error(got)
		}
		b.shelf.awaitSeq(t, seq)
	})
}

func TestErrorBoundary(t *testing.T) {
	t.Run("a poison event costs itself", func(t *testing.T) {
		lost := make(chan string, 10)
		b := newBench(t, func(cfg *Config) {
			cfg.OnLost = func(kind string, guild, channel uint64) { lost <- fmt.Sprint(kind, " ", guild, " ", channel) }
		})
		b.events.does(func(_ context.Context, _ string, data []byte) error {
			switch field(data, "id") {
			case "1":
				return errTest
			case "2":
				panic("secret content")
			}
			return nil
		})
		conn := b.discord.accept()
		conn.welcome("s1", b.discord.url)
		conn.message(100, 1)
		conn.message(100, 2)
		seq := conn.message(100, 3)
		if got := b.events.next(t); got != "MESSAGE_CREATE 3" {
			t.Error(got)
		}
		for range 2 {
			if got := receive(t, lost, "OnLost"); got != "MESSAGE_CREATE 7 100" {
				t.Error(got)
			}
		}
		b.shelf.awaitSeq(t, seq)
		if s := b.Stats(); s.Failed != 2 || s.Connections != 1 {
			t.Errorf("%+v", s)
		}
	})
	t.Run("unavailable means later, not lost", func(t *testing.T) {
		b := newBench(t, nil)
		var tries atomic.Int32
		b.events.does(func(_ context.Context, _ string, data []byte) error {
			if field(data, "id") == "1" && tries.Add(1) < 3 {
				return fmt.Errorf("save: %w", fault.New(fault.Unavailable, "store.unavailable"))
			}
			return nil
		})
		conn := b.discord.accept()
		conn.welcome("s1", b.discord.url)
		conn.message(100, 1)
		seq := conn.message(100, 2)
		b.events.next(t)
		if got := b.events.next(t); got != "MESSAGE_CREATE 2" || tries.Load() != 3 {
			t.Error(got, tries.Load())
		}
		b.shelf.awaitSeq(t, seq)
	})
	t.Run("a panic in Wants costs the event", func(t *testing.T) {
		b := newBench(t, nil)
		b.events.wantsOnly(func(_ string, _, channel uint64) bool {
			if channel == 100 {
				panic("secret content")
			}
			return true
		})
		conn := b.discord.accept()
		conn.welcome("s1", b.discord.url)
		conn.message(100, 1)
		conn.message(101, 2)
		if got := b.events.next(t); got != "MESSAGE_CREATE 2" {
			t.Error(got)
		}
	})
}

func TestOverflow(t *testing.T) {
	t.Run("leaves when handlers do not keep up, and resumes without a loss", func(t *testing.T) {
		const total = 40
		b := newBench(t, func(cfg *Config) { cfg.MaxWaiting = 10 })
		release := make(chan struct{})
		b.events.does(func(context.Context, string, []byte) error { <-release; return nil })
		conn := b.discord.accept()
		conn.hello(2 * time.Second) // so that it pauses for 10 ms at most
		conn.expect(opIdentify)
		conn.ready("s1", b.discord.url)
		receive(t, b.onReady, "OnReady")
		for i := range total {
			conn.message(100, i)
		}
		if code := receive(t, conn.closed, "a close"); code != closeResumable {
			t.Errorf("closed with %d", code)
		}
		b.discord.quiet() // until there is room
		close(release)
		for i := 0; i < total; {
			conn = b.discord.accept()
			conn.hello(time.Minute)
			_, seq := conn.expectResume()
			i = int(seq) - 1
			conn.seq = seq
			for ; i < total; i++ {
				conn.message(100, i)
			}
			conn.event("RESUMED", `{}`)
		}
		for i := range total {
			if got, want := b.events.next(t), fmt.Sprintf("MESSAGE_CREATE %d", i); got != want {
				t.Fatalf("got %s, want %s", got, want)
			}
		}
		if n := b.Stats().Overflows; n == 0 {
			t.Error("not counted")
		}
	})
}

func TestSave(t *testing.T) {
	t.Run("at most four times a second", func(t *testing.T) {
		b := newBench(t, nil)
		conn := b.discord.accept()
		conn.welcome("s1", b.discord.url)
		began := time.Now()
		var seq int64
		for i := range 2000 {
			seq = conn.message(100, i)
		}
		b.shelf.awaitSeq(t, seq)
		most := int(time.Since(began)/(saveEvery/100)) + 3
		if _, saves := b.shelf.now(); saves > most {
			t.Errorf("saved %d times, %d allowed", saves, most)
		}
	})
}
