package discordsim

import (
	"maps"
	"slices"
	"strconv"
)

// command is an application command. shape is what its author said of it, completed.
type command struct {
	id      ID
	name    string
	kind    int
	guild   ID
	version ID
	shape   Object
	options []any // as asked, decoded
}

func (s *Server) commandRoutes() []*route {
	var out []*route
	for _, base := range []string{"/applications/{application}/commands", "/applications/{application}/guilds/{guild}/commands"} {
		one := base + "/{command}"
		out = append(out,
			&route{method: "GET", path: base, auth: byBot, do: listCommands},
			&route{method: "PUT", path: base, auth: byBot, bucket: bucketCommands, do: replaceCommands},
			&route{method: "POST", path: base, auth: byBot, bucket: bucketCommands, do: createCommand},
			&route{method: "GET", path: one, auth: byBot, do: getCommand},
			&route{method: "PATCH", path: one, auth: byBot, bucket: bucketCommands, do: editCommand},
			&route{method: "DELETE", path: one, auth: byBot, bucket: bucketCommands, do: deleteCommand},
		)
	}
	return append(out, &route{method: "GET", path: "/applications/{application}/guilds/{guild}/commands/permissions", auth: byBot,
		do: func(*call) (any, error) { return []Object{}, nil }})
}

// commandScope is the list of commands that the path means: a guild's or the global one.
func (c *call) commandScope() (get func() []*command, set func([]*command), guild ID, err error) {
	app, err := c.pathID("application")
	if err != nil {
		return nil, nil, 0, err
	}
	if app != c.app.id {
		return nil, nil, 0, errMissingAccess
	}
	if c.path["guild"] == "" {
		return func() []*command { return c.app.commands }, func(l []*command) { c.app.commands = l }, 0, nil
	}
	g, err := c.guildIn()
	if err != nil {
		return nil, nil, 0, err
	}
	return func() []*command { return g.commands[app] }, func(l []*command) { g.commands[app] = l }, g.id, nil
}

func listCommands(c *call) (any, error) {
	get, _, _, err := c.commandScope()
	if err != nil {
		return nil, err
	}
	out := []Object{}
	for _, cmd := range get() {
		out = append(out, cmd.shape)
	}
	return out, nil
}

func replaceCommands(c *call) (any, error) {
	get, set, guild, err := c.commandScope()
	if err != nil {
		return nil, err
	}
	var next []*command
	names := map[string]bool{}
	for _, f := range c.entries(0, maxCommands+2*maxContextCommands) {
		cmd := c.readCommand(f, guild, get())
		if key := cmd.name + "/" + strconv.Itoa(cmd.kind); names[key] {
			f.fail("name", "APPLICATION_COMMANDS_DUPLICATE_NAME", "Application command names must be unique")
		} else {
			names[key] = true
		}
		next = append(next, cmd)
	}
	if err := c.err(); err != nil {
		return nil, err
	}
	if err := tooManyCommands(next); err != nil {
		return nil, err
	}
	set(next)
	c.s.commandsChanged(guild)
	return listCommands(c)
}

func createCommand(c *call) (any, error) {
	get, set, guild, err := c.commandScope()
	if err != nil {
		return nil, err
	}
	before := get()
	cmd := c.readCommand(c.form, guild, before)
	if err := c.err(); err != nil {
		return nil, err
	}
	kept := slices.DeleteFunc(slices.Clone(before), func(x *command) bool { return x.id == cmd.id })
	next := append(kept, cmd)
	if err := tooManyCommands(next); err != nil {
		return nil, err
	}
	set(next)
	c.s.commandsChanged(guild)
	status := 201
	if len(kept) < len(before) {
		status = 200
	}
	return withStatus{status, cmd.shape}, nil
}

func (c *call) commandIn(list []*command) (*command, error) {
	id, err := c.pathID("command")
	if err != nil {
		return nil, err
	}
	at := slices.IndexFunc(list, func(x *command) bool { return x.id == id })
	if at < 0 {
		return nil, errUnknownCommand
	}
	return list[at], nil
}

func getCommand(c *call) (any, error) {
	get, _, _, err := c.commandScope()
	if err != nil {
		return nil, err
	}
	cmd, err := c.commandIn(get())
	if err != nil {
		return nil, err
	}
	return cmd.shape, nil
}

func editCommand(c *call) (any, error) {
	get, set, guild, err := c.commandScope()
	if err != nil {
		return nil, err
	}
	old, err := c.commandIn(get())
	if err != nil {
		return nil, err
	}
	merged := maps.Clone(old.shape)
	merged["options"] = old.options
	maps.Copy(merged, c.v)
	cmd := c.readCommand(&form{v: merged, errs: c.errs}, guild, get())
	cmd.id = old.id
	cmd.shape["id"] = old.id
	if err := c.err(); err != nil {
		return nil, err
	}
	list := slices.Clone(get())
	list[slices.Index(list, old)] = cmd
	set(list)
	c.s.commandsChanged(guild)
	return cmd.shape, nil
}

func deleteCommand(c *call) (any, error) {
	get, set, guild, err := c.commandScope()
	if err != nil {
		return nil, err
	}
	cmd, err := c.commandIn(get())
	if err != nil {
		return nil, err
	}
	set(slices.DeleteFunc(slices.Clone(get()), func(x *command) bool { return x == cmd }))
	c.s.commandsChanged(guild)
	return nil, nil
}

// commandsChanged lets people's clients reload their menu. Bots are not told.
func (s *Server) commandsChanged(guild ID) {
	for f := range s.feeds {
		f.push(Notice{Kind: "COMMANDS_UPDATE", Data: encode(Object{"guild_id": nullable(guild)})})
	}
}

// readCommand checks a command. One of the same name and kind keeps its ID.
func (c *call) readCommand(f *form, guild ID, known []*command) *command {
	f.need("name")
	kind := f.integer("type", 1, 4, 1)
	cmd := &command{id: c.s.world.newID(), name: f.text("name", 1, maxCommandName), kind: kind, guild: guild, version: c.s.world.newID()}
	if kind == 1 {
		f.need("description")
		f.text("description", 1, maxCommandDescription)
		checkCommandName(f, cmd.name)
		checkOptions(f, 0)
	}
	if size := commandSize(f.v); size > maxCommandSize {
		f.fail("", "APPLICATION_COMMAND_TOO_LARGE", "Command exceeds maximum size (%d)", maxCommandSize)
	}
	checkPlaces(f)
	for _, k := range known {
		if k.name == cmd.name && k.kind == kind {
			cmd.id = k.id
		}
	}
	cmd.options, _ = withoutNulls(f.v["options"]).([]any)
	cmd.shape = commandShape(cmd, c.app.id, f)
	return cmd
}

// withoutNulls leaves out what was given as null: answers never repeat it.
func withoutNulls(v any) any {
	switch v := v.(type) {
	case []any:
		out := make([]any, 0, len(v))
		for _, x := range v {
			out = append(out, withoutNulls(x))
		}
		return out
	case Object:
		out := Object{}
		for key, x := range v {
			if x != nil {
				out[key] = withoutNulls(x)
			}
		}
		return out
	}
	return v
}

func commandShape(cmd *command, app ID, f *form) Object {
	o := Object{
		"id": cmd.id, "application_id": app, "version": cmd.version, "type": cmd.kind, "name": cmd.name,
		"name_localizations": f.v["name_localizations"], "description": "", "description_localizations": f.v["description_localizations"],
		"default_member_permissions": nil, "nsfw": f.flag("nsfw"), "integration_types": []any{0}, "contexts": f.v["contexts"],
	}
	if f.given("integration_types") {
		o["integration_types"] = f.v["integration_types"]
	}
	if cmd.kind == 1 {
		o["description"] = f.v["description"]
	}
	if f.given("default_member_permissions") {
		o["default_member_permissions"] = f.permissions("default_member_permissions").String()
	}
	if cmd.guild != 0 {
		o["guild_id"] = cmd.guild
	} else {
		o["dm_permission"] = f.v["dm_permission"] != false
	}
	if len(cmd.options) > 0 {
		o["options"] = cmd.options
	}
	return o
}

// usableCommands are the commands a member may use: their default permissions are enforced by Discord, not by bots.
func (s *Server) usableCommands(g *guild, user ID) []Object {
	out := []Object{}
	may := s.world.inGuild(g, user)
	for _, app := range sorted(s.world.apps) {
		if g.members[app.id] == nil {
			continue
		}
		for _, cmd := range append(slices.Clone(app.commands), g.commands[app.id]...) {
			if cmd.in(contextGuild) && cmd.allowed(may) {
				out = append(out, cmd.shape)
			}
		}
	}
	return out
}

func (cmd *command) allowed(may Permissions) bool {
	need, limited := cmd.shape["default_member_permissions"].(string)
	if !limited {
		return may.Has(PermUseCommands)
	}
	n, _ := strconv.ParseUint(need, 10, 64)
	if n == 0 {
		return may.Has(PermAdministrator)
	}
	return may.Has(Permissions(n))
}
