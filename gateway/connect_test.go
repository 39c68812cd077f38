package gateway

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
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
