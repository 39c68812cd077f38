package transcript

import (
	"cmp"
	"strconv"

	"ticketbot/internal/say"
	"ticketbot/ticket"
	"ticketbot/transcript/markdown"
)

// maxNesting bounds the tree of components; Discord nests three deep.
const maxNesting = 8

// Discord's numbers of components.
const (
	actionRow      = 1
	button         = 2
	stringSelect   = 3
	userSelect     = 5
	roleSelect     = 6
	anybodySelect  = 7
	channelSelect  = 8
	section        = 9
	textDisplay    = 10
	thumbnailImage = 11
	mediaGallery   = 12
	fileDisplay    = 13
	separator      = 14
	container      = 17
)

// linkButton is the only style of button that leads somewhere.
const linkButton = 5

func (p *page) components(all []ticket.Component, s *said, depth int) {
	if depth > maxNesting {
		return
	}
	for i := range all {
		p.component(&all[i], s, depth)
	}
}

// component writes one component as it looked. Nothing of it can be pressed, except a link.
func (p *page) component(c *ticket.Component, s *said, depth int) {
	switch c.Type {
	case actionRow:
		defer p.in("div", class("row"))()
		p.components(c.Children, s, depth+1)
	case button:
		p.button(c, s)
	case stringSelect, userSelect, roleSelect, anybodySelect, channelSelect:
		p.selectMenu(c, s)
	case section:
		p.section(c, s, depth)
	case textDisplay:
		defer p.in("div", class("text", "display"), attr{"dir", "auto"})()
		p.prose(c.Text, s)
	case thumbnailImage:
		for _, m := range c.Media {
			p.show(p.find(m, s), thumbnail, thumbnail, "thumbnail")
		}
	case mediaGallery:
		p.gallery(c, s)
	case fileDisplay:
		p.files(c, s)
	case separator:
		p.void("hr", class(when(!c.Divider, "blank"), when(c.Spacing > 1, "wide")))
	case container:
		p.container(c, s, depth)
	default:
		p.unknown(c, s, depth)
	}
}

var buttonStyles = map[int]name{1: "primary", 2: "secondary", 3: "success", 4: "danger", linkButton: "secondary", 6: "primary"}

func (p *page) button(c *ticket.Component, s *said) {
	look := class("button", cmp.Or(buttonStyles[c.Style], "secondary"), when(c.Disabled, "disabled"))
	to, leads := webLink(c.URL)
	if leads && c.Style == linkButton {
		defer p.follow(to, look, title(c.URL))()
	} else {
		defer p.in("span", look)()
	}
	if c.Emoji != "" {
		p.nodes(markdown.Inline(c.Emoji), s)
		p.text(" ")
	}
	if c.Label != "" {
		defer p.in("bdi")()
		p.words(c.Label, s)
	}
}

// selectMenu writes a select that opens and shows its options.
func (p *page) selectMenu(c *ticket.Component, s *said) {
	hint := cmp.Or(c.Placeholder, say.T("transcript.component.select"))
	if len(c.Options) == 0 {
		p.leaf("div", hint, class("select"))
		return
	}
	defer p.in("details", class("select"))()
	p.leaf("summary", hint, attr{"dir", "auto"})
	for _, o := range c.Options {
		end := p.in("div", class("option"), attr{"dir", "auto"})
		if o.Emoji != "" {
			p.nodes(markdown.Inline(o.Emoji), s)
			p.text(" ")
		}
		p.text(o.Label)
		if o.Description != "" {
			p.leaf("div", o.Description, class("aside"))
		}
		end()
	}
}

// section writes text with a picture or a button beside it.
func (p *page) section(c *ticket.Component, s *said, depth int) {
	defer p.in("div", class("beside"))()
	words := p.in("div", class("words"))
	p.components(c.Children, s, depth+1)
	words()
	if c.Accessory != nil && depth < maxNesting {
		p.component(c.Accessory, s, depth+1)
	}
}

func (p *page) gallery(c *ticket.Component, s *said) {
	found := make([]medium, len(c.Media))
	for i, m := range c.Media {
		found[i] = p.find(m, s)
	}
	p.mosaic(found)
}

// files writes a file component: the attachment it means, as a file.
func (p *page) files(c *ticket.Component, s *said) {
	for _, m := range c.Media {
		found := p.find(m, s)
		a := ticket.Attachment{Name: found.name, Description: found.alt}
		if id, ok := attachmentOf(m.URL, s); ok {
			a.ID, a.Size = id, p.c.Files[id].Detail.Size
		}
		if m.Spoiler {
			end := p.hidden("veil")
			p.attachment(a)
			end()
			continue
		}
		p.attachment(a)
	}
}

func (p *page) container(c *ticket.Component, s *said, depth int) {
	if c.Spoiler {
		defer p.hidden("veil")()
	}
	accent := c.Accent != nil
	if accent {
		defer p.colored(max(*c.Accent, 1))()
	}
	defer p.in("div", class("container", when(accent, "tinted")))()
	defer p.in("div", class("inner"))()
	p.components(c.Children, s, depth+1)
}

// unknown keeps the place of a component that Discord invented after us, and what is inside.
func (p *page) unknown(c *ticket.Component, s *said, depth int) {
	defer p.in("div", class("unknown"))()
	p.text(say.T("transcript.component.unknown", "type", strconv.Itoa(c.Type)))
	if label := cmp.Or(c.Label, c.Text); label != "" {
		text := p.in("div", class("text"), attr{"dir", "auto"})
		p.words(label, s)
		text()
	}
	p.components(c.Children, s, depth+1)
}
