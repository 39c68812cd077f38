package api

import (
	"bytes"
	"fmt"
	"io"
	"log/slog"
	"mime"
	"net/http"

	"ticketbot/internal/fault"
	"ticketbot/ticket"
)

// serveFile sends our own copy of an attachment to whoever has a link that is good.
func (s *Server) serveFile(w http.ResponseWriter, r *http.Request) error {
	f, err := s.linkedFile(r)
	if fault.KindOf(err) == fault.NotFound {
		return fault.New(fault.NotFound, "api.file.link")
	}
	if err != nil {
		return err
	}
	content, err := s.Files.OpenFile(r.Context(), f)
	if err != nil {
		return fmt.Errorf("open file: %w", err)
	}
	defer content.Close()
	head := make([]byte, 512)
	n, err := io.ReadFull(content, head)
	if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
		return fmt.Errorf("read file: %w", err)
	}
	fileHeaders(w.Header(), f.Detail.Name, head[:n])
	if _, err := io.Copy(w, io.MultiReader(bytes.NewReader(head[:n]), content)); err != nil {
		if r.Context().Err() == nil && fault.KindOf(err) != fault.NotFound {
			s.Logger.WarnContext(r.Context(), "file broke off", slog.String("attachment", f.ID.String()), slog.Any("error", err))
		}
		panic(http.ErrAbortHandler) // half a file must not look like a whole one
	}
	return nil
}

// linkedFile is the file of a link; fault NotFound unless the link is ours, not too old, its session still goes on, and
// the file is there.
func (s *Server) linkedFile(r *http.Request) (*ticket.File, error) {
	missing := fault.New(fault.NotFound, "api.file.link")
	link, ok := s.linkIn(r.PathValue("id"), r.PathValue("attachment"), r.URL.Query())
	if !ok {
		return nil, missing
	}
	if _, err := s.Sessions.Session(r.Context(), link.session); err != nil {
		return nil, fmt.Errorf("find the link's session: %w", err)
	}
	t, err := s.Tickets.TicketByPublicID(r.Context(), link.ticket)
	if err != nil {
		return nil, fmt.Errorf("find the link's ticket: %w", err)
	}
	f, err := s.Tickets.File(r.Context(), t.Guild, link.file)
	if err != nil {
		return nil, fmt.Errorf("find file: %w", err)
	}
	if f.Ticket != t.ID || f.State != ticket.FileStored {
		return nil, missing
	}
	return f, nil
}

// fileHeaders say what the file is by its first bytes, never by what somebody called it. Pictures, films and sound are
// shown; anything else is saved, above all what a browser could run.
func fileHeaders(h http.Header, name string, head []byte) {
	kind, show := sniff(head)
	disposition := "attachment"
	if show {
		disposition = "inline"
	}
	if name == "" {
		name = "file"
	}
	h.Set("Content-Type", kind)
	h.Set("Content-Disposition", mime.FormatMediaType(disposition, map[string]string{"filename": name}))
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox; frame-ancestors 'none'")
	h.Set("Cross-Origin-Resource-Policy", "cross-origin") // a sandboxed page is of no origin, so not of ours
}

// shown is what a browser may show in a page, by the type that sniffing gives.
var shown = map[string]string{
	"image/png": "image/png", "image/jpeg": "image/jpeg", "image/gif": "image/gif", "image/webp": "image/webp",
	"video/mp4": "video/mp4", "video/webm": "video/webm",
	"application/ogg": "audio/ogg", "audio/mpeg": "audio/mpeg",
}

func sniff(head []byte) (kind string, show bool) {
	if kind, ok := shown[http.DetectContentType(head)]; ok {
		return kind, true
	}
	if len(head) >= 12 && string(head[4:8]) == "ftyp" && (string(head[8:12]) == "avif" || string(head[8:12]) == "avis") {
		return "image/avif", true
	}
	if len(head) >= 2 && head[0] == 0xFF && head[1]&0xE6 == 0xE2 { // a frame of MPEG audio, layer III
		return "audio/mpeg", true
	}
	return "application/octet-stream", false
}
