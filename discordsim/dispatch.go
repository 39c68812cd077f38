package discordsim

import (
	"encoding/json"
	"fmt"
)

// Intents a session asks for.
type Intents uint64

const (
	IntentGuilds          Intents = 1 << 0
	IntentMembers         Intents = 1 << 1 // privileged
	IntentModeration      Intents = 1 << 2
	IntentExpressions     Intents = 1 << 3
	IntentWebhooks        Intents = 1 << 5
	IntentPresences       Intents = 1 << 8 // privileged
	IntentMessages        Intents = 1 << 9
	IntentReactions       Intents = 1 << 10
	IntentTyping          Intents = 1 << 11
	IntentDirectMessages  Intents = 1 << 12
	IntentDirectReactions Intents = 1 << 13
	IntentDirectTyping    Intents = 1 << 14
	IntentMessageContent  Intents = 1 << 15 // privileged
	IntentPolls           Intents = 1 << 24
	IntentDirectPolls     Intents = 1 << 25
	PrivilegedIntents             = IntentMembers | IntentPresences | IntentMessageContent
	validIntents                  = Intents(1<<17-1) | 3<<20 | 3<<24
)

// intentsOf says which intent lets an event through, in guilds and in direct conversations. Events that are not listed
// need none.
var intentsOf = map[string]struct{ guild, direct Intents }{
	"GUILD_CREATE":         {guild: IntentGuilds},
	"GUILD_UPDATE":         {guild: IntentGuilds},
	"GUILD_DELETE":         {guild: IntentGuilds},
	"GUILD_ROLE_CREATE":    {guild: IntentGuilds},
	"GUILD_ROLE_UPDATE":    {guild: IntentGuilds},
	"GUILD_ROLE_DELETE":    {guild: IntentGuilds},
	"CHANNEL_CREATE":       {guild: IntentGuilds},
	"CHANNEL_UPDATE":       {guild: IntentGuilds},
	"CHANNEL_DELETE":       {guild: IntentGuilds},
	"CHANNEL_PINS_UPDATE":  {guild: IntentGuilds, direct: IntentDirectMessages},
	"THREAD_CREATE":        {guild: IntentGuilds},
	"THREAD_UPDATE":        {guild: IntentGuilds},
	"THREAD_DELETE":        {guild: IntentGuilds},
	"THREAD_LIST_SYNC":     {guild: IntentGuilds},
	"THREAD_MEMBER_UPDATE": {guild: IntentGuilds},
	// Discord sends it without the members intent when it concerns the reader; dispatch sees to that.
	"THREAD_MEMBERS_UPDATE":         {guild: IntentMembers},
	"GUILD_MEMBER_ADD":              {guild: IntentMembers},
	"GUILD_MEMBER_UPDATE":           {guild: IntentMembers},
	"GUILD_MEMBER_REMOVE":           {guild: IntentMembers},
	"GUILD_EMOJIS_UPDATE":           {guild: IntentExpressions},
	"WEBHOOKS_UPDATE":               {guild: IntentWebhooks},
	"MESSAGE_CREATE":                {guild: IntentMessages, direct: IntentDirectMessages},
	"MESSAGE_UPDATE":                {guild: IntentMessages, direct: IntentDirectMessages},
	"MESSAGE_DELETE":                {guild: IntentMessages, direct: IntentDirectMessages},
	"MESSAGE_DELETE_BULK":           {guild: IntentMessages},
	"MESSAGE_REACTION_ADD":          {guild: IntentReactions, direct: IntentDirectReactions},
	"MESSAGE_REACTION_REMOVE":       {guild: IntentReactions, direct: IntentDirectReactions},
	"MESSAGE_REACTION_REMOVE_ALL":   {guild: IntentReactions, direct: IntentDirectReactions},
	"MESSAGE_REACTION_REMOVE_EMOJI": {guild: IntentReactions, direct: IntentDirectReactions},
	"MESSAGE_POLL_VOTE_ADD":         {guild: IntentPolls, direct: IntentDirectPolls},
	"MESSAGE_POLL_VOTE_REMOVE":      {guild: IntentPolls, direct: IntentDirectPolls},
	"TYPING_START":                  {guild: IntentTyping, direct: IntentDirectTyping},
}

// event is something that happened, on its way to whoever may know.
type event struct {
	name    string
	guild   ID
	channel ID // only those who can view it are told; zero: all members of the guild
	data    any
	message *message // for MESSAGE_CREATE and MESSAGE_UPDATE: data is made from it, with or without content
	about   ID       // this user is told whatever the intents
	only    ID       // nobody but this user is told
}

// dispatch tells every session and every feed that may know. Server.mu is held.
func (s *Server) dispatch(e event) {
	full, bare := s.encoders(e)
	for _, session := range s.sessions {
		if !s.reaches(session, e) {
			continue
		}
		if e.message != nil && !s.readsContent(session.intents, session.bot, e.message) {
			session.send(e.name, bare())
			continue
		}
		session.send(e.name, full())
	}
	for f := range s.feeds {
		if s.concerns(f.user, e) {
			f.push(Notice{Kind: e.name, Data: full()})
		}
	}
}

// encoders make the event's data at most once each.
func (s *Server) encoders(e event) (full, bare func() []byte) {
	var shape *Message
	message := func() *Message {
		if shape == nil {
			shape = s.gatewayMessage(e.message)
		}
		return shape
	}
	if e.message == nil {
		full = once(func() any { return e.data })
		return full, full
	}
	return once(func() any { return message() }), once(func() any { return message().withoutContent() })
}

func once(value func() any) func() []byte {
	var encoded []byte
	return func() []byte {
		if encoded == nil {
			encoded = encode(value())
		}
		return encoded
	}
}

// encode panics on values that are no JSON, which only a mistake in this package can make.
func encode(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("discordsim: %v", err))
	}
	return b
}

// concerns says whether the user may know of the event, intents aside.
func (s *Server) concerns(user ID, e event) bool {
	if e.only != 0 {
		return e.only == user
	}
	if e.message != nil && e.message.onlyFor != 0 {
		return false
	}
	if e.channel != 0 {
		c := s.world.channels[e.channel]
		return c != nil && s.world.canSee(c, user)
	}
	g := s.world.guilds[e.guild]
	return g != nil && g.members[user] != nil
}

func (s *Server) reaches(session *session, e event) bool {
	if !session.shard.has(e.guild) || !s.concerns(session.bot, e) {
		return false
	}
	if g := s.world.guilds[e.guild]; g != nil && g.unavailable && e.name != "GUILD_DELETE" {
		return false
	}
	rule, listed := intentsOf[e.name]
	if !listed || e.about == session.bot {
		return true
	}
	need := rule.guild
	if e.guild == 0 {
		need = rule.direct
	}
	return session.intents&need != 0
}

// readsContent: with the intent, or when the message is the bot's own, mentions it, or was sent to it directly.
func (s *Server) readsContent(have Intents, bot ID, m *message) bool {
	if have&IntentMessageContent != 0 || m.author == bot || s.world.channels[m.channel].kind == channelDM {
		return true
	}
	for _, u := range m.mentions {
		if u == bot {
			return true
		}
	}
	return false
}
