package discordsim

import (
	"slices"
	"strings"
	"time"
	"unicode"
)

// channelName is what Discord makes of the name of a text channel: lower case, dashes for blanks.
func channelName(kind int, name string) string {
	if kind != channelText && kind != channelNews && kind != channelForum {
		return strings.TrimSpace(name)
	}
	var b strings.Builder
	for _, r := range strings.ToLower(strings.TrimSpace(name)) {
		switch {
		case unicode.IsSpace(r):
			r = '-'
		case strings.ContainsRune("!\"#$%&'()*+,./:;<=>?@[\\]^`{|}~", r):
			continue
		}
		if r == '-' && strings.HasSuffix(b.String(), "-") {
			continue
		}
		b.WriteRune(r)
	}
	if b.Len() == 0 {
		return "-"
	}
	return b.String()
}

// addChannel puts a channel into its guild and tells its members.
func (s *Server) addChannel(c *channel, by ID) *channel {
	c.id, c.name = s.world.newID(), channelName(c.kind, c.name)
	if c.position == 0 {
		c.position = len(s.world.channelsOf(c.guild))
	}
	s.world.channels[c.id] = c
	s.tell("channel_create", Fact{Guild: c.guild, Channel: c.id, User: by, Body: c.name})
	s.tellChannel("CHANNEL_CREATE", c)
	return c
}

// changedChannel tells that a channel or a thread is no longer as it was.
func (s *Server) changedChannel(c *channel, by ID) {
	s.tell("channel_update", Fact{Guild: c.guild, Channel: c.id, User: by, Body: c.name})
	if c.thread != nil {
		s.dispatch(event{name: "THREAD_UPDATE", guild: c.guild, channel: c.id, data: s.world.channelShape(c, 0)})
		return
	}
	s.tellChannel("CHANNEL_UPDATE", c)
}

// tellChannel tells bots of every channel, as Discord does, and people of those they can view: to them a channel that
// is out of sight is a deleted one.
func (s *Server) tellChannel(name string, c *channel) {
	data := once(func() any { return s.world.channelShape(c, 0) })
	for _, session := range s.sessions {
		if s.reaches(session, event{name: name, guild: c.guild}) {
			session.send(name, data())
		}
	}
	for f := range s.feeds {
		if s.world.guilds[c.guild].members[f.user] == nil {
			continue
		}
		kind := name
		if !s.world.canSee(c, f.user) {
			kind = "CHANNEL_DELETE"
		}
		f.push(Notice{Kind: kind, Data: data()})
	}
}

// removeChannel deletes a channel or thread with all that is in it. A category lets its children go.
func (s *Server) removeChannel(c *channel, by ID) {
	s.tell("channel_delete", Fact{Guild: c.guild, Channel: c.id, User: by, Body: c.name})
	if c.thread != nil {
		s.dispatch(event{name: "THREAD_DELETE", guild: c.guild, channel: c.id, data: Object{
			"id": c.id, "guild_id": c.guild, "parent_id": c.parent, "type": c.kind}})
	} else {
		s.tellChannel("CHANNEL_DELETE", c)
	}
	s.dropChannel(c)
	for _, child := range s.world.channelsOf(c.guild) {
		if child.parent == c.id {
			child.parent = 0
			s.changedChannel(child, by)
		}
	}
}

func (s *Server) dropChannel(c *channel) {
	for _, m := range c.messages {
		delete(s.world.messages, m.id)
	}
	for id, f := range s.world.files {
		if f.channel == c.id {
			delete(s.world.files, id)
		}
	}
	for id, h := range s.world.webhooks {
		if h.channel == c.id {
			delete(s.world.webhooks, id)
		}
	}
	for _, t := range s.world.threadsOf(c.guild, c.id) {
		s.dropChannel(t)
	}
	delete(s.world.channels, c.id)
}

// overwrite sets what a role or member may do in the channel.
func (s *Server) overwrite(c *channel, o Overwrite, by ID) {
	at := slices.IndexFunc(c.overwrites, func(x Overwrite) bool { return x.ID == o.ID })
	if at < 0 {
		c.overwrites = append(c.overwrites, o)
	} else {
		c.overwrites[at] = o
	}
	s.changedChannel(c, by)
}

// newThread is a thread that nobody has been told of yet.
func (w *world) newThread(parent *channel, kind int, name string, owner ID) *channel {
	return &channel{
		kind: kind, guild: parent.guild, parent: parent.id, name: name, thread: &thread{owner: owner, autoArchive: 4320, invitable: true},
	}
}

// addThread puts a thread under its channel; its owner joins it.
func (s *Server) addThread(t *channel, id ID) *channel {
	now := s.clock.now()
	t.id, t.thread.created, t.thread.archivedAt = id, now, now
	t.thread.members = map[ID]time.Time{t.thread.owner: now}
	s.world.channels[t.id] = t
	s.tell("channel_create", Fact{Guild: t.guild, Channel: t.id, User: t.thread.owner, Body: t.name})
	shape := s.world.channelShape(t, t.thread.owner)
	shape.Thread.NewlyCreated = true
	s.dispatch(event{name: "THREAD_CREATE", guild: t.guild, channel: t.id, data: shape})
	return t
}

// joinThread adds a user to a thread and tells whom it concerns.
func (s *Server) joinThread(t *channel, user ID) {
	if _, there := t.thread.members[user]; there {
		return
	}
	now := s.clock.now()
	t.thread.members[user] = now
	joined := ThreadMember{ID: t.id, UserID: user, JoinedAt: Stamp(now)}
	if m := s.world.guilds[t.guild].members[user]; m != nil {
		joined.Member = s.world.memberShape(m, true)
	}
	if t.kind == channelPrivateThread {
		s.dispatch(event{name: "THREAD_CREATE", guild: t.guild, only: user, data: s.world.channelShape(t, user)})
	}
	s.tellThreadMembers(t, user, Object{"added_members": []ThreadMember{joined}})
}

// leaveThread removes a user from a thread.
func (s *Server) leaveThread(t *channel, user ID) {
	if _, there := t.thread.members[user]; !there {
		return
	}
	s.tellThreadMembers(t, user, Object{"removed_member_ids": []ID{user}})
	delete(t.thread.members, user)
}

func (s *Server) tellThreadMembers(t *channel, user ID, data Object) {
	data["id"], data["guild_id"], data["member_count"] = t.id, t.guild, len(t.thread.members)
	s.dispatch(event{name: "THREAD_MEMBERS_UPDATE", guild: t.guild, channel: t.id, about: user, data: data})
}
