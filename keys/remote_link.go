package keys

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
)

// link asks the key process.
type link struct {
	base string
	http *http.Client
}

// maxAnswer is above any tree: ten thousand forgotten people make 26 MB.
const maxAnswer = 256 << 20

func newLink(a Address, c Certificates) (*link, error) {
	t := &http.Transport{MaxIdleConnsPerHost: 16}
	if a.NeedsTLS() {
		config, err := c.load()
		if err != nil {
			return nil, err
		}
		t.TLSClientConfig = config
		return &link{"https://" + a.name, &http.Client{Transport: t}}, nil
	}
	t.DialContext = func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "unix", a.name)
	}
	return &link{"http://keys", &http.Client{Transport: t}}, nil
}

func (l *link) close() { l.http.CloseIdleConnections() }

func (l *link) changes(ctx context.Context, id, run string, since uint64) (n news, err error) {
	q := url.Values{"holder": {id}, "run": {run}, "since": {strconv.FormatUint(since, 10)}}
	err = l.ask(ctx, http.MethodGet, "/changes?"+q.Encode(), nil, &n)
	if err == nil && n.Run == "" {
		err = unavailable(errStrange)
	}
	return n, err
}

func (l *link) cover(ctx context.Context, ten tenancy) (t *tree, run string, version uint64, err error) {
	q := url.Values{"guild": {strconv.FormatUint(ten.guild, 10)}, "epoch": {strconv.FormatUint(uint64(ten.epoch), 10)}}
	header, body, err := l.do(ctx, http.MethodGet, "/cover?"+q.Encode(), nil)
	if err != nil {
		return nil, "", 0, err
	}
	version, err = strconv.ParseUint(header.Get(stampHeader), 10, 64)
	p, err2 := decodePage(pageOf(ten.guild), body)
	if errors.Join(err, err2) != nil || len(p) != 1 || p[ten] == nil {
		return nil, "", 0, unavailable(errStrange)
	}
	return p[ten], header.Get(runHeader), version, nil
}

func (l *link) change(ctx context.Context, c *change) error {
	body, err := json.Marshal(wireOf(c))
	if err != nil {
		return fmt.Errorf("encode a change of the keyring: %w", err)
	}
	return l.ask(ctx, http.MethodPost, "/change", body, &struct{}{})
}

func (l *link) state(ctx context.Context) (s wireState, err error) {
	err = l.ask(ctx, http.MethodGet, "/state", nil, &s)
	return s, err
}

func (l *link) entries(ctx context.Context, after uint64) ([]Entry, error) {
	var lines [][]byte
	if err := l.ask(ctx, http.MethodGet, "/ledger?after="+strconv.FormatUint(after, 10), nil, &lines); err != nil {
		return nil, err
	}
	return entriesOf(lines)
}

func (l *link) leave(ctx context.Context, id string) error {
	return l.ask(ctx, http.MethodDelete, "/holder?"+url.Values{"holder": {id}}.Encode(), nil, &struct{}{})
}

var errStrange = errors.New("what answers there is not a key process")

func (l *link) ask(ctx context.Context, method, path string, body []byte, into any) error {
	_, answer, err := l.do(ctx, method, path, body)
	if err != nil {
		return err
	}
	if json.Unmarshal(answer, into) != nil {
		return unavailable(errStrange)
	}
	return nil
}

// do is one question. Whatever goes wrong on the way is that the key process is unavailable; what it refuses is its error.
func (l *link) do(ctx context.Context, method, path string, body []byte) (http.Header, []byte, error) {
	req, err := http.NewRequestWithContext(ctx, method, l.base+path, bytes.NewReader(body))
	if err != nil {
		return nil, nil, fmt.Errorf("ask the key process: %w", err)
	}
	res, err := l.http.Do(req)
	if err != nil {
		return nil, nil, unavailable(errors.Join(why(err), context.Cause(ctx)))
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer))
	if err != nil {
		return nil, nil, unavailable(errors.Join(err, context.Cause(ctx)))
	}
	if res.StatusCode == http.StatusOK {
		return res.Header, answer, nil
	}
	var refused wireError
	if json.Unmarshal(answer, &refused) != nil || refused.Text == "" {
		return nil, nil, unavailable(errStrange)
	}
	return nil, nil, refused.meant()
}

// why leaves out the address of the question, which says nothing about what went wrong.
func why(err error) error {
	if e, ok := errors.AsType[*url.Error](err); ok {
		return e.Err
	}
	return err
}
