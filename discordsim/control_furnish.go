package discordsim

import (
	"net/http"
	"slices"
	"strconv"
	"time"
)

func (c *Control) newUser(r *http.Request) (any, error) {
	var in struct {
		Username   string `json:"username"`
		GlobalName string `json:"global_name"`
	}
	if _, err := read(r, &in); err != nil {
		return nil, err
	}
	if in.Username == "" {
		return nil, badRequest("username: must not be empty")
	}
	return c.sim.NewUser(in.Username, in.GlobalName), nil
}

func (c *Control) newGuild(r *http.Request) (any, error) {
	var in struct {
		Owner ID     `json:"owner"`
		Name  string `json:"name"`
	}
	if _, err := read(r, &in); err != nil {
		return nil, err
	}
	id, err := c.sim.NewGuild(in.Owner, in.Name)
	return Object{"id": id}, err
}

func (c *Control) newRole(r *http.Request) (any, error) {
	var in struct {
		Name        string      `json:"name"`
		Color       int         `json:"color"`
		Permissions Permissions `json:"permissions"`
		Hoist       bool        `json:"hoist"`
		Mentionable bool        `json:"mentionable"`
	}
	guild, err := into(r, "guild", &in)
	if err != nil {
		return nil, err
	}
	return c.sim.NewRole(guild, RoleOptions(in))
}

func (c *Control) newChannel(r *http.Request) (any, error) {
	var in struct {
		Name       string      `json:"name"`
		Type       int         `json:"type"`
		Topic      string      `json:"topic"`
		Parent     ID          `json:"parent_id"`
		Slowmode   int         `json:"rate_limit_per_user"`
		Overwrites []Overwrite `json:"permission_overwrites"`
	}
	guild, err := into(r, "guild", &in)
	if err != nil {
		return nil, err
	}
	return c.sim.NewChannel(guild, ChannelOptions(in))
}

func (c *Control) setOverwrite(r *http.Request) (any, error) {
	var in Overwrite
	channel, err := into(r, "channel", &in)
	if err != nil {
		return nil, err
	}
	return nil, c.sim.SetOverwrite(channel, in)
}

func (c *Control) join(r *http.Request) (any, error) {
	var in struct {
		User  ID   `json:"user"`
		Roles []ID `json:"roles"`
	}
	guild, err := into(r, "guild", &in)
	if err != nil {
		return nil, err
	}
	if err := c.sim.Join(in.User, guild); err != nil {
		return nil, err
	}
	return nil, c.giveAll(in.User, guild, in.Roles)
}

func (c *Control) giveAll(user, guild ID, roles []ID) error {
	for _, role := range roles {
		if err := c.sim.GiveRole(user, guild, role); err != nil {
			return err
		}
	}
	return nil
}

// changeMember sets the nickname, the roles, or both; what is left out stays.
func (c *Control) changeMember(r *http.Request) (any, error) {
	var in struct {
		Nick  *string `json:"nick"`
		Roles *[]ID   `json:"roles"`
	}
	guild, err := into(r, "guild", &in)
	if err != nil {
		return nil, err
	}
	user, err := idPath(r, "user")
	if err != nil {
		return nil, err
	}
	if in.Nick != nil {
		if err := c.sim.SetNick(user, guild, *in.Nick); err != nil {
			return nil, err
		}
	}
	if in.Roles == nil {
		return nil, nil
	}
	had, err := c.sim.rolesOf(user, guild)
	if err != nil {
		return nil, err
	}
	for _, role := range had {
		if !slices.Contains(*in.Roles, role) {
			if err := c.sim.TakeRole(user, guild, role); err != nil {
				return nil, err
			}
		}
	}
	return nil, c.giveAll(user, guild, *in.Roles)
}

func (s *Server) rolesOf(user, guild ID) ([]ID, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, m, err := s.world.memberOf(guild, user)
	if err != nil {
		return nil, err
	}
	return slices.Clone(m.roles), nil
}

func (c *Control) kick(r *http.Request) (any, error) {
	guild, err := idPath(r, "guild")
	if err != nil {
		return nil, err
	}
	user, err := idPath(r, "user")
	if err != nil {
		return nil, err
	}
	return nil, c.sim.Kick(user, guild)
}

func (c *Control) newApp(r *http.Request) (any, error) {
	var in struct {
		Name      string   `json:"name"`
		Redirects []string `json:"redirect_uris"`
		Intents   *Intents `json:"intents"` // privileged ones that are switched on; all when left out
	}
	if _, err := read(r, &in); err != nil {
		return nil, err
	}
	app := c.sim.NewApplication(in.Name, in.Redirects)
	if in.Intents != nil {
		return app, c.sim.SetIntents(app.ID, *in.Intents)
	}
	return app, nil
}

func (c *Control) changeApp(r *http.Request) (any, error) {
	var in struct {
		Redirects *[]string `json:"redirect_uris"`
		Intents   *Intents  `json:"intents"`
	}
	app, err := into(r, "app", &in)
	if err != nil {
		return nil, err
	}
	if in.Redirects != nil {
		if err := c.sim.SetRedirects(app, *in.Redirects); err != nil {
			return nil, err
		}
	}
	if in.Intents != nil {
		return nil, c.sim.SetIntents(app, *in.Intents)
	}
	return nil, nil
}

// UsualBotPermissions are what an invitation of a bot that works with channels asks for: no administrator.
const UsualBotPermissions = PermViewChannel | PermSendMessages | PermEmbedLinks | PermAttachFiles | PermReadHistory |
	PermManageChannels | PermManageRoles | PermManageThreads | PermPublicThreads | PermPrivateThreads | PermSendInThreads |
	PermManageMessages | PermPinMessages | PermManageWebhooks | PermMentionEveryone | PermUseCommands | PermAddReactions

func (c *Control) addBot(r *http.Request) (any, error) {
	var in struct {
		Permissions *Permissions `json:"permissions"`
	}
	guild, err := into(r, "guild", &in)
	if err != nil {
		return nil, err
	}
	app, err := idPath(r, "app")
	if err != nil {
		return nil, err
	}
	p := UsualBotPermissions
	if in.Permissions != nil {
		p = *in.Permissions
	}
	return nil, c.sim.AddBot(app, guild, p)
}

func (c *Control) kickBot(r *http.Request) (any, error) {
	guild, err := idPath(r, "guild")
	if err != nil {
		return nil, err
	}
	app, err := idPath(r, "app")
	if err != nil {
		return nil, err
	}
	return nil, c.sim.KickBot(app, guild)
}

// disturb does to the sessions of a bot what Discord does on a bad day.
func (c *Control) disturb(r *http.Request) (any, error) {
	var in struct {
		App    ID     `json:"app"`
		Action string `json:"action"`
	}
	if _, err := read(r, &in); err != nil {
		return nil, err
	}
	switch in.Action {
	case GatewayDisconnect, GatewayReconnect, GatewayInvalidate, GatewaySilence:
		return nil, c.sim.Gateway(in.App, in.Action)
	}
	return nil, badRequest("action: one of disconnect, reconnect, invalidate, silence, not %q", in.Action)
}

// facts is the oracle after ?since=; ?tail= keeps only the last ones.
func (c *Control) facts(r *http.Request) (any, error) { return after(r, c.sim.Facts) }

// calls are the REST calls after ?since=; ?tail= keeps only the last ones.
func (c *Control) calls(r *http.Request) (any, error) { return after(r, c.sim.Calls) }

func after[T any](r *http.Request, list func(since int64) []T) (any, error) {
	since, err := numberQuery(r, "since")
	if err != nil {
		return nil, err
	}
	tail, err := numberQuery(r, "tail")
	if err != nil {
		return nil, err
	}
	all := append([]T{}, list(since)...)
	if tail > 0 && int(tail) < len(all) {
		all = all[len(all)-int(tail):]
	}
	return all, nil
}

func numberQuery(r *http.Request, name string) (int64, error) {
	text := r.URL.Query().Get(name)
	if text == "" {
		return 0, nil
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 0 {
		return 0, badRequest("%s is a number that is not negative", name)
	}
	return n, nil
}

func (c *Control) clock(*http.Request) (any, error) { return Object{"now": c.sim.Now()}, nil }

// advance moves the simulator's clock forward.
func (c *Control) advance(r *http.Request) (any, error) {
	var in struct {
		Advance string `json:"advance"`
	}
	if _, err := read(r, &in); err != nil {
		return nil, err
	}
	d, err := time.ParseDuration(in.Advance)
	if err != nil || d < 0 {
		return nil, badRequest("advance is a duration that is not negative, such as 720h")
	}
	c.sim.Advance(d)
	return c.clock(r)
}

// into reads the body and the ID that the path names.
func into(r *http.Request, name string, v any) (ID, error) {
	id, err := idPath(r, name)
	if err != nil {
		return 0, err
	}
	_, err = read(r, v)
	return id, err
}
