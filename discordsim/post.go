package discordsim

import (
	"bytes"
	"image"
	_ "image/gif"  // so that sizes of pictures are known
	_ "image/jpeg" // so that sizes of pictures are known
	_ "image/png"  // so that sizes of pictures are known
	"mime"
	"net/http"
	"path"
	"regexp"
	"slices"
	"strings"
	"time"
)

// File is something uploaded.
type File struct {
	Name        string
	Data        []byte
	Description string
}

// draft is a message about to be posted, by whomever, already checked.
type draft struct {
	kind        int
	author      ID
	webhook     ID
	persona     *User
	app         ID
	content     string
	mentions    mentionRule
	embeds      []Object
	components  []Object
	files       []File
	flags       int
	nonce       any
	reference   *Reference
	interaction *interaction
	onlyFor     ID
	poll        *poll
	snapshot    *snapshot
}

// post stores a message and tells everybody who can see it.
func (s *Server) post(c *channel, d draft) *message {
	m := &message{
		id: s.world.newID(), channel: c.id, kind: d.kind, author: d.author, webhook: d.webhook, persona: d.persona, app: d.app,
		content: d.content, embeds: d.embeds, components: d.components, flags: d.flags, nonce: d.nonce,
		reference: d.reference, interaction: d.interaction, onlyFor: d.onlyFor, poll: d.poll, snapshot: d.snapshot,
	}
	s.keepFiles(m, d.files)
	s.findMentions(m, d.mentions)
	s.world.messages[m.id] = m
	c.messages = append(c.messages, m)
	if m.onlyFor != 0 {
		s.notify(m.onlyFor, "MESSAGE_CREATE", s.gatewayMessage(m))
		s.tell("ephemeral_create", s.factOf(m))
		return m
	}
	if m.poll != nil {
		s.watchPoll(m)
	}
	s.countIn(c, m)
	s.tell("message_create", s.factOf(m))
	s.dispatch(event{name: "MESSAGE_CREATE", guild: c.guild, channel: c.id, message: m})
	return m
}

func (s *Server) countIn(c *channel, m *message) {
	c.last = m.id
	if c.thread == nil {
		return
	}
	c.thread.sent++
	if c.thread.archived && !c.thread.locked {
		c.thread.archived = false
		s.dispatch(event{name: "THREAD_UPDATE", guild: c.guild, channel: c.id, data: s.world.channelShape(c, 0)})
	}
	if _, joined := c.thread.members[m.author]; !joined && s.world.users[m.author] != nil {
		s.joinThread(c, m.author)
	}
}

func (s *Server) factOf(m *message) Fact {
	return Fact{Guild: s.world.channels[m.channel].guild, Channel: m.channel, Message: m.id, User: m.author, Body: m.content}
}

func (s *Server) keepFiles(m *message, files []File) {
	for _, f := range files {
		kept := s.keepFile(m.channel, f)
		kept.ephemeral = m.onlyFor != 0
		m.files = append(m.files, kept.id)
	}
}

func (s *Server) keepFile(channel ID, f File) *file {
	kept := &file{id: s.world.newID(), channel: channel, name: safeName(f.Name), description: f.Description, data: f.Data}
	kept.kind = mime.TypeByExtension(path.Ext(kept.name))
	if kept.kind == "" {
		kept.kind = http.DetectContentType(f.Data)
	}
	if config, _, err := image.DecodeConfig(bytes.NewReader(f.Data)); err == nil {
		kept.width, kept.height = config.Width, config.Height
	}
	s.world.files[kept.id] = kept
	return kept
}

var unsafeInNames = regexp.MustCompile(`[^A-Za-z0-9._-]+`)

// safeName is what Discord makes of a file name: letters, digits, dot, dash and underscore.
func safeName(name string) string {
	safe := strings.Trim(unsafeInNames.ReplaceAllString(path.Base(name), "_"), "_.")
	if safe == "" {
		return "unknown"
	}
	return safe
}

// mentionRule is allowed_mentions. The zero value mentions nobody.
type mentionRule struct {
	users, roles, everyone bool
	onlyUsers, onlyRoles   []ID
	repliedUser            bool
}

var allMentions = mentionRule{users: true, roles: true, everyone: true, repliedUser: true}

var mentionPattern = regexp.MustCompile(`<@(!|&)?(\d{1,20})>|@everyone|@here`)

// findMentions reads mentions from all text of the message, as far as the rule and the author's permissions let them count.
func (s *Server) findMentions(m *message, rule mentionRule) {
	c := s.world.channels[m.channel]
	mayAll := s.world.inChannel(c, m.author).Has(PermMentionEveryone) || m.webhook != 0
	m.mentions, m.roles, m.everyone = nil, nil, false
	for _, found := range mentionPattern.FindAllStringSubmatch(m.content+textOf(m.components), -1) {
		id, _ := ParseID(found[2])
		switch {
		case found[2] == "":
			m.everyone = m.everyone || rule.everyone && mayAll
		case found[1] == "&":
			s.mentionRole(m, c, id, rule, mayAll)
		case s.world.users[id] != nil && (rule.users || slices.Contains(rule.onlyUsers, id)):
			m.mentions = appendNew(m.mentions, id)
		}
	}
	if m.kind == messageReply && rule.repliedUser && m.reference != nil {
		if replied := s.world.messages[m.reference.MessageID]; replied != nil && replied.webhook == 0 {
			m.mentions = appendNew(m.mentions, replied.author)
		}
	}
}

func (s *Server) mentionRole(m *message, c *channel, id ID, rule mentionRule, mayAll bool) {
	g := s.world.guilds[c.guild]
	if g == nil || g.roles[id] == nil || !(mayAll || g.roles[id].mentionable) {
		return
	}
	if rule.roles || slices.Contains(rule.onlyRoles, id) {
		m.roles = appendNew(m.roles, id)
	}
}

func appendNew(list []ID, id ID) []ID {
	if slices.Contains(list, id) {
		return list
	}
	return append(list, id)
}

// textOf is all text that components show.
func textOf(components []Object) string {
	var b strings.Builder
	walkComponents(components, func(c Object) {
		if text, ok := c["content"].(string); ok {
			b.WriteByte('\n')
			b.WriteString(text)
		}
	})
	return b.String()
}

// revised tells that a message has changed.
func (s *Server) revised(m *message, kind string) {
	if m.onlyFor != 0 {
		s.notify(m.onlyFor, "MESSAGE_UPDATE", s.gatewayMessage(m))
		s.tell("ephemeral_edit", s.factOf(m))
		return
	}
	c := s.world.channels[m.channel]
	s.tell(kind, s.factOf(m))
	s.dispatch(event{name: "MESSAGE_UPDATE", guild: c.guild, channel: c.id, message: m})
}

// remove deletes a message.
func (s *Server) remove(m *message) {
	c := s.world.channels[m.channel]
	s.forget(c, m)
	fact := s.factOf(m)
	gone := Object{"id": m.id, "channel_id": c.id}
	if c.guild != 0 {
		gone["guild_id"] = c.guild
	}
	if m.onlyFor != 0 {
		s.notify(m.onlyFor, "MESSAGE_DELETE", gone)
		s.tell("ephemeral_delete", fact)
		return
	}
	s.tell("message_delete", fact)
	s.dispatch(event{name: "MESSAGE_DELETE", guild: c.guild, channel: c.id, data: gone})
}

func (s *Server) forget(c *channel, m *message) {
	delete(s.world.messages, m.id)
	if i, ok := c.find(m.id); ok {
		c.messages = slices.Delete(c.messages, i, i+1)
	}
}

// find is where in the channel a message is, or would be.
func (c *channel) find(id ID) (int, bool) {
	return slices.BinarySearchFunc(c.messages, id, func(m *message, id ID) int { return compareIDs(m.id, id) })
}

// removeMany is a bulk delete: one event for all.
func (s *Server) removeMany(c *channel, ids []ID) {
	var gone []ID
	for _, id := range ids {
		m := s.world.messages[id]
		if m == nil || m.channel != c.id || m.onlyFor != 0 {
			continue
		}
		s.forget(c, m)
		s.tell("message_delete", s.factOf(m))
		gone = append(gone, id)
	}
	if len(gone) == 0 {
		return
	}
	s.dispatch(event{name: "MESSAGE_DELETE_BULK", guild: c.guild, channel: c.id, data: Object{"ids": gone, "channel_id": c.id, "guild_id": c.guild}})
}

// react adds or takes back one user's reaction.
func (s *Server) react(m *message, user ID, emoji Emoji, add bool) error {
	at := slices.IndexFunc(m.reactions, func(r *reaction) bool { return sameEmoji(r.emoji, emoji) })
	switch {
	case add && at < 0:
		if len(m.reactions) >= maxReactions {
			return errTooManyReactions
		}
		m.reactions = append(m.reactions, &reaction{emoji: emoji, users: []ID{user}})
	case add:
		m.reactions[at].users = appendNew(m.reactions[at].users, user)
	case at < 0 || !slices.Contains(m.reactions[at].users, user):
		return nil
	default:
		r := m.reactions[at]
		r.users = slices.DeleteFunc(r.users, func(u ID) bool { return u == user })
		if len(r.users) == 0 {
			m.reactions = slices.Delete(m.reactions, at, at+1)
		}
	}
	s.tellReaction(m, user, emoji, add)
	return nil
}

func (s *Server) tellReaction(m *message, user ID, emoji Emoji, add bool) {
	c := s.world.channels[m.channel]
	data := Object{"user_id": user, "channel_id": c.id, "message_id": m.id, "emoji": emoji, "burst": false, "type": 0}
	name, kind := "MESSAGE_REACTION_REMOVE", "reaction_remove"
	if add {
		name, kind = "MESSAGE_REACTION_ADD", "reaction_add"
		data["message_author_id"] = m.author
	}
	if g := s.world.guilds[c.guild]; g != nil {
		data["guild_id"] = g.id
		if add && g.members[user] != nil {
			data["member"] = s.world.memberShape(g.members[user], true)
		}
	}
	s.tell(kind, Fact{Guild: c.guild, Channel: c.id, Message: m.id, User: user, Body: emoji.Name})
	s.dispatch(event{name: name, guild: c.guild, channel: c.id, data: data})
}

func sameEmoji(a, b Emoji) bool {
	if a.ID != nil && b.ID != nil {
		return *a.ID == *b.ID
	}
	return a.ID == nil && b.ID == nil && a.Name == b.Name
}

// pin pins or unpins a message; pinning also says so in the channel.
func (s *Server) pin(m *message, user ID, pinned bool) error {
	c := s.world.channels[m.channel]
	if pinned == !m.pinnedAt.IsZero() {
		return nil
	}
	if pinned && len(s.pins(c)) >= maxPins {
		return errTooManyPins
	}
	m.pinnedAt = time.Time{}
	if pinned {
		m.pinnedAt = s.clock.now()
		c.lastPin = m.pinnedAt
	}
	data := Object{"channel_id": c.id, "last_pin_timestamp": stampOrNil(c.lastPin)}
	if c.guild != 0 {
		data["guild_id"] = c.guild
	}
	s.dispatch(event{name: "CHANNEL_PINS_UPDATE", guild: c.guild, channel: c.id, data: data})
	s.revised(m, "message_pin")
	if pinned {
		s.post(c, draft{kind: messagePinned, author: user, reference: &Reference{MessageID: m.id, ChannelID: c.id, GuildID: c.guild}})
	}
	return nil
}

// pins are a channel's pinned messages, the latest pin first.
func (s *Server) pins(c *channel) []*message {
	var out []*message
	for _, m := range c.messages {
		if !m.pinnedAt.IsZero() {
			out = append(out, m)
		}
	}
	slices.SortStableFunc(out, func(a, b *message) int { return b.pinnedAt.Compare(a.pinnedAt) })
	return out
}
