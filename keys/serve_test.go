package keys_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ticketbot/internal/fault"
	"ticketbot/keys"
)

func TestAddressesThatMeanNothingAreRefused(t *testing.T) {
	t.Parallel()
	for _, good := range []string{"unix:///run/ticketbot/keys", "tls://keys.example.com:7000", "tls://[::1]:7000"} {
		if a, err := keys.ParseAddress(good, "SETTING"); err != nil || a.String() != good {
			t.Errorf("ParseAddress(%q) = %v, %v", good, a, err)
		}
	}
	for _, bad := range []string{
		"", "keys", "/run/keys", "unix://keys", "unix:///" + strings.Repeat("x", 100), "tcp://127.0.0.1:7000", "http://127.0.0.1:7000",
		"tls://127.0.0.1", "tls://:7000", "tls://keys:", "tls://",
	} {
		if _, err := keys.ParseAddress(bad, "SETTING"); fault.KindOf(err) != fault.Config {
			t.Errorf("ParseAddress(%q) error = %v", bad, err)
		}
	}
}

func TestSocketIsForItsUserAlone(t *testing.T) {
	t.Parallel()
	owner, a, _ := borrowed(t)
	path := strings.TrimPrefix(a.String(), "unix://")
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the socket is %v, %v, want rw-------", info.Mode(), err)
	}
	if names, _ := filepath.Glob(filepath.Join(filepath.Dir(path), ".k*")); len(names) > 0 {
		t.Errorf("left behind: %v", names)
	}
	if _, err := keys.Listen(t.Context(), a, keys.Certificates{}); fault.KindOf(err) != fault.Config {
		t.Errorf("a second process took the socket of the first: %v", err)
	}
	dial(t, a, keys.Certificates{}) // which still answers
	file := filepath.Join(filepath.Dir(path), "file")
	if err := os.WriteFile(file, []byte("precious"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := keys.Listen(t.Context(), address(t, "unix://"+file), keys.Certificates{}); fault.KindOf(err) != fault.Config {
		t.Errorf("a socket was put where a file is: %v", err)
	}
	if b, _ := os.ReadFile(file); string(b) != "precious" {
		t.Errorf("the file says %q", b)
	}
	_ = owner
}

func TestNobodyAtTheAddress(t *testing.T) {
	t.Parallel()
	if _, err := keys.Dial(t.Context(), socket(t), keys.Certificates{}, keys.Options{}); fault.KindOf(err) != fault.Config {
		t.Errorf("Dial: %v", err)
	}
}

// Whatever is said to the key process, it goes on, gives out nothing, and changes nothing.
func TestRubbishOnTheSocket(t *testing.T) {
	t.Parallel()
	owner, a, said := borrowed(t)
	path := strings.TrimPrefix(a.String(), "unix://")
	before := owner.State()
	noise := make([]byte, 64<<10)
	rand.Read(noise)
	for name, text := range map[string]string{
		"noise": string(noise), "nothing": "", "half a request": "GET /changes?hol", "no HTTP": "EHLO keys\r\n\r\n",
		"endless header": "GET / HTTP/1.1\r\nX: " + strings.Repeat("x", 1<<20),
	} {
		conn, err := net.Dial("unix", path)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		_, _ = io.WriteString(conn, text) // refused half way, perhaps
		conn.Close()
	}
	client := &http.Client{Transport: &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) {
		return net.Dial("unix", path)
	}}}
	for _, wrong := range []struct{ method, path, body string }{
		{"GET", "/", ""}, {"GET", "/root", ""}, {"GET", "/../root", ""}, {"POST", "/cover", ""}, {"PUT", "/change", "{}"},
		{"GET", "/changes", ""}, {"GET", "/changes?holder=x&since=-1", ""}, {"GET", "/changes?since=0", ""},
		{"GET", "/changes?holder=" + strings.Repeat("x", 65) + "&since=0", ""},
		{"GET", "/cover", ""}, {"GET", "/cover?guild=x&epoch=1", ""}, {"GET", "/cover?guild=1&epoch=99999999999", ""},
		{"GET", "/cover?guild=12345&epoch=1", ""}, {"GET", "/ledger?after=x", ""},
		{"POST", "/change", ""}, {"POST", "/change", "{"}, {"POST", "/change", `[]`}, {"POST", "/change", string(noise)},
		{"POST", "/change", `{"add":[{"guild":"0","epoch":1}]}`},
		{"POST", "/change", `{"forget":[{"guild":"0","epoch":0,"whole":true}]}`},
		{"POST", "/change", fmt.Sprintf(`{"forget":[{"guild":"%d","epoch":1}]}`, guild)},
		{"POST", "/change", fmt.Sprintf(`{"forget":[{"guild":"%d","epoch":1,"path":"AAA="}]}`, guild)},
		{"POST", "/change", fmt.Sprintf(`{"forget":[{"guild":"%d","epoch":1,"path":"gAAAAAAAAAA="}]}`, guild)}, // the index
		{"POST", "/change", `{"replay":["AAAA"]}`},
	} {
		req, err := http.NewRequestWithContext(t.Context(), wrong.method, "http://keys"+wrong.path, strings.NewReader(wrong.body))
		if err != nil {
			t.Fatal(err)
		}
		res, err := client.Do(req)
		if err != nil {
			t.Errorf("%s %s: %v", wrong.method, wrong.path, err)
			continue
		}
		res.Body.Close()
		if res.StatusCode < 400 {
			t.Errorf("%s %.60s %.60s: status %d", wrong.method, wrong.path, wrong.body, res.StatusCode)
		}
	}
	if after := owner.State(); after != before {
		t.Errorf("the keyring changed from %v to %v", before, after)
	}
	said.wantForgotten(t, dial(t, a, keys.Certificates{}))
}

func TestOverTheNetworkOnlyCertificatesOfTheAuthorityPass(t *testing.T) {
	t.Parallel()
	owner := openReal(t, t.TempDir())
	addGuilds(t, owner, guild)
	said := converse(t, owner, guild)
	ours, theirs := newAuthority(t), newAuthority(t)
	mine := ours.issue(t, "127.0.0.1")
	a := address(t, "tls://"+freePort(t))
	lend(t, owner, a, mine)
	said.wantForgotten(t, dial(t, a, ours.issue(t, "bot")))

	foreign := theirs.issue(t, "bot")
	foreign.CA = mine.CA // it would believe the owner, who does not believe it
	believing := ours.issue(t, "bot")
	believing.CA = theirs.issue(t, "x").CA // the owner would believe it, and it does not believe the owner
	for name, c := range map[string]keys.Certificates{"of another authority": foreign, "that expects another authority": believing, "none": {}} {
		if _, err := keys.Dial(t.Context(), a, c, keys.Options{}); fault.KindOf(err) != fault.Config {
			t.Errorf("certificate %s: %v", name, err)
		}
	}
	name := strings.TrimPrefix(a.String(), "tls://")
	if status := get(t, "http://"+name, nil); status == http.StatusOK {
		t.Error("it answers without TLS")
	}
	if status := get(t, "https://"+name, &tls.Config{InsecureSkipVerify: true}); status != 0 {
		t.Errorf("it answers without a certificate: %d", status)
	}
	pair, err := tls.LoadX509KeyPair(mine.Cert, mine.Key)
	if err != nil {
		t.Fatal(err)
	}
	good := &tls.Config{InsecureSkipVerify: true, Certificates: []tls.Certificate{pair}}
	if status := get(t, "https://"+name, good.Clone()); status != http.StatusOK {
		t.Errorf("the same with one: %d, want 200", status)
	}
	good.MaxVersion = tls.VersionTLS12
	if status := get(t, "https://"+name, good); status != 0 {
		t.Errorf("it answers in TLS 1.2: %d", status)
	}
	for name, c := range map[string]keys.Certificates{
		"no key": {Cert: mine.Cert, CA: mine.CA}, "another's key": {Cert: mine.Cert, Key: foreign.Key, CA: mine.CA},
		"no such file": {Cert: mine.Cert, Key: mine.Key, CA: mine.CA + "x"}, "a key as authority": {Cert: mine.Cert, Key: mine.Key, CA: mine.Key},
	} {
		if _, err := keys.Listen(t.Context(), address(t, "tls://127.0.0.1:0"), c); fault.KindOf(err) != fault.Config {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// get is the status of the owner's state, or 0 when there is no answer.
func get(t *testing.T, base string, config *tls.Config) int {
	t.Helper()
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: config}}
	defer client.CloseIdleConnections()
	res, err := client.Get(base + "/state")
	if err != nil {
		return 0
	}
	res.Body.Close()
	return res.StatusCode
}

func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// authority signs certificates.
type authority struct {
	dir  string
	key  *ecdsa.PrivateKey
	cert *x509.Certificate
	next int64
}

func newAuthority(t *testing.T) *authority {
	t.Helper()
	a := &authority{dir: t.TempDir()}
	a.key = newKey(t)
	about := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "authority"}, IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageCertSign, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
	}
	der, err := x509.CreateCertificate(rand.Reader, about, about, &a.key.PublicKey, a.key)
	if err != nil {
		t.Fatal(err)
	}
	if a.cert, err = x509.ParseCertificate(der); err != nil {
		t.Fatal(err)
	}
	writePEM(t, filepath.Join(a.dir, "ca.pem"), "CERTIFICATE", der)
	return a
}

func (a *authority) issue(t *testing.T, name string) keys.Certificates {
	t.Helper()
	a.next++
	key := newKey(t)
	about := &x509.Certificate{
		SerialNumber: big.NewInt(1 + a.next), Subject: pkix.Name{CommonName: name}, KeyUsage: x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth, x509.ExtKeyUsageServerAuth},
		NotBefore:   time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
	}
	if ip := net.ParseIP(name); ip != nil {
		about.IPAddresses = []net.IP{ip}
	}
	der, err := x509.CreateCertificate(rand.Reader, about, a.cert, &key.PublicKey, a.key)
	if err != nil {
		t.Fatal(err)
	}
	c := keys.Certificates{CA: filepath.Join(a.dir, "ca.pem")}
	c.Cert, c.Key = filepath.Join(a.dir, fmt.Sprint(a.next, ".crt")), filepath.Join(a.dir, fmt.Sprint(a.next, ".key"))
	writePEM(t, c.Cert, "CERTIFICATE", der)
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	writePEM(t, c.Key, "PRIVATE KEY", secret)
	return c
}

func newKey(t *testing.T) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func writePEM(t *testing.T, file, kind string, der []byte) {
	t.Helper()
	if err := os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
}
