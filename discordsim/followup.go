package discordsim

import (
	"crypto/subtle"
	"slices"
)

// This file is /webhooks/{webhook}/{token}: for an application's ID, what it says after its first answer; for a
// webhook's, messages from outside.

func (s *Server) webhookTokenRoutes() []*route {
	const base, messages = "/webhooks/{webhook}/{token}", "/webhooks/{webhook}/{token}/messages/{message}"
	return []*route{
		{method: "GET", path: base, do: getWebhookByToken},
		{method: "POST", path: base, bucket: bucketWebhook, do: executeWebhook},
		{method: "GET", path: messages, bucket: bucketWebhook, do: getWebhookMessage},
		{method: "PATCH", path: messages, bucket: bucketWebhook, do: editWebhookMessage},
		{method: "DELETE", path: messages, bucket: bucketWebhook, do: deleteWebhookMessage},
	}
}

// tokenHolder finds whom the token in the path belongs to: an interaction or a webhook.
func (c *call) tokenHolder() (*interaction, *webhook, error) {
	id, err := c.pathID("webhook")
	if err != nil {
		return nil, nil, err
	}
	if h := c.s.world.webhooks[id]; h != nil {
		if subtle.ConstantTimeCompare([]byte(h.token), []byte(c.path["token"])) == 0 {
			return nil, nil, errWebhookToken
		}
		return nil, h, nil
	}
	if c.s.world.apps[id] == nil {
		return nil, nil, errUnknownWebhook
	}
	for _, i := range c.s.world.interactions {
		if i.app.id == id && i.token == c.path["token"] {
			c.app = i.app
			if !i.acked {
				return nil, nil, errUnknownWebhook
			}
			return i, nil, nil
		}
	}
	return nil, nil, errWebhookToken
}

func getWebhookByToken(c *call) (any, error) {
	_, h, err := c.tokenHolder()
	if err != nil {
		return nil, err
	}
	if h == nil {
		return nil, errUnknownWebhook
	}
	return c.s.webhookShape(h), nil
}

func executeWebhook(c *call) (any, error) {
	i, h, err := c.tokenHolder()
	if err != nil {
		return nil, err
	}
	if h != nil {
		return c.fromOutside(h)
	}
	if c.s.world.channels[i.channel] == nil {
		return nil, errUnknownChannel
	}
	if m := c.s.world.messages[i.original]; i.deferred && m != nil {
		return c.fill(i, m) // the first follow-up takes the place of "thinking..."
	}
	d, err := c.compose(c.form)
	if err != nil {
		return nil, err
	}
	m := c.respond(i, d)
	if i.original == 0 {
		i.original = m.id
	}
	return c.s.messageShape(m, i.app.id), nil
}

// fill replaces a deferred answer by the real one.
func (c *call) fill(i *interaction, m *message) (any, error) {
	if err := c.rewrite(c.form, m); err != nil {
		return nil, err
	}
	m.flags &^= flagLoading
	i.deferred = false
	c.s.revised(m, "message_update")
	c.s.settle(i, StateAnswered)
	return c.s.messageShape(m, i.app.id), nil
}

// fromOutside posts as a webhook, with a name and avatar of its choice.
func (c *call) fromOutside(h *webhook) (any, error) {
	name := c.text("username", 0, maxWebhookUsername)
	avatar := c.text("avatar_url", 0, maxEmbedURL)
	threadID := c.id("thread_id")
	if err := c.err(); err != nil {
		return nil, err
	}
	c.app = &application{id: h.id}
	d, err := c.compose(c.form)
	if err != nil {
		return nil, err
	}
	target := c.s.world.channels[h.channel]
	if id, err := ParseID(c.query.Get("thread_id")); err == nil {
		threadID = id
	}
	if threadID != 0 {
		target = c.s.world.channels[threadID]
	}
	if target == nil {
		return nil, errUnknownChannel
	}
	if name == "" {
		name = h.name
	}
	d.flags &^= flagEphemeral
	d.webhook, d.app = h.id, h.app
	d.persona = &User{ID: h.id, Username: name, Discriminator: "0000", Bot: true, Avatar: nullable(avatar)}
	m := c.s.post(target, d)
	if c.query.Get("wait") != "true" {
		return nil, nil
	}
	return c.s.messageShape(m, h.app), nil
}

// ownMessage finds the message in the path, which must be the token holder's.
func (c *call) ownMessage() (*interaction, *message, error) {
	i, h, err := c.tokenHolder()
	if err != nil {
		return nil, nil, err
	}
	var id ID
	if c.path["message"] == "@original" && i != nil {
		id = i.original
	} else if id, err = c.pathID("message"); err != nil {
		return nil, nil, err
	}
	m := c.s.world.messages[id]
	switch {
	case m == nil:
		return nil, nil, errUnknownMessage
	case h != nil && m.webhook == h.id:
		c.app = &application{id: h.id}
		return nil, m, nil
	case i != nil && (m.id == i.original || m.interaction == i):
		return i, m, nil
	}
	return nil, nil, errUnknownMessage
}

func getWebhookMessage(c *call) (any, error) {
	_, m, err := c.ownMessage()
	if err != nil {
		return nil, err
	}
	return c.s.messageShape(m, c.me()), nil
}

func editWebhookMessage(c *call) (any, error) {
	i, m, err := c.ownMessage()
	if err != nil {
		return nil, err
	}
	if i != nil && i.deferred && m.id == i.original {
		return c.fill(i, m)
	}
	if err := c.rewrite(c.form, m); err != nil {
		return nil, err
	}
	m.edited = c.s.clock.now()
	c.s.revised(m, "message_edit")
	if i != nil && i.state == StateDeferred {
		c.s.settle(i, StateAnswered)
	}
	return c.s.messageShape(m, c.me()), nil
}

func deleteWebhookMessage(c *call) (any, error) {
	i, m, err := c.ownMessage()
	if err != nil {
		return nil, err
	}
	if i != nil {
		i.deferred = false
	}
	c.s.remove(m)
	return nil, nil
}

func (s *Server) webhookShape(h *webhook) Object {
	o := Object{
		"id": h.id, "type": 1, "guild_id": h.guild, "channel_id": h.channel, "name": h.name, "avatar": nil,
		"application_id": nullable(h.app), "token": h.token, "url": s.base + "/api/webhooks/" + h.id.String() + "/" + h.token,
	}
	if s.world.users[h.creator] != nil {
		o["user"] = s.world.userShape(h.creator)
	}
	return o
}

func (s *Server) webhookRoutes() []*route {
	return []*route{
		{method: "POST", path: "/channels/{channel}/webhooks", auth: byBot, do: createWebhook},
		{method: "GET", path: "/channels/{channel}/webhooks", auth: byBot, do: listWebhooks},
		{method: "DELETE", path: "/webhooks/{webhook}", auth: byBot, do: deleteWebhook},
	}
}

func createWebhook(c *call) (any, error) {
	ch, err := c.channelFor(PermManageWebhooks)
	if err != nil {
		return nil, err
	}
	c.needText("name")
	name := c.text("name", 1, maxWebhookName)
	if err := c.err(); err != nil {
		return nil, err
	}
	if len(c.s.webhooksOf(ch.id)) >= maxWebhooks {
		return nil, errTooManyWebhooks
	}
	h := &webhook{id: c.s.world.newID(), token: "sim." + randomText(48), name: name, channel: ch.id, guild: ch.guild, app: c.app.id, creator: c.app.id}
	c.s.world.webhooks[h.id] = h
	c.s.dispatch(event{name: "WEBHOOKS_UPDATE", guild: ch.guild, channel: ch.id, data: Object{"guild_id": ch.guild, "channel_id": ch.id}})
	return c.s.webhookShape(h), nil
}

func listWebhooks(c *call) (any, error) {
	ch, err := c.channelFor(PermManageWebhooks)
	if err != nil {
		return nil, err
	}
	out := []Object{}
	for _, h := range c.s.webhooksOf(ch.id) {
		out = append(out, c.s.webhookShape(h))
	}
	return out, nil
}

func (s *Server) webhooksOf(channel ID) []*webhook {
	return slices.DeleteFunc(sorted(s.world.webhooks), func(h *webhook) bool { return h.channel != channel })
}

func deleteWebhook(c *call) (any, error) {
	id, err := c.pathID("webhook")
	if err != nil {
		return nil, err
	}
	h := c.s.world.webhooks[id]
	if h == nil {
		return nil, errUnknownWebhook
	}
	ch := c.s.world.channels[h.channel]
	if !c.s.world.inChannel(ch, c.me()).Has(PermManageWebhooks) {
		return nil, errMissingPermissions
	}
	delete(c.s.world.webhooks, id)
	c.s.dispatch(event{name: "WEBHOOKS_UPDATE", guild: h.guild, channel: h.channel, data: Object{"guild_id": h.guild, "channel_id": h.channel}})
	return nil, nil
}
