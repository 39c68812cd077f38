package discordsim

import (
	"slices"
	"time"
)

// Channel types the simulator gives a meaning to. A guild may hold others; they are passed on as they are.
const (
	channelText          = 0
	channelDM            = 1
	channelVoice         = 2
	channelCategory      = 4
	channelNews          = 5
	channelPublicThread  = 11
	channelPrivateThread = 12
	channelForum         = 15
)

// Message flags.
const (
	flagSuppressEmbeds = 1 << 2
	flagHasThread      = 1 << 5
	flagHasSnapshot    = 1 << 14
	flagEphemeral      = 1 << 6
	flagLoading        = 1 << 7
	flagSilent         = 1 << 12
	flagComponentsV2   = 1 << 15
)

// Message types.
const (
	messageDefault        = 0
	messagePinned         = 6
	messageJoin           = 7
	messageThreadCreated  = 18
	messageReply          = 19
	messageCommand        = 20
	messageContextCommand = 23
	messagePollResult     = 46
)

// world is everything that exists. It is guarded by Server.mu and does no input or output.
type world struct {
	now          func() time.Time
	ids          snowflakes
	users        map[ID]*user
	guilds       map[ID]*guild
	channels     map[ID]*channel // of guilds, threads, direct conversations
	messages     map[ID]*message
	files        map[ID]*file
	apps         map[ID]*application
	tokens       map[string]*application
	webhooks     map[ID]*webhook
	interactions map[ID]*interaction
	grants       map[string]*grant // by access token
}

func newWorld(now func() time.Time) *world {
	return &world{
		now: now, users: map[ID]*user{}, guilds: map[ID]*guild{}, channels: map[ID]*channel{}, messages: map[ID]*message{},
		files: map[ID]*file{}, apps: map[ID]*application{}, tokens: map[string]*application{}, webhooks: map[ID]*webhook{},
		interactions: map[ID]*interaction{}, grants: map[string]*grant{},
	}
}

func (w *world) newID() ID { return w.ids.next(w.now()) }

type user struct {
	id       ID
	name     string
	global   string
	avatar   string // hash; empty for the default one
	bot      bool
	dmClosed bool
	blocked  map[ID]bool
}

type guild struct {
	id          ID
	name        string
	icon        string
	owner       ID
	created     time.Time
	roles       map[ID]*role
	members     map[ID]*member
	emojis      []Emoji
	unavailable bool
	commands    map[ID][]*command // by application
	invited     map[ID]invitation // bots that were here before
	unlisted    map[ID]bool       // bots whose READY does not list the guild
	extra       []Object          // channels of unknown types, sent as they are
}

type role struct {
	id          ID
	name        string
	color       int
	position    int
	permissions Permissions
	hoist       bool
	mentionable bool
	bot         ID // the bot it belongs to, for managed roles
}

type member struct {
	user          ID
	nick          string
	roles         []ID
	joined        time.Time
	timedOutUntil time.Time
}

func (m *member) has(role ID) bool { return slices.Contains(m.roles, role) }

type channel struct {
	id         ID
	kind       int
	guild      ID
	name       string
	topic      string
	parent     ID
	position   int
	nsfw       bool
	slowmode   int
	overwrites []Overwrite
	recipients [2]ID // direct conversations
	thread     *thread
	messages   []*message // by ID, ephemeral ones included
	last       ID
	lastPin    time.Time
	spoke      map[ID]time.Time // for slow mode
}

// text says whether messages can be sent here.
func (c *channel) text() bool {
	switch c.kind {
	case channelCategory, channelForum:
		return false
	}
	return true
}

type thread struct {
	owner       ID
	starter     ID // the message it hangs on
	archived    bool
	locked      bool
	invitable   bool
	autoArchive int
	archivedAt  time.Time
	created     time.Time
	members     map[ID]time.Time
	sent        int
}

type message struct {
	id          ID
	channel     ID
	kind        int
	author      ID
	webhook     ID
	persona     *User // name and avatar a webhook gave this message
	app         ID
	content     string
	edited      time.Time
	mentions    []ID
	roles       []ID
	everyone    bool
	files       []ID
	embeds      []Object
	components  []Object
	reactions   []*reaction
	pinnedAt    time.Time
	flags       int
	nonce       any
	reference   *Reference
	interaction *interaction
	onlyFor     ID // the one person who sees an ephemeral message
	poll        *poll
	snapshot    *snapshot // of the message that this one forwards
}

type reaction struct {
	emoji Emoji
	users []ID
}

type file struct {
	id          ID
	channel     ID
	name        string
	description string
	kind        string
	width       int
	height      int
	data        []byte
	ephemeral   bool
}

type webhook struct {
	id      ID
	token   string
	name    string
	channel ID
	guild   ID
	app     ID
	creator ID
}

// channelsOf lists a guild's channels, without threads, in order of position.
func (w *world) channelsOf(g ID) []*channel {
	var out []*channel
	for _, c := range w.channels {
		if c.guild == g && c.thread == nil {
			out = append(out, c)
		}
	}
	slices.SortFunc(out, func(a, b *channel) int {
		if a.position != b.position {
			return a.position - b.position
		}
		return compareIDs(a.id, b.id)
	})
	return out
}

// threadsOf lists threads of a guild, or of one channel when parent is set.
func (w *world) threadsOf(g, parent ID) []*channel {
	var out []*channel
	for _, c := range w.channels {
		if c.guild == g && c.thread != nil && (parent == 0 || c.parent == parent) {
			out = append(out, c)
		}
	}
	slices.SortFunc(out, func(a, b *channel) int { return compareIDs(a.id, b.id) })
	return out
}

func compareIDs(a, b ID) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// sorted returns a map's values in order of their IDs, so that what the simulator sends does not depend on chance.
func sorted[T any](m map[ID]T) []T {
	keys := make([]ID, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	out := make([]T, len(keys))
	for i, k := range keys {
		out[i] = m[k]
	}
	return out
}

// dm finds the conversation of two users, or makes it.
func (w *world) dm(a, b ID) *channel {
	for _, c := range w.channels {
		if c.kind == channelDM && (c.recipients == [2]ID{a, b} || c.recipients == [2]ID{b, a}) {
			return c
		}
	}
	c := &channel{id: w.newID(), kind: channelDM, recipients: [2]ID{a, b}}
	w.channels[c.id] = c
	return c
}

// shareGuild says whether two users meet in some guild, which direct messages need.
func (w *world) shareGuild(a, b ID) bool {
	for _, g := range w.guilds {
		if g.members[a] != nil && g.members[b] != nil {
			return true
		}
	}
	return false
}
