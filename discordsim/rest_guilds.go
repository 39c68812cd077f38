package discordsim

import (
	"slices"
	"strings"
	"time"
)

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
	name := c.text("name", 2, 100)
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
	if len(g.roles) >= 250 {
		return nil, errTooManyRoles
	}
	return c.s.addRole(g, r).shape(), nil
}

// readRole fills in what the body says of a role. Nobody can hand out permissions they lack.
func (c *call) readRole(g *guild, r *role) error {
	next := *r
	if name := c.text("name", 0, 100); name != "" {
		next.name = name
	}
	next.color = c.integer("color", 0, 0xFFFFFF, r.color)
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

func (s *Server) memberRoutes() []*route {
	const one = "/guilds/{guild}/members/{user}"
	return []*route{
		{method: "GET", path: "/guilds/{guild}/members", auth: byBot, do: listMembers},
		{method: "GET", path: "/guilds/{guild}/members/search", auth: byBot, do: searchMembers},
		{method: "GET", path: one, auth: byBot, do: getMember},
		{method: "PATCH", path: one, auth: byBot, bucket: bucketMembers, do: editMember},
		{method: "DELETE", path: one, auth: byBot, do: kickMember},
	}
}

func (c *call) memberIn(g *guild) (*member, error) {
	id, err := c.pathID("user")
	if err != nil {
		return nil, err
	}
	if c.s.world.users[id] == nil {
		return nil, errUnknownUser
	}
	if g.members[id] == nil {
		return nil, errUnknownMember
	}
	return g.members[id], nil
}

func getMember(c *call) (any, error) {
	g, err := c.guildIn()
	if err != nil {
		return nil, err
	}
	m, err := c.memberIn(g)
	if err != nil {
		return nil, err
	}
	return c.s.world.memberShape(m, true), nil
}

func listMembers(c *call) (any, error) {
	if c.app.intents&IntentMembers == 0 {
		return nil, errMissingAccess
	}
	return c.members(func(*member) bool { return true })
}

func searchMembers(c *call) (any, error) {
	query := strings.ToLower(c.query.Get("query"))
	if query == "" {
		return nil, formError("query", "BASE_TYPE_REQUIRED", "This field is required")
	}
	return c.members(func(m *member) bool {
		return strings.HasPrefix(strings.ToLower(m.nick), query) && m.nick != "" || strings.HasPrefix(strings.ToLower(c.s.world.users[m.user].name), query)
	})
}

func (c *call) members(wanted func(*member) bool) (any, error) {
	g, err := c.guildIn()
	if err != nil {
		return nil, err
	}
	limit, err := c.limit(1, 1000)
	if err != nil {
		return nil, err
	}
	out := []*Member{}
	for _, m := range sorted(g.members) {
		if between(c, m.user) && wanted(m) && len(out) < limit {
			out = append(out, c.s.world.memberShape(m, true))
		}
	}
	return out, nil
}

// limit reads ?limit=, which must be 1 to most.
func (c *call) limit(otherwise, most int) (int, error) {
	text := c.query.Get("limit")
	if text == "" {
		return otherwise, nil
	}
	f := &form{v: Object{"limit": text}, errs: &fieldErrors{}}
	n := f.integer("limit", 1, most, otherwise)
	return n, f.err()
}

func editMember(c *call) (any, error) {
	g, err := c.guildIn()
	if err != nil {
		return nil, err
	}
	m, err := c.memberIn(g)
	if err != nil {
		return nil, err
	}
	if err := c.mayEditMember(g, m); err != nil {
		return nil, err
	}
	if c.has("nick") {
		m.nick = c.text("nick", 0, 32)
	}
	if c.has("roles") {
		m.roles = c.ids("roles", 250)
	}
	if c.has("communication_disabled_until") {
		m.timedOutUntil, _ = time.Parse(time.RFC3339Nano, c.text("communication_disabled_until", 0, 64))
	}
	if err := c.err(); err != nil {
		return nil, err
	}
	c.s.changedMember(g, m)
	return c.s.world.memberShape(m, true), nil
}

func (c *call) mayEditMember(g *guild, m *member) error {
	may := c.s.world.inGuild(g, c.me())
	self := m.user == c.me()
	for key, need := range map[string]Permissions{"roles": PermManageRoles, "communication_disabled_until": PermModerateMembers} {
		if c.has(key) && !may.Has(need) {
			return errMissingPermissions
		}
	}
	if c.has("nick") && !may.Has(PermManageNicknames) && !(self && may.Has(PermChangeNickname)) {
		return errMissingPermissions
	}
	if !self && g.topPosition(m.user) >= g.topPosition(c.me()) {
		return errMissingPermissions
	}
	for _, id := range c.ids("roles", 250) {
		r := g.roles[id]
		if r == nil {
			return errUnknownRole
		}
		if !slices.Contains(m.roles, id) && r.position >= g.topPosition(c.me()) {
			return errMissingPermissions
		}
	}
	return nil
}

func kickMember(c *call) (any, error) {
	g, err := c.guildFor(PermKickMembers)
	if err != nil {
		return nil, err
	}
	m, err := c.memberIn(g)
	if err != nil {
		return nil, err
	}
	if g.topPosition(m.user) >= g.topPosition(c.me()) {
		return nil, errMissingPermissions
	}
	c.s.removeMember(g, m.user)
	return nil, nil
}
