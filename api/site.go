package api

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"time"

	"ticketbot/internal/fault"
)

// landing is for those who are not logged in.
func (s *Server) landing(w http.ResponseWriter, r *http.Request) error {
	if _, err := s.visitor(r); err == nil {
		http.Redirect(w, r, "/tickets", http.StatusSeeOther)
		return nil
	}
	return s.sitePage(w, "index.html")
}

// ticketsPage is "My tickets"; its script asks for the list.
func (s *Server) ticketsPage(w http.ResponseWriter, _ *http.Request) error {
	return s.sitePage(w, "tickets.html")
}

func (s *Server) sitePage(w http.ResponseWriter, name string) error {
	body, err := fs.ReadFile(s.Site, name)
	if err != nil {
		return fmt.Errorf("read page: %w", err)
	}
	s.siteHeaders(w)
	_, _ = w.Write(body) // the browser may have gone
	return nil
}

// show fills a template in.
func (s *Server) show(w http.ResponseWriter, name string, with any) error {
	var body bytes.Buffer
	if err := s.templates.ExecuteTemplate(&body, name, with); err != nil {
		return fmt.Errorf("fill in %s: %w", name, err)
	}
	s.siteHeaders(w)
	_, _ = w.Write(body.Bytes()) // the browser may have gone
	return nil
}

// siteHeaders are those of our own pages: scripts and styles from our files only, nothing inline, and no string ever
// becomes code or markup.
func (s *Server) siteHeaders(w http.ResponseWriter) {
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "+
		"img-src 'self' "+s.CDN+"; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "+
		"require-trusted-types-for 'script'; trusted-types 'none'")
}

// asset is a style, a script or a picture of the site. Browsers keep it and ask each time whether it is still the same.
func (s *Server) asset(w http.ResponseWriter, r *http.Request) error {
	name := path.Join("assets", r.PathValue("file"))
	body, err := fs.ReadFile(s.Site, name)
	if err != nil || assetTypes[path.Ext(name)] == "" {
		return fault.New(fault.NotFound, "api.page.unknown")
	}
	sum := sha256.Sum256(body)
	w.Header().Set("Cache-Control", "no-cache")
	w.Header().Set("ETag", `"`+hex.EncodeToString(sum[:12])+`"`)
	w.Header().Set("Content-Type", assetTypes[path.Ext(name)])
	http.ServeContent(w, r, name, time.Time{}, bytes.NewReader(body))
	return nil
}

// icon is what browsers ask for on pages that do not name theirs: transcripts.
func (s *Server) icon(w http.ResponseWriter, r *http.Request) error {
	http.Redirect(w, r, "/assets/mark.svg", http.StatusFound)
	return nil
}

// assetTypes are not the machine's own, which differ.
var assetTypes = map[string]string{
	".css": "text/css; charset=utf-8",
	".js":  "text/javascript; charset=utf-8",
	".svg": "image/svg+xml",
	".png": "image/png",
}
