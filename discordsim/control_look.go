package discordsim

import (
	"context"
	"net/http"
	"strconv"
	"time"
)

// persona is somebody who can be played.
type persona struct {
	User
	AvatarURL string `json:"avatar_url"`
	Label     string `json:"label"` // what they are in the first guild they are in: owner, a role, member
}

// personas lists the people that can be played and the guilds there are.
func (c *Control) personas(*http.Request) (any, error) {
	guilds := c.sim.Guilds()
	people := []persona{}
	for _, u := range c.sim.Users() {
		if !u.Bot {
			people = append(people, persona{User: u, AvatarURL: c.sim.AvatarURL(u), Label: labelOf(u.ID, guilds)})
		}
	}
	short := []Object{}
	for _, g := range guilds {
		short = append(short, Object{"id": g.ID, "name": g.Name, "icon": g.Icon, "owner_id": g.OwnerID})
	}
	return Object{"users": people, "guilds": short}, nil
}

func labelOf(user ID, guilds []GuildView) string {
	for _, g := range guilds {
		for _, m := range g.Members {
			switch {
			case m.User.ID != user:
			case g.OwnerID == user:
				return "owner"
			default:
				return highestRole(g, m)
			}
		}
	}
	return "not in a server"
}

func highestRole(g GuildView, m Member) string {
	top := Role{Name: "member"}
	for _, r := range g.Roles {
		for _, id := range m.Roles {
			if id == r.ID && r.Position > top.Position {
				top = r
			}
		}
	}
	return top.Name
}

// state is all that a person can see, for their client.
func (c *Control) state(r *http.Request) (any, error) {
	user, err := idQuery(r, "as")
	if err != nil {
		return nil, err
	}
	v, err := c.sim.See(user)
	if err != nil {
		return nil, err
	}
	guilds := []Object{}
	for _, g := range v.Guilds {
		guilds = append(guilds, c.guildState(g))
	}
	return Object{
		"now": c.sim.Now(), "cdn": c.sim.URL(), "me": v.Me, "guilds": guilds, "dms": v.DMs, "dm_commands": c.sim.directCommands(),
		"apps": c.sim.botStates(),
	}, nil
}

// guildState is a guild with, for each channel, who else can see it: the member list of a private channel is short.
func (c *Control) guildState(g GuildView) Object {
	viewers := c.sim.viewers(g.ID)
	channels := []Object{}
	out, unlisted := c.sim.troubleOf(g.ID)
	for _, ch := range g.Channels {
		o := ch.object()
		o["can_view"], o["can_send"], o["may"] = ch.CanView, ch.CanSend, ch.May
		if who := viewers[ch.ID]; len(who) < len(g.Members) {
			o["viewers"] = who
		}
		channels = append(channels, o)
	}
	return Object{
		"id": g.ID, "name": g.Name, "icon": g.Icon, "owner_id": g.OwnerID, "roles": g.Roles, "members": g.Members,
		"channels": channels, "commands": g.Commands, "emojis": g.Emojis, "may": g.May,
		"outage": out, "unlisted": unlisted,
	}
}

// troubleOf says whether a guild is in an outage, and whose READY does not list it.
func (s *Server) troubleOf(guild ID) (outage bool, unlisted []ID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	g := s.world.guilds[guild]
	unlisted = []ID{}
	if g == nil {
		return false, unlisted
	}
	for app, hidden := range g.unlisted {
		if hidden {
			unlisted = append(unlisted, app)
		}
	}
	return g.unavailable, unlisted
}

// viewers says for each channel of a guild who can see it.
func (s *Server) viewers(guild ID) map[ID][]ID {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := map[ID][]ID{}
	g := s.world.guilds[guild]
	if g == nil {
		return out
	}
	for _, c := range append(s.world.channelsOf(guild), s.world.threadsOf(guild, 0)...) {
		for _, m := range sorted(g.members) {
			if s.world.canSee(c, m.user) {
				out[c.id] = append(out[c.id], m.user)
			}
		}
	}
	return out
}

// directCommands are the commands that can be used in direct conversations: global ones that do not forbid it.
func (s *Server) directCommands() []Object {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := []Object{}
	for _, app := range sorted(s.world.apps) {
		for _, cmd := range app.commands {
			if cmd.in(contextBotDM) {
				out = append(out, cmd.shape)
			}
		}
	}
	return out
}

// botState is an application as the drawer of the web client shows it.
type botState struct {
	ID        ID     `json:"id"`
	UserID    ID     `json:"user_id"`
	Name      string `json:"name"`
	Connected bool   `json:"connected"`
}

func (s *Server) botStates() []botState {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := []botState{}
	for _, a := range sorted(s.world.apps) {
		b := botState{ID: a.id, UserID: a.id, Name: a.name}
		for _, session := range s.sessions {
			b.Connected = b.Connected || session.bot == a.id && session.conn != nil
		}
		out = append(out, b)
	}
	return out
}

const pageLimit = 100

// messages are the newest messages of a channel, or those before one, oldest first; ephemeral ones to this person too.
func (c *Control) messages(r *http.Request) (any, error) {
	user, err := idQuery(r, "as")
	if err != nil {
		return nil, err
	}
	channel, err := idPath(r, "channel")
	if err != nil {
		return nil, err
	}
	before, err := idQueryOr(r, "before", 0)
	if err != nil {
		return nil, err
	}
	limit := 50
	if text := r.URL.Query().Get("limit"); text != "" {
		if limit, err = strconv.Atoi(text); err != nil || limit < 1 || limit > pageLimit {
			return nil, badRequest("limit is a number from 1 to %d", pageLimit)
		}
	}
	return c.sim.Messages(user, channel, before, limit)
}

// interaction is what has become of a click: ?wait=5s waits that long for the bot's first answer.
func (c *Control) interaction(r *http.Request) (any, error) {
	id, err := idPath(r, "interaction")
	if err != nil {
		return nil, err
	}
	h, err := c.sim.Interaction(id)
	if err != nil {
		return nil, err
	}
	text := r.URL.Query().Get("wait")
	if text == "" {
		return h.Now(), nil
	}
	wait, err := time.ParseDuration(text)
	if err != nil || wait < 0 || wait > time.Minute {
		return nil, badRequest("wait is a duration of at most a minute, such as 5s")
	}
	ctx, cancel := context.WithTimeout(r.Context(), wait)
	defer cancel()
	answer, _ := h.Wait(ctx) // when the wait is over it is still pending, which the answer says
	return answer, nil
}

func idPath(r *http.Request, name string) (ID, error) {
	id, err := ParseID(r.PathValue(name))
	if err != nil {
		return 0, badRequest("%s: %v", name, err)
	}
	return id, nil
}

func idQuery(r *http.Request, name string) (ID, error) {
	id, err := ParseID(r.URL.Query().Get(name))
	if err != nil {
		return 0, badRequest("%s: %v", name, err)
	}
	return id, nil
}

func idQueryOr(r *http.Request, name string, otherwise ID) (ID, error) {
	if r.URL.Query().Get(name) == "" {
		return otherwise, nil
	}
	return idQuery(r, name)
}
