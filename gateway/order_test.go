package gateway

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"ticketbot/internal/fault"
)

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
		for ch := range channels { // an event counts once its handler has returned
			if err := b.Settle(t.Context(), uint64(1000+ch)); err != nil {
				t.Fatal(err)
			}
		}
		if n := b.Stats().Handled; n < channels*each {
			t.Errorf("%d handled", n)
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
	t.Run("settling a channel waits for what came before, and for nothing else", func(t *testing.T) {
		b := newBench(t, nil)
		release, begun := make(chan struct{}), make(chan struct{}, 10)
		b.events.does(func(_ context.Context, _ string, data []byte) error {
			if field(data, "channel_id") == "100" {
				begun <- struct{}{}
				<-release
			}
			return nil
		})
		conn := b.discord.accept()
		conn.welcome("s1", b.discord.url)
		conn.message(100, 1)
		conn.message(100, 2)
		conn.message(101, 3)
		b.events.next(t) // 3 came last, so 1 and 2 are in their line
		<-begun
		if err := b.Settle(t.Context(), 101); err != nil {
			t.Error(err)
		}
		short, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
		defer cancel()
		if b.Settle(short, 100) == nil {
			t.Error("settled although two messages wait")
		}
		settled := make(chan error, 1)
		go func() { settled <- b.Settle(t.Context(), 100) }()
		release <- struct{}{}
		<-begun // 2 is in work, and 1 is not enough
		select {
		case <-settled:
			t.Error("settled although a message is in work")
		case <-time.After(20 * time.Millisecond):
		}
		close(release)
		if err := <-settled; err != nil {
			t.Error(err)
		}
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
		if !b.log.contains("event lost") || !b.log.contains("channel=100") || !b.log.contains("handOver") {
			t.Error("not logged, or without ids and stack")
		}
		if b.log.contains("secret") || b.log.contains("sim.token") {
			t.Error("content is in the log")
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
	t.Run("waiting for better times holds up no other channel", func(t *testing.T) {
		b := newBench(t, func(cfg *Config) { cfg.Concurrency = 1 })
		b.events.does(func(_ context.Context, _ string, data []byte) error {
			if field(data, "channel_id") == "100" {
				return fault.New(fault.Unavailable, "store.unavailable")
			}
			return nil
		})
		conn := b.discord.accept()
		conn.welcome("s1", b.discord.url)
		seq := conn.message(100, 1)
		conn.message(101, 2)
		if got := b.events.next(t); got != "MESSAGE_CREATE 2" {
			t.Error(got)
		}
		conn.message(100, 3)
		b.stop() // at once, although 1 would wait for ever
		if err := receive(t, b.result, "Run"); err != nil {
			t.Error(err)
		}
		if point, _ := b.shelf.now(); point.Seq != seq-1 {
			t.Errorf("saved %+v, want the point before %d", point, seq)
		}
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
