package discordsim

import "strings"

// StartThread opens a thread as the user: on a message, or with message 0 by itself, then also a private one.
func (s *Server) StartThread(user, channel, message ID, name string, private bool) (Channel, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, err := s.seen(user, channel)
	if err != nil {
		return Channel{}, err
	}
	kind, need := channelPublicThread, PermPublicThreads
	if private {
		kind, need = channelPrivateThread, PermPrivateThreads
	}
	name = strings.TrimSpace(name)
	switch {
	case c.kind != channelText && c.kind != channelNews:
		return Channel{}, errChannelType
	case !s.world.inChannel(c, user).Has(need | PermSendInThreads):
		return Channel{}, errMissingPermissions
	case name == "" || count(name) > maxChannelName:
		return Channel{}, formError("name", "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 100 in length.")
	}
	t := s.world.newThread(c, kind, name, user)
	if message != 0 {
		return s.threadOn(user, t, message)
	}
	s.addThread(t, s.world.newID())
	if kind == channelPublicThread {
		s.post(c, draft{kind: messageThreadCreated, author: user, content: name, reference: &Reference{ChannelID: t.id, GuildID: t.guild}})
	}
	return s.world.channelShape(t, user), nil
}

func (s *Server) threadOn(user ID, t *channel, message ID) (Channel, error) {
	_, m, err := s.seenMessage(user, message)
	switch {
	case err != nil:
		return Channel{}, err
	case m.channel != t.parent || t.kind == channelPrivateThread:
		return Channel{}, errUnknownMessage
	case m.flags&flagHasThread != 0:
		return Channel{}, errThreadExists
	}
	t.thread.starter = m.id
	s.addThread(t, m.id)
	m.flags |= flagHasThread
	s.revised(m, "message_update")
	return s.world.channelShape(t, user), nil
}
