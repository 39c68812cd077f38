package gateway

import (
	"context"
	"slices"
	"sync"
)

// event is a dispatch that somebody wants, or may want once those before it are handled.
type event struct {
	kind           string
	guild, channel uint64
	seq            int64
	data           []byte
	point          *point
	asked          bool     // Wants has said yes
	urgent         bool     // an interaction must be answered within three seconds
	started        *started // for READY and RESUMED
}

// queue keeps a line of events for each key. The events of a line are handled one after the other, lines side by side.
type queue struct {
	maxEvents, maxBytes int

	mu     sync.Mutex
	lines  map[uint64][]*event // the first of each is in work
	events int
	bytes  int
	less   bell
}

func newQueue(maxEvents, maxBytes int) *queue {
	return &queue{maxEvents: maxEvents, maxBytes: maxBytes, lines: map[uint64][]*event{}}
}

// add puts e at the end of key's line. When it is its turn handle is called, and says whether the line may go on: an
// event that was left open must not be overtaken, so those behind it are left open too.
func (q *queue) add(key uint64, e *event, handle func(*event) bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.grow(e)
	line, busy := q.lines[key]
	q.lines[key] = append(line, e)
	if busy {
		return
	}
	go func() {
		for goOn := true; e != nil; e = q.next(key, e) {
			goOn = goOn && handle(e)
		}
	}()
}

// addAlone has e handled at once, whatever else is going on.
func (q *queue) addAlone(e *event, handle func(*event) bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.grow(e)
	go func() {
		handle(e)
		q.mu.Lock()
		defer q.mu.Unlock()
		q.shrink(e)
	}()
}

func (q *queue) next(key uint64, finished *event) *event {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.shrink(finished)
	line := q.lines[key][1:]
	if len(line) == 0 {
		delete(q.lines, key)
		return nil
	}
	q.lines[key] = line
	return line[0]
}

func (q *queue) grow(e *event) {
	q.events++
	q.bytes += len(e.data)
}

func (q *queue) shrink(e *event) {
	q.events--
	q.bytes -= len(e.data)
	q.less.ring()
}

// busy says whether key has work.
func (q *queue) busy(key uint64) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	_, busy := q.lines[key]
	return busy
}

func (q *queue) size() (events, bytes int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.events, q.bytes
}

// hasRoom says whether an event of n bytes fits. One larger than all room fits when nothing else is there.
func (q *queue) hasRoom(n int) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.fits(n)
}

func (q *queue) fits(n int) bool {
	return q.events < q.maxEvents && (q.events == 0 || q.bytes+n <= q.maxBytes)
}

// awaitRoom waits until an event of n bytes fits.
func (q *queue) awaitRoom(ctx context.Context, n int) error {
	return q.await(ctx, func() bool { return q.fits(n) })
}

// awaitCalm waits until the queue is at most half full.
func (q *queue) awaitCalm(ctx context.Context) error {
	return q.await(ctx, func() bool { return q.events <= q.maxEvents/2 && q.bytes <= q.maxBytes/2 })
}

// awaitLine waits until everything that is in key's line now is handled.
func (q *queue) awaitLine(ctx context.Context, key uint64) error {
	q.mu.Lock()
	line := q.lines[key]
	if len(line) == 0 {
		q.mu.Unlock()
		return nil
	}
	last := line[len(line)-1]
	q.mu.Unlock()
	return q.await(ctx, func() bool { return !slices.Contains(q.lines[key], last) })
}

// awaitEmpty waits until everything is handled.
func (q *queue) awaitEmpty(ctx context.Context) error {
	return q.await(ctx, func() bool { return q.events == 0 })
}

func (q *queue) await(ctx context.Context, enough func() bool) error {
	for {
		q.mu.Lock()
		if enough() {
			q.mu.Unlock()
			return nil
		}
		changed := q.less.wait()
		q.mu.Unlock()
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-changed:
		}
	}
}
