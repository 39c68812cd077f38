package discord

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"syscall"
	"time"

	"ticketbot/capture"
	"ticketbot/internal/fault"
	"ticketbot/ticket"

	"github.com/disgoorg/disgo/rest"
	"github.com/disgoorg/snowflake/v2"
)

const (
	// MaxFile is the largest attachment that is copied, in bytes. Discord's own limit for members without a
	// subscription is 10 MiB, with one 500.
	MaxFile = 100 << 20

	copyTimeout = 40 * time.Second // within the time that a job has
)

// Vault keeps the bytes of attachments, sealed.
type Vault interface {
	// PutFile reads r to its end and keeps it; a copy cut short keeps nothing.
	PutFile(ctx context.Context, f *ticket.File, r io.Reader) error
}

// Files copies attachments from Discord's file hosts. It implements [ticket.Files].
type Files struct {
	client *Client
	vault  Vault
	http   *http.Client
	hosts  []string
	scheme string
}

// NewFiles makes a copier. cdn is the base of the file host, empty for Discord's own; only there it fetches from. An
// address that resolves into a private network is refused, unless cdn itself is on this machine, as the simulator is.
func NewFiles(c *Client, vault Vault, cdn string) (*Files, error) {
	f := &Files{client: c, vault: vault, hosts: []string{"cdn.discordapp.com", "media.discordapp.net"}, scheme: "https"}
	dialer := &net.Dialer{Timeout: 10 * time.Second, Control: publicOnly}
	if cdn != "" {
		base, err := url.Parse(cdn)
		if err != nil || base.Host == "" {
			return nil, fmt.Errorf("the file host %q is no address", cdn)
		}
		f.hosts, f.scheme = []string{base.Host}, base.Scheme
		if local(base.Hostname()) {
			dialer.Control = nil
		}
	}
	f.http = &http.Client{
		Transport:     &http.Transport{DialContext: dialer.DialContext, ForceAttemptHTTP2: true, MaxIdleConnsPerHost: 4, IdleConnTimeout: time.Minute},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return f, nil
}

// Copy streams an attachment into the vault: one request to the file host. The address is signed and expires; then the
// message is asked for a new one, once.
func (f *Files) Copy(ctx context.Context, file *ticket.File) error {
	ctx, cancel := context.WithTimeout(ctx, copyTimeout)
	defer cancel()
	if file.Detail.Size > MaxFile {
		return tooLarge()
	}
	err := f.fetch(ctx, file)
	if !errors.Is(err, errExpired) {
		return err
	}
	if file.Detail.URL, err = f.renewed(ctx, file); err != nil {
		return err
	}
	err = f.fetch(ctx, file)
	if errors.Is(err, errExpired) {
		return gone(err)
	}
	return err
}

var errExpired = errors.New("the file host does not know the address any more")

func gone(err error) error { return fault.New(fault.NotFound, "discord.file.gone").Because(err) }

func tooLarge() error { return fault.New(fault.Limit, "discord.file.too_large", "limit", MaxFile>>20) }

func (f *Files) fetch(ctx context.Context, file *ticket.File) error {
	address, err := url.Parse(file.Detail.URL)
	if err != nil || address.Scheme != f.scheme || !slices.Contains(f.hosts, address.Host) || address.User != nil {
		return fault.New(fault.Invalid, "discord.file.host")
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address.String(), nil)
	if err != nil {
		return fault.New(fault.Invalid, "discord.file.host")
	}
	r.Header.Set("User-Agent", userAgent(f.client.dashboard))
	answer, err := f.http.Do(r)
	if err != nil {
		return fault.New(fault.Unavailable, "discord.unavailable").Because(withoutAddress(err))
	}
	defer answer.Body.Close()
	if err := f.judge(answer); err != nil {
		return err
	}
	body := &bounded{r: answer.Body, left: MaxFile}
	if err := f.vault.PutFile(ctx, file, body); err != nil {
		if body.over {
			return tooLarge()
		}
		return fmt.Errorf("keep file: %w", err)
	}
	return nil
}

func (f *Files) judge(answer *http.Response) error {
	status := fmt.Errorf("the file host answered with status %d", answer.StatusCode)
	switch {
	case answer.StatusCode == http.StatusOK && answer.ContentLength > MaxFile:
		return tooLarge()
	case answer.StatusCode == http.StatusOK:
		return nil
	case answer.StatusCode == http.StatusNotFound, answer.StatusCode == http.StatusForbidden:
		return fmt.Errorf("%w: %w", errExpired, status)
	case answer.StatusCode >= 500, answer.StatusCode == http.StatusTooManyRequests:
		return fault.New(fault.Unavailable, "discord.unavailable").Because(status)
	}
	return fault.New(fault.Invalid, "discord.file.refused").Because(status)
}

// renewed asks Discord for the file's present address: one request. The old address names the channel.
func (f *Files) renewed(ctx context.Context, file *ticket.File) (string, error) {
	channel, ok := channelIn(file.Detail.URL)
	if !ok {
		return "", gone(errExpired)
	}
	var got json.RawMessage
	err := f.client.call(ctx, rest.GetMessage.Compile(nil, channel, file.Message), nil, &got)
	if refusedWith(err, unknownMessage, unknownChannel) {
		return "", gone(err)
	}
	if err != nil {
		return "", fmt.Errorf("renew the file's address: %w", err)
	}
	seen, err := capture.Message(got)
	if err != nil {
		return "", fmt.Errorf("renew the file's address: %w", err)
	}
	all := seen.Content.Attachments
	if seen.Content.Forward != nil {
		all = append(all, seen.Content.Forward.Attachments...)
	}
	for _, a := range all {
		if a.ID == file.ID {
			return a.URL, nil
		}
	}
	return "", gone(errors.New("the message does not have the file any more"))
}

// channelIn reads …/attachments/<channel>/<attachment>/<name>.
func channelIn(address string) (snowflake.ID, bool) {
	_, path, ok := strings.Cut(address, "/attachments/")
	channel, _, more := strings.Cut(path, "/")
	id, err := snowflake.Parse(channel)
	return id, ok && more && err == nil && id != 0
}

// bounded fails, instead of ending, when there is more than there may be.
type bounded struct {
	r    io.Reader
	left int64
	over bool
}

func (b *bounded) Read(p []byte) (int, error) {
	n, err := b.r.Read(p)
	if b.left -= int64(n); b.left < 0 {
		b.over = true
		return 0, errors.New("the file is larger than it may be")
	}
	return n, err
}

// publicOnly looks at the address really dialled, after names were resolved, so that no name leads inside.
func publicOnly(_, address string, _ syscall.RawConn) error {
	at, err := netip.ParseAddrPort(address)
	if err != nil {
		return err
	}
	ip := at.Addr().Unmap()
	shared := netip.MustParsePrefix("100.64.0.0/10") // carriers' own, private in all but name
	if !ip.IsGlobalUnicast() || ip.IsPrivate() || shared.Contains(ip) {
		return errors.New("the file host resolves into a private network")
	}
	return nil
}

func local(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || (err == nil && ip.IsLoopback())
}

// withoutAddress keeps the signed address out of errors.
func withoutAddress(err error) error {
	if sent, ok := errors.AsType[*url.Error](err); ok {
		return sent.Err
	}
	return err
}
