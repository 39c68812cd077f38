package discordsim_test

import (
	"bytes"
	"compress/zlib"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/klauspost/compress/zstd"

	"ticketbot/discordsim"
	"ticketbot/discordsim/contract"
)

const patience = 2 * time.Minute

// scene is a small guild: an owner, a member, a channel for all and one for staff, and a bot with many permissions.
type scene struct {
	t             *testing.T
	sim           *discordsim.Server
	owner, mia    discordsim.User
	guild         discordsim.ID
	staff         discordsim.Role
	lobby, office discordsim.Channel
	app           discordsim.Application
}

const usual = discordsim.PermViewChannel | discordsim.PermSendMessages | discordsim.PermEmbedLinks | discordsim.PermAttachFiles |
	discordsim.PermReadHistory | discordsim.PermManageChannels | discordsim.PermManageRoles | discordsim.PermManageThreads |
	discordsim.PermPinMessages | discordsim.PermManageMessages | discordsim.PermAddReactions | discordsim.PermPrivateThreads |
	discordsim.PermPublicThreads | discordsim.PermSendInThreads

func newScene(t *testing.T, o discordsim.Options) *scene {
	t.Helper()
	sim := discordsim.New(contract.Watch(t, o))
	// A test's context ends before its cleanups begin, in which clients still take their leave.
	if err := sim.Start(context.WithoutCancel(t.Context())); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(sim.Close)
	s := &scene{t: t, sim: sim, owner: sim.NewUser("olivia", "Olivia"), mia: sim.NewUser("mia", "Mia")}
	s.guild = must(sim.NewGuild(s.owner.ID, "Northwind"))(t)
	s.ok(sim.Join(s.mia.ID, s.guild))
	s.staff = must(sim.NewRole(s.guild, discordsim.RoleOptions{Name: "Support"}))(t)
	s.lobby = must(sim.NewChannel(s.guild, discordsim.ChannelOptions{Name: "Lobby"}))(t)
	s.office = must(sim.NewChannel(s.guild, discordsim.ChannelOptions{Name: "office", Overwrites: []discordsim.Overwrite{
		{ID: s.guild, Deny: discordsim.PermViewChannel}, {ID: s.staff.ID, Allow: discordsim.PermViewChannel},
	}}))(t)
	s.app = sim.NewApplication("Helper", []string{"http://127.0.0.1:1/callback"})
	s.ok(sim.AddBot(s.app.ID, s.guild, usual))
	return s
}

func must[T any](v T, err error) func(*testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func (s *scene) ok(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

// reply is what REST answered.
type reply struct {
	status int
	body   any
	header http.Header
}

// at walks into the body: at("errors", "content").
func (r reply) at(path ...any) any {
	v := r.body
	for _, step := range path {
		switch step := step.(type) {
		case string:
			o, _ := v.(map[string]any)
			v = o[step]
		case int:
			list, _ := v.([]any)
			if step >= len(list) {
				return nil
			}
			v = list[step]
		}
	}
	return v
}

func (r reply) code() int {
	n, _ := r.at("code").(float64)
	return int(n)
}

func (r reply) id() string {
	id, _ := r.at("id").(string)
	return id
}

// rest calls as the scene's bot.
func (s *scene) rest(method, path string, body any) reply {
	s.t.Helper()
	return s.request(method, "/api/v10"+path, "Bot "+s.app.Token, body)
}

func (s *scene) request(method, path, auth string, body any) reply {
	s.t.Helper()
	kind, data := "application/json", []byte(nil)
	switch b := body.(type) {
	case nil:
	case upload:
		kind, data = b.encode()
	default:
		data, _ = json.Marshal(b)
	}
	r, err := http.NewRequestWithContext(s.t.Context(), method, s.sim.URL()+path, bytes.NewReader(data))
	s.ok(err)
	r.Header.Set("Content-Type", kind)
	if auth != "" {
		r.Header.Set("Authorization", auth)
	}
	return s.do(r)
}

func (s *scene) do(r *http.Request) reply {
	s.t.Helper()
	response, err := http.DefaultClient.Do(r)
	s.ok(err)
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	s.ok(err)
	out := reply{status: response.StatusCode, header: response.Header}
	if len(text) > 0 {
		if err := json.Unmarshal(text, &out.body); err != nil {
			s.t.Fatalf("%s %s answered no JSON: %.200s", r.Method, r.URL, text)
		}
	}
	return out
}

// want is rest, insisting on a status.
func (s *scene) want(status int, method, path string, body any) reply {
	s.t.Helper()
	r := s.rest(method, path, body)
	if r.status != status {
		s.t.Fatalf("%s %s = %d, want %d: %v", method, path, r.status, status, r.body)
	}
	return r
}

// upload is a multipart body.
type upload struct {
	payload object
	files   map[string]string // name to content, numbered in order of names given
	names   []string
}

func (u upload) encode() (string, []byte) {
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	payload, _ := json.Marshal(u.payload)
	_ = w.WriteField("payload_json", string(payload))
	for i, name := range u.names {
		part, _ := w.CreateFormFile(fmt.Sprintf("files[%d]", i), name)
		_, _ = io.WriteString(part, u.files[name])
	}
	_ = w.Close()
	return w.FormDataContentType(), b.Bytes()
}

// robot is a bot's end of the gateway, which keeps all it was told.
type robot struct {
	s      *scene
	ws     *websocket.Conn
	unpack func([]byte) ([]byte, error)

	mu     sync.Mutex
	got    []told
	closed websocket.StatusCode
	over   bool
	more   chan struct{}
}

type told struct {
	Op int             `json:"op"`
	T  string          `json:"t"`
	S  int64           `json:"s"`
	D  json.RawMessage `json:"d"`
}

func (e told) object() object {
	var o object
	_ = json.Unmarshal(e.D, &o)
	return o
}

const allIntents = 1<<0 | 1<<1 | 1<<5 | 1<<9 | 1<<10 | 1<<11 | 1<<12 | 1<<13 | 1<<15

// dial connects without identifying. Compression "payload" has to be asked for in IDENTIFY; "unread" looks at nothing.
func (s *scene) dial(url, compress string) *robot {
	s.t.Helper()
	query := "?v=10&encoding=json"
	if strings.HasSuffix(compress, "-stream") {
		query += "&compress=" + compress
	}
	ws, _, err := websocket.Dial(s.t.Context(), url+query, nil)
	s.ok(err)
	ws.SetReadLimit(-1)
	r := &robot{s: s, ws: ws, more: make(chan struct{}), unpack: unpacker(compress)}
	done := make(chan struct{})
	go func() { defer close(done); r.listen() }()
	s.t.Cleanup(func() { _ = ws.CloseNow(); <-done })
	return r
}

func (s *scene) gateway() string {
	return s.want(200, "GET", "/gateway", nil).at("url").(string)
}

// login connects, identifies and waits for READY and the guild.
func (s *scene) login(intents int) *robot {
	s.t.Helper()
	r := s.dial(s.gateway(), "")
	r.identify(object{"intents": intents})
	r.wait("READY", nil)
	if intents&1 != 0 {
		r.wait("GUILD_CREATE", nil)
	}
	return r
}

func (r *robot) say(op int, d any) {
	r.s.t.Helper()
	text, _ := json.Marshal(object{"op": op, "d": d})
	r.s.ok(r.ws.Write(r.s.t.Context(), websocket.MessageText, text))
}

func (r *robot) identify(with object) {
	r.s.t.Helper()
	d := object{"token": r.s.app.Token, "intents": allIntents, "properties": object{"os": "linux", "browser": "test", "device": "test"}}
	for key, value := range with {
		d[key] = value
	}
	r.say(2, d)
}

func (r *robot) listen() {
	for {
		_, data, err := r.ws.Read(context.Background())
		if err == nil {
			data, err = r.unpack(data)
		}
		var e told
		if err == nil {
			err = json.Unmarshal(data, &e)
		}
		r.mu.Lock()
		if err != nil {
			r.over, r.closed = true, websocket.CloseStatus(err)
		} else {
			r.got = append(r.got, e)
		}
		close(r.more)
		r.more = make(chan struct{})
		r.mu.Unlock()
		if err != nil {
			return
		}
	}
}

// await returns the first payload that fits, from what has come or will come.
func (r *robot) await(what string, fits func(told) bool) told {
	r.s.t.Helper()
	deadline := time.After(patience)
	for seen := 0; ; {
		r.mu.Lock()
		for ; seen < len(r.got); seen++ {
			if fits(r.got[seen]) {
				defer r.mu.Unlock()
				return r.got[seen]
			}
		}
		over, more := r.over, r.more
		r.mu.Unlock()
		if over {
			r.s.t.Fatalf("the connection ended before %s", what)
		}
		select {
		case <-more:
		case <-deadline:
			r.s.t.Fatalf("never got %s; got %v", what, r.kinds())
		}
	}
}

func (r *robot) wait(name string, fits func(object) bool) object {
	r.s.t.Helper()
	return r.await(name, func(e told) bool { return e.T == name && (fits == nil || fits(e.object())) }).object()
}

// kinds are the names of all events so far.
func (r *robot) kinds() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	var out []string
	for _, e := range r.got {
		out = append(out, e.T)
	}
	return out
}

// settled returns the events after everything sent so far has arrived: an announcement is sent and waited for.
func (r *robot) settled() []told {
	r.s.t.Helper()
	mark := fmt.Sprint(r.s.sim.Seq(), len(r.kinds()))
	r.s.sim.Announce(r.s.guild, "MARK", object{"mark": mark})
	r.wait("MARK", func(o object) bool { return o["mark"] == mark })
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]told{}, r.got...)
}

// ended waits for the connection to end and returns the close code.
func (r *robot) ended() int {
	r.s.t.Helper()
	deadline := time.After(patience)
	for {
		r.mu.Lock()
		over, code, more := r.over, r.closed, r.more
		r.mu.Unlock()
		if over {
			return int(code)
		}
		select {
		case <-more:
		case <-deadline:
			r.s.t.Fatal("the connection stays open")
		}
	}
}

// unpacker undoes a compression, independently of how the simulator does it.
func unpacker(compress string) func([]byte) ([]byte, error) {
	switch compress {
	case "zlib-stream":
		return streamOf(func(r io.Reader) (io.Reader, error) { return zlib.NewReader(r) })
	case "zstd-stream":
		return streamOf(func(r io.Reader) (io.Reader, error) { return zstd.NewReader(r) })
	case "payload":
		return unpackOne
	case "unread":
		return func([]byte) ([]byte, error) { return []byte(`{}`), nil }
	}
	return func(b []byte) ([]byte, error) { return b, nil }
}

func unpackOne(b []byte) ([]byte, error) {
	if b[0] == '{' {
		return b, nil
	}
	r, err := zlib.NewReader(bytes.NewReader(b))
	if err != nil {
		return nil, err
	}
	return io.ReadAll(r)
}

// streamOf reads one JSON value for each packet written into the stream.
func streamOf(open func(io.Reader) (io.Reader, error)) func([]byte) ([]byte, error) {
	in, feed := io.Pipe()
	var d *json.Decoder
	return func(packet []byte) ([]byte, error) {
		go func() { _, _ = feed.Write(packet) }()
		if d == nil {
			r, err := open(in)
			if err != nil {
				return nil, err
			}
			d = json.NewDecoder(r)
		}
		var raw json.RawMessage
		err := d.Decode(&raw)
		return raw, err
	}
}

// refusal reads the code of an error that a person's method returned.
func refusal(err error) int {
	var e *discordsim.APIError
	if errors.As(err, &e) {
		return e.Code
	}
	return 0
}

// soon is how long anything may take.
func soon(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	t.Cleanup(cancel)
	return ctx
}
