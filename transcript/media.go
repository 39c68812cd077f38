package transcript

import (
	"cmp"
	"net/url"
	"path"
	"strconv"
	"strings"

	"ticketbot/internal/say"
	"ticketbot/ticket"
)

// Discord's largest picture in a message, and in a thumbnail, in pixels.
const (
	maxWidth  = 550
	maxHeight = 350
	thumbnail = 80
)

// medium is a picture, a video or a sound, and where the page finds it.
type medium struct {
	kind          string // "image", "video", "audio", "" for any other file
	source        string // address, "" when there is none to show
	origin        string // the address it had, for a link
	name          string
	alt           string
	width, height int
	spoiler       bool
}

// find looks for our own copy of what an embed or a component shows: it names a file of the same message
// ("attachment://name"), or Discord's address of one. Only then the picture itself is asked for.
func (p *page) find(m ticket.Media, s *said) medium {
	out := medium{origin: m.URL, name: lastPart(m.URL), alt: m.Description, width: m.Width, height: m.Height, spoiler: m.Spoiler}
	out.kind = "image"
	if f, ok := p.ownCopy(m.URL, s); ok {
		out.kind, out.name, out.source = mediaKind(f.Detail.Type), f.Detail.Name, p.file(f)
	} else if _, ok := webLink(m.URL); ok && p.o.Remote != nil {
		out.source = p.o.Remote(m.URL)
	}
	return out
}

// ownCopy is the archived file that an address means.
func (p *page) ownCopy(address string, s *said) (ticket.File, bool) {
	id, found := attachmentOf(address, s)
	if !found {
		return ticket.File{}, false
	}
	f, ok := p.c.Files[id]
	return f, ok
}

// attachmentOf reads which attachment an address means.
func attachmentOf(address string, s *said) (ticket.AttachmentID, bool) {
	if wanted, ok := strings.CutPrefix(address, "attachment://"); ok {
		for i := range s.Attachments {
			if s.Attachments[i].Name == wanted {
				return s.Attachments[i].ID, true
			}
		}
		return 0, false
	}
	// https://cdn.discordapp.com/attachments/<channel>/<attachment>/<name>
	u, err := url.Parse(address)
	if err != nil {
		return 0, false
	}
	parts := strings.Split(u.Path, "/")
	if len(parts) != 5 || parts[1] != "attachments" {
		return 0, false
	}
	id, err := strconv.ParseUint(parts[3], 10, 64)
	return ticket.AttachmentID(id), err == nil
}

// file is the address of our own copy, "" when we have none.
func (p *page) file(f ticket.File) string {
	if p.o.File == nil || f.State != ticket.FileStored {
		return ""
	}
	return p.o.File(f)
}

// mediaKind says how a file may be shown. A picture that can hold scripts (SVG) is a file like any other.
func mediaKind(mime string) string {
	mime, _, _ = strings.Cut(strings.ToLower(mime), ";")
	switch strings.TrimSpace(mime) {
	case "image/png", "image/jpeg", "image/gif", "image/webp", "image/avif":
		return "image"
	case "video/mp4", "video/webm", "video/quicktime":
		return "video"
	case "audio/mpeg", "audio/mp4", "audio/ogg", "audio/wav", "audio/x-wav", "audio/webm", "audio/flac", "audio/aac":
		return "audio"
	}
	return ""
}

// show writes a medium in at most the given box. What cannot be shown is a line that says what it was.
func (p *page) show(m medium, width, height int, kind name) {
	if m.spoiler {
		defer p.hidden("veil")()
	}
	switch {
	case m.source == "":
		p.elsewhere(m)
	case m.kind == "video":
		w, h := fit(m.width, m.height, width, height)
		p.in("video", class("video"), set("controls"), attr{"preload", "metadata"}, attr{"src", m.source}, size("width", w), size("height", h), title(m.alt))()
	case m.kind == "audio":
		p.in("audio", set("controls"), attr{"preload", "metadata"}, attr{"src", m.source}, title(m.alt))()
	default:
		p.picture(m, width, height, kind)
	}
}

func (p *page) picture(m medium, width, height int, kind name) {
	if to, ok := own(m.source); ok {
		defer p.follow(to, class("zoom"))()
	}
	w, h := fit(m.width, m.height, width, height)
	p.void("img", class(kind), attr{"src", m.source}, attr{"alt", cmp.Or(m.alt, m.name)}, title(m.alt), size("width", w), size("height", h), attr{"loading", "lazy"})
}

// own makes a link of an address that the caller gave. Browsers do not open data: in a tab.
func own(source string) (link, bool) {
	return link(source), source != "" && !strings.HasPrefix(source, "data:")
}

// elsewhere writes a medium that the page does not have: where it was, as a link.
func (p *page) elsewhere(m medium) {
	defer p.in("span", class("elsewhere"))()
	to, ok := webLink(m.origin)
	if !ok {
		p.text(say.T("transcript.media.missing"))
		return
	}
	defer p.follow(to, title(m.origin))()
	p.text(say.T("transcript.media.elsewhere", "host", host(to)))
}

// size is a width or height, left out when unknown.
func size(n tag, value int) attr {
	if value <= 0 {
		return attr{}
	}
	return number(n, value)
}

// fit shrinks w×h into a box, keeping its shape; unknown sizes stay 0.
func fit(w, h, maxW, maxH int) (int, int) {
	if w <= 0 || h <= 0 {
		return 0, 0
	}
	scale := min(1, float64(maxW)/float64(w), float64(maxH)/float64(h))
	return max(1, int(float64(w)*scale)), max(1, int(float64(h)*scale))
}

func lastPart(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Path == "" {
		return strings.TrimPrefix(address, "attachment://")
	}
	return path.Base(u.Path)
}
