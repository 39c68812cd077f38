package keys_test

import (
	"io"
	"net"
	"sync"
	"testing"
	"time"

	"ticketbot/keys"
)

// cable is a way to the owner that can be cut: what is on it is then lost without a word, as on a network.
type cable struct {
	address keys.Address
	mu      sync.Mutex
	whole   bool
	ends    []net.Conn
}

func newCable(t *testing.T, to keys.Address) *cable {
	c := &cable{address: socket(t), whole: true}
	l, err := keys.Listen(t.Context(), c.address, keys.Certificates{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close(); c.closeAll() })
	go func() {
		for {
			near, err := l.Accept()
			if err != nil {
				return
			}
			far, err := net.Dial("unix", to.String()[len("unix://"):])
			if err != nil {
				near.Close()
				continue
			}
			c.mu.Lock()
			c.ends = append(c.ends, near, far)
			c.mu.Unlock()
			go c.carry(near, far)
			go c.carry(far, near)
		}
	}()
	return c
}

func (c *cable) carry(to io.Writer, from io.Reader) {
	b := make([]byte, 64<<10)
	for {
		n, err := from.Read(b)
		if err != nil {
			return
		}
		c.mu.Lock()
		whole := c.whole
		c.mu.Unlock()
		if whole {
			_, _ = to.Write(b[:n])
		}
	}
}

func (c *cable) cut() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.whole = false
}

// mend makes new connections possible; the old ones are broken for good.
func (c *cable) mend() {
	c.closeAll()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.whole = true
}

func (c *cable) closeAll() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, end := range c.ends {
		end.Close()
	}
	c.ends = nil
}

// awaitKeys waits until r has contact again.
func awaitKeys(t *testing.T, r *keys.Ring) {
	t.Helper()
	for began := time.Now(); r.Holds(guild, epoch) != nil; time.Sleep(10 * time.Millisecond) {
		if time.Since(began) > leaseTime+slack {
			t.Fatal("no contact again")
		}
	}
}
