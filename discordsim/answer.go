package discordsim

// This file is how a bot answers an interaction: POST /interactions/{interaction}/{token}/callback.

// Callback types.
const (
	callbackMessage      = 4
	callbackDefer        = 5
	callbackDeferUpdate  = 6
	callbackUpdate       = 7
	callbackAutocomplete = 8
	callbackModal        = 9
)

// callbacksFor says which answers a kind of interaction takes. A modal cannot answer a modal.
var callbacksFor = map[int][]int{
	kindCommand:      {callbackMessage, callbackDefer, callbackModal},
	kindComponent:    {callbackMessage, callbackDefer, callbackDeferUpdate, callbackUpdate, callbackModal},
	kindAutocomplete: {callbackAutocomplete},
	kindModal:        {callbackMessage, callbackDefer, callbackDeferUpdate, callbackUpdate},
}

func (s *Server) answerRoutes() []*route {
	return []*route{
		{method: "POST", path: "/interactions/{interaction}/{token}/callback", bucket: bucketExempt, do: answerInteraction},
	}
}

func answerInteraction(c *call) (any, error) {
	id, err := c.pathID("interaction")
	if err != nil {
		return nil, err
	}
	i := c.s.world.interactions[id]
	switch {
	case i == nil || i.token != c.path["token"] || i.state == StateFailed && !i.acked:
		return nil, errUnknownInteraction
	case i.acked:
		return nil, errAcknowledged
	}
	c.app = i.app
	kind := c.allowedCallback(i)
	if err := c.err(); err != nil {
		return nil, err
	}
	if c.s.world.channels[i.channel] == nil && kind != callbackAutocomplete {
		return nil, errUnknownChannel // deleted since
	}
	m, err := c.answer(i, kind)
	if err != nil {
		return nil, err
	}
	if c.query.Get("with_response") != "true" {
		return nil, nil
	}
	return c.callbackResponse(i, kind, m), nil
}

func (c *call) allowedCallback(i *interaction) int {
	c.need("type")
	choices := callbacksFor[i.kind]
	if i.kind == kindModal && i.source == nil {
		choices = choices[:2] // no message to update
	}
	return c.oneOf("type", choices...)
}

// answer carries out the callback; it is the interaction's one and only.
func (c *call) answer(i *interaction, kind int) (*message, error) {
	data := c.object("data")
	if data == nil {
		data = &form{v: Object{}, path: []string{"data"}, errs: c.errs}
	}
	switch kind {
	case callbackMessage:
		return c.answerWithMessage(i, data)
	case callbackDefer:
		return c.think(i, data.integer("flags", 0, 1<<31-1, 0)&flagEphemeral != 0), nil
	case callbackDeferUpdate:
		i.acked, i.original, i.hidden = true, i.source.id, i.source.onlyFor != 0
		c.s.settle(i, StateDeferred)
		return i.source, nil
	case callbackUpdate:
		return c.updateSource(i, data)
	case callbackModal:
		return nil, c.openModal(i, data)
	}
	return nil, c.suggest(i, data)
}

func (c *call) answerWithMessage(i *interaction, data *form) (*message, error) {
	d, err := c.compose(data)
	if err != nil {
		return nil, err
	}
	i.acked, i.hidden = true, d.flags&flagEphemeral != 0
	m := c.respond(i, d)
	i.original = m.id
	c.s.settle(i, StateAnswered)
	return m, nil
}

// respond posts a message that belongs to an interaction.
func (c *call) respond(i *interaction, d draft) *message {
	d.author, d.app, d.webhook, d.interaction = i.app.id, i.app.id, i.app.id, i
	if d.flags&flagEphemeral != 0 {
		d.onlyFor = i.user
	}
	switch {
	case i.original != 0:
		d.kind, d.reference = messageReply, &Reference{MessageID: i.original, ChannelID: i.channel, GuildID: i.guild}
	case i.source != nil:
		d.kind, d.reference = messageReply, &Reference{MessageID: i.source.id, ChannelID: i.channel, GuildID: i.guild}
	case i.menu != 0:
		d.kind = messageContextCommand
	case i.command != "":
		d.kind = messageCommand
	}
	m := c.s.post(c.s.world.channels[i.channel], d)
	return m
}

// think shows "thinking..." until the bot fills the message in.
func (c *call) think(i *interaction, hidden bool) *message {
	i.acked, i.deferred, i.hidden = true, true, hidden
	d := draft{flags: flagLoading}
	if hidden {
		d.flags |= flagEphemeral
	}
	m := c.respond(i, d)
	i.original = m.id
	c.s.settle(i, StateDeferred)
	return m
}

func (c *call) updateSource(i *interaction, data *form) (*message, error) {
	m := i.source
	if c.s.world.messages[m.id] == nil {
		return nil, errUnknownMessage
	}
	if err := c.rewrite(data, m); err != nil {
		return nil, err
	}
	i.acked, i.original, i.hidden = true, m.id, m.onlyFor != 0
	c.s.revised(m, "message_update")
	c.s.settle(i, StateAnswered)
	return m, nil
}

func (c *call) openModal(i *interaction, data *form) error {
	data.needText("custom_id", "title")
	data.text("custom_id", 1, maxCustomID)
	data.text("title", 1, maxModalTitle)
	components := modalComponents(data)
	if err := data.err(); err != nil {
		return err
	}
	i.acked = true
	i.modal = Object{"custom_id": data.v["custom_id"], "title": data.v["title"], "components": components}
	c.s.settle(i, StateModal)
	return nil
}

func (c *call) suggest(i *interaction, data *form) error {
	for _, choice := range data.list("choices", 0, maxSuggestions) {
		choice.need("name", "value")
		choice.text("name", 1, maxChoiceText)
		i.choices = append(i.choices, choice.v)
	}
	if err := data.err(); err != nil {
		return err
	}
	i.acked = true
	c.s.settle(i, StateAnswered)
	return nil
}

func (c *call) callbackResponse(i *interaction, kind int, m *message) Object {
	about := Object{"id": i.id, "type": i.kind, "channel_id": i.channel}
	if i.guild != 0 {
		about["guild_id"] = i.guild
	}
	out := Object{"interaction": about}
	if m == nil {
		return out
	}
	about["response_message_id"], about["response_message_loading"], about["response_message_ephemeral"] = m.id, i.deferred, i.hidden
	if kind == callbackMessage || kind == callbackUpdate {
		out["resource"] = Object{"type": kind, "message": c.s.messageShape(m, i.app.id)}
	}
	return out
}
