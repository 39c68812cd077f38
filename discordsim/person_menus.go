package discordsim

import "strings"

// Kinds of commands.
const (
	commandSlash   = 1
	commandUser    = 2
	commandMessage = 3
)

// UseOnMessage chooses a bot's command from the menu of a message.
func (s *Server) UseOnMessage(user, message ID, name string) (*Interaction, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, m, err := s.seenMessage(user, message)
	if err != nil {
		return nil, err
	}
	app, cmd, err := s.commandFor(c, user, commandMessage, name)
	if err != nil {
		return nil, err
	}
	shape := s.messageShape(m, app.id)
	return s.useOn(c, user, app, cmd, m.id, Object{"messages": Object{m.id.String(): shape}}), nil
}

// UseOnUser chooses a bot's command from the menu of a user, in a channel.
func (s *Server) UseOnUser(user, channel, target ID, name string) (*Interaction, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, err := s.seen(user, channel)
	if err != nil {
		return nil, err
	}
	if s.world.users[target] == nil {
		return nil, errUnknownUser
	}
	app, cmd, err := s.commandFor(c, user, commandUser, name)
	if err != nil {
		return nil, err
	}
	return s.useOn(c, user, app, cmd, target, s.resolve(user, c, []string{target.String()})), nil
}

func (s *Server) useOn(c *channel, user ID, app *application, cmd *command, target ID, resolved Object) *Interaction {
	data := Object{"id": cmd.id, "name": cmd.name, "type": cmd.kind, "target_id": target, "resolved": resolved}
	if cmd.guild != 0 {
		data["guild_id"] = cmd.guild
	}
	return s.begin(&interaction{app: app, kind: kindCommand, menu: cmd.kind, user: user, guild: c.guild, channel: c.id, command: cmd.name, data: data})
}

// Suggest asks the bot what it would offer for the option that the user is filling in; typed is what it has so far. The
// answer's Choices are the offer.
func (s *Server) Suggest(user, channel ID, name, option, typed string, others map[string]any) (*Interaction, error) {
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
	filled := &optionFiller{s: s, channel: c, given: others, focused: option, typed: typed}
	sent, err := filled.fill(objects(cmd.shape["options"]), words[1:])
	if err != nil {
		return nil, err
	}
	data := Object{"id": cmd.id, "name": cmd.name, "type": cmd.kind, "options": sent}
	if cmd.guild != 0 {
		data["guild_id"] = cmd.guild
	}
	return s.begin(&interaction{app: app, kind: kindAutocomplete, user: user, guild: c.guild, channel: c.id, command: strings.Join(words, " "), data: data}), nil
}
