package discordsim

import (
	"fmt"
	"slices"
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
	press := interaction{app: app, kind: kindComponent, user: user, guild: c.guild, channel: c.id, source: m, data: data}
	again := press
	pressed := s.begin(&press)
	if len(s.strikes(OnClick, Fact{Guild: c.guild, Channel: c.id, User: user})) > 0 {
		s.begin(&again)
	}
	return pressed, nil
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
			channels[text] = shape.partial()
		}
		if g == nil {
			continue
		}
		if m := g.members[id]; m != nil {
			member := w.memberShape(m, false)
			member.Permissions = w.inGuild(g, id).String()
			members[text] = member.partial()
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
