package discordsim

import "net/http"

// What a person finds in the menus of messages, people and channels.

func (c *Control) forward(r *http.Request) (any, error) {
	var in struct {
		As ID `json:"as"`
		To ID `json:"to"`
	}
	message, err := into(r, "message", &in)
	if err != nil {
		return nil, err
	}
	return c.sim.Forward(in.As, message, in.To)
}

func (c *Control) vote(r *http.Request) (any, error) {
	var in struct {
		As      ID    `json:"as"`
		Answers []int `json:"answers"`
	}
	message, err := into(r, "message", &in)
	if err != nil {
		return nil, err
	}
	return nil, c.sim.Vote(in.As, message, in.Answers)
}

func (c *Control) useOnMessage(r *http.Request) (any, error) {
	var in struct {
		As   ID     `json:"as"`
		Name string `json:"name"`
	}
	message, err := into(r, "message", &in)
	if err != nil {
		return nil, err
	}
	return begun(c.sim.UseOnMessage(in.As, message, in.Name))
}

func (c *Control) useOnUser(r *http.Request) (any, error) {
	var in struct {
		As   ID     `json:"as"`
		Name string `json:"name"`
	}
	channel, err := into(r, "channel", &in)
	if err != nil {
		return nil, err
	}
	target, err := idPath(r, "user")
	if err != nil {
		return nil, err
	}
	return begun(c.sim.UseOnUser(in.As, channel, target, in.Name))
}

// suggestions asks the bot what it offers for the option that is being filled in; see [Server.Suggest].
func (c *Control) suggestions(r *http.Request) (any, error) {
	var in struct {
		As      ID             `json:"as"`
		Name    string         `json:"name"`
		Option  string         `json:"option"`
		Typed   string         `json:"typed"`
		Options map[string]any `json:"options"`
	}
	channel, err := into(r, "channel", &in)
	if err != nil {
		return nil, err
	}
	return begun(c.sim.Suggest(in.As, channel, in.Name, in.Option, in.Typed, in.Options))
}

func (c *Control) startThread(r *http.Request) (any, error) {
	var in struct {
		As      ID     `json:"as"`
		Name    string `json:"name"`
		Message ID     `json:"message"`
		Private bool   `json:"private"`
	}
	channel, err := into(r, "channel", &in)
	if err != nil {
		return nil, err
	}
	return c.sim.StartThread(in.As, channel, in.Message, in.Name, in.Private)
}

// pinned are a channel's pinned messages as ?as= sees them, the latest pin first.
func (c *Control) pinned(r *http.Request) (any, error) {
	channel, err := idPath(r, "channel")
	if err != nil {
		return nil, err
	}
	user, err := idQuery(r, "as")
	if err != nil {
		return nil, err
	}
	return c.sim.Pinned(user, channel)
}
