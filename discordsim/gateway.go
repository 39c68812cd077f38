package discordsim

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/coder/websocket"
)

// Gateway opcodes.
const (
	opDispatch       = 0
	opHeartbeat      = 1
	opIdentify       = 2
	opPresence       = 3
	opVoice          = 4
	opResume         = 6
	opReconnect      = 7
	opRequestMembers = 8
	opInvalidSession = 9
	opHello          = 10
	opHeartbeatACK   = 11
)

// Close codes. 4004 and 4010 to 4014 are final: reconnecting does not help.
const (
	closeUnknownOpcode    = 4001
	closeDecodeError      = 4002
	closeNotAuthenticated = 4003
	closeWrongToken       = 4004
	closeIdentifiedTwice  = 4005
	closeInvalidSeq       = 4007
	closeRateLimited      = 4008
	closeTimedOut         = 4009
	closeInvalidShard     = 4010
	closeShardingRequired = 4011
	closeInvalidVersion   = 4012
	closeInvalidIntents   = 4013
	closeDisallowedIntent = 4014
)

// connection is one websocket. Payloads wait in out until the writer has sent them.
type connection struct {
	s  *Server
	ws *websocket.Conn

	mu      sync.Mutex
	codec   codec
	out     [][]byte
	wake    chan struct{}
	closing websocket.StatusCode
	reason  string
	silent  bool
	beat    time.Time // when the client was last heard; machine time
	sends   []time.Time

	session *session // set once, by the reader
}

func (s *Server) serveGateway(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	if !s.passGate(r.Context()) {
		return
	}
	ws, err := websocket.Accept(w, r, &websocket.AcceptOptions{InsecureSkipVerify: true, CompressionMode: websocket.CompressionDisabled})
	if err != nil {
		return // Accept has answered
	}
	s.conns.Add(1)
	defer s.conns.Done()
	codec, err := codecFor(q.Get("compress"))
	switch {
	case q.Get("v") != "" && q.Get("v") != "9" && q.Get("v") != "10":
		_ = ws.Close(closeInvalidVersion, "Invalid API version.")
		return
	case err != nil || q.Get("encoding") != "" && q.Get("encoding") != "json":
		_ = ws.Close(closeDecodeError, "Error while decoding payload.")
		return
	}
	ws.SetReadLimit(1 << 20) // larger than allowed, so that 4002 can be said
	c := &connection{s: s, ws: ws, codec: codec, wake: make(chan struct{}, 1), beat: time.Now()}
	c.serve()
}

func (c *connection) serve() {
	ctx, cancel := context.WithCancel(c.s.life)
	var writer sync.WaitGroup
	writer.Go(func() { c.write(ctx) })
	writer.Go(func() { c.watch(ctx) })
	c.push(payload(opHello, Object{"heartbeat_interval": c.s.options.HeartbeatInterval.Milliseconds(), "_trace": []string{`["simulator"]`}}))
	ended := c.read(ctx)
	cancel()
	writer.Wait()
	_ = c.ws.CloseNow()
	if c.session != nil {
		c.s.detach(c.session, c, ended)
	}
}

// payload is anything that is not an event.
func payload(op int, d any) []byte {
	return encode(struct {
		T  *string `json:"t"`
		S  *int    `json:"s"`
		Op int     `json:"op"`
		D  any     `json:"d"`
	}{Op: op, D: d})
}

func (c *connection) push(payload []byte) {
	c.s.recordPayload(true, payload)
	c.mu.Lock()
	c.out = append(c.out, payload)
	c.mu.Unlock()
	c.ring()
}

func (c *connection) ring() {
	select {
	case c.wake <- struct{}{}:
	default:
	}
}

// pending is how many payloads wait to be written.
func (c *connection) pending() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.out)
}

// shut closes the connection once what waits has been written.
func (c *connection) shut(code websocket.StatusCode, reason string) {
	c.mu.Lock()
	if c.closing == 0 {
		c.closing, c.reason = code, reason
	}
	c.mu.Unlock()
	c.ring()
}

func (c *connection) write(ctx context.Context) {
	for {
		c.mu.Lock()
		batch, codec, closing := c.out, c.codec, c.closing
		c.out = nil
		c.mu.Unlock()
		for _, p := range batch {
			kind, packed, err := codec.pack(p)
			if err == nil {
				err = c.ws.Write(ctx, kind, packed)
			}
			if err != nil {
				_ = c.ws.CloseNow()
				return
			}
		}
		if len(batch) > 0 {
			continue
		}
		if closing != 0 {
			_ = c.ws.Close(closing, c.reason)
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-c.wake:
		}
	}
}

// watch ends connections whose client has stopped its heartbeat.
func (c *connection) watch(ctx context.Context) {
	interval := c.s.options.HeartbeatInterval
	tick := time.NewTicker(interval / 2)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		c.mu.Lock()
		late := time.Since(c.beat) > 2*interval
		c.mu.Unlock()
		if late {
			c.shut(closeTimedOut, "Session timed out.")
			return
		}
	}
}

// read handles what the client says until it goes; ended says that it gave its session up.
func (c *connection) read(ctx context.Context) (ended bool) {
	for refused := false; ; {
		_, data, err := c.ws.Read(ctx)
		if err != nil {
			code := websocket.CloseStatus(err)
			return code == websocket.StatusNormalClosure || code == websocket.StatusGoingAway
		}
		if refused {
			continue // until the close is through
		}
		if code, reason := c.handle(data); code != 0 {
			refused = true
			c.shut(code, reason)
			continue
		}
		c.s.recordPayload(false, data)
	}
}

// handle returns a close code, or 0.
func (c *connection) handle(data []byte) (websocket.StatusCode, string) {
	var in struct {
		Op *int            `json:"op"`
		D  json.RawMessage `json:"d"`
	}
	if len(data) > maxClientPayload || json.Unmarshal(data, &in) != nil || in.Op == nil {
		return closeDecodeError, "Error while decoding payload."
	}
	if c.tooFast() {
		return closeRateLimited, "Rate limited."
	}
	switch *in.Op {
	case opHeartbeat:
		c.acknowledge()
		return 0, ""
	case opIdentify:
		return c.identify(in.D)
	case opResume:
		return c.resume(in.D)
	}
	if c.session == nil {
		return closeNotAuthenticated, "Not authenticated."
	}
	switch *in.Op {
	case opPresence, opVoice:
		return 0, ""
	case opRequestMembers:
		c.s.sendMembers(c.session, in.D)
		return 0, ""
	}
	return closeUnknownOpcode, "Unknown opcode."
}

func (c *connection) tooFast() bool {
	now := time.Now()
	for len(c.sends) > 0 && now.Sub(c.sends[0]) > time.Minute {
		c.sends = c.sends[1:]
	}
	c.sends = append(c.sends, now)
	return len(c.sends) > maxClientSends
}

// acknowledge answers a heartbeat after the configured delay: some clients mistake an instant answer for none.
func (c *connection) acknowledge() {
	c.mu.Lock()
	c.beat = time.Now()
	silent := c.silent
	c.mu.Unlock()
	if silent || c.ignoresHeartbeat() {
		return
	}
	if c.s.options.AckDelay <= 0 {
		c.push(payload(opHeartbeatACK, nil))
		return
	}
	time.AfterFunc(c.s.options.AckDelay, func() { c.push(payload(opHeartbeatACK, nil)) })
}

func (c *connection) identify(d []byte) (websocket.StatusCode, string) {
	var in struct {
		Token    string   `json:"token"`
		Intents  *Intents `json:"intents"`
		Shard    *[2]int  `json:"shard"`
		Compress any      `json:"compress"` // oceanic.js repeats the name of its stream's compression here
	}
	if json.Unmarshal(d, &in) != nil || in.Intents == nil {
		return closeDecodeError, "Error while decoding payload."
	}
	if c.session != nil {
		return closeIdentifiedTwice, "Already authenticated."
	}
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	s := c.s
	app := s.appOf(in.Token)
	part := shard{0, 1}
	if in.Shard != nil {
		part = shard{in.Shard[0], in.Shard[1]}
	}
	if code, reason := s.refusesIdentify(app, *in.Intents, part); code != 0 {
		return code, reason
	}
	allowed := s.starts.take(s.options.SessionStarts, s.options.MaxConcurrency, app.id, part.id, s.clock.now())
	if !allowed && !s.options.NoRateLimits {
		c.push(payload(opInvalidSession, false))
		return 0, ""
	}
	if _, streaming := c.codec.(plain); streaming && in.Compress == true {
		c.mu.Lock()
		c.codec = perPayload{}
		c.mu.Unlock()
	}
	c.session = &session{id: randomHex(), bot: app.id, app: app, intents: *in.Intents, shard: part, most: s.options.ResumeBuffer, conn: c, server: s}
	s.sessions[c.session.id] = c.session
	s.welcome(c.session)
	s.tellClients()
	return 0, ""
}

func (s *Server) appOf(token string) *application {
	token = strings.TrimPrefix(token, "Bot ")
	if !madeHere(token) {
		return nil
	}
	return s.world.tokens[token]
}

func (s *Server) refusesIdentify(app *application, intents Intents, part shard) (websocket.StatusCode, string) {
	switch {
	case app == nil:
		return closeWrongToken, "Authentication failed."
	case part.count < 1 || part.id < 0 || part.id >= part.count:
		return closeInvalidShard, "Invalid shard."
	case s.guildsOn(app, part) > guildsPerShard:
		return closeShardingRequired, "Sharding required."
	case intents&^validIntents != 0:
		return closeInvalidIntents, "Invalid intent(s)."
	case intents&PrivilegedIntents&^app.intents != 0:
		return closeDisallowedIntent, "Disallowed intent(s)."
	}
	return 0, ""
}

func (s *Server) guildsOn(app *application, part shard) int {
	n := 0
	for _, g := range s.world.guilds {
		if g.members[app.id] != nil && part.has(g.id) {
			n++
		}
	}
	return n
}

func (c *connection) resume(d []byte) (websocket.StatusCode, string) {
	var in struct {
		Token     string `json:"token"`
		SessionID string `json:"session_id"`
		Seq       int64  `json:"seq"`
	}
	if json.Unmarshal(d, &in) != nil {
		return closeDecodeError, "Error while decoding payload."
	}
	if c.session != nil {
		return closeIdentifiedTwice, "Already authenticated."
	}
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	app, session := c.s.appOf(in.Token), c.s.sessions[in.SessionID]
	switch {
	case app == nil:
		return closeWrongToken, "Authentication failed."
	case session == nil || session.app != app || !session.replayable(in.Seq):
		c.push(payload(opInvalidSession, false))
		return 0, ""
	case in.Seq > session.seq:
		return closeInvalidSeq, "Invalid seq."
	}
	from, refused := c.s.resumesBadly(session, in.Seq)
	if refused {
		delete(c.s.sessions, session.id)
		c.push(payload(opInvalidSession, false))
		return 0, ""
	}
	if session.conn != nil {
		session.conn.shut(4000, "Resumed elsewhere.")
	}
	session.conn, c.session = c, session
	session.left++
	session.replay(from)
	c.s.tell("gateway_resumed", Fact{User: session.bot, Body: c.codec.name()})
	c.s.tellClients()
	session.send("RESUMED", encode(Object{"_trace": []string{`["simulator"]`}}))
	return 0, ""
}
