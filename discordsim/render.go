package discordsim

import (
	"time"
)

func stampOrNil(t time.Time) *Stamp {
	if t.IsZero() {
		return nil
	}
	s := Stamp(t)
	return &s
}

func (w *world) userShape(id ID) User {
	u := w.users[id]
	if u == nil {
		return User{ID: id, Username: "deleted_user", Discriminator: "0"}
	}
	return User{ID: id, Username: u.name, Discriminator: "0", GlobalName: nullable(u.global), Avatar: nullable(u.avatar), Bot: u.bot}
}

func (w *world) memberShape(m *member, withUser bool) *Member {
	shape := &Member{
		Nick: nullable(m.nick), Roles: append([]ID{}, m.roles...), JoinedAt: Stamp(m.joined),
		CommunicationDisabledUntil: stampOrNil(m.timedOutUntil),
	}
	if withUser {
		u := w.userShape(m.user)
		shape.User = &u
	}
	return shape
}

func (r *role) shape() Role {
	shape := Role{
		ID: r.id, Name: r.name, Permissions: r.permissions, Position: r.position, Color: r.color, Colors: RoleColors{Primary: r.color},
		Hoist: r.hoist, Managed: r.bot != 0, Mentionable: r.mentionable,
	}
	if r.bot != 0 {
		shape.Tags = &RoleTags{BotID: r.bot}
	}
	return shape
}

func (g *guild) roleShapes() []Role {
	out := make([]Role, 0, len(g.roles))
	for _, r := range sorted(g.roles) {
		out = append(out, r.shape())
	}
	return out
}

// channelShape is a channel as reader sees it; reader matters for threads and direct conversations.
func (w *world) channelShape(c *channel, reader ID) Channel {
	shape := Channel{
		ID: c.id, Type: c.kind, GuildID: c.guild, Name: c.name, Topic: c.topic, Position: c.position, ParentID: c.parent,
		NSFW: c.nsfw, RateLimitPerUser: c.slowmode, LastMessageID: c.last, LastPin: c.lastPin,
		Overwrites: append([]Overwrite{}, c.overwrites...),
	}
	if c.kind == channelDM {
		for _, r := range c.recipients {
			if r != reader {
				shape.Recipients = append(shape.Recipients, w.userShape(r))
			}
		}
	}
	if c.thread != nil {
		shape.Thread = c.threadShape(reader)
	}
	return shape
}

func (c *channel) threadShape(reader ID) *ThreadInfo {
	t := c.thread
	shape := &ThreadInfo{OwnerID: t.owner, MessageCount: t.sent, MemberCount: min(len(t.members), 50), TotalSent: t.sent}
	created := Stamp(t.created)
	shape.Metadata = ThreadMetadata{
		Archived: t.archived, AutoArchiveDuration: t.autoArchive, ArchiveTimestamp: Stamp(t.archivedAt), Locked: t.locked,
		CreateTimestamp: &created,
	}
	if c.kind == channelPrivateThread {
		shape.Metadata.Invitable = &t.invitable
	}
	if joined, ok := t.members[reader]; ok {
		shape.Member = &ThreadMember{ID: c.id, UserID: reader, JoinedAt: Stamp(joined)}
	}
	return shape
}

// messageShape is a message as REST shows it to reader.
func (s *Server) messageShape(m *message, reader ID) *Message {
	shape := s.messageCore(m, reader)
	if m.reference != nil && m.kind == messageReply {
		var referenced *Message
		if r := s.world.messages[m.reference.MessageID]; r != nil {
			referenced = s.messageCore(r, reader)
		}
		shape.Referenced = referenced
	}
	return shape
}

func (s *Server) messageCore(m *message, reader ID) *Message {
	w := s.world
	shape := &Message{
		ID: m.id, ChannelID: m.channel, Type: m.kind, Author: w.userShape(m.author), Content: m.content, Timestamp: Stamp(m.id.Time()),
		EditedTimestamp: stampOrNil(m.edited), MentionEveryone: m.everyone, Mentions: make([]Mention, 0, len(m.mentions)),
		MentionRoles: append([]ID{}, m.roles...), Attachments: make([]Attachment, 0, len(m.files)),
		Pinned: !m.pinnedAt.IsZero(), Flags: m.flags, WebhookID: m.webhook,
		ApplicationID: m.app, Nonce: m.nonce, Reference: m.reference, Reactions: m.reactionShapes(reader), Snapshots: s.snapshotShapes(m),
	}
	if m.poll != nil {
		shape.Poll = m.poll.shape(reader)
	}
	if m.persona != nil {
		shape.Author = *m.persona
	}
	for _, u := range m.mentions {
		shape.Mentions = append(shape.Mentions, Mention{User: w.userShape(u)})
	}
	for _, id := range m.files {
		if !s.shownInside(m, id) {
			shape.Attachments = append(shape.Attachments, s.attachmentShape(w.files[id]))
		}
	}
	shape.Components, shape.Embeds = s.signed(m, m.components), s.signed(m, m.embeds)
	if m.flags&flagHasThread != 0 && w.channels[m.id] != nil {
		thread := w.channelShape(w.channels[m.id], reader)
		shape.Thread = &thread
	}
	if m.interaction != nil {
		shape.InteractionDetails, shape.OldInteraction = s.interactionDetails(m)
	}
	return shape
}

func (m *message) reactionShapes(reader ID) []Reaction {
	var out []Reaction
	for _, r := range m.reactions {
		me := false
		for _, u := range r.users {
			me = me || u == reader
		}
		out = append(out, Reaction{Emoji: r.emoji, Count: len(r.users), CountDetails: ReactionCount{Normal: len(r.users)}, BurstColors: []string{}, Me: me})
	}
	return out
}

// gatewayMessage adds what only events carry: guild, member, members of those mentioned, kind of channel.
func (s *Server) gatewayMessage(m *message) *Message {
	shape := s.messageShape(m, 0)
	c := s.world.channels[m.channel]
	shape.ChannelType = &c.kind
	g := s.world.guilds[c.guild]
	if g == nil {
		return shape
	}
	shape.GuildID = g.id
	if author := g.members[m.author]; author != nil && m.webhook == 0 {
		shape.Member = s.world.memberShape(author, false)
	}
	for i, u := range shape.Mentions {
		if mentioned := g.members[u.ID]; mentioned != nil {
			shape.Mentions[i].Member = s.world.memberShape(mentioned, false)
		}
	}
	return shape
}

// withoutContent is the message as applications see it that lack the message content intent.
func (m Message) withoutContent() *Message {
	m.Content, m.Embeds, m.Attachments, m.Components = "", []Object{}, []Attachment{}, []Object{}
	m.Poll, m.Snapshots = nil, withoutSnapshots(m.Snapshots)
	if referenced, ok := m.Referenced.(*Message); ok && referenced != nil {
		m.Referenced = referenced.withoutContent()
	}
	return &m
}

// guildShape is the guild as REST shows it.
func (w *world) guildShape(g *guild) Object {
	return Object{
		"id": g.id, "name": g.name, "icon": nullable(g.icon), "owner_id": g.owner, "roles": g.roleShapes(), "emojis": g.emojiShapes(),
		"features": []string{}, "stickers": []Object{}, "description": nil, "home_header": nil, "splash": nil,
		"discovery_splash": nil, "banner": nil, "application_id": nil, "region": "deprecated", "afk_channel_id": nil,
		"afk_timeout": 300, "system_channel_id": nil, "system_channel_flags": 0, "widget_enabled": false,
		"widget_channel_id": nil, "verification_level": 0, "default_message_notifications": 1, "mfa_level": 0,
		"explicit_content_filter": 0, "max_presences": nil, "max_members": 500000, "max_stage_video_channel_users": 50,
		"max_video_channel_users": 25, "vanity_url_code": nil, "premium_tier": 0, "premium_subscription_count": 0,
		"preferred_locale": "en-US", "rules_channel_id": nil, "safety_alerts_channel_id": nil,
		"public_updates_channel_id": nil, "premium_progress_bar_enabled": false, "nsfw": false, "nsfw_level": 0,
		"incidents_data": nil,
	}
}

// gatewayGuild is the guild as events show it.
func (w *world) gatewayGuild(g *guild) Object {
	o := w.guildShape(g)
	o["hub_type"] = nil
	return o
}

func (g *guild) emojiShapes() []Object {
	out := make([]Object, 0, len(g.emojis))
	for _, e := range g.emojis {
		out = append(out, Object{"id": e.ID, "name": e.Name, "roles": []ID{}, "require_colons": true, "managed": false, "animated": e.Animated, "available": true})
	}
	return out
}
