package discordsim

import (
	"context"
	"fmt"
	"time"

	"github.com/coder/websocket"
)

// This file is what goes wrong, or merely differently, on demand.

// What can be done to a bot's gateway connections.
const (
	GatewayDisconnect = "disconnect" // the TCP connection is cut
	GatewayReconnect  = "reconnect"  // op 7: please come back
	GatewayInvalidate = "invalidate" // op 9 false: the session is gone
	GatewaySilence    = "silence"    // heartbeats are no longer answered
)

// Gateway does something to all connections of an application's bot.
func (s *Server) Gateway(app ID, action string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.world.apps[app] == nil {
		return errUnknownApplication
	}
	for id, session := range s.sessions {
		if session.bot != app {
			continue
		}
		conn := session.conn
		if action == GatewayInvalidate {
			delete(s.sessions, id)
		}
		if conn == nil {
			continue
		}
		if err := conn.disturb(action); err != nil {
			return err
		}
	}
	return nil
}

func (c *connection) disturb(action string) error {
	switch action {
	case GatewayDisconnect:
		go func() { _ = c.ws.CloseNow() }()
	case GatewayReconnect:
		c.push(payload(opReconnect, nil))
	case GatewayInvalidate:
		c.push(payload(opInvalidSession, false))
	case GatewaySilence:
		c.mu.Lock()
		c.silent = true
		c.mu.Unlock()
	default:
		return fmt.Errorf("%q is none of disconnect, reconnect, invalidate, silence", action)
	}
	return nil
}

// CloseGateway closes the bot's connections with a code, such as 4014.
func (s *Server) CloseGateway(app ID, code int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, session := range s.sessions {
		if session.bot == app && session.conn != nil {
			session.conn.shut(websocket.StatusCode(code), "Closed by the simulator.")
		}
	}
}

// Connected says how many gateway connections the bot has right now.
func (s *Server) Connected(app ID) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for _, session := range s.sessions {
		if session.bot == app && session.conn != nil {
			n++
		}
	}
	return n
}

// Announce sends an event of any name and shape to a guild's bots, such as one Discord has yet to invent:
// Announce(guild, "FUTURE_THING", Object{"future": true}).
func (s *Server) Announce(guild ID, name string, data Object) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.recordInvention(name)
	s.dispatch(event{name: name, guild: guild, data: data})
}

// Post puts a message with embeds and components as they are, unchecked, into a channel: the way to show components of
// unknown types.
func (s *Server) Post(user, channel ID, content string, embeds, components []Object) (*Message, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.world.channels[channel]
	if c == nil {
		return nil, errUnknownChannel
	}
	m := s.post(c, draft{author: user, content: content, embeds: embeds, components: components})
	return s.messageShape(m, user), nil
}

// floodAhead is how many events of a flood may wait for a slow reader.
const floodAhead = 4096

// Flood makes a channel busy: n messages at perSecond (0: as fast as they are read) reach every session that may see
// them. They are not kept: no history, no resuming, one line in the oracle.
func (s *Server) Flood(ctx context.Context, channel ID, n, perSecond int) error {
	s.mu.Lock()
	c := s.world.channels[channel]
	if c == nil {
		s.mu.Unlock()
		return errUnknownChannel
	}
	author := c.recipients[0]
	if g := s.world.guilds[c.guild]; g != nil {
		author = g.owner
	}
	s.tell("flood", Fact{Guild: c.guild, Channel: c.id, User: author, Body: fmt.Sprint(n)})
	s.mu.Unlock()
	began := time.Now()
	for sent := 0; sent < n; {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		due := min(n, sent+64)
		if perSecond > 0 {
			due = min(due, 1+int(time.Since(began).Seconds()*float64(perSecond)))
		}
		if due <= sent || s.backlog() > floodAhead {
			time.Sleep(time.Millisecond)
			continue
		}
		s.floodSome(c, author, sent, due)
		sent = due
	}
	return nil
}

func (s *Server) backlog() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	most := 0
	for _, session := range s.sessions {
		if session.conn != nil {
			most = max(most, session.conn.pending())
		}
	}
	return most
}

func (s *Server) floodSome(c *channel, author ID, from, to int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := from; i < to; i++ {
		m := &message{id: s.world.newID(), channel: c.id, author: author, content: fmt.Sprintf("one of many, number %d of a busy channel", i)}
		s.dispatch(event{name: "MESSAGE_CREATE", guild: c.guild, channel: c.id, message: m})
	}
}

// SayUnknown posts a message with a component of a type nobody knows.
func (s *Server) SayUnknown(user, channel ID) (*Message, error) {
	m, err := s.Post(user, channel, "", nil, []Object{{"type": 99, "id": 1, "future": "yes"}})
	if err == nil {
		s.recordInvention(m.ID.String())
	}
	return m, err
}
