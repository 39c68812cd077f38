package api

import (
	"bytes"
	"fmt"
	"net/http"

	"ticketbot/ticket"
	"ticketbot/transcript"
)

// shortLink is what buttons on Discord lead to.
func (s *Server) shortLink(w http.ResponseWriter, r *http.Request) error {
	http.Redirect(w, r, transcriptPath(r.PathValue("id")), http.StatusFound)
	return nil
}

// readTranscript shows a conversation to whoever may read it.
func (s *Server) readTranscript(w http.ResponseWriter, r *http.Request) error {
	c, err := s.conversation(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	var page bytes.Buffer
	if err := transcript.Render(&page, c, s.transcriptOptions(r, c)); err != nil {
		return fmt.Errorf("render transcript: %w", err)
	}
	if err := s.stillThere(r.Context(), c.Ticket); err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", transcript.Policy(s.origin, s.CDN))
	_, _ = w.Write(page.Bytes()) // the browser may have gone
	return nil
}

func (s *Server) transcriptOptions(r *http.Request, c *ticket.Conversation) transcript.Options {
	guild := c.Ticket.Guild.ID
	server := s.newLookup(r.Context()).server(guild)
	pictures := s.picturesIn(guild)
	link := fileLink{
		ticket: c.Ticket.PublicID, session: visiting(r.Context()).session, expires: s.Clock.Now().Add(linkTime),
	}
	names := s.Directory.Names(r.Context(), guild)
	return transcript.Options{
		Server: server.Name, Icon: server.Icon, Names: names, Color: names.Color,
		File: func(f ticket.File) string {
			l := link
			l.file = f.ID
			return s.linkTo(l)
		},
		Avatar: pictures.avatar, Emoji: pictures.emoji, Sticker: pictures.sticker,
		GeneratedAt: s.Clock.Now(),
	}
}
