package transcript

import (
	"cmp"
	"fmt"
	"io"

	"ticketbot/internal/say"
	"ticketbot/ticket"
)

// page is one rendering.
type page struct {
	html
	c      *ticket.Conversation
	o      Options
	voices map[ticket.PersonID]*voice
	index  map[ticket.MessageID]*ticket.Message
}

func newPage(w io.Writer, c *ticket.Conversation, o Options) *page {
	p := &page{
		html: newHTML(w), c: c, o: o,
		voices: make(map[ticket.PersonID]*voice, len(c.People)),
		index:  make(map[ticket.MessageID]*ticket.Message, len(c.Messages)),
	}
	for i := range c.Messages {
		p.index[c.Messages[i].ID] = &c.Messages[i]
	}
	return p
}

// Render writes the conversation as one HTML page. Its only error is that of w.
func Render(w io.Writer, c *ticket.Conversation, o Options) error {
	p := newPage(w, c, o)
	p.document()
	if err := p.w.Flush(); err != nil {
		return fmt.Errorf("write transcript: %w", err)
	}
	return nil
}

func (p *page) document() {
	p.markup("<!doctype html>\n")
	theme := attr{}
	if p.o.Theme == ThemeDark || p.o.Theme == ThemeLight {
		theme = attr{"data-theme", string(p.o.Theme)}
	}
	defer p.in("html", attr{"lang", "en"}, theme)()
	p.head()
	defer p.in("body")()
	p.header()
	end := p.in("main")
	p.conversation()
	end()
	p.footer()
}

func (p *page) head() {
	defer p.in("head")()
	p.void("meta", attr{"charset", "utf-8"})
	if p.o.SelfContained {
		p.void("meta", attr{"http-equiv", "Content-Security-Policy"}, attr{"content", directives([]string{"data:"})})
	}
	p.void("meta", attr{"name", "viewport"}, attr{"content", "width=device-width, initial-scale=1"})
	p.void("meta", attr{"name", "referrer"}, attr{"content", "no-referrer"})
	p.void("meta", attr{"name", "robots"}, attr{"content", "noindex, nofollow"})
	p.leaf("title", say.T("transcript.title", "ticket", p.c.Ticket.Name(), "server", p.server()))
	p.markup("<style>", style, "</style>")
}

func (p *page) server() string { return cmp.Or(p.o.Server, say.T("transcript.server.unknown")) }

func (p *page) footer() {
	defer p.in("footer")()
	zone := "UTC"
	if p.o.Zone != nil {
		zone, _ = p.local(p.o.GeneratedAt).Zone()
	}
	p.text(say.T("transcript.footer", "time", p.local(p.o.GeneratedAt).Format(short), "zone", zone))
}
