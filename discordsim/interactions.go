package discordsim

import (
	"context"
	"time"
)

// Deadlines of interactions, on the simulator's clock.
const (
	answerWithin = 3 * time.Second
	tokenLife    = 15 * time.Minute
)

// Kinds of interactions.
const (
	kindCommand      = 2
	kindComponent    = 3
	kindAutocomplete = 4
	kindModal        = 5
)

// States of an interaction as the person sees them.
const (
	StatePending  = "pending"  // the bot has not answered
	StateDeferred = "deferred" // "thinking...", or silently taken note of
	StateAnswered = "answered"
	StateModal    = "modal"  // a form has opened
	StateFailed   = "failed" // "This interaction failed"
)

type interaction struct {
	id      ID
	token   string
	app     *application
	kind    int
	user    ID
	guild   ID
	channel ID
	source  *message     // the message whose component was used, here or before the modal
	opener  *interaction // what opened the modal
	command string
	menu    int // the kind of command, if it was chosen from a menu
	data    Object
	created time.Time

	state    string
	acked    bool
	deferred bool // answered with "thinking", not yet filled
	original ID   // the message that @original means
	hidden   bool // what @original means is ephemeral, fixed by the first answer
	modal    Object
	choices  []Object
	changed  chan struct{}
}

// Interaction is a click, a command or a submitted form, waiting for the bot.
type Interaction struct {
	ID ID
	s  *Server
	i  *interaction
}

// Answer is what has become of an interaction.
type Answer struct {
	State   string   `json:"state"`
	Message *Message `json:"message,omitempty"`
	Modal   Object   `json:"modal,omitempty"`
	Choices []Object `json:"choices,omitempty"`
}

// Wait returns the bot's first reaction: an answer, a deferral, a modal, or failure when none came in time.
func (h *Interaction) Wait(ctx context.Context) (Answer, error) {
	return h.until(ctx, func(a Answer) bool { return a.State != StatePending })
}

// WaitFor returns once the interaction has the state. Failure ends the wait too.
func (h *Interaction) WaitFor(ctx context.Context, state string) (Answer, error) {
	return h.until(ctx, func(a Answer) bool { return a.State == state || a.State == StateFailed })
}

func (h *Interaction) until(ctx context.Context, enough func(Answer) bool) (Answer, error) {
	for {
		h.s.mu.Lock()
		answer, changed := h.s.answerOf(h.i), h.i.changed
		h.s.mu.Unlock()
		if enough(answer) {
			return answer, nil
		}
		select {
		case <-ctx.Done():
			return answer, ctx.Err()
		case <-changed:
		}
	}
}

// Now is what has become of it so far.
func (h *Interaction) Now() Answer {
	h.s.mu.Lock()
	defer h.s.mu.Unlock()
	return h.s.answerOf(h.i)
}

// Interaction finds an interaction by its ID for a quarter of an hour after it was made.
func (s *Server) Interaction(id ID) (*Interaction, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := s.world.interactions[id]
	if i == nil {
		return nil, errUnknownInteraction
	}
	return &Interaction{ID: id, s: s, i: i}, nil
}

func (s *Server) answerOf(i *interaction) Answer {
	a := Answer{State: i.state, Modal: i.modal, Choices: i.choices}
	if m := s.world.messages[i.original]; m != nil && i.state != StatePending {
		a.Message = s.messageShape(m, i.user)
	}
	return a
}

// begin gives the interaction to the bot and starts its clocks.
func (s *Server) begin(i *interaction) *Interaction {
	i.id, i.token, i.created = s.world.newID(), "sim."+randomText(48), s.clock.now()
	i.state, i.changed = StatePending, make(chan struct{})
	s.world.interactions[i.id] = i
	payload := encode(s.interactionPayload(i))
	g := s.world.guilds[i.guild]
	for _, session := range s.sessions {
		if session.bot == i.app.id && session.shard.has(i.guild) && (g == nil || !g.unavailable) {
			session.send("INTERACTION_CREATE", payload)
		}
	}
	s.clock.after(answerWithin, func() { s.expire(i) })
	s.clock.after(tokenLife, func() { s.retire(i) })
	// Told last: whoever waits for this fact may move the clock at once.
	s.tell("interaction", Fact{Guild: i.guild, Channel: i.channel, User: i.user, Body: i.label()})
	return &Interaction{ID: i.id, s: s, i: i}
}

func (i *interaction) label() string {
	if i.command != "" {
		return "/" + i.command
	}
	id, _ := i.data["custom_id"].(string)
	return id
}

// expire: three seconds without an answer.
func (s *Server) expire(i *interaction) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !i.acked {
		s.settle(i, StateFailed)
	}
}

// retire: the token is worth nothing after a quarter of an hour.
func (s *Server) retire(i *interaction) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.world.interactions, i.id)
	if i.deferred {
		i.deferred = false
		s.settle(i, StateFailed)
	}
}

// settle moves the interaction on and tells the person's clients.
func (s *Server) settle(i *interaction, state string) {
	i.state = state
	close(i.changed)
	i.changed = make(chan struct{})
	switch state {
	case StateFailed:
		s.tell("interaction_failed", Fact{Guild: i.guild, Channel: i.channel, User: i.user, Body: i.label()})
		s.notify(i.user, "INTERACTION_FAILURE", Object{"id": i.id})
	case StateModal:
		s.notify(i.user, "INTERACTION_MODAL_CREATE", Object{"id": i.id, "channel_id": i.channel, "modal": i.modal})
	default:
		s.notify(i.user, "INTERACTION_SUCCESS", Object{"id": i.id, "state": state})
	}
}

// interactionPayload is the event a bot gets.
func (s *Server) interactionPayload(i *interaction) Object {
	w := s.world
	c := w.channels[i.channel]
	shape := w.channelShape(c, i.app.id)
	shape.Permissions = w.inChannel(c, i.user).String()
	o := Object{
		"id": i.id, "application_id": i.app.id, "type": i.kind, "token": i.token, "version": 1, "channel_id": c.id, "channel": shape.partial(),
		"data": i.data, "locale": "en-US", "entitlements": []Object{}, "entitlement_sku_ids": []ID{}, "attachment_size_limit": maxFileBytes,
		"app_permissions": w.inChannel(c, i.app.id), "authorizing_integration_owners": Object{"0": i.guild}, "context": 0,
	}
	if i.source != nil && w.messages[i.source.id] != nil {
		o["message"] = s.messageShape(i.source, i.app.id)
	}
	g := w.guilds[i.guild]
	if g == nil {
		o["user"], o["context"] = w.userShape(i.user), 1
		return o
	}
	member := w.memberShape(g.members[i.user], true)
	member.Permissions = w.inChannel(c, i.user).String()
	o["guild_id"], o["guild_locale"], o["member"] = g.id, "en-US", member
	o["guild"] = Object{"id": g.id, "locale": "en-US", "features": []string{}}
	return o
}

// interactionDetails are the two ways, new and old, in which a message says which interaction it answers.
func (s *Server) interactionDetails(m *message) (details, old Object) {
	i := m.interaction
	user := s.world.userShape(i.user)
	details = Object{"id": i.id, "type": i.kind, "user": user, "authorizing_integration_owners": Object{"0": i.guild}}
	switch {
	case i.kind == kindComponent && i.source != nil:
		details["interacted_message_id"] = i.source.id
	case i.kind == kindModal && i.opener != nil:
		triggering := Object{"id": i.opener.id, "type": i.opener.kind, "user": user, "authorizing_integration_owners": Object{"0": i.guild}}
		if i.source != nil {
			triggering["interacted_message_id"] = i.source.id
		}
		details["triggering_interaction_metadata"] = triggering
	}
	if m.id != i.original {
		details["original_response_message_id"] = i.original
	}
	if i.command != "" {
		old = Object{"id": i.id, "type": i.kind, "name": i.command, "user": user}
	}
	return details, old
}
