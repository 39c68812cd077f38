package ticket

import (
	"strconv"
	"strings"
	"time"
)

// Content is what one message says, normalised at capture. It is lenient: kinds that Discord adds tomorrow keep their
// number and are shown as unknown. People appear only as indexes into the message's own list of people, so that
// a person can be forgotten without rewriting what others wrote: index 0 is the author.
type Content struct {
	Type        int          `json:"type,omitempty"`  // Discord's message type: 0 default, 19 reply, 6 pin, 7 join, …
	Flags       int          `json:"flags,omitempty"` // Discord's message flags: 1<<13 voice message, 1<<15 components V2
	Text        string       `json:"text,omitempty"`  // mentions of people are [Mention] marks
	Embeds      []Embed      `json:"embeds,omitempty"`
	Components  []Component  `json:"components,omitempty"`
	Attachments []Attachment `json:"attachments,omitempty"`
	Stickers    []Sticker    `json:"stickers,omitempty"`
	Reply       *Reply       `json:"reply,omitempty"`
	Use         *Use         `json:"use,omitempty"`     // the command or button this message answers
	Forward     *Content     `json:"forward,omitempty"` // a forwarded message, without its author: Discord withholds it
	Webhook     string       `json:"webhook,omitempty"` // the name a webhook spoke under; its person carries avatar and id
	Thread      ChannelID    `json:"thread,omitempty"`  // set when written in a thread inside the ticket
}

// Reply points at the message answered.
type Reply struct {
	Message MessageID `json:"message"`
	Author  int       `json:"author"` // index of a person, -1 unknown
}

// Use is the interaction that a message answers.
type Use struct {
	Person int    `json:"person"`
	Name   string `json:"name,omitempty"` // the command's name
}

// Embed is Discord's embed, as far as a reader sees it.
type Embed struct {
	Type        string       `json:"type,omitempty"`
	Title       string       `json:"title,omitempty"`
	Description string       `json:"description,omitempty"`
	URL         string       `json:"url,omitempty"`
	Timestamp   time.Time    `json:"timestamp,omitzero"`
	Color       int          `json:"color,omitempty"`
	Author      EmbedLine    `json:"author,omitzero"`
	Provider    EmbedLine    `json:"provider,omitzero"`
	Footer      EmbedLine    `json:"footer,omitzero"`
	Image       Media        `json:"image,omitzero"`
	Thumbnail   Media        `json:"thumbnail,omitzero"`
	Video       Media        `json:"video,omitzero"`
	Fields      []EmbedField `json:"fields,omitempty"`
}

// EmbedLine is an embed's author, provider or footer.
type EmbedLine struct {
	Text string `json:"text,omitempty"`
	URL  string `json:"url,omitempty"`
	Icon string `json:"icon,omitempty"`
}

// EmbedField is one name and value of an embed.
type EmbedField struct {
	Name   string `json:"name,omitempty"`
	Value  string `json:"value,omitempty"`
	Inline bool   `json:"inline,omitempty"`
}

// Media is a picture, video or file somewhere. URL may be "attachment://name".
type Media struct {
	URL         string `json:"url,omitempty"`
	Width       int    `json:"width,omitempty"`
	Height      int    `json:"height,omitempty"`
	Description string `json:"description,omitempty"`
	Spoiler     bool   `json:"spoiler,omitempty"`
}

// Component is one node of Discord's component tree; Type is Discord's number, known or not.
type Component struct {
	Type        int         `json:"type"`
	ID          string      `json:"id,omitempty"` // custom id
	Label       string      `json:"label,omitempty"`
	Style       int         `json:"style,omitempty"`
	Emoji       string      `json:"emoji,omitempty"` // unicode, or <:name:id>
	URL         string      `json:"url,omitempty"`
	Disabled    bool        `json:"disabled,omitempty"`
	Placeholder string      `json:"placeholder,omitempty"`
	Options     []Option    `json:"options,omitempty"`
	Text        string      `json:"text,omitempty"`   // text display
	Accent      *int        `json:"accent,omitempty"` // container
	Spoiler     bool        `json:"spoiler,omitempty"`
	Divider     bool        `json:"divider,omitempty"` // separator draws a line
	Spacing     int         `json:"spacing,omitempty"`
	Media       []Media     `json:"media,omitempty"` // thumbnail, gallery items, file
	Accessory   *Component  `json:"accessory,omitempty"`
	Children    []Component `json:"children,omitempty"`
}

// Attachment is a file of a message. Its bytes are copied to our own sealed store, under its Discord id; the source
// URL expires within about a day (Discord signs it).
type Attachment struct {
	ID          AttachmentID `json:"id"`
	Name        string       `json:"name"`
	Type        string       `json:"type,omitempty"` // MIME type as Discord says it; never trusted for serving
	Size        int64        `json:"size"`
	Width       int          `json:"width,omitempty"`
	Height      int          `json:"height,omitempty"`
	Description string       `json:"description,omitempty"`
	Seconds     float64      `json:"seconds,omitempty"`
	Waveform    string       `json:"waveform,omitempty"`
	URL         string       `json:"url,omitempty"`
}

// Sticker is a sticker of a message.
type Sticker struct {
	ID     uint64 `json:"id"`
	Name   string `json:"name"`
	Format int    `json:"format"`
}

// Message is one archived message of a ticket.
type Message struct {
	ID        MessageID
	Channel   ChannelID
	Author    PersonID   // 0: only its deletion was ever seen, or it is Erased
	People    []PersonID // what the indexes in Content mean
	At        time.Time
	EditedAt  time.Time // zero: never edited
	DeletedAt time.Time // zero: still there
	Erased    bool      // its author, or whom it was about, was forgotten, and with them what it said
	Content   Content
	Revisions []Revision // earlier wordings, oldest first
}

// Revision is a wording that an edit replaced.
type Revision struct {
	At      time.Time // when it was written
	People  []PersonID
	Content Content
}

// mark frames the index of a person inside a text. Discord never delivers a NUL, and capture removes any, so that
// nobody can write one.
const mark = "\x00"

// Mention is the mark for the person at index i of the message's people.
func Mention(i int) string { return mark + strconv.Itoa(i) + mark }

// firstNamed is the first person that a message names, in the order of reading; 0 if none but perhaps its author.
func (c *Content) firstNamed() int {
	first := 0
	look := func(text string) {
		Mentions(text, func(string) {}, func(i int) {
			if first == 0 {
				first = i
			}
		})
	}
	look(c.Text)
	var components func([]Component)
	components = func(all []Component) {
		for i := range all {
			look(all[i].Text)
			components(all[i].Children)
		}
	}
	components(c.Components)
	for _, e := range c.Embeds {
		for _, text := range []string{e.Author.Text, e.Title, e.Description} {
			look(text)
		}
		for _, f := range e.Fields {
			look(f.Name)
			look(f.Value)
		}
	}
	return first
}

// CleanText removes what could be taken for a mark.
func CleanText(s string) string { return strings.ReplaceAll(s, mark, "") }

// Mentions calls text for each stretch of s without a mark and person for each mark, in order.
func Mentions(s string, text func(string), person func(i int)) {
	for {
		before, rest, found := strings.Cut(s, mark)
		if before != "" {
			text(before)
		}
		if !found {
			return
		}
		number, after, closed := strings.Cut(rest, mark)
		if i, err := strconv.Atoi(number); err == nil && closed {
			person(i)
		}
		s = after
	}
}
