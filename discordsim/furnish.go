package discordsim

import "time"

// This file is how a world is built: by nobody's permission, but seen by everybody.

// NewUser makes a person. The display name may be empty.
func (s *Server) NewUser(username, displayName string) User {
	s.mu.Lock()
	defer s.mu.Unlock()
	u := &user{id: s.world.newID(), name: username, global: displayName, blocked: map[ID]bool{}}
	u.avatar = imageHash(u.id)
	s.world.users[u.id] = u
	return s.world.userShape(u.id)
}

// Rename changes a person's names, as they can at any time.
func (s *Server) Rename(user ID, username, displayName string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	u := s.world.users[user]
	if u == nil {
		return errUnknownUser
	}
	u.name, u.global = username, displayName
	for _, g := range s.world.guilds {
		if m := g.members[user]; m != nil {
			s.changedMember(g, m)
		}
	}
	return nil
}

// CloseDMs makes a person refuse direct messages, or accept them again.
func (s *Server) CloseDMs(user ID, closed bool) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.world.users[user] == nil {
		return errUnknownUser
	}
	s.world.users[user].dmClosed = closed
	return nil
}

// NewGuild makes a guild that belongs to owner. It has no channels yet.
func (s *Server) NewGuild(owner ID, name string) (ID, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.world.users[owner] == nil {
		return 0, errUnknownUser
	}
	return s.addGuild(owner, name).id, nil
}

// RoleOptions describe a new role.
type RoleOptions struct {
	Name        string
	Color       int
	Permissions Permissions
	Hoist       bool
	Mentionable bool
}

// NewRole makes a role just above @everyone; later ones stand below earlier ones.
func (s *Server) NewRole(guild ID, o RoleOptions) (Role, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	g := s.world.guilds[guild]
	if g == nil {
		return Role{}, errUnknownGuild
	}
	r := &role{name: o.Name, color: o.Color, permissions: o.Permissions, hoist: o.Hoist, mentionable: o.Mentionable}
	return s.addRole(g, r).shape(), nil
}

// SetRolePermissions changes what a role may do in its guild; the guild's own ID is @everyone.
func (s *Server) SetRolePermissions(guild, role ID, p Permissions) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	g := s.world.guilds[guild]
	if g == nil || g.roles[role] == nil {
		return errUnknownRole
	}
	g.roles[role].permissions = p
	s.tellRole("GUILD_ROLE_UPDATE", g, g.roles[role])
	return nil
}

// DeleteRole deletes a role.
func (s *Server) DeleteRole(guild, role ID) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	g := s.world.guilds[guild]
	if g == nil || g.roles[role] == nil || role == guild {
		return errUnknownRole
	}
	s.removeRole(g, g.roles[role])
	return nil
}

// ChannelOptions describe a new channel; Type 0 is text, 4 a category. Other numbers are kept as they are.
type ChannelOptions struct {
	Name       string
	Type       int
	Topic      string
	Parent     ID
	Slowmode   int
	Overwrites []Overwrite
}

// NewChannel makes a channel. Types the simulator does not know are allowed: Discord has new ones now and then.
func (s *Server) NewChannel(guild ID, o ChannelOptions) (Channel, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.world.guilds[guild] == nil {
		return Channel{}, errUnknownGuild
	}
	c := &channel{kind: o.Type, guild: guild, name: o.Name, topic: o.Topic, parent: o.Parent, slowmode: o.Slowmode, overwrites: o.Overwrites}
	if parent := s.world.channels[o.Parent]; parent != nil && o.Overwrites == nil {
		c.overwrites = append([]Overwrite{}, parent.overwrites...)
	}
	made := s.world.channelShape(s.addChannel(c, s.world.guilds[guild].owner), 0)
	if o.Type > 16 { // none of Discord's
		s.recordInvention(made.ID.String())
	}
	return made, nil
}

// SetOverwrite changes what a role or member may do in a channel.
func (s *Server) SetOverwrite(channel ID, o Overwrite) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.world.channels[channel]
	if c == nil || c.guild == 0 {
		return errUnknownChannel
	}
	s.overwrite(c, o, s.world.guilds[c.guild].owner)
	return nil
}

// RenameChannel changes a channel's name.
func (s *Server) RenameChannel(channel ID, name string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.world.channels[channel]
	if c == nil || c.guild == 0 {
		return errUnknownChannel
	}
	c.name = channelName(c.kind, name)
	s.changedChannel(c, s.world.guilds[c.guild].owner)
	return nil
}

// NewEmoji adds a custom emoji.
func (s *Server) NewEmoji(guild ID, name string) (Emoji, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	g := s.world.guilds[guild]
	if g == nil {
		return Emoji{}, errUnknownGuild
	}
	id := s.world.newID()
	e := Emoji{ID: &id, Name: name}
	g.emojis = append(g.emojis, e)
	s.dispatch(event{name: "GUILD_EMOJIS_UPDATE", guild: g.id, data: Object{"guild_id": g.id, "emojis": g.emojiShapes()}})
	return e, nil
}

// Join makes a user a member.
func (s *Server) Join(user, guild ID) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	g := s.world.guilds[guild]
	switch {
	case g == nil:
		return errUnknownGuild
	case s.world.users[user] == nil:
		return errUnknownUser
	case g.members[user] == nil:
		s.addMember(g, user)
	}
	return nil
}

// Leave takes a user out of a guild; so does Kick.
func (s *Server) Leave(user, guild ID) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	g, m, err := s.world.memberOf(guild, user)
	if err != nil {
		return err
	}
	s.removeMember(g, m.user)
	return nil
}

// Kick takes a user out of a guild.
func (s *Server) Kick(user, guild ID) error { return s.Leave(user, guild) }

func (w *world) memberOf(guild, user ID) (*guild, *member, error) {
	g := w.guilds[guild]
	if g == nil {
		return nil, nil, errUnknownGuild
	}
	m := g.members[user]
	if m == nil {
		return nil, nil, errUnknownMember
	}
	return g, m, nil
}

// GiveRole gives a member a role, TakeRole takes it.
func (s *Server) GiveRole(user, guild, role ID) error { return s.setRole(user, guild, role, true) }

// TakeRole takes a role from a member.
func (s *Server) TakeRole(user, guild, role ID) error { return s.setRole(user, guild, role, false) }

func (s *Server) setRole(user, guild, role ID, give bool) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	g, m, err := s.world.memberOf(guild, user)
	if err != nil {
		return err
	}
	if g.roles[role] == nil {
		return errUnknownRole
	}
	s.giveRole(g, m, role, give)
	return nil
}

// SetNick changes a member's nickname; empty removes it.
func (s *Server) SetNick(user, guild ID, nick string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	g, m, err := s.world.memberOf(guild, user)
	if err != nil {
		return err
	}
	m.nick = nick
	s.changedMember(g, m)
	return nil
}

// TimeOut silences a member for d.
func (s *Server) TimeOut(user, guild ID, d time.Duration) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	g, m, err := s.world.memberOf(guild, user)
	if err != nil {
		return err
	}
	m.timedOutUntil = s.clock.now().Add(d)
	s.changedMember(g, m)
	return nil
}
