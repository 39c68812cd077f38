package discordsim

// guildIn finds the guild in the path; to bots outside it exists only as "Missing Access".
func (c *call) guildIn() (*guild, error) {
	id, err := c.pathID("guild")
	if err != nil {
		return nil, err
	}
	g := c.s.world.guilds[id]
	if g == nil {
		return nil, errUnknownGuild
	}
	if g.members[c.me()] == nil {
		return nil, errMissingAccess
	}
	return g, nil
}

// guildFor finds the guild and insists on a permission in it.
func (c *call) guildFor(need Permissions) (*guild, error) {
	g, err := c.guildIn()
	if err != nil {
		return nil, err
	}
	if !c.s.world.inGuild(g, c.me()).Has(need) {
		return nil, errMissingPermissions
	}
	return g, nil
}

func (s *Server) guildRoutes() []*route {
	return []*route{
		{method: "GET", path: "/guilds/{guild}", auth: byBot, do: getGuild},
		{method: "PATCH", path: "/guilds/{guild}", auth: byBot, do: editGuild},
		{method: "GET", path: "/guilds/{guild}/preview", auth: byBot, do: getGuild},
		{method: "GET", path: "/guilds/{guild}/emojis", auth: byBot, do: listEmojis},
		{method: "GET", path: "/guilds/{guild}/channels", auth: byBot, do: listChannels},
		{method: "POST", path: "/guilds/{guild}/channels", auth: byBot, bucket: bucketChannels, do: createChannel, status: 201},
		{method: "PATCH", path: "/guilds/{guild}/channels", auth: byBot, do: moveChannels},
		{method: "GET", path: "/guilds/{guild}/threads/active", auth: byBot, do: listActiveThreads},
	}
}

func getGuild(c *call) (any, error) {
	g, err := c.guildIn()
	if err != nil {
		return nil, err
	}
	o := c.s.world.guildShape(g)
	if c.query.Get("with_counts") == "true" {
		o["approximate_member_count"], o["approximate_presence_count"] = len(g.members), len(g.members)
	}
	return o, nil
}

func editGuild(c *call) (any, error) {
	g, err := c.guildFor(PermManageGuild)
	if err != nil {
		return nil, err
	}
	name := c.text("name", leastGuildName, maxGuildName)
	if err := c.err(); err != nil {
		return nil, err
	}
	if name != "" {
		g.name = name
	}
	c.s.changedGuild(g)
	return c.s.world.guildShape(g), nil
}

func listEmojis(c *call) (any, error) {
	g, err := c.guildIn()
	if err != nil {
		return nil, err
	}
	return g.emojiShapes(), nil
}

func listChannels(c *call) (any, error) {
	g, err := c.guildIn()
	if err != nil {
		return nil, err
	}
	out := []Channel{}
	for _, ch := range c.s.world.channelsOf(g.id) {
		out = append(out, c.s.world.channelShape(ch, c.me()))
	}
	return out, nil
}

func (s *Server) roleRoutes() []*route {
	const one = "/guilds/{guild}/roles/{role}"
	return []*route{
		{method: "GET", path: "/guilds/{guild}/roles", auth: byBot, do: listRoles},
		{method: "POST", path: "/guilds/{guild}/roles", auth: byBot, do: createRole},
		{method: "GET", path: one, auth: byBot, do: getRole},
		{method: "PATCH", path: one, auth: byBot, do: editRole},
		{method: "DELETE", path: one, auth: byBot, do: deleteRole},
		{method: "PUT", path: "/guilds/{guild}/members/{user}/roles/{role}", auth: byBot, bucket: bucketMembers, do: func(c *call) (any, error) { return c.setRole(true) }},
		{method: "DELETE", path: "/guilds/{guild}/members/{user}/roles/{role}", auth: byBot, bucket: bucketMembers, do: func(c *call) (any, error) { return c.setRole(false) }},
	}
}

func listRoles(c *call) (any, error) {
	g, err := c.guildIn()
	if err != nil {
		return nil, err
	}
	return g.roleShapes(), nil
}

func createRole(c *call) (any, error) {
	g, err := c.guildFor(PermManageRoles)
	if err != nil {
		return nil, err
	}
	r := &role{name: "new role", permissions: g.roles[g.id].permissions}
	if err := c.readRole(g, r); err != nil {
		return nil, err
	}
	if len(g.roles) >= maxRoles {
		return nil, errTooManyRoles
	}
	return c.s.addRole(g, r).shape(), nil
}

// readRole fills in what the body says of a role. Nobody can hand out permissions they lack.
func (c *call) readRole(g *guild, r *role) error {
	next := *r
	if name := c.text("name", 0, maxRoleName); name != "" {
		next.name = name
	}
	next.color = c.integer("color", 0, maxColor, r.color)
	if c.has("hoist") {
		next.hoist = c.flag("hoist")
	}
	if c.has("mentionable") {
		next.mentionable = c.flag("mentionable")
	}
	if c.given("permissions") {
		next.permissions = c.permissions("permissions")
	}
	if err := c.err(); err != nil {
		return err
	}
	if added := next.permissions &^ r.permissions; !c.s.world.inGuild(g, c.me()).Has(added) {
		return errMissingPermissions
	}
	*r = next
	return nil
}

func (c *call) roleIn(g *guild) (*role, error) {
	id, err := c.pathID("role")
	if err != nil {
		return nil, err
	}
	if g.roles[id] == nil {
		return nil, errUnknownRole
	}
	return g.roles[id], nil
}

func getRole(c *call) (any, error) {
	g, err := c.guildIn()
	if err != nil {
		return nil, err
	}
	r, err := c.roleIn(g)
	if err != nil {
		return nil, err
	}
	return r.shape(), nil
}

// lowerRole finds a role that stands below the bot's own highest one.
func (c *call) lowerRole() (*guild, *role, error) {
	g, err := c.guildFor(PermManageRoles)
	if err != nil {
		return nil, nil, err
	}
	r, err := c.roleIn(g)
	if err != nil {
		return nil, nil, err
	}
	if r.position >= g.topPosition(c.me()) {
		return nil, nil, errMissingPermissions
	}
	return g, r, nil
}

func editRole(c *call) (any, error) {
	g, r, err := c.lowerRole()
	if err != nil {
		return nil, err
	}
	if err := c.readRole(g, r); err != nil {
		return nil, err
	}
	c.s.tellRole("GUILD_ROLE_UPDATE", g, r)
	return r.shape(), nil
}

func deleteRole(c *call) (any, error) {
	g, r, err := c.lowerRole()
	if err != nil {
		return nil, err
	}
	if r.id == g.id || r.bot != 0 {
		return nil, &APIError{Status: 400, Code: 50028, Message: "Invalid Role"}
	}
	c.s.removeRole(g, r)
	return nil, nil
}

func (c *call) setRole(give bool) (any, error) {
	g, r, err := c.lowerRole()
	if err != nil {
		return nil, err
	}
	m, err := c.memberIn(g)
	if err != nil {
		return nil, err
	}
	if r.bot != 0 || r.id == g.id {
		return nil, errMissingPermissions
	}
	c.s.giveRole(g, m, r.id, give)
	return nil, nil
}
