package discordsim

import (
	"net/http"
	"strings"
)

// say sends a message; files come as the parts files[0], files[1], … of a form.
func (c *Control) say(r *http.Request) (any, error) {
	var in struct {
		As      ID     `json:"as"`
		Content string `json:"content"`
		ReplyTo ID     `json:"reply_to"`
		Poll    *Poll  `json:"poll"`
	}
	channel, err := idPath(r, "channel")
	if err != nil {
		return nil, err
	}
	uploads, err := read(r, &in)
	if err != nil {
		return nil, err
	}
	o := SayOptions{Content: in.Content, ReplyTo: in.ReplyTo, Poll: in.Poll}
	for _, u := range uploads {
		o.Files = append(o.Files, u.File)
	}
	return c.sim.Say(in.As, channel, o)
}

func (c *Control) edit(r *http.Request) (any, error) {
	var in struct {
		As      ID     `json:"as"`
		Content string `json:"content"`
	}
	message, err := into(r, "message", &in)
	if err != nil {
		return nil, err
	}
	return c.sim.Edit(in.As, message, in.Content)
}

func (c *Control) remove(r *http.Request) (any, error) { return c.onMessage(r, c.sim.Delete) }
func (c *Control) pin(r *http.Request) (any, error)    { return c.onMessage(r, c.sim.Pin) }
func (c *Control) unpin(r *http.Request) (any, error)  { return c.onMessage(r, c.sim.Unpin) }

// onMessage does what needs no more than who (?as=) and which message.
func (c *Control) onMessage(r *http.Request, do func(user, message ID) error) (any, error) {
	message, err := idPath(r, "message")
	if err != nil {
		return nil, err
	}
	user, err := idQuery(r, "as")
	if err != nil {
		return nil, err
	}
	return nil, do(user, message)
}

func (c *Control) bulkDelete(r *http.Request) (any, error) {
	var in struct {
		As       ID   `json:"as"`
		Messages []ID `json:"messages"`
	}
	channel, err := into(r, "channel", &in)
	if err != nil {
		return nil, err
	}
	return nil, c.sim.BulkDelete(in.As, channel, in.Messages)
}

func (c *Control) react(r *http.Request) (any, error)   { return c.reaction(r, c.sim.React) }
func (c *Control) unreact(r *http.Request) (any, error) { return c.reaction(r, c.sim.Unreact) }

func (c *Control) reaction(r *http.Request, do func(user, message ID, emoji string) error) (any, error) {
	var in struct {
		As    ID     `json:"as"`
		Emoji string `json:"emoji"`
	}
	message, err := into(r, "message", &in)
	if err != nil {
		return nil, err
	}
	return nil, do(in.As, message, in.Emoji)
}

func (c *Control) typing(r *http.Request) (any, error) {
	var in struct {
		As ID `json:"as"`
	}
	channel, err := into(r, "channel", &in)
	if err != nil {
		return nil, err
	}
	return nil, c.sim.Typing(in.As, channel)
}

// press clicks a button or, with values, makes a choice in a select.
func (c *Control) press(r *http.Request) (any, error) {
	var in struct {
		As       ID       `json:"as"`
		CustomID string   `json:"custom_id"`
		Values   []string `json:"values"`
	}
	message, err := into(r, "message", &in)
	if err != nil {
		return nil, err
	}
	if in.Values == nil {
		return begun(c.sim.Click(in.As, message, in.CustomID))
	}
	return begun(c.sim.Select(in.As, message, in.CustomID, in.Values))
}

// submit sends a form; files come as the parts files[custom_id] of a form.
func (c *Control) submit(r *http.Request) (any, error) {
	var in struct {
		As     ID                  `json:"as"`
		Values map[string][]string `json:"values"`
	}
	opener, err := idPath(r, "interaction")
	if err != nil {
		return nil, err
	}
	uploads, err := read(r, &in)
	if err != nil {
		return nil, err
	}
	fields := Fields{Values: in.Values, Files: map[string][]File{}}
	for _, u := range uploads {
		name := strings.TrimSuffix(strings.TrimPrefix(u.field, "files["), "]")
		fields.Files[name] = append(fields.Files[name], u.File)
	}
	return begun(c.sim.Submit(in.As, opener, fields))
}

// command runs a slash command; a subcommand is named with a space: "privacy export".
func (c *Control) command(r *http.Request) (any, error) {
	var in struct {
		As      ID             `json:"as"`
		Name    string         `json:"name"`
		Options map[string]any `json:"options"`
	}
	channel, err := into(r, "channel", &in)
	if err != nil {
		return nil, err
	}
	return begun(c.sim.Command(in.As, channel, in.Name, in.Options))
}

func begun(i *Interaction, err error) (any, error) {
	if err != nil {
		return nil, err
	}
	return Object{"interaction_id": i.ID}, nil
}

// openDM finds or makes the conversation of two users, for the client to open.
func (c *Control) openDM(r *http.Request) (any, error) {
	var in struct {
		As   ID `json:"as"`
		With ID `json:"with"`
	}
	if _, err := read(r, &in); err != nil {
		return nil, err
	}
	return c.sim.OpenDM(in.As, in.With)
}

// deleteChannel deletes a channel as ?as=, or as the guild's owner.
func (c *Control) deleteChannel(r *http.Request) (any, error) {
	channel, err := idPath(r, "channel")
	if err != nil {
		return nil, err
	}
	user, err := idQueryOr(r, "as", c.sim.ownerOf(channel))
	if err != nil {
		return nil, err
	}
	return nil, c.sim.DeleteChannel(user, channel)
}

// ownerOf is the owner of the guild a channel is in, or 0.
func (s *Server) ownerOf(channel ID) ID {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c := s.world.channels[channel]; c != nil && s.world.guilds[c.guild] != nil {
		return s.world.guilds[c.guild].owner
	}
	return 0
}
