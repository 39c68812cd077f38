package discordsim

import (
	"cmp"
	"context"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
)

//go:embed client
var clientFiles embed.FS

// Control is listener 2: what people do, over HTTP, and the web client. It is for this machine's user only: it listens on
// a loopback address and refuses requests that a page from elsewhere could have caused.
type Control struct {
	sim      *Server
	listener net.Listener
	http     *http.Server
	mux      *http.ServeMux
	meddling interference
}

// StartControl serves the control API and the web client on a loopback address ("" is a free port) until Close, or until
// ctx ends. The simulator has to be started before.
func (s *Server) StartControl(ctx context.Context, listen string) (*Control, error) {
	listen = cmp.Or(listen, "127.0.0.1:0")
	if err := loopbackOnly(listen); err != nil {
		return nil, err
	}
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", listen)
	if err != nil {
		return nil, fmt.Errorf("listen on %s: %w", listen, err)
	}
	c := &Control{sim: s, listener: l, mux: http.NewServeMux()}
	for pattern, serve := range c.routes() {
		c.mux.HandleFunc(pattern, answer(serve))
	}
	c.mux.HandleFunc("GET /control/events", c.streamEvents)
	c.mux.HandleFunc("GET /{$}", c.page)
	c.mux.Handle("GET /client/", http.FileServerFS(clientFiles))
	c.mux.HandleFunc("/", answer(func(*http.Request) (any, error) { return nil, errNoRoute }))
	c.http = &http.Server{
		Handler: c.guard(c.mux), ReadHeaderTimeout: 10 * time.Second,
		BaseContext: func(net.Listener) context.Context { return s.life },
	}
	go func() { _ = c.http.Serve(l) }()
	context.AfterFunc(ctx, c.Close)
	context.AfterFunc(s.life, c.Close)
	return c, nil
}

// URL is where the web client is, without a slash at the end.
func (c *Control) URL() string { return "http://" + c.listener.Addr().String() }

// Link is the address of the web client as a person in a channel. Channel 0 leaves the choice to the client.
func (c *Control) Link(as, guild, channel ID) string {
	place := url.Values{"as": {as.String()}}
	if guild != 0 {
		place.Set("guild", guild.String())
	}
	if channel != 0 {
		place.Set("channel", channel.String())
	}
	return c.URL() + "/#" + place.Encode()
}

// Close ends every connection. Calling it again does nothing.
func (c *Control) Close() { _ = c.http.Close() }

// guard keeps other pages out. A name that resolves to 127.0.0.1 is still not ours (DNS rebinding), and a page from
// elsewhere gives itself away by its Origin.
func (c *Control) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "+
			"img-src 'self' "+c.sim.URL()+"; media-src "+c.sim.URL()+"; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cache-Control", "no-store")
		origin := r.Header.Get("Origin")
		if !loopbackHost(r.Host) || origin != "" && origin != "http://"+r.Host {
			refuse(w, &APIError{Status: http.StatusForbidden, Message: "The control API answers only to this machine's own pages."})
			return
		}
		next.ServeHTTP(w, r)
	})
}

func loopbackHost(host string) bool {
	name, _, err := net.SplitHostPort(host)
	if err != nil {
		name = host
	}
	ip := net.ParseIP(name)
	return name == "localhost" || ip != nil && ip.IsLoopback()
}

func (c *Control) page(w http.ResponseWriter, r *http.Request) {
	page, err := fs.ReadFile(clientFiles, "client/index.html")
	if err != nil {
		refuse(w, err)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = w.Write(page)
}

// streamEvents sends what the person's client would be told, as server-sent events {kind, data}.
func (c *Control) streamEvents(w http.ResponseWriter, r *http.Request) {
	user, err := ParseID(r.URL.Query().Get("as"))
	if err != nil {
		refuse(w, badRequest("as: %v", err))
		return
	}
	feed, cancel := c.sim.Watch(user)
	defer cancel()
	w.Header().Set("Content-Type", "text/event-stream")
	flush := http.NewResponseController(w)
	_, _ = io.WriteString(w, ": connected\n\n")
	for flush.Flush() == nil {
		select {
		case <-r.Context().Done():
			return
		case <-feed.Ready():
		}
		for _, n := range feed.Take() {
			if _, err := fmt.Fprintf(w, "data: %s\n\n", encode(n)); err != nil {
				return
			}
		}
	}
}

// answer turns a route's result into JSON; nil is 204.
func answer(serve func(*http.Request) (any, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		result, err := serve(r)
		switch {
		case err != nil:
			refuse(w, err)
		case result == nil:
			w.WriteHeader(http.StatusNoContent)
		default:
			w.Header().Set("Content-Type", "application/json")
			_, _ = w.Write(encode(result))
		}
	}
}

func refuse(w http.ResponseWriter, err error) {
	status := http.StatusBadRequest
	if refusal := (*APIError)(nil); errors.As(err, &refusal) {
		status = refusal.Status
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(encode(Object{"error": sentence(err)}))
}

func badRequest(format string, args ...any) error {
	return &APIError{Status: http.StatusBadRequest, Message: fmt.Sprintf(format, args...)}
}

// sentences are what Discord's client says for a refusal, by code.
var sentences = map[int]string{
	10003: "This channel no longer exists.",
	10008: "This message no longer exists.",
	20016: "Slow mode is on. Wait a moment before you send another message.",
	40005: "Your file is too large.",
	50001: "You do not have access to this channel.",
	50006: "You cannot send an empty message.",
	50007: "Your message could not be delivered. This person does not accept direct messages from you.",
	50013: "You do not have permission to do that.",
	50278: "Your message could not be delivered. You do not share a server with this person.",
}

// sentence is what a person reads when they are refused. What is no [APIError] was refused by their client, which would
// not have sent it.
func sentence(err error) string {
	refusal := (*APIError)(nil)
	if !errors.As(err, &refusal) {
		return err.Error()
	}
	if s := sentences[refusal.Code]; s != "" {
		return s
	}
	if why := firstMessage(refusal.Errors); why != "" {
		return why
	}
	return refusal.Message
}

// firstMessage digs the first complaint out of a form's nested errors.
func firstMessage(errs Object) string {
	if list, ok := errs["_errors"].([]Object); ok && len(list) > 0 {
		text, _ := list[0]["message"].(string)
		return text
	}
	for _, inner := range errs {
		if o, ok := inner.(Object); ok {
			if text := firstMessage(o); text != "" {
				return text
			}
		}
	}
	return ""
}

const maxControlBody = 30 << 20

// read decodes a request's body into v: JSON, or a multipart form with payload_json and files, which are returned by
// their field names in the order they came. Unknown fields are refused, so that a misspelt one is found.
func read(r *http.Request, v any) ([]upload, error) {
	body := http.MaxBytesReader(nil, r.Body, maxControlBody)
	if !strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/form-data") {
		return nil, readJSON(body, v)
	}
	r.Body = body
	parts, err := r.MultipartReader()
	if err != nil {
		return nil, badRequest("read form: %v", err)
	}
	var files []upload
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return files, nil
		}
		if err != nil {
			return nil, badRequest("read form: %v", err)
		}
		if part.FormName() == "payload_json" {
			if err := readJSON(part, v); err != nil {
				return nil, err
			}
			continue
		}
		data, err := io.ReadAll(part)
		if err != nil {
			return nil, badRequest("read file: %v", err)
		}
		files = append(files, upload{field: part.FormName(), File: File{Name: part.FileName(), Data: data}})
	}
}

// upload is a file of a form: "files[0]" of a message, "files[custom_id]" of a modal.
type upload struct {
	field string
	File
}

func readJSON(r io.Reader, v any) error {
	d := json.NewDecoder(r)
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil && !errors.Is(err, io.EOF) {
		return badRequest("The request's body is not what this route takes: %v.", err)
	}
	return nil
}
