package discordsim

import "strings"

// This file is what a request is about, as its path says.

// note writes down who calls and what it is about, before the request can change that.
func (c *call) note(entry *Call) {
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	_, token, _ := strings.Cut(c.r.Header.Get("Authorization"), " ")
	if a := c.s.world.tokens[token]; a != nil {
		entry.App = a.id
	} else if i := c.interactionOfPath(); i != nil {
		entry.App = i.app.id
	}
	entry.Guild = c.guildOfPath()
	entry.Channel, _ = ParseID(c.path["channel"])
}

// guildOfPath is the guild that the path names, or that what it names belongs to; 0 when there is none.
func (c *call) guildOfPath() ID {
	w := c.s.world
	id := func(name string) ID { id, _ := ParseID(c.path[name]); return id }
	if c.path["guild"] != "" {
		return id("guild")
	}
	if ch := w.channels[id("channel")]; ch != nil {
		return ch.guild
	}
	if h := w.webhooks[id("webhook")]; h != nil {
		return h.guild
	}
	if i := c.interactionOfPath(); i != nil {
		return i.guild
	}
	return 0
}

// interactionOfPath is the interaction that the token in the path belongs to, or nil.
func (c *call) interactionOfPath() *interaction {
	if c.path["token"] == "" {
		return nil
	}
	for _, i := range c.s.world.interactions {
		if i.token == c.path["token"] {
			return i
		}
	}
	return nil
}
