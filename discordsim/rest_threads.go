package discordsim

import "slices"

func (s *Server) threadRoutes() []*route {
	const members = "/channels/{channel}/thread-members"
	archived := func(want func(*call, *channel) bool) func(*call) (any, error) {
		return func(c *call) (any, error) { return c.archivedThreads(want) }
	}
	return []*route{
		{method: "POST", path: "/channels/{channel}/messages/{message}/threads", auth: byBot, bucket: bucketChannels, do: threadFromMessage, status: 201},
		{method: "POST", path: "/channels/{channel}/threads", auth: byBot, bucket: bucketChannels, do: createThread, status: 201},
		{method: "GET", path: members, auth: byBot, do: listThreadMembers},
		{method: "GET", path: members + "/{user}", auth: byBot, do: getThreadMember},
		{method: "PUT", path: members + "/{user}", auth: byBot, do: addThreadMember},
		{method: "DELETE", path: members + "/{user}", auth: byBot, do: removeThreadMember},
		{method: "GET", path: "/channels/{channel}/threads/archived/public", auth: byBot, do: archived(func(_ *call, t *channel) bool { return t.kind == channelPublicThread })},
		{method: "GET", path: "/channels/{channel}/threads/archived/private", auth: byBot, do: archived(func(_ *call, t *channel) bool { return t.kind == channelPrivateThread })},
		{method: "GET", path: "/channels/{channel}/users/@me/threads/archived/private", auth: byBot, do: archived(func(c *call, t *channel) bool {
			_, joined := t.thread.members[c.me()]
			return joined && t.kind == channelPrivateThread
		})},
	}
}

// threadFromMessage hangs a public thread on a message; it has the message's ID.
func threadFromMessage(c *call) (any, error) {
	ch, m, err := c.messageIn()
	if err != nil {
		return nil, err
	}
	if !c.s.world.inChannel(ch, c.me()).Has(PermPublicThreads) {
		return nil, errMissingPermissions
	}
	if ch.kind != channelText && ch.kind != channelNews {
		return nil, errChannelType
	}
	if m.flags&flagHasThread != 0 {
		return nil, errThreadExists
	}
	t, err := c.readThread(ch, channelPublicThread)
	if err != nil {
		return nil, err
	}
	t.thread.starter = m.id
	c.s.addThread(t, m.id)
	m.flags |= flagHasThread
	c.s.revised(m, "message_update")
	return c.s.world.channelShape(t, c.me()), nil
}

// createThread makes a thread of its own; without a type it is private, as in Discord.
func createThread(c *call) (any, error) {
	ch, err := c.channelIn()
	if err != nil {
		return nil, err
	}
	if ch.kind == channelForum {
		return c.forumPost(ch)
	}
	if ch.kind != channelText && ch.kind != channelNews {
		return nil, errChannelType
	}
	kind := channelPrivateThread
	if c.given("type") {
		kind = c.oneOf("type", channelPublicThread, channelPrivateThread)
	}
	need := map[int]Permissions{channelPublicThread: PermPublicThreads, channelPrivateThread: PermPrivateThreads}[kind]
	if !c.s.world.inChannel(ch, c.me()).Has(need) {
		return nil, errMissingPermissions
	}
	t, err := c.readThread(ch, kind)
	if err != nil {
		return nil, err
	}
	c.s.addThread(t, c.s.world.newID())
	if kind == channelPublicThread {
		c.s.post(ch, draft{kind: messageThreadCreated, author: c.me(), content: t.name, reference: &Reference{ChannelID: t.id, GuildID: t.guild}})
	}
	return c.s.world.channelShape(t, c.me()), nil
}

// forumPost is a thread with its first message.
func (c *call) forumPost(ch *channel) (any, error) {
	if !c.s.world.inChannel(ch, c.me()).Has(PermSendMessages) {
		return nil, errMissingPermissions
	}
	c.need("message")
	body := c.object("message")
	if body == nil {
		return nil, c.err()
	}
	d, err := c.compose(body)
	if err != nil {
		return nil, err
	}
	t, err := c.readThread(ch, channelPublicThread)
	if err != nil {
		return nil, err
	}
	c.s.addThread(t, c.s.world.newID())
	m := c.s.post(t, d)
	o := c.s.world.channelShape(t, c.me()).object()
	o["message"] = c.s.messageShape(m, c.me())
	return o, nil
}

func (c *call) readThread(ch *channel, kind int) (*channel, error) {
	c.need("name")
	t := c.s.world.newThread(ch, kind, c.text("name", 1, maxChannelName), c.me())
	t.slowmode = c.integer("rate_limit_per_user", 0, maxSlowmode, 0)
	if c.given("auto_archive_duration") {
		t.thread.autoArchive = c.oneOf("auto_archive_duration", 60, 1440, 4320, 10080)
	}
	if c.given("invitable") {
		t.thread.invitable = c.flag("invitable")
	}
	return t, c.err()
}

func (c *call) editThread(t *channel) (any, error) {
	may := c.s.world.inChannel(t, c.me())
	own := t.thread.owner == c.me()
	if !may.Has(PermManageThreads) && (!own || c.given("locked")) {
		return nil, errMissingPermissions
	}
	if t.thread.archived && c.given("name") && c.v["archived"] != false {
		return nil, errArchived
	}
	next := *t.thread
	name := t.name
	if c.given("name") {
		name = c.text("name", 1, maxChannelName)
	}
	if c.given("archived") && c.flag("archived") != next.archived {
		next.archived, next.archivedAt = c.flag("archived"), c.s.clock.now()
	}
	if c.given("locked") {
		next.locked = c.flag("locked")
	}
	if c.given("invitable") {
		next.invitable = c.flag("invitable")
	}
	if c.given("auto_archive_duration") {
		next.autoArchive = c.oneOf("auto_archive_duration", 60, 1440, 4320, 10080)
	}
	slowmode := c.integer("rate_limit_per_user", 0, maxSlowmode, t.slowmode)
	if err := c.err(); err != nil {
		return nil, err
	}
	t.name, t.slowmode, *t.thread = name, slowmode, next
	c.s.changedChannel(t, c.me())
	return c.s.world.channelShape(t, c.me()), nil
}

// threadIn finds the thread in the path.
func (c *call) threadIn() (*channel, error) {
	t, err := c.channelIn()
	if err != nil {
		return nil, err
	}
	if t.thread == nil {
		return nil, errChannelType
	}
	return t, nil
}

func (c *call) threadMemberShape(t *channel, user ID) ThreadMember {
	shape := ThreadMember{ID: t.id, UserID: user, JoinedAt: Stamp(t.thread.members[user])}
	if m := c.s.world.guilds[t.guild].members[user]; m != nil && c.query.Get("with_member") == "true" {
		shape.Member = c.s.world.memberShape(m, true)
	}
	return shape
}

func listThreadMembers(c *call) (any, error) {
	t, err := c.threadIn()
	if err != nil {
		return nil, err
	}
	users := make([]ID, 0, len(t.thread.members))
	for u := range t.thread.members {
		users = append(users, u)
	}
	slices.Sort(users)
	out := []ThreadMember{}
	for _, u := range users {
		out = append(out, c.threadMemberShape(t, u))
	}
	return out, nil
}

func getThreadMember(c *call) (any, error) {
	t, err := c.threadIn()
	if err != nil {
		return nil, err
	}
	user, err := c.pathID("user")
	if err != nil {
		return nil, err
	}
	if _, there := t.thread.members[user]; !there {
		return nil, errUnknownMember
	}
	return c.threadMemberShape(t, user), nil
}

func addThreadMember(c *call) (any, error) {
	t, user, err := c.threadAndUser()
	if err != nil {
		return nil, err
	}
	if t.thread.archived {
		return nil, errArchived
	}
	g := c.s.world.guilds[t.guild]
	parent := c.s.world.channels[t.parent]
	switch {
	case g.members[user] == nil:
		return nil, errUnknownMember
	case !c.s.world.canSee(parent, user):
		return nil, errMissingAccess
	case user != c.me() && !c.s.world.inChannel(t, c.me()).Has(PermSendMessages):
		return nil, errMissingPermissions
	case len(t.thread.members) >= maxThreadMembers:
		return nil, &APIError{Status: 400, Code: 30033, Message: "Maximum number of thread participants has been reached (1000)"}
	}
	c.s.joinThread(t, user)
	return nil, nil
}

func removeThreadMember(c *call) (any, error) {
	t, user, err := c.threadAndUser()
	if err != nil {
		return nil, err
	}
	if user != c.me() && !c.s.world.inChannel(t, c.me()).Has(PermManageThreads) && t.thread.owner != c.me() {
		return nil, errMissingPermissions
	}
	c.s.leaveThread(t, user)
	return nil, nil
}

func (c *call) threadAndUser() (*channel, ID, error) {
	t, err := c.threadIn()
	if err != nil {
		return nil, 0, err
	}
	user, err := c.pathID("user")
	return t, user, err
}

func listActiveThreads(c *call) (any, error) {
	g, err := c.guildIn()
	if err != nil {
		return nil, err
	}
	return c.threads(c.s.world.threadsOf(g.id, 0), func(t *channel) bool { return !t.thread.archived }), nil
}

func (c *call) archivedThreads(want func(*call, *channel) bool) (any, error) {
	ch, err := c.channelFor(PermReadHistory)
	if err != nil {
		return nil, err
	}
	list := c.s.world.threadsOf(ch.guild, ch.id)
	out := c.threads(list, func(t *channel) bool { return t.thread.archived && want(c, t) })
	out["has_more"] = false
	return out, nil
}

func (c *call) threads(list []*channel, want func(*channel) bool) Object {
	threads, members := []Channel{}, []ThreadMember{}
	for _, t := range list {
		if !want(t) || !c.s.world.canSee(t, c.me()) {
			continue
		}
		threads = append(threads, c.s.world.channelShape(t, c.me()))
		if _, joined := t.thread.members[c.me()]; joined {
			members = append(members, c.threadMemberShape(t, c.me()))
		}
	}
	return Object{"threads": threads, "members": members}
}
