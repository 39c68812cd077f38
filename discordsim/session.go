package discordsim

import (
	"slices"
	"strconv"
	"time"
)

// shard says which part of the guilds a session has.
type shard struct{ id, count int }

// has: direct conversations (guild 0) are on shard 0.
func (s shard) has(guild ID) bool { return int(uint64(guild>>22)%uint64(s.count)) == s.id }

// session is what a bot is told, in order, over one connection after another. Server.mu guards it.
type session struct {
	id      string
	bot     ID
	app     *application
	intents Intents
	shard   shard
	seq     int64
	kept    []frame // the latest, for RESUME
	most    int
	conn    *connection // nil between connections
	left    int         // how often a connection has ended

	server *Server          // who may misbehave; nil for a session that is only asked about
	late   map[string]*late // events that wait, by what they are about
	looked map[ID][]byte    // what channels were last told to be
}

type frame struct {
	seq     int64
	payload []byte
}

// send tells an event, or does with it what Discord does on a bad day.
func (s *session) send(name string, data []byte) {
	if s.server == nil || !s.server.badly(s, name, data) {
		s.deliver(name, data)
	}
}

// deliver numbers an event, keeps it for RESUME and hands it to the connection, if there is one.
func (s *session) deliver(name string, data []byte) {
	s.seq++
	payload := make([]byte, 0, len(data)+len(name)+48)
	payload = append(payload, `{"t":"`...)
	payload = append(payload, name...)
	payload = append(payload, `","s":`...)
	payload = strconv.AppendInt(payload, s.seq, 10)
	payload = append(payload, `,"op":0,"d":`...)
	payload = append(append(payload, data...), '}')
	if s.kept = append(s.kept, frame{s.seq, payload}); len(s.kept) > 2*s.most {
		s.kept = slices.Clone(s.kept[len(s.kept)-s.most:])
	}
	if s.conn != nil {
		s.conn.push(payload)
	}
}

// replayable says whether everything after seq is still here.
func (s *session) replayable(seq int64) bool {
	kept := s.kept[max(len(s.kept)-s.most, 0):]
	return seq == s.seq || len(kept) > 0 && kept[0].seq <= seq+1
}

func (s *session) replay(seq int64) {
	for _, f := range s.kept {
		if f.seq > seq {
			s.conn.push(f.payload)
		}
	}
}

// detach: the connection is gone. The session stays resumable for a while, unless the client has ended it.
func (s *Server) detach(session *session, conn *connection, ended bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if session.conn != conn {
		return
	}
	session.conn = nil
	session.left++
	s.tell("gateway_closed", Fact{User: session.bot})
	s.tellClients()
	if ended {
		delete(s.sessions, session.id)
		return
	}
	left := session.left
	s.clock.after(s.options.ResumeWindow, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		if session.conn == nil && session.left == left {
			delete(s.sessions, session.id)
		}
	})
}

// startLimits counts session starts: so many a day, and so many at a time.
type startLimits struct {
	used  map[ID]int
	since map[ID]time.Time
	last  map[[2]ID]time.Time // by application and shard_id % max_concurrency
}

const startWindow = 24 * time.Hour

func (l *startLimits) left(total int, app ID, now time.Time) (int, time.Duration) {
	since, begun := l.since[app]
	if !begun || now.Sub(since) >= startWindow {
		return total, 0
	}
	return max(total-l.used[app], 0), startWindow - now.Sub(since)
}

// take counts one start; it says no when another with the same key was less than five seconds ago.
func (l *startLimits) take(total, concurrency int, app ID, shardID int, now time.Time) bool {
	if l.used == nil {
		l.used, l.since, l.last = map[ID]int{}, map[ID]time.Time{}, map[[2]ID]time.Time{}
	}
	left, reset := l.left(total, app, now)
	if reset == 0 {
		l.since[app], l.used[app] = now, 0
	}
	l.used[app]++
	key := [2]ID{app, ID(shardID % concurrency)}
	last, before := l.last[key]
	l.last[key] = now
	return left > 0 && (!before || now.Sub(last) >= 5*time.Second)
}

// connected says whether somebody is listening.
func (s *session) connected() bool { return s.conn != nil }
