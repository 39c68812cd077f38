package discordsim

import (
	"fmt"
	"math"
	"slices"
	"time"
)

func (s *Server) messageRoutes() []*route {
	const all, one = "/channels/{channel}/messages", "/channels/{channel}/messages/{message}"
	return []*route{
		{method: "GET", path: all, auth: byBot, do: listMessages},
		{method: "POST", path: all, auth: byBot, bucket: bucketPost, do: createMessage},
		{method: "GET", path: one, auth: byBot, do: getMessage},
		{method: "PATCH", path: one, auth: byBot, bucket: bucketEdit, do: editMessage},
		{method: "DELETE", path: one, auth: byBot, bucket: bucketDelete, do: deleteMessage},
		{method: "POST", path: all + "/bulk-delete", auth: byBot, bucket: bucketBulk, do: deleteMessages},
	}
}

// messageIn finds the message in the path. Ephemeral ones cannot be reached this way.
func (c *call) messageIn() (*channel, *message, error) {
	ch, err := c.channelIn()
	if err != nil {
		return nil, nil, err
	}
	id, err := c.pathID("message")
	if err != nil {
		return nil, nil, err
	}
	m := c.s.world.messages[id]
	if m == nil || m.channel != ch.id || m.onlyFor != 0 {
		return nil, nil, errUnknownMessage
	}
	return ch, m, nil
}

// readable is a message as a fetch shows it: without nonce, and without content where the intent is off.
func (c *call) readable(m *message) *Message {
	shape := c.s.messageShape(m, c.me())
	shape.Nonce = nil
	if !c.s.readsContent(c.app.intents, c.me(), m) {
		return shape.withoutContent()
	}
	return shape
}

func getMessage(c *call) (any, error) {
	ch, m, err := c.messageIn()
	if err != nil {
		return nil, err
	}
	if !c.s.world.inChannel(ch, c.me()).Has(PermReadHistory) {
		return nil, errMissingPermissions
	}
	return c.readable(m), nil
}

// listMessages is newest first. Without permission to read the history it is empty, not refused.
func listMessages(c *call) (any, error) {
	ch, err := c.channelIn()
	if err != nil {
		return nil, err
	}
	limit, err := c.limit(50, maxPage)
	if err != nil {
		return nil, err
	}
	if !ch.text() {
		return nil, errNotText
	}
	out := []*Message{}
	if !c.s.world.inChannel(ch, c.me()).Has(PermReadHistory) {
		return out, nil
	}
	for _, m := range c.page(ch, limit) {
		out = append(out, c.readable(m))
	}
	slices.Reverse(out)
	return out, nil
}

// page picks messages by before, after or around, oldest first.
func (c *call) page(ch *channel, limit int) []*message {
	visible := slices.DeleteFunc(slices.Clone(ch.messages), func(m *message) bool { return m.onlyFor != 0 })
	where := func(key string) (int, bool) {
		id, err := ParseID(c.query.Get(key))
		at, _ := (&channel{messages: visible}).find(id)
		return at, err == nil
	}
	from, to := max(len(visible)-limit, 0), len(visible)
	if at, ok := where("around"); ok {
		from = max(at-limit/2, 0)
		to = min(from+limit, len(visible))
	} else if at, ok := where("before"); ok {
		from, to = max(at-limit, 0), at
	} else if at, ok := where("after"); ok {
		if id, _ := ParseID(c.query.Get("after")); at < len(visible) && visible[at].id == id {
			at++
		}
		from, to = at, min(at+limit, len(visible))
	}
	return visible[from:to]
}

func createMessage(c *call) (any, error) {
	ch, err := c.channelIn()
	if err != nil {
		return nil, err
	}
	if err := c.s.mayPost(c.me(), ch); err != nil {
		return nil, err
	}
	d, err := c.compose(c.form)
	if err != nil {
		return nil, err
	}
	d.flags &^= flagEphemeral
	if err := c.allowedParts(ch, d); err != nil {
		return nil, err
	}
	if err := c.readReference(ch, &d); err != nil {
		return nil, err
	}
	key := fmt.Sprint(ch.id, c.me(), d.nonce)
	if c.flag("enforce_nonce") && d.nonce != nil {
		if m := c.s.world.messages[c.s.nonces[key]]; m != nil && c.s.clock.now().Sub(m.id.Time()) < nonceLife {
			return c.s.messageShape(m, c.me()), nil
		}
	}
	m := c.s.post(ch, d)
	if d.nonce != nil {
		c.s.remember(key, m.id)
	}
	return c.s.messageShape(m, c.me()), nil
}

// nonceLife is how long a nonce keeps a second copy out. Discord says "a few minutes".
const nonceLife = 5 * time.Minute

func (s *Server) remember(key string, id ID) {
	s.nonces[key] = id
	s.clock.after(nonceLife, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.nonces[key] == id {
			delete(s.nonces, key)
		}
	})
}

// allowedParts: embeds and files need permissions of their own.
func (c *call) allowedParts(ch *channel, d draft) error {
	may := c.s.world.inChannel(ch, c.me())
	if len(d.embeds) > 0 && !may.Has(PermEmbedLinks) || len(d.files) > 0 && !may.Has(PermAttachFiles) || d.poll != nil && ch.guild != 0 && !may.Has(PermSendPolls) {
		return errMissingPermissions
	}
	return nil
}

func (c *call) readReference(ch *channel, d *draft) error {
	f := c.object("message_reference")
	if f == nil {
		return nil
	}
	id := f.id("message_id")
	kind := f.integer("type", 0, 1, 0)
	if err := c.err(); err != nil {
		return err
	}
	if kind == 1 {
		return c.forward(f, id, d)
	}
	if !c.s.world.inChannel(ch, c.me()).Has(PermReadHistory) {
		return errReplyHistory
	}
	if m := c.s.world.messages[id]; m != nil && m.channel == ch.id && m.onlyFor == 0 {
		d.kind, d.reference = messageReply, &Reference{MessageID: id, ChannelID: ch.id, GuildID: ch.guild}
		return nil
	}
	if f.has("fail_if_not_exists") && !f.flag("fail_if_not_exists") {
		return nil
	}
	return formError("message_reference", "REPLIES_UNKNOWN_MESSAGE", "Unknown message")
}

func editMessage(c *call) (any, error) {
	ch, m, err := c.messageIn()
	if err != nil {
		return nil, err
	}
	switch {
	case m.author != c.me() || m.webhook != 0 && m.interaction == nil:
		return nil, errOthersMessage
	case ch.thread != nil && ch.thread.archived:
		return nil, errArchived
	}
	if err := c.rewrite(c.form, m); err != nil {
		return nil, err
	}
	m.edited = c.s.clock.now()
	c.s.revised(m, "message_edit")
	return c.s.messageShape(m, c.me()), nil
}

func deleteMessage(c *call) (any, error) {
	ch, m, err := c.messageIn()
	if err != nil {
		return nil, err
	}
	if m.author != c.me() && (ch.guild == 0 || !c.s.world.inChannel(ch, c.me()).Has(PermManageMessages)) {
		if ch.guild == 0 {
			return nil, errDMAction
		}
		return nil, errMissingPermissions
	}
	c.s.remove(m)
	return nil, nil
}

func deleteMessages(c *call) (any, error) {
	ch, err := c.channelFor(PermManageMessages)
	if err != nil {
		return nil, err
	}
	c.need("messages")
	ids := c.ids("messages", math.MaxInt) // too many is another refusal than most lists'
	if err := c.err(); err != nil {
		return nil, err
	}
	return nil, c.s.bulkDelete(ch, ids)
}
