package gateway

import (
	"context"
	"math/rand/v2"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/coder/websocket"
)

// heart tells Discord that we live and notices when Discord does not.
type heart struct {
	client   *Client
	ws       *websocket.Conn
	interval time.Duration

	now    chan struct{} // Discord asks for a heartbeat
	acked  atomic.Bool
	sentAt atomic.Int64 // Unix nanoseconds
	zombie atomic.Bool
}

func newHeart(c *Client, ws *websocket.Conn, interval time.Duration) *heart {
	h := &heart{client: c, ws: ws, interval: interval, now: make(chan struct{}, 1)}
	h.acked.Store(true)
	return h
}

// beat runs until ctx ends or the connection turns out to be dead, and then cuts it; the session stays resumable.
func (h *heart) beat(ctx context.Context) {
	// Discord asks for a random start, so that a million clients do not beat in step after an outage.
	next := h.client.clock.After(time.Duration(rand.Float64() * float64(h.interval)))
	for {
		select {
		case <-ctx.Done():
			return
		case <-next:
			if !h.acked.Load() {
				h.zombie.Store(true)
				h.ws.CloseNow()
				return
			}
		case <-h.now:
		}
		if h.send(ctx) != nil {
			h.ws.CloseNow()
			return
		}
		next = h.client.clock.After(h.interval)
	}
}

// send clears the mark before it writes: on a fast line the answer is here before Write returns.
func (h *heart) send(ctx context.Context) error {
	h.acked.Store(false)
	h.sentAt.Store(h.client.clock.Now().UnixNano())
	payload := []byte(`{"op":1,"d":null}`)
	if s := h.client.currentSession(); s != nil {
		payload = append(strconv.AppendInt([]byte(`{"op":1,"d":`), s.point.received(), 10), '}')
	}
	ctx, cancel := h.client.within(ctx, writeTimeout)
	defer cancel()
	return h.ws.Write(ctx, websocket.MessageText, payload)
}

// ask is Discord asking for a heartbeat now.
func (h *heart) ask() {
	select {
	case h.now <- struct{}{}:
	default:
	}
}

func (h *heart) ack() {
	if !h.acked.Swap(true) {
		h.client.latency.Store(h.client.clock.Now().UnixNano() - h.sentAt.Load())
	}
}
