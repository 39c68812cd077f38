package transcript

import (
	"ticketbot/ticket"
	"ticketbot/transcript/markdown"
)

// embed writes an embed: a bar in its colour, and what it holds in Discord's order.
func (p *page) embed(e *ticket.Embed, s *said) {
	if bare(e) {
		p.bareEmbed(e, s)
		return
	}
	defer p.colored(e.Color)()
	defer p.in("div", class("embed", when(e.Color != 0, "tinted")))()
	defer p.in("div", class("inner"))()
	side := p.in("div", class("beside"))
	p.embedText(e, s)
	if e.Thumbnail.URL != "" {
		p.show(p.find(e.Thumbnail, s), thumbnail, thumbnail, "thumbnail")
	}
	side()
	if e.Video.URL != "" && e.Image.URL == "" {
		p.show(p.video(e.Video, s), 400, 300, "picture")
	}
	if e.Image.URL != "" {
		p.show(p.find(e.Image, s), 400, 300, "picture")
	}
	p.embedFooter(e, s)
}

// bare reports whether an embed is only the picture behind a link that the text holds.
func bare(e *ticket.Embed) bool {
	return (e.Type == "image" || e.Type == "gifv") && e.Title == "" && e.Description == ""
}

func (p *page) bareEmbed(e *ticket.Embed, s *said) {
	m := e.Thumbnail
	if m.URL == "" {
		m = e.Image
	}
	if found := p.find(m, s); found.source != "" {
		defer p.in("div", class("single"))()
		p.show(found, maxWidth, maxHeight, "picture")
	}
}

// video is a video somewhere else: played only from our own copy.
func (p *page) video(m ticket.Media, s *said) medium {
	found := p.find(m, s)
	if found.kind != "video" {
		found.source = ""
	}
	return found
}

func (p *page) embedText(e *ticket.Embed, s *said) {
	defer p.in("div", class("words"))()
	if e.Provider.Text != "" {
		p.embedLine(e.Provider, "provider", s)
	}
	if e.Author.Text != "" {
		p.embedLine(e.Author, "author", s)
	}
	if e.Title != "" {
		p.embedTitle(e, s)
	}
	if e.Description != "" {
		text := p.in("div", class("text"), attr{"dir", "auto"})
		p.prose(e.Description, s)
		text()
	}
	p.embedFields(e.Fields, s)
}

func (p *page) embedTitle(e *ticket.Embed, s *said) {
	defer p.in("div", class("title"), attr{"dir", "auto"})()
	if to, ok := webLink(e.URL); ok {
		defer p.follow(to, title(e.URL))()
	}
	p.nodes(markdown.Label(e.Title), s)
}

// embedLine is a small line: an icon if we have it, and words that may lead somewhere.
func (p *page) embedLine(l ticket.EmbedLine, kind name, s *said) {
	defer p.in("div", class(kind))()
	p.embedIcon(l, s)
	if to, ok := webLink(l.URL); ok {
		defer p.follow(to, title(l.URL))()
	}
	defer p.in("bdi")()
	p.words(l.Text, s)
}

func (p *page) embedIcon(l ticket.EmbedLine, s *said) {
	if m := p.find(ticket.Media{URL: l.Icon}, s); l.Icon != "" && m.source != "" && m.kind == "image" {
		p.void("img", class("avatar"), attr{"src", m.source}, attr{"alt", ""}, number("width", 24), number("height", 24))
	}
}

// embedFields writes fields below each other, inline ones up to three in a row.
func (p *page) embedFields(fields []ticket.EmbedField, s *said) {
	if len(fields) == 0 {
		return
	}
	defer p.in("div", class("fields"))()
	for len(fields) > 0 {
		n := inRow(fields)
		for i := range fields[:n] {
			p.embedField(&fields[i], [...]name{"full", "half", "third"}[n-1], s)
		}
		fields = fields[n:]
	}
}

// inRow is how many of the first fields share a row.
func inRow(fields []ticket.EmbedField) int {
	n := 0
	for n < len(fields) && n < 3 && fields[n].Inline {
		n++
	}
	return max(n, 1)
}

func (p *page) embedField(f *ticket.EmbedField, width name, s *said) {
	defer p.in("div", class("field", width), attr{"dir", "auto"})()
	label := p.in("div", class("label"))
	p.line(f.Name, s)
	label()
	defer p.in("div", class("text"))()
	p.prose(f.Value, s)
}

func (p *page) embedFooter(e *ticket.Embed, s *said) {
	if e.Footer.Text == "" && e.Timestamp.IsZero() {
		return
	}
	defer p.in("div", class("foot"))()
	p.embedIcon(e.Footer, s)
	note := p.in("bdi")
	p.words(e.Footer.Text, s)
	note()
	if !e.Timestamp.IsZero() {
		p.moment(e.Timestamp, short)
	}
}
