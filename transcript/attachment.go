package transcript

import (
	"cmp"
	"fmt"
	"strings"

	"ticketbot/internal/say"
	"ticketbot/ticket"
)

// attachments writes the files of a message: pictures as a mosaic, then the others. A file that an embed or a component
// shows is not shown twice.
func (p *page) attachments(s *said) {
	shown := shownElsewhere(s)
	var pictures []medium
	var others []ticket.Attachment
	for _, a := range s.Attachments {
		if shown[a.ID] {
			continue
		}
		if m := p.attached(a); m.kind == "image" && m.source != "" {
			pictures = append(pictures, m)
		} else {
			others = append(others, a)
		}
	}
	p.mosaic(pictures)
	for _, a := range others {
		p.attachment(a)
	}
}

// attached is an attachment as a medium; its name says whether it is a spoiler.
func (p *page) attached(a ticket.Attachment) medium {
	m := medium{
		kind: mediaKind(a.Type), name: a.Name, alt: a.Description, width: a.Width, height: a.Height,
		spoiler: strings.HasPrefix(a.Name, "SPOILER_"),
	}
	if f, ok := p.c.Files[a.ID]; ok {
		m.source = p.file(f)
	}
	return m
}

// mosaic writes one picture in its own shape, several as a grid.
func (p *page) mosaic(pictures []medium) {
	switch {
	case len(pictures) == 1:
		defer p.in("div", class("single"))()
		p.show(pictures[0], maxWidth, maxHeight, "picture")
		return
	case len(pictures) == 0:
		return
	}
	shape := name("by3")
	if len(pictures) == 2 || len(pictures) == 4 {
		shape = "by2"
	}
	defer p.in("div", class("mosaic", shape))()
	for _, m := range pictures {
		cell := p.in("div", class("cell"))
		p.show(m, maxWidth, maxHeight, "picture")
		cell()
	}
}

// attachment writes a file that is not a picture, or that we do not have.
func (p *page) attachment(a ticket.Attachment) {
	m := p.attached(a)
	if m.source != "" && (m.kind == "video" || m.kind == "audio") {
		defer p.in("div", class("player", name(m.kind)))()
		if m.kind == "audio" {
			p.fileLine(a, m.source)
			p.waveform(a.Waveform)
		}
		p.show(m, maxWidth, maxHeight, "picture")
		return
	}
	if m.spoiler {
		defer p.hidden("veil")()
	}
	defer p.in("div", class("file"))()
	p.leaf("span", extension(a.Name), class("paper"), attr{"aria-hidden", "true"})
	defer p.in("div")()
	p.fileLine(a, m.source)
	if why := p.absent(a.ID, m.source); why != "" {
		p.leaf("div", why, class("absent", when(p.c.Files[a.ID].State != ticket.FileGivenUp, "waiting")))
	}
}

// fileLine is a file's name, a link to our copy when there is one, and its size.
func (p *page) fileLine(a ticket.Attachment, source string) {
	defer p.in("div", class("fileline"))()
	called := cmp.Or(a.Name, say.T("transcript.file.unnamed"))
	if to, ok := own(source); ok {
		end := p.follow(to, title(a.Description))
		p.leaf("bdi", called)
		end()
	} else if source != "" {
		end := p.in("a", attr{"href", source}, attr{"download", called}, title(a.Description))
		p.leaf("bdi", called)
		end()
	} else {
		p.leaf("bdi", called, title(a.Description))
	}
	p.leaf("span", sizeOf(a.Size), class("aside"))
}

// absent says why a file is not to be had here; "" if it is.
func (p *page) absent(id ticket.AttachmentID, source string) string {
	f, known := p.c.Files[id]
	switch {
	case !known:
		return say.T("transcript.file.missing")
	case f.State == ticket.FileWaiting:
		return say.T("transcript.file.waiting")
	case f.State == ticket.FileGivenUp && f.Detail.Reason != "":
		return say.T("transcript.file.given_up", "reason", say.T(f.Detail.Reason))
	case f.State == ticket.FileGivenUp:
		return say.T("transcript.file.missing")
	case source == "":
		return say.T("transcript.file.outside")
	}
	return ""
}

// shownElsewhere are the attachments that the message's own embeds and components show.
func shownElsewhere(s *said) map[ticket.AttachmentID]bool {
	if len(s.Attachments) == 0 || len(s.Embeds) == 0 && len(s.Components) == 0 {
		return nil
	}
	shown := map[ticket.AttachmentID]bool{}
	note := func(address string) {
		if id, ok := attachmentOf(address, s); ok {
			shown[id] = true
		}
	}
	for i := range s.Embeds {
		e := &s.Embeds[i]
		for _, address := range []string{e.Image.URL, e.Thumbnail.URL, e.Video.URL, e.Author.Icon, e.Footer.Icon} {
			note(address)
		}
	}
	eachComponent(s.Components, func(c *ticket.Component) {
		for _, m := range c.Media {
			note(m.URL)
		}
	})
	return shown
}

// extension is what a file's name ends in, short enough to stand on a small sheet.
func extension(file string) string {
	i := strings.LastIndexByte(file, '.')
	if i < 0 || len(file)-i-1 > 4 || i == len(file)-1 {
		return ""
	}
	return strings.ToUpper(file[i+1:])
}

// sizeOf writes a size as Discord does.
func sizeOf(n int64) string {
	const unit = 1024
	switch {
	case n == 1:
		return "1 byte"
	case n < unit:
		return fmt.Sprintf("%d bytes", max(n, 0))
	case n < unit*unit:
		return fmt.Sprintf("%.2f KB", float64(n)/unit)
	case n < unit*unit*unit:
		return fmt.Sprintf("%.2f MB", float64(n)/unit/unit)
	}
	return fmt.Sprintf("%.2f GB", float64(n)/unit/unit/unit)
}

// sticker writes a sticker, or its name.
func (p *page) sticker(s ticket.Sticker) {
	if p.o.Sticker != nil {
		if source := p.o.Sticker(s); source != "" {
			p.void("img", class("sticker"), attr{"src", source}, attr{"alt", s.Name}, title(s.Name), number("width", 160), number("height", 160), attr{"loading", "lazy"})
			return
		}
	}
	defer p.in("div", class("file"))()
	p.leaf("span", "", class("paper"), attr{"aria-hidden", "true"})
	p.leaf("bdi", say.T("transcript.sticker", "name", s.Name))
}
