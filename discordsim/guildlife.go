package discordsim

import (
	"fmt"
	"time"
)

// This file is what happens to a guild and a bot: coming, going, outages, and events that are lost, odd, late or told
// twice. Each is a fact of the oracle, with its time: bot_add, bot_remove, outage_begin, outage_end, odd_delete,
// ready_hides, ready_lists, resend.

// invitation is what a guild remembers of a bot that was in it.
type invitation struct {
	permissions Permissions
	joined      time.Time
}

// InviteBot adds the bot with the permissions it had when it was last in the guild, or else the usual ones. A bot that
// comes back has a joined_at that is a second later at least, even if the clock stands still.
func (s *Server) InviteBot(app, guild ID) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := UsualBotPermissions
	if g := s.world.guilds[guild]; g != nil {
		if before, known := g.invited[app]; known {
			p = before.permissions
		}
	}
	return s.addBot(app, guild, p)
}

// KickBot takes the bot out of a guild. It is told GUILD_DELETE without "unavailable", when it listens again if it is
// between two connections of one session, and never if its session has ended.
func (s *Server) KickBot(app, guild ID) error { return s.Leave(app, guild) }

// KickBotSilently takes the bot out of a guild, and the event is lost. [Server.ResendGuildEvents] can deliver it late.
func (s *Server) KickBotSilently(app, guild ID) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	g, m, err := s.world.memberOf(guild, app)
	if err != nil {
		return err
	}
	s.dropMember(g, m.user, true)
	return nil
}

// BeginOutage makes a guild unavailable: bots are told GUILD_DELETE with unavailable, hear nothing more of it, and REST
// answers 503 for it. People do not notice, as in an outage of which only bots are part; their interactions fail.
func (s *Server) BeginOutage(guild ID) error { return s.setOutage(guild, true) }

// EndOutage brings a guild back: bots that are still in it are told GUILD_CREATE.
func (s *Server) EndOutage(guild ID) error { return s.setOutage(guild, false) }

// SetGuildAvailable begins or ends an outage.
func (s *Server) SetGuildAvailable(guild ID, available bool) error {
	return s.setOutage(guild, !available)
}

func (s *Server) setOutage(guild ID, out bool) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	g := s.world.guilds[guild]
	if g == nil {
		return errUnknownGuild
	}
	if g.unavailable == out {
		return nil
	}
	g.unavailable = out
	kind := map[bool]string{true: "outage_begin", false: "outage_end"}[out]
	s.tell(kind, Fact{Guild: g.id, Body: g.name})
	for _, a := range sorted(s.world.apps) {
		switch {
		case g.members[a.id] == nil:
		case out:
			s.tellGuildDelete(g.id, a.id, Object{"id": g.id, "unavailable": true}, false)
		default:
			s.tellGuildCreate(g, a.id)
		}
	}
	s.tellClients()
	return nil
}

// tellClients lets the web client look again at what only its drawer shows.
func (s *Server) tellClients() {
	for f := range s.feeds {
		f.push(Notice{Kind: "SIMULATOR_UPDATE", Data: encode(Object{})})
	}
}

// SendOddDelete tells the bot GUILD_DELETE with unavailable: false of a guild it is still in. Discord has been seen to.
func (s *Server) SendOddDelete(app, guild ID) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	g, m, err := s.world.memberOf(guild, app)
	if err != nil {
		return err
	}
	s.tell("odd_delete", Fact{Guild: g.id, User: m.user})
	odd := Object{"id": g.id, "unavailable": false}
	s.recordInvention(string(encode(odd)))
	s.tellGuildDelete(g.id, m.user, odd, false)
	return nil
}

// HideFromReady leaves a guild that the bot is in out of READY, and out of the GUILD_CREATEs after it, from now on, or
// no longer. All else about the guild is as ever: events, and what REST says.
func (s *Server) HideFromReady(app, guild ID, hidden bool) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	g, m, err := s.world.memberOf(guild, app)
	if err != nil {
		return err
	}
	g.unlisted[m.user] = hidden
	kind := map[bool]string{true: "ready_hides", false: "ready_lists"}[hidden]
	s.tell(kind, Fact{Guild: g.id, User: m.user})
	s.tellClients()
	return nil
}

// ResendGuildEvents tells the bot once more what it was told of the guild's comings and goings (GUILD_CREATE and
// GUILD_DELETE as they were then), in any order: 0 is the newest, 1 the one before. (0) is a duplicate, (1, 0) the
// last two again, (1) after a kick the GUILD_CREATE that comes late, (0) after a silent kick the lost GUILD_DELETE.
func (s *Server) ResendGuildEvents(app, guild ID, order ...int) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	told := s.lives[[2]ID{app, guild}]
	for _, back := range order {
		if back < 0 || back >= len(told) {
			return fmt.Errorf("the bot has been told %d times of the guild's comings and goings: there is no number %d", len(told), back)
		}
	}
	for _, back := range order {
		e := told[len(told)-1-back]
		s.tell("resend", Fact{Guild: guild, User: app, Body: e.name})
		for _, session := range s.hearers(app, guild) {
			session.send(e.name, e.data)
		}
	}
	return nil
}

// lifeEvent is one GUILD_CREATE or GUILD_DELETE as it was sent, or would have been.
type lifeEvent struct {
	name string
	data []byte
}

const lifeEventsKept = 8

func (s *Server) keepLifeEvent(app, guild ID, e lifeEvent) {
	key := [2]ID{app, guild}
	kept := append(s.lives[key], e)
	s.lives[key] = kept[max(len(kept)-lifeEventsKept, 0):]
}

// hearers are the bot's sessions that are told of a guild.
func (s *Server) hearers(app, guild ID) []*session {
	var out []*session
	for _, session := range s.sessions {
		if session.bot == app && session.shard.has(guild) && session.intents&IntentGuilds != 0 {
			out = append(out, session)
		}
	}
	return out
}

// tellGuildCreate tells a bot of a guild it is in. What is kept for later is what the last session was told, or, when
// nobody listens, what a session without presences would be.
func (s *Server) tellGuildCreate(g *guild, app ID) {
	data := encode(s.guildCreate(g, &session{bot: app}))
	for _, session := range s.hearers(app, g.id) {
		data = encode(s.guildCreate(g, session))
		session.send("GUILD_CREATE", data)
	}
	s.keepLifeEvent(app, g.id, lifeEvent{"GUILD_CREATE", data})
}

func (s *Server) tellGuildDelete(guild, app ID, data Object, lost bool) {
	e := lifeEvent{"GUILD_DELETE", encode(data)}
	s.keepLifeEvent(app, guild, e)
	if lost {
		return
	}
	for _, session := range s.hearers(app, guild) {
		session.send(e.name, e.data)
	}
}
