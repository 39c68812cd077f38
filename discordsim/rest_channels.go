package discordsim

import (
	"slices"
)

func (s *Server) channelRoutes() []*route {
	const one, overwrite = "/channels/{channel}", "/channels/{channel}/permissions/{overwrite}"
	return []*route{
		{method: "GET", path: one, auth: byBot, do: getChannel},
		{method: "PATCH", path: one, auth: byBot, bucket: bucketChannel, do: editChannel},
		{method: "DELETE", path: one, auth: byBot, bucket: bucketGone, do: deleteChannel},
		{method: "PUT", path: overwrite, auth: byBot, bucket: bucketChannels, do: putOverwrite},
		{method: "DELETE", path: overwrite, auth: byBot, bucket: bucketChannels, do: deleteOverwrite},
		{method: "POST", path: "/channels/{channel}/typing", auth: byBot, do: startTyping},
	}
}

// channelIn finds the channel in the path, if the caller can view it.
func (c *call) channelIn() (*channel, error) {
	id, err := c.pathID("channel")
	if err != nil {
		return nil, err
	}
	return c.s.seen(c.me(), id)
}

// channelFor finds the channel and insists on a permission in it.
func (c *call) channelFor(need Permissions) (*channel, error) {
	ch, err := c.channelIn()
	if err != nil {
		return nil, err
	}
	if !c.s.world.inChannel(ch, c.me()).Has(need) {
		return nil, errMissingPermissions
	}
	return ch, nil
}

func getChannel(c *call) (any, error) {
	ch, err := c.channelIn()
	if err != nil {
		return nil, err
	}
	return c.s.world.channelShape(ch, c.me()), nil
}

func createChannel(c *call) (any, error) {
	g, err := c.guildFor(PermManageChannels)
	if err != nil {
		return nil, err
	}
	c.need("name")
	ch := &channel{
		guild: g.id, name: c.text("name", 1, maxChannelName), kind: c.oneOf("type", channelText, channelVoice, channelCategory, channelNews, 13, channelForum, 16),
		topic: c.text("topic", 0, topicLimit(c.integer("type", 0, 99, 0))), parent: c.id("parent_id"), position: c.integer("position", 0, 1<<30, 0), nsfw: c.flag("nsfw"),
		slowmode: c.integer("rate_limit_per_user", 0, maxSlowmode, 0),
	}
	ch.overwrites, err = c.readOverwrites(g, ch.parent)
	if err != nil {
		return nil, err
	}
	c.checkParent(c.s.world, g, ch)
	if err := c.err(); err != nil {
		return nil, err
	}
	if len(c.s.world.channelsOf(g.id)) >= maxChannels {
		return nil, errTooManyChannels
	}
	if parent := c.s.world.channels[ch.parent]; parent != nil && !c.has("permission_overwrites") {
		ch.overwrites = slices.Clone(parent.overwrites)
	}
	return c.s.world.channelShape(c.s.addChannel(ch, c.me()), c.me()), nil
}

func topicLimit(kind int) int {
	if kind == channelForum {
		return maxForumTopic
	}
	return maxTopic
}

func (f *form) checkParent(w *world, g *guild, ch *channel) {
	if ch.parent == 0 {
		return
	}
	parent := w.channels[ch.parent]
	if parent == nil || parent.guild != g.id || parent.kind != channelCategory || ch.kind == channelCategory {
		f.fail("parent_id", "CHANNEL_PARENT_INVALID", "Category does not exist")
		return
	}
	children := 0
	for _, other := range w.channelsOf(g.id) {
		if other.parent == parent.id && other.id != ch.id {
			children++
		}
	}
	if children >= maxInCategory {
		f.fail("parent_id", "CHANNEL_PARENT_MAX_CHANNELS", "Maximum number of channels in category reached (%d)", maxInCategory)
	}
}

// readOverwrites reads permission_overwrites. To set any takes MANAGE_ROLES; a bot that is no administrator can touch
// only bits that it has itself, and MANAGE_ROLES not at all.
func (c *call) readOverwrites(g *guild, parent ID) ([]Overwrite, error) {
	var out []Overwrite
	var touched Permissions
	for _, f := range c.list("permission_overwrites", 0, maxOverwrites) {
		f.need("id")
		o := Overwrite{ID: f.id("id"), Type: c.overwriteType(f, g), Allow: f.permissions("allow"), Deny: f.permissions("deny")}
		touched |= o.Allow | o.Deny
		if o.Type == overwriteRole && g.roles[o.ID] == nil {
			return nil, errUnknownRole
		}
		out = append(out, o)
	}
	if len(out) == 0 {
		return out, nil
	}
	return out, c.mayOverwrite(g, c.s.world.channels[parent], touched)
}

// overwriteType accepts a missing type, which Discord then finds out by itself.
func (c *call) overwriteType(f *form, g *guild) int {
	if f.given("type") {
		return f.oneOf("type", overwriteRole, overwriteMember)
	}
	if g.roles[f.id("id")] != nil {
		return overwriteRole
	}
	return overwriteMember
}

func (c *call) mayOverwrite(g *guild, in *channel, touched Permissions) error {
	may := c.s.world.inGuild(g, c.me())
	if may.Has(PermAdministrator) {
		return nil
	}
	if in != nil {
		may |= c.s.world.inChannel(in, c.me())
	}
	if !may.Has(PermManageRoles) || !may.Has(touched) || touched.Has(PermManageRoles) {
		return errMissingPermissions
	}
	return nil
}

func editChannel(c *call) (any, error) {
	ch, err := c.channelIn()
	if err != nil {
		return nil, err
	}
	if ch.thread != nil {
		return c.editThread(ch)
	}
	if ch.guild == 0 {
		return nil, errDMAction
	}
	g := c.s.world.guilds[ch.guild]
	if !c.s.world.inChannel(ch, c.me()).Has(PermManageChannels) {
		return nil, errMissingPermissions
	}
	next := *ch
	if c.has("permission_overwrites") {
		if next.overwrites, err = c.readOverwrites(g, ch.id); err != nil {
			return nil, err
		}
	}
	c.readChannel(g, &next)
	if err := c.err(); err != nil {
		return nil, err
	}
	*ch = next
	c.s.changedChannel(ch, c.me())
	return c.s.world.channelShape(ch, c.me()), nil
}

func (c *call) readChannel(g *guild, ch *channel) {
	if c.given("name") {
		ch.name = channelName(ch.kind, c.text("name", 1, maxChannelName))
	}
	if c.has("topic") {
		ch.topic = c.text("topic", 0, topicLimit(ch.kind))
	}
	if c.has("parent_id") {
		ch.parent = c.id("parent_id")
		c.checkParent(c.s.world, g, ch)
	}
	if c.has("nsfw") {
		ch.nsfw = c.flag("nsfw")
	}
	ch.position = c.integer("position", 0, 1<<30, ch.position)
	ch.slowmode = c.integer("rate_limit_per_user", 0, maxSlowmode, ch.slowmode)
}

func moveChannels(c *call) (any, error) {
	g, err := c.guildFor(PermManageChannels)
	if err != nil {
		return nil, err
	}
	for _, f := range c.entries(0, maxChannels) {
		ch := c.s.world.channels[f.id("id")]
		if ch == nil || ch.guild != g.id {
			return nil, errUnknownChannel
		}
		ch.position = f.integer("position", 0, 1<<30, ch.position)
		if f.has("parent_id") {
			next := *ch
			next.parent = f.id("parent_id")
			f.checkParent(c.s.world, g, &next)
			if err := f.err(); err != nil {
				return nil, err
			}
			ch.parent = next.parent
		}
		c.s.changedChannel(ch, c.me())
	}
	return nil, c.err()
}

func deleteChannel(c *call) (any, error) {
	ch, err := c.channelIn()
	if err != nil {
		return nil, err
	}
	shape := c.s.world.channelShape(ch, c.me())
	if ch.kind == channelDM {
		return shape, nil // closing a conversation hides it, no more
	}
	need := PermManageChannels
	if ch.thread != nil {
		need = PermManageThreads
	}
	if !c.s.world.inChannel(ch, c.me()).Has(need) {
		return nil, errMissingPermissions
	}
	c.s.removeChannel(ch, c.me())
	return shape, nil
}

func putOverwrite(c *call) (any, error) {
	ch, g, id, err := c.overwriteIn()
	if err != nil {
		return nil, err
	}
	o := Overwrite{ID: id, Type: c.oneOf("type", overwriteRole, overwriteMember), Allow: c.permissions("allow"), Deny: c.permissions("deny")}
	if err := c.err(); err != nil {
		return nil, err
	}
	if o.Type == overwriteRole && g.roles[id] == nil {
		return nil, errUnknownRole
	}
	if err := c.mayOverwrite(g, ch, o.Allow|o.Deny); err != nil {
		return nil, err
	}
	c.s.overwrite(ch, o, c.me())
	return nil, nil
}

func deleteOverwrite(c *call) (any, error) {
	ch, g, id, err := c.overwriteIn()
	if err != nil {
		return nil, err
	}
	at := slices.IndexFunc(ch.overwrites, func(o Overwrite) bool { return o.ID == id })
	if at < 0 {
		return nil, errUnknownOverwrite
	}
	if err := c.mayOverwrite(g, ch, ch.overwrites[at].Allow|ch.overwrites[at].Deny); err != nil {
		return nil, err
	}
	ch.overwrites = slices.Delete(slices.Clone(ch.overwrites), at, at+1)
	c.s.changedChannel(ch, c.me())
	return nil, nil
}

func (c *call) overwriteIn() (*channel, *guild, ID, error) {
	ch, err := c.channelFor(PermManageRoles)
	if err != nil {
		return nil, nil, 0, err
	}
	if ch.guild == 0 || ch.thread != nil {
		return nil, nil, 0, errChannelType
	}
	id, err := c.pathID("overwrite")
	return ch, c.s.world.guilds[ch.guild], id, err
}

func startTyping(c *call) (any, error) {
	ch, err := c.channelFor(PermSendMessages)
	if err != nil {
		return nil, err
	}
	c.s.typing(c.me(), ch)
	return nil, nil
}
