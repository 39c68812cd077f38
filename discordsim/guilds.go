package discordsim

import (
	"slices"
	"time"
)

// addGuild makes a guild with its @everyone role and its owner as first member.
func (s *Server) addGuild(owner ID, name string) *guild {
	w := s.world
	g := &guild{
		id: w.newID(), name: name, owner: owner, created: s.clock.now(), roles: map[ID]*role{}, members: map[ID]*member{},
		commands: map[ID][]*command{}, invited: map[ID]invitation{}, unlisted: map[ID]bool{},
	}
	g.icon = imageHash(g.id)
	g.roles[g.id] = &role{id: g.id, name: "@everyone", permissions: DefaultEveryone}
	w.guilds[g.id] = g
	s.tell("guild_create", Fact{Guild: g.id, User: owner, Body: name})
	s.addMember(g, owner)
	return g
}

// rejoin is how long it takes at least to be thrown out and invited again: people do it by hand, and whoever compares
// times of joining may count on it.
const rejoin = time.Second

// addMember lets a user join. For a bot this is being added: it is told the guild.
func (s *Server) addMember(g *guild, user ID, roles ...ID) *member {
	m := &member{user: user, joined: s.clock.now(), roles: roles}
	if soonest := g.invited[user].joined.Add(rejoin); m.joined.Before(soonest) {
		m.joined = soonest
	}
	g.members[user] = m
	s.tell("member_add", Fact{Guild: g.id, User: user})
	shape := s.world.memberShape(m, true)
	shape.GuildID = g.id
	s.dispatch(event{name: "GUILD_MEMBER_ADD", guild: g.id, data: shape})
	if s.world.apps[user] != nil {
		s.tell("bot_add", Fact{Guild: g.id, User: user, Body: m.joined.Format(time.RFC3339Nano)})
		s.tellGuildCreate(g, user)
	}
	return m
}

// removeMember takes a user out: left, kicked or banned looks the same to others. A bot is told GUILD_DELETE.
func (s *Server) removeMember(g *guild, user ID) { s.dropMember(g, user, false) }

// dropMember can lose the event that tells a bot of it.
func (s *Server) dropMember(g *guild, user ID, silently bool) {
	joined := g.members[user].joined
	delete(g.members, user)
	s.tell("member_remove", Fact{Guild: g.id, User: user})
	s.dispatch(event{name: "GUILD_MEMBER_REMOVE", guild: g.id, data: Object{"guild_id": g.id, "user": s.world.userShape(user)}})
	if s.world.apps[user] != nil {
		g.invited[user] = invitation{permissions: g.botPermissions(user), joined: joined}
		delete(g.unlisted, user)
		s.tell("bot_remove", Fact{Guild: g.id, User: user, Body: map[bool]string{true: "silently"}[silently]})
		s.tellGuildDelete(g.id, user, Object{"id": g.id}, silently)
	} else {
		s.notify(user, "GUILD_DELETE", Object{"id": g.id})
	}
	for _, t := range s.world.threadsOf(g.id, 0) {
		s.leaveThread(t, user)
	}
	for id, r := range g.roles {
		if r.bot == user {
			delete(g.roles, id)
			s.dispatch(event{name: "GUILD_ROLE_DELETE", guild: g.id, data: Object{"guild_id": g.id, "role_id": id}})
		}
	}
	if app := s.world.apps[user]; app != nil {
		delete(g.commands, user)
	}
}

// botPermissions are those of the bot's own role.
func (g *guild) botPermissions(bot ID) Permissions {
	for _, r := range g.roles {
		if r.bot == bot {
			return r.permissions
		}
	}
	return 0
}

// changedMember tells that a member's nick, roles or time-out have changed.
func (s *Server) changedMember(g *guild, m *member) {
	shape := s.world.memberShape(m, true)
	shape.GuildID = g.id
	s.tell("member_update", Fact{Guild: g.id, User: m.user, Body: m.nick})
	s.dispatch(event{name: "GUILD_MEMBER_UPDATE", guild: g.id, about: m.user, data: shape})
}

// giveRole adds or takes a role.
func (s *Server) giveRole(g *guild, m *member, role ID, give bool) {
	if m.has(role) == give {
		return
	}
	if give {
		m.roles = append(m.roles, role)
	} else {
		m.roles = slices.DeleteFunc(m.roles, func(r ID) bool { return r == role })
	}
	s.changedMember(g, m)
}

// addRole puts a new role at the bottom, just above @everyone, as Discord does.
func (s *Server) addRole(g *guild, r *role) *role {
	r.id = s.world.newID()
	for _, other := range g.roles {
		if other.id != g.id {
			other.position++
		}
	}
	r.position = 1
	g.roles[r.id] = r
	s.tellRole("GUILD_ROLE_CREATE", g, r)
	return r
}

func (s *Server) tellRole(name string, g *guild, r *role) {
	kind := map[string]string{"GUILD_ROLE_CREATE": "role_create", "GUILD_ROLE_UPDATE": "role_update"}[name]
	s.tell(kind, Fact{Guild: g.id, Body: r.name})
	s.dispatch(event{name: name, guild: g.id, data: Object{"guild_id": g.id, "role": r.shape()}})
}

// removeRole deletes a role and takes it from its members and from overwrites.
func (s *Server) removeRole(g *guild, r *role) {
	delete(g.roles, r.id)
	for _, m := range g.members {
		m.roles = slices.DeleteFunc(m.roles, func(x ID) bool { return x == r.id })
	}
	for _, c := range s.world.channelsOf(g.id) {
		c.overwrites = slices.DeleteFunc(c.overwrites, func(o Overwrite) bool { return o.ID == r.id })
	}
	s.tell("role_delete", Fact{Guild: g.id, Body: r.name})
	s.dispatch(event{name: "GUILD_ROLE_DELETE", guild: g.id, data: Object{"guild_id": g.id, "role_id": r.id}})
}

func (s *Server) changedGuild(g *guild) {
	s.tell("guild_update", Fact{Guild: g.id, Body: g.name})
	s.dispatch(event{name: "GUILD_UPDATE", guild: g.id, data: s.world.gatewayGuild(g)})
}
