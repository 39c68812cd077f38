package discordsim

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

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
	app, cmd, err := s.commandFor(c, user, commandSlash, words[0])
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

// commandFor finds a command by its name: of the bots of the guild, or of the bot on the other side of a direct
// conversation.
func (s *Server) commandFor(c *channel, user ID, kind int, name string) (*application, *command, error) {
	g := s.world.guilds[c.guild]
	for _, app := range sorted(s.world.apps) {
		here, place := slices.Clone(app.commands), contextBotDM
		switch {
		case g == nil && !slices.Contains(c.recipients[:], app.id), g != nil && g.members[app.id] == nil:
			continue
		case g != nil:
			here, place = append(here, g.commands[app.id]...), contextGuild
		}
		for _, cmd := range here {
			if cmd.name != name || cmd.kind != kind || !cmd.in(place) {
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
	focused string // the option for which suggestions are asked; then the others may be missing
	typed   string
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
		if f.focused != "" && name == f.focused {
			out = append(out, Object{"name": name, "type": kind, "value": f.typed, "focused": true})
			continue
		}
		value, given := f.given[name]
		if !given || value == "" {
			if o["required"] == true && f.focused == "" {
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
