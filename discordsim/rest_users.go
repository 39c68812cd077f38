package discordsim

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

func (s *Server) gatewayRoutes() []*route {
	return []*route{
		{method: "GET", path: "/gateway", do: getGateway},
		{method: "GET", path: "/gateway/bot", auth: byBot, do: getGatewayBot},
	}
}

// gatewayURL is where sessions begin; resumeURL, where they go on.
func (s *Server) gatewayURL() string { return "ws" + strings.TrimPrefix(s.base, "http") + "/gateway" }
func (s *Server) resumeURL() string  { return s.gatewayURL() + "/resume" }

func getGateway(c *call) (any, error) { return Object{"url": c.s.gatewayURL()}, nil }

func getGatewayBot(c *call) (any, error) {
	left, reset := c.s.starts.left(c.s.options.SessionStarts, c.app.id, c.s.clock.now())
	guilds := 0
	for _, g := range c.s.world.guilds {
		if g.members[c.app.id] != nil {
			guilds++
		}
	}
	return Object{"url": c.s.gatewayURL(), "shards": 1 + guilds/1000, "session_start_limit": Object{
		"total": c.s.options.SessionStarts, "remaining": left, "reset_after": reset / time.Millisecond, "max_concurrency": c.s.options.MaxConcurrency,
	}}, nil
}

func (s *Server) userRoutes() []*route {
	return []*route{
		{method: "GET", path: "/users/@me", auth: byEither, do: getMe},
		{method: "PATCH", path: "/users/@me", auth: byBot, do: editMe},
		{method: "GET", path: "/users/@me/guilds", auth: byEither, bucket: bucketMyGuilds, do: listMyGuilds},
		{method: "GET", path: "/users/@me/guilds/{guild}/member", auth: byBearer, do: getMyMember},
		{method: "DELETE", path: "/users/@me/guilds/{guild}", auth: byBot, do: leaveGuild},
		{method: "POST", path: "/users/@me/channels", auth: byBot, do: openDM},
		{method: "GET", path: "/users/{user}", auth: byBot, do: getUser},
		{method: "GET", path: "/applications/@me", auth: byBot, do: getApplication},
		{method: "PATCH", path: "/applications/@me", auth: byBot, do: getApplication},
		{method: "GET", path: "/oauth2/applications/@me", auth: byBot, do: getApplication},
	}
}

// getMe needs the identify scope when an OAuth2 token asks.
func getMe(c *call) (any, error) {
	if c.grant != nil && !c.grant.has("identify") {
		return nil, errScope
	}
	return struct {
		User
		MFAEnabled bool   `json:"mfa_enabled"`
		Locale     string `json:"locale"`
		Verified   bool   `json:"verified"`
	}{User: c.s.world.userShape(c.me()), Locale: "en-US", Verified: true}, nil
}

func editMe(c *call) (any, error) {
	if name := c.text("username", leastUsername, maxUsername); name != "" {
		c.s.world.users[c.me()].name = name
	}
	if err := c.err(); err != nil {
		return nil, err
	}
	c.s.dispatch(event{name: "USER_UPDATE", only: c.me(), data: c.s.world.userShape(c.me())})
	return getMe(c)
}

func getUser(c *call) (any, error) {
	id, err := c.pathID("user")
	if err != nil {
		return nil, err
	}
	if c.s.world.users[id] == nil {
		return nil, errUnknownUser
	}
	return c.s.world.userShape(id), nil
}

func listMyGuilds(c *call) (any, error) {
	if c.grant != nil && !c.grant.has("guilds") {
		return nil, errScope
	}
	limit, err := c.limit(200, maxGuildPage)
	if err != nil {
		return nil, err
	}
	out := []Object{}
	for _, g := range c.myGuilds(limit) {
		o := Object{
			"id": g.id, "name": g.name, "icon": nullable(g.icon), "banner": nil, "owner": g.owner == c.me(),
			"permissions": c.s.world.inGuild(g, c.me()), "features": []string{},
		}
		if c.query.Get("with_counts") == "true" {
			o["approximate_member_count"], o["approximate_presence_count"] = len(g.members), len(g.members)
		}
		out = append(out, o)
	}
	return out, nil
}

// myGuilds is one page, in order of ID: the first after one, or the last before one. Guilds in an outage are on it.
func (c *call) myGuilds(limit int) []*guild {
	mine := slices.DeleteFunc(sorted(c.s.world.guilds), func(g *guild) bool { return g.members[c.me()] == nil || !between(c, g.id) })
	if c.query.Get("before") != "" && c.query.Get("after") == "" {
		return mine[max(len(mine)-limit, 0):]
	}
	return mine[:min(limit, len(mine))]
}

// between says whether an ID is within the before and after of the query.
func between(c *call, id ID) bool {
	before, err := ParseID(c.query.Get("before"))
	if err == nil && id >= before {
		return false
	}
	after, err := ParseID(c.query.Get("after"))
	return err != nil || id > after
}

func getMyMember(c *call) (any, error) {
	if !c.grant.has("guilds.members.read") {
		return nil, errScope
	}
	id, err := c.pathID("guild")
	if err != nil {
		return nil, err
	}
	_, m, err := c.s.world.memberOf(id, c.me())
	if err != nil {
		return nil, errUnknownGuild
	}
	return c.s.world.memberShape(m, true), nil
}

func leaveGuild(c *call) (any, error) {
	g, err := c.guildIn()
	if err != nil {
		return nil, err
	}
	c.s.removeMember(g, c.me())
	return nil, nil
}

// openDM succeeds whatever the recipient's settings are; the message is what fails.
func openDM(c *call) (any, error) {
	c.need("recipient_id")
	to := c.id("recipient_id")
	if err := c.err(); err != nil {
		return nil, err
	}
	if c.s.world.users[to] == nil || to == c.me() {
		return nil, formError("recipient_id", "INVALID_RECIPIENT", "Invalid Recipient(s)")
	}
	return c.s.world.channelShape(c.s.world.dm(c.me(), to), c.me()), nil
}

func getApplication(c *call) (any, error) { return c.s.applicationShape(c.app), nil }

func (s *Server) applicationShape(a *application) Object {
	guilds := 0
	for _, g := range s.world.guilds {
		if g.members[a.id] != nil {
			guilds++
		}
	}
	return Object{
		"id": a.id, "name": a.name, "icon": nil, "description": "", "type": nil, "bot": s.world.userShape(a.id),
		"bot_public": true, "bot_require_code_grant": false, "verify_key": strings.Repeat("0", 64), "flags": a.flags(),
		"flags_new": ID(a.flags()).String(), "redirect_uris": append([]string{}, a.redirects...), "interactions_endpoint_url": nil,
		"role_connections_verification_url": nil, "owner": s.world.userShape(cmp.Or(a.owner, a.id)), "approximate_guild_count": guilds,
		"approximate_user_install_count": 0, "approximate_user_authorization_count": 0, "explicit_content_filter": 0,
		"team": nil, "eligible_oauth2_scopes": []string{},
		"install_params":           Object{"scopes": []string{"bot", "applications.commands"}, "permissions": "0"},
		"integration_types_config": Object{"0": Object{}},
	}
}

// flags tell, among others, which privileged intents are on: the "limited" bits of applications in few guilds.
func (a *application) flags() int {
	flags := 1 << 23 // APPLICATION_COMMAND_BADGE
	for intent, flag := range map[Intents]int{IntentPresences: 1 << 13, IntentMembers: 1 << 15, IntentMessageContent: 1 << 19} {
		if a.intents&intent != 0 {
			flags |= flag
		}
	}
	return flags
}
