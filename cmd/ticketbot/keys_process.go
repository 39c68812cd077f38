package main

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sync/errgroup"

	"ticketbot/internal/clock"
	"ticketbot/internal/fault"
	"ticketbot/keys"
	"ticketbot/store"
)

// keySettings is where the keyring is. One process owns its directory; others borrow keys from that one.
type keySettings struct {
	Dir     string `env:"TICKETBOT_KEYS_DIR" placeholder:"DIR" help:"The keyring's directory. Default: keys in the data directory."`
	Mirror  string `env:"TICKETBOT_KEYS_MIRROR" placeholder:"DIR" help:"A second directory, on another disk, that is kept the same."`
	Listen  string `env:"TICKETBOT_KEYS_LISTEN" placeholder:"ADDRESS" help:"Lend keys to other processes at unix:///path or tls://host:port."`
	From    string `env:"TICKETBOT_KEYS_FROM" placeholder:"ADDRESS" help:"Borrow keys from the process that lends them there. This one then has no directory."`
	Cert    string `env:"TICKETBOT_KEYS_CERT" placeholder:"FILE" help:"For tls://: this process's certificate, PEM."`
	Key     string `env:"TICKETBOT_KEYS_KEY" placeholder:"FILE" help:"For tls://: the certificate's key, PEM."`
	CA      string `env:"TICKETBOT_KEYS_CA" placeholder:"FILE" help:"For tls://: the authority that signed both sides' certificates, PEM."`
	AnyDisk bool   `env:"TICKETBOT_KEYS_ANY_DISK" help:"Use the keyring on a file system that may keep what was overwritten."`
}

func (k keySettings) certificates() keys.Certificates {
	return keys.Certificates{Cert: k.Cert, Key: k.Key, CA: k.CA}
}

// check refuses what contradicts itself.
func (k keySettings) check() error {
	if k.From != "" {
		for _, other := range [][2]string{
			{"TICKETBOT_KEYS_DIR", k.Dir}, {"TICKETBOT_KEYS_MIRROR", k.Mirror}, {"TICKETBOT_KEYS_LISTEN", k.Listen},
		} {
			if other[1] != "" {
				return fault.New(fault.Config, "cmd.keys.both", "other", other[0])
			}
		}
	}
	for _, one := range [][2]string{{"TICKETBOT_KEYS_FROM", k.From}, {"TICKETBOT_KEYS_LISTEN", k.Listen}} {
		if one[1] == "" {
			continue
		}
		a, err := keys.ParseAddress(one[1], one[0])
		if err != nil {
			return err
		}
		if a.NeedsTLS() && (k.Cert == "" || k.Key == "" || k.CA == "") {
			return fault.New(fault.Config, "keys.certificates.missing")
		}
	}
	return nil
}

// keyDirs are the keyring's directory and its mirror, "" for none. They are not made here.
func (p place) keyDirs(data string) (dir, mirror string, err error) {
	dir = p.Keys.Dir
	if dir == "" {
		dir = filepath.Join(data, "keys")
	}
	if dir, err = filepath.Abs(dir); err != nil || p.Keys.Mirror == "" {
		return dir, "", err
	}
	if mirror, err = filepath.Abs(p.Keys.Mirror); err != nil {
		return "", "", err
	}
	if sameDir(dir, mirror) {
		return "", "", fault.New(fault.Config, "cmd.keys.mirror_same", "dir", dir)
	}
	return dir, mirror, nil
}

func sameDir(a, b string) bool {
	if a == b {
		return true
	}
	one, err1 := os.Stat(a)
	two, err2 := os.Stat(b)
	return err1 == nil && err2 == nil && os.SameFile(one, two)
}

// openRing opens the keyring, or borrows from the process that has.
func (p place) openRing(ctx context.Context, data string, clk clock.Clock, log *slog.Logger) (*keys.Ring, error) {
	if err := p.Keys.check(); err != nil {
		return nil, err
	}
	if p.Keys.From != "" {
		from, err := keys.ParseAddress(p.Keys.From, "TICKETBOT_KEYS_FROM")
		if err != nil {
			return nil, err
		}
		return keys.Dial(ctx, from, p.Keys.certificates(), keys.Options{Clock: clk, Logger: log})
	}
	dir, mirror, err := p.keyDirs(data)
	if err != nil {
		return nil, err
	}
	for _, d := range []string{dir, mirror} {
		if d == "" {
			continue
		}
		warning, err := keys.CheckFileSystem(d, keys.FileSystemCheck{Accept: p.Keys.AnyDisk})
		if fault.From(err) != nil { // else there is no telling, and opening it says why
			return nil, refusedDisk(err)
		}
		if warning != nil {
			log.Warn(sentence(warning))
		}
	}
	return keys.Open(dir, keys.Options{Clock: clk, Logger: log, Mirror: mirror})
}

// refusedDisk says besides how to do it all the same.
func refusedDisk(err error) error {
	if fault.From(err) == nil {
		return err
	}
	return fault.New(fault.Config, "cmd.keys.disk", "why", sentence(err))
}

// lending is a keyring that other processes borrow from.
type lending struct {
	stop  context.CancelFunc
	ended chan struct{}
	err   error // why, once ended is closed
}

// lend begins to answer them at once.
func (p place) lend(ctx context.Context, lender *keys.Lender) (*lending, error) {
	at, err := keys.ParseAddress(p.Keys.Listen, "TICKETBOT_KEYS_LISTEN")
	if err != nil {
		return nil, err
	}
	listener, err := keys.Listen(ctx, at, p.Keys.certificates())
	if err != nil {
		return nil, err
	}
	ctx, stop := context.WithCancel(context.WithoutCancel(ctx))
	l := &lending{stop: stop, ended: make(chan struct{})}
	go func() {
		defer close(l.ended)
		l.err = lender.Serve(ctx, listener)
	}()
	return l, nil
}

// watch returns an error when this process may not go on as the keyring's owner; nil when ctx ends. Meanwhile a mirror
// that could not be written is tried again.
func (v *vault) watch(ctx context.Context) error {
	group, ctx := errgroup.WithContext(ctx)
	if v.owner != nil {
		group.Go(func() error { return v.owner.Watch(ctx) })
	}
	if v.lending != nil {
		group.Go(func() error { return v.lending.watch(ctx) })
	}
	group.Go(func() error {
		for clock.Sleep(ctx, v.clock, mirrorTried) == nil {
			_ = v.ring.CatchUpMirror(ctx) // the keyring itself logs when its mirror falls behind, and when it is back
		}
		return nil
	})
	return group.Wait()
}

const mirrorTried = time.Minute

// watch returns what ended the lending before its time.
func (l *lending) watch(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return nil
	case <-l.ended:
		return l.err
	}
}

// own takes the keyring of the database for this process, if it is the one with the directory.
func (v *vault) own(ctx context.Context, p place, url string, clk clock.Clock, log *slog.Logger) (err error) {
	if p.Keys.From != "" {
		return nil
	}
	v.owner, err = store.OwnKeyring(ctx, url, clk, log)
	return err
}
