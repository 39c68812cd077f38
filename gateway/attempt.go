package gateway

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"runtime"
	"time"

	"github.com/coder/websocket"

	"ticketbot/internal/fault"
)

// Discord's "Gateway Opcodes", as far as they are spoken here.
const (
	opDispatch       = 0
	opHeartbeat      = 1
	opIdentify       = 2
	opResume         = 6
	opReconnect      = 7
	opInvalidSession = 9
	opHello          = 10
	opHeartbeatAck   = 11
)

const (
	dialTimeout  = 30 * time.Second
	helloTimeout = 20 * time.Second
	writeTimeout = 10 * time.Second
)

// attempt is one connection, from dialing to its end.
type attempt struct {
	client  *Client
	session *session // nil until READY when identifying
	turn    *turn    // nil when resuming
	ws      *websocket.Conn
	frames  *frames
	heart   *heart
	readyAt time.Time
}

// connect is one attempt; lasted is how long events were flowing.
func (c *Client) connect(ctx context.Context) (end ending, lasted time.Duration) {
	s := c.currentSession()
	door, err := c.findDoor(ctx, s)
	if err != nil {
		return unreachable(err), 0
	}
	defer door.turn.end()
	ws, err := c.dial(ctx, door.address)
	if err != nil {
		c.undialed++
		return ending{why: "cannot connect", err: err}, 0
	}
	c.undialed = 0
	// Closing waits for Discord's answer, five seconds at most; nobody else has to.
	defer c.closing.Go(func() { _ = ws.Close(closeResumable, "back soon") })
	// The read loop has no context of its own: watching one would cost each event three allocations.
	defer context.AfterFunc(ctx, func() { _ = ws.Close(closeResumable, "back soon") })()

	frames, err := newFrames(ws, c.cfg.Compression)
	if err != nil {
		return ending{why: "cannot read", err: err}, 0
	}
	defer frames.close()
	a := &attempt{client: c, session: s, turn: door.turn, ws: ws, frames: frames}
	end = a.converse(ctx)
	if !a.readyAt.IsZero() {
		lasted = c.clock.Now().Sub(a.readyAt)
	}
	return end, lasted
}

func unreachable(err error) ending {
	if fault.KindOf(err) == fault.Config {
		return ending{why: "misconfigured", final: err}
	}
	return ending{why: "no address", err: err}
}

func (c *Client) dial(ctx context.Context, address string) (*websocket.Conn, error) {
	ctx, cancel := c.within(ctx, dialTimeout)
	defer cancel()
	ws, _, err := websocket.Dial(ctx, address, &websocket.DialOptions{HTTPClient: c.cfg.HTTPClient})
	return ws, err
}

// converse is the conversation: HELLO, who we are, and then events until the end.
func (a *attempt) converse(ctx context.Context) ending {
	interval, end := a.hello(ctx)
	if end != nil {
		return *end
	}
	a.client.count.connections.Add(1)
	a.heart = newHeart(a.client, a.ws, interval)
	beating, stop := context.WithCancel(ctx)
	defer stop()
	go a.heart.beat(beating)
	if err := a.introduce(ctx); err != nil {
		return a.lost(err)
	}
	for {
		raw, err := a.frames.next(context.Background())
		if err != nil {
			return a.lost(err)
		}
		if end := a.react(ctx, raw); end != nil {
			return *end
		}
	}
}

func (a *attempt) hello(ctx context.Context) (time.Duration, *ending) {
	ctx, cancel := a.client.within(ctx, helloTimeout)
	defer cancel()
	raw, err := a.frames.next(ctx)
	if err != nil {
		end := a.client.ended(err)
		return 0, &end
	}
	f, _ := scan(raw)
	if f.op != opHello {
		if end := farewell(&f); end != nil {
			return 0, end
		}
		return 0, &ending{why: "no HELLO"}
	}
	var hello struct {
		Interval int64 `json:"heartbeat_interval"` // milliseconds
	}
	if err := json.Unmarshal(f.data, &hello); err != nil || hello.Interval <= 0 {
		return 0, &ending{why: "HELLO makes no sense", err: err}
	}
	return time.Duration(hello.Interval) * time.Millisecond, nil
}

// introduce resumes the session, or identifies for a new one.
func (a *attempt) introduce(ctx context.Context) error {
	c := a.client
	if s := a.session; s != nil {
		c.resumeless++
		return a.send(ctx, opResume, map[string]any{"token": c.cfg.Token, "session_id": s.id, "seq": s.point.received()})
	}
	c.count.identifies.Add(1)
	a.turn.used()
	err := a.send(ctx, opIdentify, map[string]any{
		"token":      c.cfg.Token,
		"intents":    c.cfg.Intents,
		"shard":      [2]int{c.cfg.ShardID, c.cfg.ShardCount},
		"properties": map[string]string{"os": runtime.GOOS, "browser": "ticketbot", "device": "ticketbot"},
	})
	a.turn.end()
	return err
}

func (a *attempt) send(ctx context.Context, op int, data any) error {
	payload, err := json.Marshal(map[string]any{"op": op, "d": data})
	if err != nil {
		return fmt.Errorf("write op %d: %w", op, err)
	}
	ctx, cancel := a.client.within(ctx, writeTimeout)
	defer cancel()
	return a.ws.Write(ctx, websocket.MessageText, payload)
}

// react takes one frame. Ops and events it does not know cost nothing: Discord adds some each year.
func (a *attempt) react(ctx context.Context, raw []byte) *ending {
	c := a.client
	c.count.frames.Add(1)
	c.count.bytes.Add(uint64(len(raw)))
	f, ok := scan(raw)
	if !ok {
		c.count.malformed.Add(1)
		return nil
	}
	switch f.op {
	case opDispatch:
		return a.dispatch(ctx, &f)
	case opHeartbeat:
		a.heart.ask()
	case opHeartbeatAck:
		a.heart.ack()
	default:
		return farewell(&f)
	}
	return nil
}

// farewell is Discord asking us to leave.
func farewell(f *frame) *ending {
	switch f.op {
	case opReconnect:
		return &ending{why: "asked to reconnect"}
	case opInvalidSession:
		resumable := bytes.Equal(f.data, []byte("true"))
		return &ending{why: "invalid session", forget: !resumable, pause: time.Second + rand.N(4*time.Second)}
	}
	return nil
}

func (a *attempt) lost(err error) ending {
	if a.heart.zombie.Load() {
		a.client.count.zombies.Add(1)
		return ending{why: "heartbeats unanswered"}
	}
	return a.client.ended(err)
}
