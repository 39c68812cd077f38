package gateway

import (
	"sync/atomic"
	"time"
)

// Stats is what a client has done since it was made. All but Waiting, WaitingBytes and Latency only grow.
type Stats struct {
	Frames, Bytes uint64 // received; bytes after inflating
	Events        uint64 // dispatches among the frames
	Screened      uint64 // events that nobody wanted
	Handled       uint64 // events whose handling is committed
	Failed        uint64 // events given up after an error or a panic
	Retried       uint64 // waits because Handle said Unavailable
	Repeated      uint64 // events that came twice in one session and were dropped
	Malformed     uint64 // frames that made no sense

	Connections uint64 // that got as far as HELLO
	Identifies  uint64
	Resumes     uint64 // that got as far as RESUMED
	Zombies     uint64 // connections left because heartbeats went unanswered
	Overflows   uint64 // connections left because handlers did not keep up
	SaveErrors  uint64

	Waiting, WaitingBytes int           // events waiting or in work now
	Latency               time.Duration // of the last acknowledged heartbeat
}

type counters struct {
	frames, bytes, events, screened, handled, failed, retried, repeated, malformed atomic.Uint64
	connections, identifies, resumes, zombies, overflows, saveErrors               atomic.Uint64
}

// Stats may be asked at any time.
func (c *Client) Stats() Stats {
	waiting, bytes := c.queue.size()
	n := &c.count
	return Stats{
		Frames: n.frames.Load(), Bytes: n.bytes.Load(), Events: n.events.Load(),
		Screened: n.screened.Load(), Handled: n.handled.Load(), Failed: n.failed.Load(),
		Retried: n.retried.Load(), Repeated: n.repeated.Load(), Malformed: n.malformed.Load(),
		Connections: n.connections.Load(), Identifies: n.identifies.Load(), Resumes: n.resumes.Load(),
		Zombies: n.zombies.Load(), Overflows: n.overflows.Load(), SaveErrors: n.saveErrors.Load(),
		Waiting: waiting, WaitingBytes: bytes, Latency: time.Duration(c.latency.Load()),
	}
}
