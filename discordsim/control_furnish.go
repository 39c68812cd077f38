package discordsim

import (
	"net/http"
	"slices"
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

// changeRole says what a role may do; the guild's own ID is @everyone.
func (c *Control) changeRole(r *http.Request) (any, error) {
	var in struct {
		Permissions Permissions `json:"permissions"`
	}
	guild, err := into(r, "guild", &in)
	if err != nil {
		return nil, err
	}
	role, err := idPath(r, "role")
	if err != nil {
		return nil, err
	}
	return nil, c.sim.SetRolePermissions(guild, role, in.Permissions)
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

// into reads the body and the ID that the path names.
func into(r *http.Request, name string, v any) (ID, error) {
	id, err := idPath(r, name)
	if err != nil {
		return 0, err
	}
	_, err = read(r, v)
	return id, err
}
