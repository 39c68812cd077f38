package discordsim

import (
	"bytes"
	"encoding/json"
	"time"

	"github.com/coder/websocket"
)

// This file is what goes wrong between the simulator and a bot's sessions. Server.mu is held in all of it.

// subject is what an event is about. Events of one subject stay in order even when they are late.
type subject struct {
	ID      ID `json:"id"`
	Channel ID `json:"channel_id"`
	Guild   ID `json:"guild_id"`
}

func subjectOf(name string, data []byte) (about subject, key string) {
	_ = json.Unmarshal(data, &about) // what has no ids is about nothing
	switch name {
	case "CHANNEL_CREATE", "CHANNEL_UPDATE", "CHANNEL_DELETE", "THREAD_CREATE", "THREAD_UPDATE", "THREAD_DELETE":
		about.Channel = about.ID
	case "GUILD_CREATE", "GUILD_UPDATE", "GUILD_DELETE":
		about.Guild = about.ID
	case "INTERACTION_CREATE":
		return about, "interaction" + about.ID.String() // the order of clicks and messages is nobody's promise
	}
	if about.Channel != 0 {
		return about, about.Channel.String()
	}
	return about, "guild" + about.Guild.String()
}

// late are events of one subject that wait until the first of them has waited long enough.
type late struct{ events []lifeEvent }

// badly sends an event as a misbehaving Discord would; it says no when nothing is wrong today.
func (s *Server) badly(to *session, name string, data []byte) bool {
	if s.calm() && len(to.late) == 0 || name == "READY" || name == "RESUMED" {
		return false
	}
	about, key := subjectOf(name, data)
	if waiting := to.late[key]; waiting != nil {
		waiting.events = append(waiting.events, lifeEvent{name, data})
		return true
	}
	if s.calm() {
		return false
	}
	occasion := OnEvent
	if name == "INTERACTION_CREATE" {
		occasion = OnInteraction
	}
	s.keepLook(to, name, about, data)
	var after []string
	for _, fault := range s.strikes(occasion, Fact{User: to.bot, Guild: about.Guild, Channel: about.Channel}) {
		switch fault {
		case "event_lost":
			return true
		case "event_late":
			s.postpone(to, key, lifeEvent{name, data}, s.between(fault, 20, 200))
			return true
		case "interaction_late":
			s.postpone(to, key, lifeEvent{name, data}, s.between(fault, 50, 500))
			return true
		case "interaction_too_late":
			s.postpone(to, key, lifeEvent{name, data}, 3200)
			return true
		case "unknown_event":
			to.deliver("SOMETHING_NEW", encode(Object{"guild_id": about.Guild, "new": true, "things": []int{1, 2}}))
		case "unknown_field":
			data = append([]byte(`{"something_new":{"is":["here",null,1.5]},`), data[1:]...)
		case "unknown_component":
			data = bytes.Replace(data, []byte(`"components":[]`), []byte(`"components":[{"type":99,"id":1,"new":"yes"}]`), 1)
		case "content_blank":
			data = blanked(name, data)
		default:
			after = append(after, fault)
		}
	}
	to.deliver(name, data)
	for _, fault := range after {
		s.afterwards(to, fault, name, about, data)
	}
	return true
}

// postpone holds an event, and what follows of its subject, back.
func (s *Server) postpone(to *session, key string, first lifeEvent, milliseconds int) {
	waiting := &late{events: []lifeEvent{first}}
	if to.late == nil {
		to.late = map[string]*late{}
	}
	to.late[key] = waiting
	s.clock.after(time.Duration(milliseconds)*time.Millisecond, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(to.late, key)
		for _, e := range waiting.events {
			to.deliver(e.name, e.data)
		}
	})
}

// keepLook keeps what a channel looked like, to tell it when it is gone.
func (s *Server) keepLook(to *session, name string, about subject, data []byte) {
	if name != "CHANNEL_CREATE" && name != "CHANNEL_UPDATE" {
		return
	}
	if to.looked == nil {
		to.looked = map[ID][]byte{}
	}
	to.looked[about.Channel] = data
}

func blanked(name string, data []byte) []byte {
	var m map[string]json.RawMessage
	if name != "MESSAGE_CREATE" && name != "MESSAGE_UPDATE" || json.Unmarshal(data, &m) != nil {
		return data
	}
	m["content"] = json.RawMessage(`""`)
	for _, list := range []string{"embeds", "attachments", "components"} {
		m[list] = json.RawMessage(`[]`)
	}
	return encode(m)
}

// afterwards is what follows an event that has been told.
func (s *Server) afterwards(to *session, fault, name string, about subject, data []byte) {
	g := s.world.guilds[about.Guild]
	member := g != nil && g.members[to.bot] != nil
	switch fault {
	case "event_twice", "interaction_twice":
		to.deliver(name, data)
	case "stale_update":
		if before := to.looked[about.Channel]; name == "CHANNEL_DELETE" && before != nil {
			to.deliver("CHANNEL_UPDATE", before)
		}
	case "guild_again":
		if member {
			to.deliver("GUILD_CREATE", encode(s.guildCreate(g, to)))
		}
	case "outage_blink":
		if member {
			to.deliver("GUILD_DELETE", encode(Object{"id": g.id, "unavailable": true}))
			to.deliver("GUILD_CREATE", encode(s.guildCreate(g, to)))
		}
	case "odd_delete":
		if member {
			to.deliver("GUILD_DELETE", encode(Object{"id": g.id, "unavailable": false}))
		}
	default:
		s.breakOff(to, fault)
	}
}

// breakOff ends a connection, and with some faults its session.
func (s *Server) breakOff(to *session, fault string) {
	conn := to.conn
	if conn == nil {
		return
	}
	switch fault {
	case "connection_cut":
		_ = conn.disturb(GatewayDisconnect)
	case "reconnect":
		_ = conn.disturb(GatewayReconnect)
	case "invalid_session":
		delete(s.sessions, to.id)
		_ = conn.disturb(GatewayInvalidate)
	case "invalid_resumable":
		conn.push(payload(opInvalidSession, true))
	case "close_4000":
		conn.shut(websocket.StatusCode(4000), "Unknown error.")
	case "close_4009":
		delete(s.sessions, to.id)
		conn.shut(closeTimedOut, "Session timed out.")
	case "close_4014":
		delete(s.sessions, to.id)
		conn.shut(closeDisallowedIntent, "Disallowed intent(s).")
	}
}

// ignoresHeartbeat says that this heartbeat is not answered.
func (c *connection) ignoresHeartbeat() bool {
	ignored := false
	for _, fault := range c.s.strikes(OnHeartbeat, Fact{}) {
		ignored = true
		if fault == "zombie" {
			_ = c.disturb(GatewaySilence)
		}
	}
	return ignored
}

// resumesBadly says which number the replay begins at, and whether it begins at all.
func (s *Server) resumesBadly(to *session, seq int64) (from int64, refused bool) {
	for _, fault := range s.strikes(OnResume, Fact{User: to.bot}) {
		switch fault {
		case "resume_refused":
			return 0, true
		case "resume_again":
			seq = max(seq-10, 0)
		}
	}
	return seq, false
}
