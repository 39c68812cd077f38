package discordsim

import (
	"slices"
	"strings"
	"time"
)

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
	limit, err := c.limit(1, maxMemberPage)
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
		m.nick = c.text("nick", 0, maxNick)
	}
	if c.has("roles") {
		m.roles = c.ids("roles", maxRoles)
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
	for _, id := range c.ids("roles", maxRoles) {
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
