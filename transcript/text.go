package transcript

import (
	"strconv"
	"time"

	"ticketbot/internal/say"
	"ticketbot/ticket"
	"ticketbot/transcript/markdown"
)

// prose writes a text with all of Discord's Markdown.
func (p *page) prose(text string, s *said) { p.nodes(markdown.Parse(text), s) }

// line writes a text in which only styles are read.
func (p *page) line(text string, s *said) { p.nodes(markdown.Inline(text), s) }

// words writes a text as it is, only with names in the place of marks.
func (p *page) words(text string, s *said) {
	ticket.Mentions(text, p.text, func(i int) { p.text("@" + p.at(s, i).name) })
}

func (p *page) nodes(nodes []markdown.Node, s *said) {
	for i := range nodes {
		p.node(&nodes[i], s)
	}
}

var plainTags = map[markdown.Kind]tag{
	markdown.Bold: "strong", markdown.Italic: "em", markdown.Underline: "u", markdown.Strike: "s",
	markdown.Quote: "blockquote", markdown.Item: "li",
}

func (p *page) node(n *markdown.Node, s *said) {
	switch n.Kind {
	case markdown.Text:
		p.text(n.Text)
	case markdown.Code:
		end := p.in("code")
		p.words(n.Text, s)
		end()
	case markdown.CodeBlock:
		p.codeBlock(n, s)
	case markdown.Link:
		p.address(n, s)
	case markdown.Person, markdown.Role, markdown.Channel, markdown.Everyone, markdown.Command, markdown.Guide:
		p.mention(n, s)
	case markdown.Emoji:
		p.emoji(n)
	case markdown.Time:
		t := time.Unix(n.Number, 0)
		p.leaf("time", p.stamp(n.Number, n.Style), class("stamp"), attr{"datetime", machine(t)}, title(p.local(t).Format(long)))
	case markdown.Spoiler:
		defer p.hidden("spoiler")()
		p.nodes(n.Children, s)
	default:
		p.around(n, s)
	}
}

// around writes a node that is nothing but a tag around its children.
func (p *page) around(n *markdown.Node, s *said) {
	switch n.Kind {
	case markdown.Heading:
		defer p.in("div", class(name("h"+strconv.FormatInt(n.Number, 10))), attr{"role", "heading"}, attr{"aria-level", strconv.FormatInt(n.Number+2, 10)})()
	case markdown.Subtext:
		defer p.in("div", class("subtext"))()
	case markdown.List:
		if n.Number < 0 {
			defer p.in("ul")()
		} else {
			defer p.in("ol", attr{"start", strconv.FormatInt(n.Number, 10)})()
		}
	default:
		defer p.in(plainTags[n.Kind])()
	}
	p.nodes(n.Children, s)
}

func (p *page) codeBlock(n *markdown.Node, s *said) {
	defer p.in("pre", attr{"data-language", n.Language})()
	defer p.in("code")()
	p.words(n.Text, s)
}

// address writes a link; one that leads nowhere a page may lead stays text.
func (p *page) address(n *markdown.Node, s *said) {
	to, ok := webLink(n.URL)
	if ok {
		defer p.follow(to, title(n.URL))()
	}
	if n.Children == nil {
		p.text(n.URL)
	}
	p.nodes(n.Children, s)
}

// mention writes whatever Discord shows as a coloured pill.
func (p *page) mention(n *markdown.Node, s *said) {
	if n.Kind == markdown.Role && p.o.Names != nil {
		_, color, _ := p.o.Names.Role(ticket.RoleID(n.ID))
		defer p.colored(color)()
		p.leaf("bdi", p.pill(n, s), class("mention", when(color != 0, "tinted")))
		return
	}
	tip := ""
	if n.Kind == markdown.Person {
		tip = p.at(s, int(n.Number)).tip
	}
	p.leaf("bdi", p.pill(n, s), class("mention"), title(tip))
}

// pill is what a mention says.
func (p *page) pill(n *markdown.Node, s *said) string {
	switch n.Kind {
	case markdown.Person:
		return "@" + p.at(s, int(n.Number)).name
	case markdown.Role:
		if p.o.Names != nil {
			if role, _, ok := p.o.Names.Role(ticket.RoleID(n.ID)); ok {
				return "@" + role
			}
		}
		return "@" + say.T("transcript.mention.role")
	case markdown.Channel:
		return "#" + p.channel(ticket.ChannelID(n.ID))
	case markdown.Command:
		return "/" + n.Text
	case markdown.Guide:
		return "#" + n.Text
	}
	return n.Text
}

// channel is a channel's name; the ticket's own is known even though it is gone.
func (p *page) channel(id ticket.ChannelID) string {
	if p.o.Names != nil {
		if known, ok := p.o.Names.Channel(id); ok {
			return known
		}
	}
	if id == p.c.Ticket.Channel && id != 0 {
		return p.c.Ticket.ChannelName()
	}
	return say.T("transcript.mention.channel")
}

// hidden covers what is inside until the reader asks for it: a checkbox, since the page has no script.
func (p *page) hidden(kind name) (end func()) {
	label := p.in("label", class(kind), attr{"data-label", say.T("transcript.spoiler.label")})
	p.void("input", attr{"type", "checkbox"}, attr{"aria-label", say.T("transcript.spoiler")})
	cover := p.in("span", class("cover"))
	return func() {
		cover()
		label()
	}
}
