package discordsim

import (
	"encoding/json"
	"time"
)

// Object is a JSON object whose shape only its reader cares about: embeds, components, interaction data.
type Object = map[string]any

// Stamp is a time as Discord writes it: microseconds and a numeric offset.
type Stamp time.Time

func (t Stamp) MarshalJSON() ([]byte, error) {
	return []byte(time.Time(t).UTC().Format(`"2006-01-02T15:04:05.000000+00:00"`)), nil
}

func (t *Stamp) UnmarshalJSON(b []byte) error { return (*time.Time)(t).UnmarshalJSON(b) }

// User as everybody sees it.
type User struct {
	ID               ID      `json:"id"`
	Username         string  `json:"username"`
	Discriminator    string  `json:"discriminator"`
	GlobalName       *string `json:"global_name"`
	Avatar           *string `json:"avatar"`
	Bot              bool    `json:"bot,omitempty"`
	System           bool    `json:"system,omitempty"`
	Banner           *string `json:"banner"`
	AccentColor      *int    `json:"accent_color"`
	AvatarDecoration *Object `json:"avatar_decoration_data"`
	Collectibles     *Object `json:"collectibles"`
	PrimaryGuild     *Object `json:"primary_guild"`
	PublicFlags      int     `json:"public_flags"`
	Flags            int     `json:"flags"`
}

// DisplayName is the global name, or else the user name.
func (u User) DisplayName() string {
	if u.GlobalName != nil {
		return *u.GlobalName
	}
	return u.Username
}

// Member is a user in a guild. User is left out inside messages; Permissions is there in interactions only.
type Member struct {
	User                       *User   `json:"user,omitempty"`
	Nick                       *string `json:"nick"`
	Avatar                     *string `json:"avatar"`
	Banner                     *string `json:"banner"`
	Roles                      []ID    `json:"roles"`
	JoinedAt                   Stamp   `json:"joined_at"`
	PremiumSince               *Stamp  `json:"premium_since"`
	CommunicationDisabledUntil *Stamp  `json:"communication_disabled_until"`
	Deaf                       bool    `json:"deaf"`
	Mute                       bool    `json:"mute"`
	Pending                    bool    `json:"pending"`
	Flags                      int     `json:"flags"`
	Permissions                string  `json:"permissions,omitempty"`
	GuildID                    ID      `json:"guild_id,omitempty"`
}

// partial is a member as interactions show those that are named in them: nobody is heard there.
func (m *Member) partial() any {
	return struct {
		*Member
		Deaf *bool `json:"deaf,omitempty"`
		Mute *bool `json:"mute,omitempty"`
	}{Member: m}
}

// Role of a guild; the one with the guild's own ID is @everyone.
type Role struct {
	ID           ID          `json:"id"`
	Name         string      `json:"name"`
	Permissions  Permissions `json:"permissions"`
	Position     int         `json:"position"`
	Color        int         `json:"color"`
	Colors       RoleColors  `json:"colors"`
	Hoist        bool        `json:"hoist"`
	Managed      bool        `json:"managed"`
	Mentionable  bool        `json:"mentionable"`
	Icon         *string     `json:"icon"`
	UnicodeEmoji *string     `json:"unicode_emoji"`
	Tags         *RoleTags   `json:"tags,omitempty"`
	Flags        int         `json:"flags"`
}

type RoleColors struct {
	Primary   int  `json:"primary_color"`
	Secondary *int `json:"secondary_color"`
	Tertiary  *int `json:"tertiary_color"`
}

type RoleTags struct {
	BotID ID `json:"bot_id,omitempty"`
}

// Overwrite changes what a role (Type 0) or a member (Type 1) may do in one channel.
type Overwrite struct {
	ID    ID          `json:"id"`
	Type  int         `json:"type"`
	Allow Permissions `json:"allow"`
	Deny  Permissions `json:"deny"`
}

// Channel is a channel of a guild, a thread or a direct conversation; which fields its JSON has depends on Type.
type Channel struct {
	ID               ID
	Type             int
	GuildID          ID
	Name             string
	Topic            string
	Position         int
	ParentID         ID
	NSFW             bool
	RateLimitPerUser int
	LastMessageID    ID
	LastPin          time.Time
	Overwrites       []Overwrite
	Recipients       []User
	Thread           *ThreadInfo
	Permissions      string // of the person who acts; interactions only
}

// ThreadInfo is what a thread has beyond other channels.
type ThreadInfo struct {
	OwnerID      ID
	Metadata     ThreadMetadata
	MessageCount int
	MemberCount  int
	TotalSent    int
	Member       *ThreadMember // the reader's own membership
	NewlyCreated bool
}

type ThreadMetadata struct {
	Archived            bool   `json:"archived"`
	AutoArchiveDuration int    `json:"auto_archive_duration"`
	ArchiveTimestamp    Stamp  `json:"archive_timestamp"`
	Locked              bool   `json:"locked"`
	Invitable           *bool  `json:"invitable,omitempty"`
	CreateTimestamp     *Stamp `json:"create_timestamp,omitempty"`
}

type ThreadMember struct {
	ID       ID      `json:"id"`
	UserID   ID      `json:"user_id"`
	JoinedAt Stamp   `json:"join_timestamp"`
	Flags    int     `json:"flags"`
	Member   *Member `json:"member,omitempty"`
}

func (c Channel) MarshalJSON() ([]byte, error) { return json.Marshal(c.object()) }

func (c Channel) object() Object {
	o := Object{"id": c.ID, "type": c.Type, "flags": 0}
	if c.Permissions != "" {
		o["permissions"] = c.Permissions
	}
	switch {
	case c.Type == channelDM:
		o["recipients"], o["last_message_id"] = c.Recipients, nullable(c.LastMessageID)
	case c.Thread != nil:
		c.addThread(o)
	default:
		c.addGuildChannel(o)
	}
	if !c.LastPin.IsZero() {
		o["last_pin_timestamp"] = Stamp(c.LastPin)
	}
	return o
}

// partial is a channel as interactions show those that are named in them.
func (c Channel) partial() Object {
	o := c.object()
	delete(o, "permission_overwrites")
	return o
}

func (c Channel) addGuildChannel(o Object) {
	o["guild_id"], o["name"], o["position"] = c.GuildID, c.Name, c.Position
	o["parent_id"], o["permission_overwrites"] = nullable(c.ParentID), append([]Overwrite{}, c.Overwrites...)
	if c.Type == channelCategory {
		return
	}
	o["topic"], o["nsfw"], o["rate_limit_per_user"] = nullable(c.Topic), c.NSFW, c.RateLimitPerUser
	o["last_message_id"] = nullable(c.LastMessageID)
	switch c.Type {
	case channelVoice:
		o["bitrate"], o["user_limit"], o["rtc_region"] = 64000, 0, nil
	case channelForum:
		o["available_tags"], o["default_reaction_emoji"], o["default_sort_order"], o["default_forum_layout"] = []Object{}, nil, nil, 0
	}
}

func (c Channel) addThread(o Object) {
	o["guild_id"], o["name"], o["parent_id"], o["owner_id"] = c.GuildID, c.Name, c.ParentID, c.Thread.OwnerID
	o["thread_metadata"], o["rate_limit_per_user"] = c.Thread.Metadata, c.RateLimitPerUser
	o["last_message_id"] = nullable(c.LastMessageID)
	o["message_count"], o["member_count"], o["total_message_sent"] = c.Thread.MessageCount, c.Thread.MemberCount, c.Thread.TotalSent
	if c.Thread.Member != nil {
		o["member"] = c.Thread.Member
	}
	if c.Thread.NewlyCreated {
		o["newly_created"] = true
	}
}

// Message as REST shows it; GuildID, Member and ChannelType are added by the gateway.
type Message struct {
	ID                 ID           `json:"id"`
	ChannelID          ID           `json:"channel_id"`
	GuildID            ID           `json:"guild_id,omitempty"`
	Type               int          `json:"type"`
	Author             User         `json:"author"`
	Member             *Member      `json:"member,omitempty"`
	Content            string       `json:"content"`
	Timestamp          Stamp        `json:"timestamp"`
	EditedTimestamp    *Stamp       `json:"edited_timestamp"`
	TTS                bool         `json:"tts"`
	MentionEveryone    bool         `json:"mention_everyone"`
	Mentions           []Mention    `json:"mentions"`
	MentionRoles       []ID         `json:"mention_roles"`
	Attachments        []Attachment `json:"attachments"`
	Embeds             []Object     `json:"embeds"`
	Components         []Object     `json:"components"`
	Reactions          []Reaction   `json:"reactions,omitempty"`
	Pinned             bool         `json:"pinned"`
	Flags              int          `json:"flags"`
	WebhookID          ID           `json:"webhook_id,omitempty"`
	ApplicationID      ID           `json:"application_id,omitempty"`
	Nonce              any          `json:"nonce,omitempty"`
	Reference          *Reference   `json:"message_reference,omitempty"`
	Referenced         any          `json:"referenced_message,omitempty"` // *Message; a nil one says it is gone
	InteractionDetails Object       `json:"interaction_metadata,omitempty"`
	OldInteraction     Object       `json:"interaction,omitempty"`
	Thread             *Channel     `json:"thread,omitempty"`
	Poll               Object       `json:"poll,omitempty"`
	Snapshots          []Object     `json:"message_snapshots,omitempty"`
	Position           *int         `json:"position,omitempty"`
	ChannelType        *int         `json:"channel_type,omitempty"`
}

// Ephemeral says that only the person it answers can see the message.
func (m Message) Ephemeral() bool { return m.Flags&flagEphemeral != 0 }

// Mention is a mentioned user; the gateway adds the member.
type Mention struct {
	User
	Member *Member `json:"member,omitempty"`
}

type Reference struct {
	Type      int `json:"type"`
	MessageID ID  `json:"message_id,omitempty"`
	ChannelID ID  `json:"channel_id"`
	GuildID   ID  `json:"guild_id,omitempty"`
}

// Attachment links expire; each look at the message signs them anew.
type Attachment struct {
	ID          ID     `json:"id"`
	Filename    string `json:"filename"`
	Title       string `json:"title,omitempty"`
	Description string `json:"description,omitempty"`
	ContentType string `json:"content_type,omitempty"`
	Size        int    `json:"size"`
	URL         string `json:"url"`
	ProxyURL    string `json:"proxy_url"`
	Width       int    `json:"width,omitempty"`
	Height      int    `json:"height,omitempty"`
	Ephemeral   bool   `json:"ephemeral,omitempty"`
}

type Reaction struct {
	Emoji        Emoji         `json:"emoji"`
	Count        int           `json:"count"`
	CountDetails ReactionCount `json:"count_details"`
	BurstColors  []string      `json:"burst_colors"`
	Me           bool          `json:"me"`
	MeBurst      bool          `json:"me_burst"`
}

type ReactionCount struct {
	Burst  int `json:"burst"`
	Normal int `json:"normal"`
}

// Emoji is a Unicode one (ID null) or a guild's own.
type Emoji struct {
	ID       *ID    `json:"id"`
	Name     string `json:"name"`
	Animated bool   `json:"animated,omitempty"`
}

// nullable is v, or null when v is the zero value.
func nullable[T comparable](v T) *T {
	var zero T
	if v == zero {
		return nil
	}
	return &v
}
