package discordsim

import (
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"maps"
	"slices"
	"strings"
)

func randomHex() string {
	b := make([]byte, 16)
	_, _ = rand.Read(b) // never fails
	return hex.EncodeToString(b)
}

// welcome sends READY, in which every guild is still unavailable, and then each guild.
func (s *Server) welcome(session *session) {
	guilds := []Object{}
	var there []*guild
	for _, g := range sorted(s.world.guilds) {
		if g.members[session.bot] != nil && session.shard.has(g.id) && !g.unlisted[session.bot] {
			guilds = append(guilds, Object{"id": g.id, "unavailable": true})
			there = append(there, g)
		}
	}
	s.tell("gateway_ready", Fact{User: session.bot, Body: session.conn.codec.name()})
	session.send("READY", encode(Object{
		"v": 10, "user_settings": Object{}, "user": s.botShape(session.bot), "session_type": "normal", "session_id": session.id,
		"resume_gateway_url": s.resumeURL(), "relationships": []Object{}, "private_channels": []Object{}, "presences": []Object{},
		"guilds": guilds, "guild_join_requests": []Object{}, "geo_ordered_rtc_regions": []string{},
		"application": Object{"id": session.bot, "flags": session.app.flags(), "flags_new": ID(session.app.flags()).String()}, "shard": []int{session.shard.id, session.shard.count},
		"auth": Object{}, "_trace": []string{`["simulator"]`},
	}))
	if session.intents&IntentGuilds == 0 {
		return
	}
	for _, g := range there {
		if !g.unavailable {
			e := lifeEvent{"GUILD_CREATE", encode(s.guildCreate(g, session))}
			s.keepLifeEvent(session.bot, g.id, e)
			session.send(e.name, e.data)
		}
	}
}

func (s *Server) botShape(id ID) any {
	return struct {
		User
		Verified   bool    `json:"verified"`
		MFAEnabled bool    `json:"mfa_enabled"`
		Email      *string `json:"email"`
	}{User: s.world.userShape(id), Verified: true, MFAEnabled: true}
}

// guildCreate is a guild with all that a bot is told of it. Without the presences intent the only member in it is the
// bot itself.
func (s *Server) guildCreate(g *guild, session *session) Object {
	w := s.world
	o := w.gatewayGuild(g)
	channels, threads, members := []any{}, []Channel{}, []*Member{}
	for _, c := range w.channelsOf(g.id) {
		channels = append(channels, w.channelShape(c, session.bot))
	}
	for _, t := range w.threadsOf(g.id, 0) {
		if !t.thread.archived && w.canSee(t, session.bot) {
			threads = append(threads, w.channelShape(t, session.bot))
		}
	}
	for _, m := range sorted(g.members) {
		if m.user == session.bot || session.intents&IntentPresences != 0 {
			members = append(members, w.memberShape(m, true))
		}
	}
	maps.Copy(o, Object{
		"joined_at": Stamp(g.members[session.bot].joined), "large": len(g.members) > 50, "unavailable": false, "member_count": len(g.members),
		"voice_states": []Object{}, "members": members, "channels": channels, "threads": threads, "presences": []Object{},
		"stage_instances": []Object{}, "guild_scheduled_events": []Object{}, "soundboard_sounds": []Object{},
		"embedded_activities": []Object{}, "version": s.clock.now().UnixMilli(), "lazy": true,
	})
	return o
}

// sendMembers answers op 8. A query needs the members intent; asking for named users does not.
func (s *Server) sendMembers(session *session, d []byte) {
	var in struct {
		GuildID ID      `json:"guild_id"`
		Query   *string `json:"query"`
		Limit   int     `json:"limit"`
		UserIDs any     `json:"user_ids"`
		Nonce   string  `json:"nonce"`
	}
	if json.Unmarshal(d, &in) != nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	g := s.world.guilds[in.GuildID]
	if g == nil || g.members[session.bot] == nil {
		return
	}
	var found []*Member
	missing := []ID{}
	switch {
	case in.UserIDs != nil:
		found, missing = s.membersByID(g, in.UserIDs)
	case in.Query != nil && session.intents&IntentMembers != 0:
		found = s.membersByName(g, *in.Query, in.Limit)
	}
	chunks := slices.Collect(slices.Chunk(found, 1000))
	if len(chunks) == 0 {
		chunks = [][]*Member{{}}
	}
	for i, chunk := range chunks {
		o := Object{"guild_id": g.id, "members": chunk, "chunk_index": i, "chunk_count": len(chunks)}
		if len(missing) > 0 {
			o["not_found"] = missing
		}
		if in.Nonce != "" {
			o["nonce"] = in.Nonce
		}
		session.send("GUILD_MEMBERS_CHUNK", encode(o))
	}
}

func (s *Server) membersByID(g *guild, asked any) (found []*Member, missing []ID) {
	list, several := asked.([]any)
	if !several {
		list = []any{asked}
	}
	for _, text := range list {
		name, _ := text.(string)
		id, err := ParseID(name)
		if m := g.members[id]; err == nil && m != nil {
			found = append(found, s.world.memberShape(m, true))
			continue
		}
		missing = append(missing, id)
	}
	return found, missing
}

func (s *Server) membersByName(g *guild, query string, limit int) (found []*Member) {
	for _, m := range sorted(g.members) {
		name := strings.ToLower(s.world.users[m.user].name)
		if strings.HasPrefix(name, strings.ToLower(query)) && (limit == 0 || len(found) < limit) {
			found = append(found, s.world.memberShape(m, true))
		}
	}
	return found
}
