package discordsim

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Click presses a button.
func (s *Server) Click(user, message ID, customID string) (*Interaction, error) {
	return s.use(user, message, customID, nil)
}

// Select chooses values of a select: option values, or IDs of users, roles and channels.
func (s *Server) Select(user, message ID, customID string, values []string) (*Interaction, error) {
	if values == nil {
		values = []string{}
	}
	return s.use(user, message, customID, values)
}

func (s *Server) use(user, message ID, customID string, values []string) (*Interaction, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, m, err := s.seenMessage(user, message)
	if err != nil {
		return nil, err
	}
	component := findComponent(m.components, customID)
	if component == nil {
		return nil, fmt.Errorf("the message has no component %q", customID)
	}
	if component["disabled"] == true {
		return nil, fmt.Errorf("%q is disabled", customID)
	}
	kind := number(component["type"], 0)
	data := Object{"custom_id": customID, "component_type": kind, "id": number(component["id"], 0)}
	if values != nil {
		if err := choosable(component, values); err != nil {
			return nil, err
		}
		data["values"] = values
		if kind != componentSelect {
			data["resolved"] = s.resolve(user, c, values)
		}
	}
	app := s.world.apps[m.author]
	if app == nil {
		return nil, fmt.Errorf("the message is no bot's")
	}
	return s.begin(&interaction{app: app, kind: kindComponent, user: user, guild: c.guild, channel: c.id, source: m, data: data}), nil
}

// choosable checks a choice as the client does before it sends one.
func choosable(component Object, values []string) error {
	least, most := number(component["min_values"], 1), number(component["max_values"], 1)
	if len(values) < least || len(values) > most {
		return fmt.Errorf("choose %d to %d", least, most)
	}
	if number(component["type"], 0) != componentSelect {
		return nil
	}
	for _, v := range values {
		if !hasOption(component, v) {
			return fmt.Errorf("%q is not among the options", v)
		}
	}
	return nil
}

func hasOption(component Object, value string) bool {
	return slices.ContainsFunc(objects(component["options"]), func(o Object) bool { return o["value"] == value })
}

// resolve is what an interaction says of the users, roles, channels and files it names.
func (s *Server) resolve(user ID, c *channel, ids []string) Object {
	w := s.world
	users, members, roles, channels, files := Object{}, Object{}, Object{}, Object{}, Object{}
	g := w.guilds[c.guild]
	for _, text := range ids {
		id, err := ParseID(text)
		if err != nil {
			continue
		}
		if w.users[id] != nil {
			users[text] = w.userShape(id)
		}
		if f := w.files[id]; f != nil {
			files[text] = s.attachmentShape(f)
		}
		if named := w.channels[id]; named != nil {
			shape := w.channelShape(named, 0)
			shape.Permissions = w.inChannel(named, user).String()
			channels[text] = shape
		}
		if g == nil {
			continue
		}
		if m := g.members[id]; m != nil {
			member := w.memberShape(m, false)
			member.Permissions = w.inGuild(g, id).String()
			members[text] = member
		}
		if r := g.roles[id]; r != nil {
			roles[text] = r.shape()
		}
	}
	out := Object{}
	for key, found := range map[string]Object{"users": users, "members": members, "roles": roles, "channels": channels, "attachments": files} {
		if len(found) > 0 {
			out[key] = found
		}
	}
	return out
}

// Fields are what a person filled into a form, by custom_id. A checkbox is "true" or "false".
type Fields struct {
	Values map[string][]string
	Files  map[string][]File
}

// Submit sends the form that an interaction opened.
func (s *Server) Submit(user, opener ID, fields Fields) (*Interaction, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	from := s.world.interactions[opener]
	if from == nil || from.user != user || from.state != StateModal {
		return nil, errUnknownInteraction
	}
	c := s.world.channels[from.channel]
	if c == nil {
		return nil, errUnknownChannel
	}
	i := &interaction{app: from.app, kind: kindModal, user: user, guild: from.guild, channel: from.channel, source: from.source, opener: from, command: from.command}
	filled := submission{s: s, channel: c, fields: fields}
	components, err := filled.all(objects(from.modal["components"]))
	if err != nil {
		return nil, err
	}
	i.data = Object{"custom_id": from.modal["custom_id"], "components": components, "resolved": s.resolve(user, c, filled.named)}
	return s.begin(i), nil
}

// submission turns a form and what was filled in into what Discord sends.
type submission struct {
	s       *Server
	channel *channel
	fields  Fields
	named   []string // IDs that the answers name
}

func (f *submission) all(components []Object) ([]Object, error) {
	out := []Object{}
	for _, c := range components {
		sent := Object{"type": c["type"], "id": c["id"]}
		var err error
		switch number(c["type"], 0) {
		case componentRow:
			var inner []Object
			inner, err = f.each(objects(c["components"]))
			sent["components"] = inner
		case componentLabel:
			inner, _ := c["component"].(Object)
			sent["component"], err = f.one(inner)
		}
		if err != nil {
			return nil, err
		}
		out = append(out, sent)
	}
	return out, nil
}

func (f *submission) each(components []Object) ([]Object, error) {
	var out []Object
	for _, c := range components {
		sent, err := f.one(c)
		if err != nil {
			return nil, err
		}
		out = append(out, sent)
	}
	return out, nil
}

func (f *submission) one(c Object) (Object, error) {
	id, _ := c["custom_id"].(string)
	kind := number(c["type"], 0)
	values := f.fields.Values[id]
	sent := Object{"type": kind, "id": c["id"], "custom_id": id}
	required := c["required"] != false
	switch kind {
	case componentTextInput:
		text := strings.Join(values, "\n")
		sent["value"] = text
		return sent, checkText(c, id, text, required)
	case componentCheckbox:
		sent["value"] = len(values) > 0 && values[0] == "true"
		return sent, nil
	case componentRadio:
		sent["value"] = nil
		if len(values) > 0 {
			sent["value"] = values[0]
		}
		return sent, checkChoice(c, id, values, required, 1)
	case componentUpload:
		for _, file := range f.fields.Files[id] {
			values = append(values, f.s.keepFile(f.channel.id, file).id.String())
		}
		f.named = append(f.named, values...)
		sent["values"] = append([]string{}, values...)
		return sent, checkCount(c, id, values, required)
	}
	if kind != componentSelect && kind != componentCheckboxes {
		f.named = append(f.named, values...)
		sent["values"] = append([]string{}, values...)
		return sent, checkCount(c, id, values, required)
	}
	sent["values"] = append([]string{}, values...)
	return sent, checkChoice(c, id, values, required, number(c["max_values"], len(objects(c["options"]))))
}

func checkText(c Object, id, text string, required bool) error {
	n := count(text)
	switch least, most := number(c["min_length"], 0), number(c["max_length"], 4000); {
	case n == 0 && required:
		return fmt.Errorf("%q is required", id)
	case n > 0 && n < least:
		return fmt.Errorf("%q must be %d or more in length", id, least)
	case n > most:
		return fmt.Errorf("%q must be %d or fewer in length", id, most)
	}
	return nil
}

func checkCount(c Object, id string, values []string, required bool) error {
	least, most := number(c["min_values"], 1), number(c["max_values"], 1)
	if len(values) == 0 && !required {
		return nil
	}
	if len(values) < least || len(values) > most {
		return fmt.Errorf("%q takes %d to %d", id, least, most)
	}
	return nil
}

func checkChoice(c Object, id string, values []string, required bool, most int) error {
	if len(values) == 0 && required && number(c["min_values"], 1) > 0 {
		return fmt.Errorf("%q is required", id)
	}
	if len(values) > most {
		return fmt.Errorf("%q takes at most %d", id, most)
	}
	for _, v := range values {
		if !hasOption(c, v) {
			return fmt.Errorf("%q is not among the options of %q", v, id)
		}
	}
	return nil
}

// Command runs a slash command, such as "ticket" or, for a subcommand, "ticket open". Options are strings, numbers,
// booleans, IDs or a File.
func (s *Server) Command(user, channel ID, name string, options map[string]any) (*Interaction, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, err := s.seen(user, channel)
	if err != nil {
		return nil, err
	}
	words := strings.Fields(strings.TrimPrefix(name, "/"))
	if len(words) == 0 {
		return nil, errUnknownCommand
	}
	app, cmd, err := s.commandFor(c, user, words[0])
	if err != nil {
		return nil, err
	}
	filled := &optionFiller{s: s, channel: c, given: options}
	sent, err := filled.fill(objects(cmd.shape["options"]), words[1:])
	if err != nil {
		return nil, err
	}
	data := Object{"id": cmd.id, "name": cmd.name, "type": cmd.kind, "options": sent}
	if cmd.guild != 0 {
		data["guild_id"] = cmd.guild
	}
	if len(filled.named) > 0 {
		data["resolved"] = s.resolve(user, c, filled.named)
	}
	return s.begin(&interaction{app: app, kind: kindCommand, user: user, guild: c.guild, channel: c.id, command: strings.Join(words, " "), data: data}), nil
}

func (s *Server) commandFor(c *channel, user ID, name string) (*application, *command, error) {
	g := s.world.guilds[c.guild]
	for _, app := range sorted(s.world.apps) {
		here := app.commands
		if g != nil {
			if g.members[app.id] == nil {
				continue
			}
			here = append(slices.Clone(here), g.commands[app.id]...)
		}
		for _, cmd := range here {
			if cmd.name != name || cmd.kind != 1 {
				continue
			}
			if g != nil && !cmd.allowed(s.world.inChannel(c, user)) {
				return nil, nil, errMissingPermissions
			}
			return app, cmd, nil
		}
	}
	return nil, nil, errUnknownCommand
}

// optionFiller turns options given by name into what Discord sends.
type optionFiller struct {
	s       *Server
	channel *channel
	given   map[string]any
	named   []string
}

func (f *optionFiller) fill(defined []Object, words []string) ([]Object, error) {
	out := []Object{}
	for _, o := range defined {
		name, _ := o["name"].(string)
		kind := number(o["type"], 0)
		if kind == optionSubcommand || kind == optionGroup {
			if len(words) == 0 || words[0] != name {
				continue
			}
			inner, err := f.fill(objects(o["options"]), words[1:])
			return append(out, Object{"name": name, "type": kind, "options": inner}), err
		}
		value, given := f.given[name]
		if !given || value == "" {
			if o["required"] == true {
				return nil, fmt.Errorf("the option %q is required", name)
			}
			continue
		}
		sent, err := f.value(o, kind, value)
		if err != nil {
			return nil, fmt.Errorf("option %q: %w", name, err)
		}
		out = append(out, Object{"name": name, "type": kind, "value": sent})
	}
	if len(words) > 0 && len(out) == 0 {
		return nil, errUnknownCommand
	}
	return out, nil
}

func (f *optionFiller) value(o Object, kind int, given any) (any, error) {
	text := fmt.Sprint(given)
	switch kind {
	case optionInteger:
		n, err := strconv.Atoi(text)
		return n, err
	case optionNumber:
		n, err := strconv.ParseFloat(text, 64)
		return n, err
	case optionBoolean:
		b, err := strconv.ParseBool(text)
		return b, err
	case optionUser, optionChannel, optionRole, optionMention:
		f.named = append(f.named, text)
		_, err := ParseID(text)
		return text, err
	case optionFile:
		file, ok := given.(File)
		if !ok {
			return nil, fmt.Errorf("a file is needed")
		}
		id := f.s.keepFile(f.channel.id, file).id.String()
		f.named = append(f.named, id)
		return id, nil
	}
	if choices := objects(o["choices"]); len(choices) > 0 && !slices.ContainsFunc(choices, func(c Object) bool { return c["value"] == text }) {
		return nil, fmt.Errorf("%q is not among the choices", text)
	}
	if most := number(o["max_length"], 6000); count(text) > most || count(text) < number(o["min_length"], 0) {
		return nil, fmt.Errorf("the length must be %d to %d", number(o["min_length"], 0), most)
	}
	return text, nil
}
