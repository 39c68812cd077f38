package gateway

import (
	"context"
	"sync/atomic"
	"testing"
	"time"
)

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

func TestResume_only_with_the_same_configuration(t *testing.T) {
	for name, change := range map[string]func(*Config){
		"other intents":     func(cfg *Config) { cfg.Intents |= 1 << 1 },
		"other shard count": func(cfg *Config) { cfg.ShardCount = 2 },
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, nil)
			conn := b.discord.accept()
			conn.welcome("s1", b.discord.url)
			b.shelf.awaitSeq(t, 1)
			b.restart(t)
			b.discord.accept().resumed() // the same resumes
			change(&b.cfg)
			b.restart(t)
			b.discord.accept().welcome("s2", b.discord.url)
		})
	}
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
		if want := (Resume{b.remembered("s1"), b.discord.url, seq}); point != want {
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
			if r == (Resume{b.remembered("s2"), b.discord.url, seq}) {
				break
			}
			if r.SessionID == b.remembered("s2") && r.Seq < 1 {
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
