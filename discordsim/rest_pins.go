package discordsim

import (
	"slices"
	"time"
)

func (s *Server) pinRoutes() []*route {
	return []*route{
		{method: "GET", path: "/channels/{channel}/pins", auth: byBot, bucket: bucketPins, do: listPinsOld},
		{method: "PUT", path: "/channels/{channel}/pins/{message}", auth: byBot, bucket: bucketPins, do: func(c *call) (any, error) { return c.setPin(true) }},
		{method: "DELETE", path: "/channels/{channel}/pins/{message}", auth: byBot, bucket: bucketPins, do: func(c *call) (any, error) { return c.setPin(false) }},
		{method: "GET", path: "/channels/{channel}/messages/pins", auth: byBot, bucket: bucketPins, do: listPins},
		{method: "PUT", path: "/channels/{channel}/messages/pins/{message}", auth: byBot, bucket: bucketPins, do: func(c *call) (any, error) { return c.setPin(true) }},
		{method: "DELETE", path: "/channels/{channel}/messages/pins/{message}", auth: byBot, bucket: bucketPins, do: func(c *call) (any, error) { return c.setPin(false) }},
	}
}

func listPinsOld(c *call) (any, error) {
	ch, err := c.channelIn()
	if err != nil {
		return nil, err
	}
	out := []*Message{}
	for _, m := range c.s.pins(ch) {
		out = append(out, c.readable(m))
	}
	return out, nil
}

func listPins(c *call) (any, error) {
	ch, err := c.channelIn()
	if err != nil {
		return nil, err
	}
	limit, err := c.limit(50, maxPinPage)
	if err != nil {
		return nil, err
	}
	before, err := time.Parse(time.RFC3339Nano, c.query.Get("before"))
	items, more := []Object{}, false
	for _, m := range c.s.pins(ch) {
		if err == nil && !m.pinnedAt.Before(before) {
			continue
		}
		if len(items) == limit {
			more = true
			break
		}
		items = append(items, Object{"pinned_at": Stamp(m.pinnedAt), "message": c.readable(m)})
	}
	return Object{"items": items, "has_more": more}, nil
}

func (c *call) setPin(pinned bool) (any, error) {
	ch, m, err := c.messageIn()
	if err != nil {
		return nil, err
	}
	if !c.s.world.inChannel(ch, c.me()).Has(PermPinMessages) {
		return nil, errMissingPermissions
	}
	if m.kind != messageDefault && m.kind != messageReply && m.kind != messageCommand {
		return nil, errSystemMessage
	}
	return nil, c.s.pin(m, c.me(), pinned)
}

func (s *Server) reactionRoutes() []*route {
	const base = "/channels/{channel}/messages/{message}/reactions"
	return []*route{
		{method: "PUT", path: base + "/{emoji}/@me", auth: byBot, bucket: bucketReact, do: addReaction},
		{method: "DELETE", path: base + "/{emoji}/{user}", auth: byBot, bucket: bucketReact, do: removeReaction},
		{method: "GET", path: base + "/{emoji}", auth: byBot, do: listReactions},
		{method: "DELETE", path: base + "/{emoji}", auth: byBot, bucket: bucketReact, do: clearReactions},
		{method: "DELETE", path: base, auth: byBot, bucket: bucketReact, do: clearReactions},
	}
}

func addReaction(c *call) (any, error) {
	ch, m, err := c.messageIn()
	if err != nil {
		return nil, err
	}
	if !c.s.world.inChannel(ch, c.me()).Has(PermAddReactions | PermReadHistory) {
		return nil, errMissingPermissions
	}
	return nil, c.s.react(m, c.me(), parseEmoji(c.path["emoji"]), true)
}

func removeReaction(c *call) (any, error) {
	ch, m, err := c.messageIn()
	if err != nil {
		return nil, err
	}
	user, err := c.pathID("user")
	if err != nil {
		return nil, err
	}
	if user != c.me() && !c.s.world.inChannel(ch, c.me()).Has(PermManageMessages) {
		return nil, errMissingPermissions
	}
	return nil, c.s.react(m, user, parseEmoji(c.path["emoji"]), false)
}

func listReactions(c *call) (any, error) {
	_, m, err := c.messageIn()
	if err != nil {
		return nil, err
	}
	out := []User{}
	for _, r := range m.reactions {
		if sameEmoji(r.emoji, parseEmoji(c.path["emoji"])) {
			for _, u := range r.users {
				out = append(out, c.s.world.userShape(u))
			}
		}
	}
	return out, nil
}

// clearReactions removes all reactions, or all of one emoji.
func clearReactions(c *call) (any, error) {
	ch, m, err := c.messageIn()
	if err != nil {
		return nil, err
	}
	if !c.s.world.inChannel(ch, c.me()).Has(PermManageMessages) {
		return nil, errMissingPermissions
	}
	name, data := "MESSAGE_REACTION_REMOVE_ALL", Object{"channel_id": ch.id, "message_id": m.id}
	if ch.guild != 0 {
		data["guild_id"] = ch.guild
	}
	if c.path["emoji"] == "" {
		m.reactions = nil
	} else {
		emoji := parseEmoji(c.path["emoji"])
		m.reactions = slices.DeleteFunc(m.reactions, func(r *reaction) bool { return sameEmoji(r.emoji, emoji) })
		name, data["emoji"] = "MESSAGE_REACTION_REMOVE_EMOJI", emoji
	}
	c.s.dispatch(event{name: name, guild: ch.guild, channel: ch.id, data: data})
	return nil, nil
}
