package discordsim

import (
	"container/heap"
	"sync"
	"time"
)

// simClock is the simulator's time: the machine's plus what it was advanced by, or standing still when frozen.
type simClock struct {
	mu     sync.Mutex
	base   time.Time // frozen: the time itself
	offset time.Duration
	frozen bool
	due    timers
	wake   *time.Timer
}

type timer struct {
	at   time.Time
	seq  uint64
	fire func()
}

func newClock(start time.Time, frozen bool) *simClock {
	c := &simClock{frozen: frozen, base: start}
	if start.IsZero() {
		c.base = time.Now()
	} else {
		c.offset = time.Until(start)
	}
	return c
}

// now is rounded to microseconds, the finest Discord shows.
func (c *simClock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.read()
}

func (c *simClock) read() time.Time {
	if c.frozen {
		return c.base.UTC().Truncate(time.Microsecond)
	}
	return time.Now().Add(c.offset).UTC().Truncate(time.Microsecond)
}

// after calls fire, on a goroutine of the clock's, once d has passed.
func (c *simClock) after(d time.Duration, fire func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.due.seq++
	heap.Push(&c.due, timer{c.read().Add(d), c.due.seq, fire})
	c.arm()
}

// advance moves the clock by d; what became due meanwhile has happened when it returns.
func (c *simClock) advance(d time.Duration) {
	c.mu.Lock()
	c.base, c.offset = c.base.Add(d), c.offset+d
	c.mu.Unlock()
	c.run()
}

func (c *simClock) run() {
	for {
		c.mu.Lock()
		if len(c.due.list) == 0 || c.due.list[0].at.After(c.read()) {
			c.arm()
			c.mu.Unlock()
			return
		}
		next := heap.Pop(&c.due).(timer)
		c.mu.Unlock()
		next.fire()
	}
}

func (c *simClock) arm() {
	if c.frozen || len(c.due.list) == 0 {
		return
	}
	wait := max(c.due.list[0].at.Sub(c.read()), 0)
	if c.wake == nil {
		c.wake = time.AfterFunc(wait, c.run)
		return
	}
	c.wake.Reset(wait)
}

func (c *simClock) stop() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.due.list = nil
	if c.wake != nil {
		c.wake.Stop()
	}
}

// timers is a heap by due time, then by order of setting.
type timers struct {
	list []timer
	seq  uint64
}

func (t *timers) Len() int { return len(t.list) }
func (t *timers) Less(i, j int) bool {
	a, b := t.list[i], t.list[j]
	return a.at.Before(b.at) || a.at.Equal(b.at) && a.seq < b.seq
}
func (t *timers) Swap(i, j int) { t.list[i], t.list[j] = t.list[j], t.list[i] }
func (t *timers) Push(x any)    { t.list = append(t.list, x.(timer)) }
func (t *timers) Pop() any {
	last := t.list[len(t.list)-1]
	t.list = t.list[:len(t.list)-1]
	return last
}
