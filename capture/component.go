package capture

import (
	"encoding/json"

	"ticketbot/ticket"
)

// maxNesting bounds the tree: Discord nests three deep today, and reading costs time for each level.
const maxNesting = 8

type component struct {
	Type        number        `json:"type"`
	CustomID    text          `json:"custom_id"`
	Label       text          `json:"label"`
	Style       number        `json:"style"`
	Emoji       object[emoji] `json:"emoji"`
	URL         text          `json:"url"`
	Disabled    boolean       `json:"disabled"`
	Placeholder text          `json:"placeholder"`
	Options     list[option]  `json:"options"`
	Content     text          `json:"content"`
	Accent      *number       `json:"accent_color"`
	Spoiler     boolean       `json:"spoiler"`
	Divider     boolean       `json:"divider"`
	Spacing     number        `json:"spacing"`
	Description text          `json:"description"` // thumbnail
	Media       object[media] `json:"media"`       // thumbnail
	File        object[media] `json:"file"`
	Items       list[struct {
		Media       object[media] `json:"media"`
		Description text          `json:"description"`
		Spoiler     boolean       `json:"spoiler"`
	}] `json:"items"` // gallery

	// Read later, level by level: decoding the tree at once would read each level again for each level above it.
	Accessory json.RawMessage `json:"accessory"`
	Children  json.RawMessage `json:"components"`
}

type option struct {
	Label       text          `json:"label"`
	Value       text          `json:"value"`
	Description text          `json:"description"`
	Emoji       object[emoji] `json:"emoji"`
}

type emoji struct {
	ID       id      `json:"id"`
	Name     text    `json:"name"`
	Animated boolean `json:"animated"`
}

func readComponents(all list[component], p *people, depth int) []ticket.Component {
	var out []ticket.Component
	for i := range all {
		out = append(out, all[i].read(p, depth))
	}
	return out
}

func (c *component) read(p *people, depth int) ticket.Component {
	out := ticket.Component{
		Type: int(c.Type), ID: string(c.CustomID), Label: p.refer(c.Label), Style: int(c.Style), Emoji: c.Emoji.T.read(),
		URL: string(c.URL), Disabled: bool(c.Disabled), Placeholder: string(c.Placeholder), Text: p.refer(c.Content),
		Spoiler: bool(c.Spoiler), Divider: bool(c.Divider), Spacing: int(c.Spacing), Media: c.media(),
	}
	if c.Accent != nil {
		accent := int(*c.Accent)
		out.Accent = &accent
	}
	for _, o := range c.Options {
		out.Options = append(out.Options, ticket.Option{
			Label: string(o.Label), Value: string(o.Value), Description: string(o.Description), Emoji: o.Emoji.T.read(),
		})
	}
	if depth == 0 {
		return out
	}
	var children list[component]
	if json.Unmarshal(c.Children, &children) == nil {
		out.Children = readComponents(children, p, depth-1)
	}
	var accessory object[component]
	if json.Unmarshal(c.Accessory, &accessory) == nil && accessory.T != nil {
		beside := accessory.T.read(p, depth-1)
		out.Accessory = &beside
	}
	return out
}

// media is what the component shows, whichever of the three ways it says so.
func (c *component) media() []ticket.Media {
	var out []ticket.Media
	for _, m := range []*media{c.Media.T, c.File.T} {
		if m != nil {
			one := m.read()
			one.Description, one.Spoiler = string(c.Description), bool(c.Spoiler)
			out = append(out, one)
		}
	}
	for _, item := range c.Items {
		one := item.Media.T.read()
		one.Description, one.Spoiler = string(item.Description), bool(item.Spoiler)
		out = append(out, one)
	}
	return out
}

func (e *emoji) read() string {
	switch {
	case e == nil:
		return ""
	case e.ID == 0:
		return string(e.Name)
	case bool(e.Animated):
		return "<a:" + string(e.Name) + ":" + ticket.MessageID(e.ID).String() + ">"
	}
	return "<:" + string(e.Name) + ":" + ticket.MessageID(e.ID).String() + ">"
}
