package discordsim

// snapshot is what a forwarded message said when it was forwarded. Who said it is left out, as in Discord.
type snapshot struct{ of *message }

// Forward sends a message on into another channel.
func (s *Server) Forward(user, message, into ID) (*Message, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	from, m, err := s.seenMessage(user, message)
	if err != nil {
		return nil, err
	}
	to, err := s.seen(user, into)
	if err != nil {
		return nil, err
	}
	if err := s.mayPost(user, to); err != nil {
		return nil, err
	}
	d, err := s.forwardOf(from, m)
	if err != nil {
		return nil, err
	}
	d.author = user
	return s.messageShape(s.post(to, d), user), nil
}

// forwardOf is the message that forwards m. What only one person sees, or Discord itself said, cannot be forwarded.
func (s *Server) forwardOf(from *channel, m *message) (draft, error) {
	switch m.kind {
	case messageDefault, messageReply, messageCommand, messageContextCommand:
	default:
		return draft{}, errSystemMessage
	}
	if m.onlyFor != 0 || m.poll != nil {
		return draft{}, formError("message_reference", "MESSAGE_REFERENCE_FORWARD_INVALID", "This message cannot be forwarded")
	}
	kept := *m
	d := draft{
		flags: flagHasSnapshot, snapshot: &snapshot{of: &kept},
		reference: &Reference{Type: 1, MessageID: m.id, ChannelID: from.id, GuildID: from.guild},
	}
	if m.snapshot != nil {
		d.snapshot = m.snapshot
	}
	return d, nil
}

// snapshotShapes is what a message that forwards another shows of it.
func (s *Server) snapshotShapes(m *message) []Object {
	if m.snapshot == nil {
		return nil
	}
	of := s.messageCore(m.snapshot.of, 0)
	return []Object{{"message": Object{
		"type": of.Type, "content": of.Content, "timestamp": of.Timestamp, "edited_timestamp": of.EditedTimestamp, "flags": of.Flags,
		"mentions": of.Mentions, "mention_roles": of.MentionRoles, "attachments": of.Attachments, "embeds": of.Embeds, "components": of.Components,
	}}}
}

// withoutSnapshots hides what was said, from applications that may not read it.
func withoutSnapshots(shapes []Object) []Object {
	var out []Object
	for _, shape := range shapes {
		said, _ := shape["message"].(Object)
		bare := Object{}
		for key, value := range said {
			bare[key] = value
		}
		bare["content"], bare["attachments"], bare["embeds"], bare["components"] = "", []Attachment{}, []Object{}, []Object{}
		out = append(out, Object{"message": bare})
	}
	return out
}

// forward makes of a bot's message one that forwards another, which it must be able to read.
func (c *call) forward(f *form, id ID, d *draft) error {
	f.need("channel_id")
	m := c.s.world.messages[id]
	if err := c.err(); err != nil {
		return err
	}
	if m == nil || m.channel != f.id("channel_id") || !c.s.world.inChannel(c.s.world.channels[m.channel], c.me()).Has(PermReadHistory) {
		return formError("message_reference", "REPLIES_UNKNOWN_MESSAGE", "Unknown message")
	}
	made, err := c.s.forwardOf(c.s.world.channels[m.channel], m)
	d.snapshot, d.reference, d.flags = made.snapshot, made.reference, d.flags|made.flags
	return err
}
