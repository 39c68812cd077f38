package keys

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"

	"ticketbot/internal/fault"
)

// Address is where a key process answers: "unix:///path" on the same machine, or "tls://host:port".
type Address struct {
	network string // unix or tcp
	name    string // path, or host and port
}

// ParseAddress reads an address; setting is where the operator wrote it.
func ParseAddress(text, setting string) (Address, error) {
	wrong := fault.New(fault.Config, "keys.address", "setting", setting, "address", text)
	if path, ok := strings.CutPrefix(text, "unix://"); ok {
		if !filepath.IsAbs(path) || len(path) > maxSocketPath {
			return Address{}, wrong
		}
		return Address{"unix", path}, nil
	}
	name, ok := strings.CutPrefix(text, "tls://")
	if !ok {
		return Address{}, wrong
	}
	if host, port, err := net.SplitHostPort(name); err != nil || host == "" || port == "" {
		return Address{}, wrong
	}
	return Address{"tcp", name}, nil
}

// maxSocketPath leaves room for the name a socket has until it is closed to others.
const maxSocketPath = 90

func (a Address) String() string {
	if a.network == "unix" {
		return "unix://" + a.name
	}
	return "tls://" + a.name
}

// NeedsTLS says whether the address needs certificates.
func (a Address) NeedsTLS() bool { return a.network == "tcp" }

// Certificates are PEM files. Over a network both sides show a certificate that CA has signed, and believe nobody else;
// so CA signs for this purpose only.
type Certificates struct {
	Cert string
	Key  string
	CA   string
}

func (c Certificates) load() (*tls.Config, error) {
	if c.Cert == "" || c.Key == "" || c.CA == "" {
		return nil, fault.New(fault.Config, "keys.certificates.missing")
	}
	pair, err := tls.LoadX509KeyPair(c.Cert, c.Key)
	if err != nil {
		return nil, fault.New(fault.Config, "keys.certificates.pair", "cert", c.Cert, "key", c.Key).Because(err)
	}
	pem, err := os.ReadFile(c.CA)
	if err != nil {
		return nil, fault.New(fault.Config, "keys.certificates.ca", "file", c.CA).Because(err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(pem) {
		return nil, fault.New(fault.Config, "keys.certificates.ca", "file", c.CA)
	}
	return &tls.Config{
		MinVersion: tls.VersionTLS13, Certificates: []tls.Certificate{pair}, RootCAs: pool, ClientCAs: pool,
		ClientAuth: tls.RequireAndVerifyClientCert, SessionTicketsDisabled: true,
	}, nil
}

// Listen opens a for other processes: a socket that only this user may use, or TLS that only CA's certificates pass.
func Listen(ctx context.Context, a Address, c Certificates) (net.Listener, error) {
	if !a.NeedsTLS() {
		return listenUnix(ctx, a.name)
	}
	config, err := c.load()
	if err != nil {
		return nil, err
	}
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", a.name)
	if err != nil {
		return nil, cannotListen(a, err)
	}
	return tls.NewListener(l, config), nil
}

// listenUnix makes the socket under another name, closes it to others, and only then puts it where it can be found. One
// that a dead process left is replaced; one that answers is not.
func listenUnix(ctx context.Context, path string) (net.Listener, error) {
	a := Address{"unix", path}
	if conn, err := new(net.Dialer).DialContext(ctx, "unix", path); err == nil {
		conn.Close()
		return nil, cannotListen(a, errors.New("another process answers there"))
	}
	if info, err := os.Lstat(path); err == nil && info.Mode().Type() != os.ModeSocket {
		return nil, cannotListen(a, errors.New("there is a file of that name"))
	}
	closed, err := os.MkdirTemp(filepath.Dir(path), ".k") // 0700
	if err != nil {
		return nil, cannotListen(a, err)
	}
	defer os.RemoveAll(closed)
	temporary := filepath.Join(closed, "s")
	l, err := new(net.ListenConfig).Listen(ctx, "unix", temporary)
	if err != nil {
		return nil, cannotListen(a, err)
	}
	if u, ok := l.(*net.UnixListener); ok {
		u.SetUnlinkOnClose(false) // it would be the temporary name
	}
	if err := errors.Join(os.Chmod(temporary, 0o600), os.Rename(temporary, path)); err != nil {
		l.Close()
		return nil, cannotListen(a, err)
	}
	return l, nil
}

func cannotListen(a Address, err error) error {
	return fault.New(fault.Config, "keys.listen", "address", a).Because(fmt.Errorf("listen: %w", err))
}
