package discordsim

import "slices"

// View is all that one person can see.
type View struct {
	Me     User        `json:"me"`
	Guilds []GuildView `json:"guilds"`
	DMs    []Channel   `json:"dms"`
}

// GuildView is a guild as one member sees it. Channels out of sight are left out; threads follow the channels.
type GuildView struct {
	ID       ID            `json:"id"`
	Name     string        `json:"name"`
	Icon     string        `json:"icon"` // a URL
	OwnerID  ID            `json:"owner_id"`
	Roles    []Role        `json:"roles"`
	Members  []Member      `json:"members"`
	Channels []ChannelView `json:"channels"`
	Commands []Object      `json:"commands"` // those this member may use
	Emojis   []Emoji       `json:"emojis"`
	May      Permissions   `json:"permissions"` // of this member, channels aside
}

// ChannelView is a channel and what this person may do in it.
type ChannelView struct {
	Channel
	CanView bool
	CanSend bool
	May     Permissions
}

func (c ChannelView) MarshalJSON() ([]byte, error) {
	o := c.object()
	o["can_view"], o["can_send"], o["may"] = c.CanView, c.CanSend, c.May
	return encode(o), nil
}

// See is what the person's client shows after starting.
func (s *Server) See(user ID) (View, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.world.users[user] == nil {
		return View{}, errUnknownUser
	}
	v := View{Me: s.world.userShape(user), Guilds: []GuildView{}, DMs: []Channel{}}
	for _, g := range sorted(s.world.guilds) {
		if g.members[user] != nil {
			v.Guilds = append(v.Guilds, s.guildView(g, user))
		}
	}
	for _, c := range sorted(s.world.channels) {
		if c.kind == channelDM && (c.recipients[0] == user || c.recipients[1] == user) {
			v.DMs = append(v.DMs, s.world.channelShape(c, user))
		}
	}
	return v, nil
}

func (s *Server) guildView(g *guild, user ID) GuildView {
	v := GuildView{
		ID: g.id, Name: g.name, Icon: s.iconURL(g), OwnerID: g.owner, Roles: g.roleShapes(), Channels: []ChannelView{},
		Members: []Member{}, Commands: s.usableCommands(g, user), Emojis: append([]Emoji{}, g.emojis...), May: s.world.inGuild(g, user),
	}
	for _, m := range sorted(g.members) {
		v.Members = append(v.Members, *s.world.memberShape(m, true))
	}
	for _, c := range append(s.world.channelsOf(g.id), s.world.threadsOf(g.id, 0)...) {
		if may := s.world.inChannel(c, user); may.Has(PermViewChannel) {
			can := c.text() && may.Has(PermSendMessages)
			v.Channels = append(v.Channels, ChannelView{Channel: s.world.channelShape(c, user), CanView: true, CanSend: can, May: may})
		}
	}
	return v
}

// Users are all people and bots.
func (s *Server) Users() []User {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []User
	for _, u := range sorted(s.world.users) {
		out = append(out, s.world.userShape(u.id))
	}
	return out
}

// Guilds are all guilds as their owners see them.
func (s *Server) Guilds() []GuildView {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []GuildView
	for _, g := range sorted(s.world.guilds) {
		out = append(out, s.guildView(g, g.owner))
	}
	return out
}

// Messages are up to limit messages of a channel as the user sees it, oldest first, ephemeral ones to them included.
// Before 0 means the newest.
func (s *Server) Messages(user, channel, before ID, limit int) ([]*Message, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, err := s.seen(user, channel)
	if err != nil {
		return nil, err
	}
	out := []*Message{}
	if c.guild != 0 && !s.world.inChannel(c, user).Has(PermReadHistory) {
		return out, nil
	}
	end := len(c.messages)
	if before != 0 {
		end, _ = c.find(before)
	}
	for i := end - 1; i >= 0 && len(out) < limit; i-- {
		if m := c.messages[i]; m.onlyFor == 0 || m.onlyFor == user {
			out = append(out, s.messageShape(m, user))
		}
	}
	slices.Reverse(out)
	return out, nil
}

// AvatarURL is where a user's picture is.
func (s *Server) AvatarURL(u User) string {
	if u.Avatar == nil {
		return s.base + "/embed/avatars/" + ID((u.ID>>22)%6).String() + ".png"
	}
	return s.base + "/avatars/" + u.ID.String() + "/" + *u.Avatar + ".png"
}

func (s *Server) iconURL(g *guild) string {
	return s.base + "/icons/" + g.id.String() + "/" + g.icon + ".png"
}

// Pinned are a channel's pinned messages as the user sees them, the latest pin first.
func (s *Server) Pinned(user, channel ID) ([]*Message, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, err := s.seen(user, channel)
	if err != nil {
		return nil, err
	}
	out := []*Message{}
	for _, m := range s.pins(c) {
		out = append(out, s.messageShape(m, user))
	}
	return out, nil
}
