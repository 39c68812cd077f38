package discordsim

import (
	"strings"
	"time"
)

// This file is what a person can do in a channel. Each method refuses with the error their client would show.

// SayOptions is a message about to be sent.
type SayOptions struct {
	Content string
	ReplyTo ID
	Files   []File
	Poll    *Poll
}

// Say sends a message as the user.
func (s *Server) Say(user, channel ID, o SayOptions) (*Message, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, err := s.seen(user, channel)
	if err != nil {
		return nil, err
	}
	if err := s.maySpeak(user, c, o); err != nil {
		return nil, err
	}
	d := draft{author: user, content: strings.TrimSpace(o.Content), files: o.Files, mentions: allMentions}
	if o.Poll != nil {
		if d.poll, err = o.Poll.start(s.clock.now()); err != nil {
			return nil, err
		}
	}
	if o.ReplyTo != 0 {
		d.kind, d.reference = messageReply, &Reference{MessageID: o.ReplyTo, ChannelID: c.id, GuildID: c.guild}
	}
	return s.messageShape(s.post(c, d), user), nil
}

func (s *Server) maySpeak(user ID, c *channel, o SayOptions) error {
	if err := s.mayPost(user, c); err != nil {
		return err
	}
	may := s.world.inChannel(c, user)
	switch {
	case strings.TrimSpace(o.Content) == "" && len(o.Files) == 0 && o.Poll == nil:
		return errEmptyMessage
	case len([]rune(o.Content)) > 2000:
		return formError("content", "BASE_TYPE_MAX_LENGTH", "Must be 2000 or fewer in length.")
	case len(o.Files) > 0 && !may.Has(PermAttachFiles), o.Poll != nil && c.guild != 0 && !may.Has(PermSendPolls):
		return errMissingPermissions
	case o.ReplyTo != 0 && (s.world.messages[o.ReplyTo] == nil || s.world.messages[o.ReplyTo].channel != c.id):
		return formError("message_reference", "REPLIES_UNKNOWN_MESSAGE", "Unknown message")
	}
	for _, f := range o.Files {
		if len(f.Data) > maxFileBytes {
			return errTooLarge
		}
	}
	return s.inSlowmode(user, c)
}

// mayPost is what people, bots and webhooks have in common: a text channel, an open thread, the permission.
func (s *Server) mayPost(user ID, c *channel) error {
	switch {
	case !c.text():
		return errNotText
	case c.kind == channelDM:
		return s.mayDM(user, c)
	case !s.world.inChannel(c, user).Has(PermSendMessages):
		return errMissingPermissions
	case c.thread != nil && c.thread.locked && !s.world.inChannel(c, user).Has(PermManageThreads):
		return errThreadLocked
	}
	return nil
}

func (s *Server) mayDM(from ID, c *channel) error {
	to := c.recipients[0]
	if to == from {
		to = c.recipients[1]
	}
	other := s.world.users[to]
	switch {
	case other == nil || other.dmClosed && s.world.users[from].bot || other.blocked[from]:
		return errCannotDM
	case !s.world.shareGuild(from, to):
		return errNoMutualGuild
	}
	return nil
}

func (s *Server) inSlowmode(user ID, c *channel) error {
	if c.slowmode == 0 || s.world.inChannel(c, user).Has(PermBypassSlowmode) {
		return nil
	}
	now := s.clock.now()
	if last, ok := c.spoke[user]; ok && now.Sub(last) < time.Duration(c.slowmode)*time.Second {
		return errSlowmode
	}
	if c.spoke == nil {
		c.spoke = map[ID]time.Time{}
	}
	c.spoke[user] = now
	return nil
}

// seen finds a channel the user can view. Threads and guild channels out of sight are "Missing Access".
func (s *Server) seen(user, channel ID) (*channel, error) {
	c := s.world.channels[channel]
	if c == nil {
		return nil, errUnknownChannel
	}
	if !s.world.canSee(c, user) {
		return nil, errMissingAccess
	}
	return c, nil
}

// seenMessage finds a message the user can read.
func (s *Server) seenMessage(user, id ID) (*channel, *message, error) {
	m := s.world.messages[id]
	if m == nil || m.onlyFor != 0 && m.onlyFor != user {
		return nil, nil, errUnknownMessage
	}
	c, err := s.seen(user, m.channel)
	return c, m, err
}

// Edit changes the content of the user's own message.
func (s *Server) Edit(user, message ID, content string) (*Message, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, m, err := s.seenMessage(user, message)
	switch {
	case err != nil:
		return nil, err
	case m.author != user:
		return nil, errOthersMessage
	case m.poll != nil:
		return nil, errPollEdit
	case strings.TrimSpace(content) == "" && len(m.files) == 0:
		return nil, errEmptyMessage
	case len([]rune(content)) > 2000:
		return nil, formError("content", "BASE_TYPE_MAX_LENGTH", "Must be 2000 or fewer in length.")
	}
	m.content, m.edited = strings.TrimSpace(content), s.clock.now()
	s.findMentions(m, allMentions)
	s.revised(m, "message_edit")
	return s.messageShape(m, user), nil
}

// Delete deletes the user's own message, or anybody's with the permission to manage messages. An ephemeral message is
// dismissed.
func (s *Server) Delete(user, message ID) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, m, err := s.seenMessage(user, message)
	if err != nil {
		return err
	}
	if m.author != user && m.onlyFor != user && !s.world.inChannel(c, user).Has(PermManageMessages) {
		return errMissingPermissions
	}
	s.remove(m)
	return nil
}

// BulkDelete deletes many messages at once, which raises a single event.
func (s *Server) BulkDelete(user, channel ID, messages []ID) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, err := s.seen(user, channel)
	if err != nil {
		return err
	}
	if !s.world.inChannel(c, user).Has(PermManageMessages) {
		return errMissingPermissions
	}
	return s.bulkDelete(c, messages)
}

func (s *Server) bulkDelete(c *channel, messages []ID) error {
	if len(messages) < leastBulk || len(messages) > maxBulk {
		return errBulkCount
	}
	oldest := s.clock.now().Add(-bulkAge)
	for _, id := range messages {
		if id.Time().Before(oldest) {
			return errBulkTooOld
		}
	}
	s.removeMany(c, messages)
	return nil
}

// React adds the user's reaction; emoji is a Unicode one or name:id.
func (s *Server) React(user, message ID, emoji string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, m, err := s.seenMessage(user, message)
	if err != nil {
		return err
	}
	if !s.world.inChannel(c, user).Has(PermAddReactions) {
		return errMissingPermissions
	}
	return s.react(m, user, parseEmoji(emoji), true)
}

// Unreact takes the user's reaction back.
func (s *Server) Unreact(user, message ID, emoji string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, m, err := s.seenMessage(user, message)
	if err != nil {
		return err
	}
	return s.react(m, user, parseEmoji(emoji), false)
}

func parseEmoji(text string) Emoji {
	name, rest, custom := strings.Cut(text, ":")
	if id, err := ParseID(rest); custom && err == nil {
		return Emoji{ID: &id, Name: name}
	}
	return Emoji{Name: text}
}

// Pin pins a message, Unpin unpins it.
func (s *Server) Pin(user, message ID) error { return s.setPin(user, message, true) }

// Unpin unpins a message.
func (s *Server) Unpin(user, message ID) error { return s.setPin(user, message, false) }

func (s *Server) setPin(user, message ID, pinned bool) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, m, err := s.seenMessage(user, message)
	if err != nil {
		return err
	}
	if !s.world.inChannel(c, user).Has(PermPinMessages) {
		return errMissingPermissions
	}
	return s.pin(m, user, pinned)
}

// Typing shows that the user is typing.
func (s *Server) Typing(user, channel ID) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, err := s.seen(user, channel)
	if err != nil {
		return err
	}
	s.typing(user, c)
	return nil
}

func (s *Server) typing(user ID, c *channel) {
	data := Object{"channel_id": c.id, "user_id": user, "timestamp": s.clock.now().Unix()}
	if g := s.world.guilds[c.guild]; g != nil {
		data["guild_id"], data["member"] = g.id, s.world.memberShape(g.members[user], true)
	}
	s.dispatch(event{name: "TYPING_START", guild: c.guild, channel: c.id, data: data})
}

// DeleteChannel deletes a channel as the user.
func (s *Server) DeleteChannel(user, channel ID) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, err := s.seen(user, channel)
	if err != nil {
		return err
	}
	need := PermManageChannels
	if c.thread != nil {
		need = PermManageThreads
	}
	if c.guild == 0 || !s.world.inChannel(c, user).Has(need) {
		return errMissingPermissions
	}
	s.removeChannel(c, user)
	return nil
}

// OpenDM finds or makes the direct conversation of two users.
func (s *Server) OpenDM(user, with ID) (Channel, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.world.users[user] == nil || s.world.users[with] == nil || user == with {
		return Channel{}, errUnknownUser
	}
	return s.world.channelShape(s.world.dm(user, with), user), nil
}
