package capture

import "ticketbot/ticket"

type embed struct {
	Type        text          `json:"type"`
	Title       text          `json:"title"`
	Description text          `json:"description"`
	URL         text          `json:"url"`
	Timestamp   moment        `json:"timestamp"`
	Color       number        `json:"color"`
	Author      object[line]  `json:"author"`
	Provider    object[line]  `json:"provider"`
	Footer      object[line]  `json:"footer"`
	Image       object[media] `json:"image"`
	Thumbnail   object[media] `json:"thumbnail"`
	Video       object[media] `json:"video"`
	Fields      list[struct {
		Name   text    `json:"name"`
		Value  text    `json:"value"`
		Inline boolean `json:"inline"`
	}] `json:"fields"`
}

type line struct {
	Name text `json:"name"` // author, provider
	Text text `json:"text"` // footer
	URL  text `json:"url"`
	Icon text `json:"icon_url"`
}

type media struct {
	URL         text   `json:"url"`
	Width       number `json:"width"`
	Height      number `json:"height"`
	Description text   `json:"description"`
}

type attachment struct {
	ID          id     `json:"id"`
	Name        text   `json:"filename"`
	Type        text   `json:"content_type"`
	Size        number `json:"size"`
	Width       number `json:"width"`
	Height      number `json:"height"`
	Description text   `json:"description"`
	Seconds     number `json:"duration_secs"`
	Waveform    text   `json:"waveform"`
	URL         text   `json:"url"`
}

type sticker struct {
	ID     id     `json:"id"`
	Name   text   `json:"name"`
	Format number `json:"format_type"`
}

func (e *embed) read(p *people) ticket.Embed {
	out := ticket.Embed{
		Type: string(e.Type), Title: p.refer(e.Title), Description: p.refer(e.Description), URL: string(e.URL),
		Timestamp: e.Timestamp.Time, Color: int(e.Color),
		Author: e.Author.T.read(p), Provider: e.Provider.T.read(p), Footer: e.Footer.T.read(p),
		Image: e.Image.T.read(), Thumbnail: e.Thumbnail.T.read(), Video: e.Video.T.read(),
	}
	for _, f := range e.Fields {
		out.Fields = append(out.Fields, ticket.EmbedField{Name: p.refer(f.Name), Value: p.refer(f.Value), Inline: bool(f.Inline)})
	}
	return out
}

func (l *line) read(p *people) ticket.EmbedLine {
	if l == nil {
		return ticket.EmbedLine{}
	}
	said := l.Name
	if said == "" {
		said = l.Text
	}
	return ticket.EmbedLine{Text: p.refer(said), URL: string(l.URL), Icon: string(l.Icon)}
}

func (m *media) read() ticket.Media {
	if m == nil {
		return ticket.Media{}
	}
	return ticket.Media{URL: string(m.URL), Width: int(m.Width), Height: int(m.Height), Description: string(m.Description)}
}

func (a *attachment) read() ticket.Attachment {
	return ticket.Attachment{
		ID: ticket.AttachmentID(a.ID), Name: string(a.Name), Type: string(a.Type), Size: int64(a.Size),
		Width: int(a.Width), Height: int(a.Height), Description: string(a.Description),
		Seconds: float64(a.Seconds), Waveform: string(a.Waveform), URL: string(a.URL),
	}
}
