package discordsim

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"image/png"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// linkLife is how long a signed link of the CDN works.
const linkLife = 24 * time.Hour

// sign makes a link that works for a day of simulated time. The path is that of the CDN.
func (s *Server) sign(path string) string {
	issued := s.clock.now()
	ex, is := hexTime(issued.Add(linkLife)), hexTime(issued)
	return fmt.Sprintf("%s%s?ex=%s&is=%s&hm=%s&", s.base, path, ex, is, s.mac(path, ex, is))
}

func hexTime(t time.Time) string { return strconv.FormatInt(t.Unix(), 16) }

func (s *Server) mac(path, ex, is string) string {
	h := hmac.New(sha256.New, s.secret)
	_, _ = fmt.Fprintf(h, "%s?ex=%s&is=%s", path, ex, is)
	return hex.EncodeToString(h.Sum(nil))
}

func (f *file) path() string {
	folder := "attachments"
	if f.ephemeral {
		folder = "ephemeral-attachments"
	}
	return fmt.Sprintf("/%s/%s/%s/%s", folder, f.channel, f.id, f.name)
}

func (s *Server) attachmentShape(f *file) Attachment {
	link := s.sign(f.path())
	return Attachment{
		ID: f.id, Filename: f.name, Description: f.description, ContentType: f.kind, Size: len(f.data), URL: link, ProxyURL: link,
		Width: f.width, Height: f.height, Ephemeral: f.ephemeral,
	}
}

// shownInside says whether a file appears through an embed or a component rather than in the list of attachments.
func (s *Server) shownInside(m *message, id ID) bool {
	if len(m.embeds) == 0 && len(m.components) == 0 {
		return false
	}
	link := "attachment://" + s.world.files[id].name
	return mentionsLink(m.embeds, link) || mentionsLink(m.components, link)
}

func mentionsLink(v any, link string) bool {
	switch v := v.(type) {
	case string:
		return v == link
	case Object:
		for _, inner := range v {
			if mentionsLink(inner, link) {
				return true
			}
		}
	case []any:
		for _, inner := range v {
			if mentionsLink(inner, link) {
				return true
			}
		}
	case []Object:
		for _, inner := range v {
			if mentionsLink(inner, link) {
				return true
			}
		}
	}
	return false
}

// signed is a copy of embeds or components in which links to the message's own files are fresh ones.
func (s *Server) signed(m *message, list []Object) []Object {
	out := make([]Object, 0, len(list))
	for _, o := range list {
		out = append(out, s.signedValue(m, o).(Object))
	}
	return out
}

func (s *Server) signedValue(m *message, v any) any {
	switch v := v.(type) {
	case Object:
		return s.signedObject(m, v)
	case []any:
		out := make([]any, len(v))
		for i, inner := range v {
			out[i] = s.signedValue(m, inner)
		}
		return out
	}
	return v
}

func (s *Server) signedObject(m *message, o Object) Object {
	out := make(Object, len(o)+6)
	for key, inner := range o {
		out[key] = s.signedValue(m, inner)
		if media, ok := out[key].(Object); ok && (key == "media" || key == "file") {
			completeMedia(m, media)
		}
	}
	link, _ := o["url"].(string)
	if name, local := attachmentName(link); local {
		s.pointTo(m, name, out)
	}
	if file, ok := out["file"].(Object); ok && number(o["type"], 0) == componentFile {
		out["name"], out["size"] = file["name"], file["size"]
		delete(file, "name")
		delete(file, "size")
	}
	return out
}

// completeMedia fills in what Discord always says of a media item.
func completeMedia(m *message, media Object) {
	if media["proxy_url"] == nil {
		media["proxy_url"] = media["url"]
	}
	if media["id"] == nil {
		media["id"] = m.id
	}
}

// pointTo replaces an attachment:// link by where the file is.
func (s *Server) pointTo(m *message, name string, media Object) {
	for _, id := range m.files {
		f := s.world.files[id]
		if f.name != name && f.name != safeName(name) {
			continue
		}
		link := s.sign(f.path())
		media["url"], media["proxy_url"], media["content_type"], media["attachment_id"], media["id"] = link, link, f.kind, f.id, f.id
		media["name"], media["size"] = f.name, len(f.data)
		if f.width > 0 {
			media["width"], media["height"] = f.width, f.height
		}
	}
}

func (s *Server) serveCDN(mux *http.ServeMux) {
	mux.HandleFunc("GET /attachments/{channel}/{file}/{name}", s.serveFile)
	mux.HandleFunc("GET /ephemeral-attachments/{channel}/{file}/{name}", s.serveFile)
	for _, pattern := range []string{"/avatars/{id}/{hash}", "/icons/{id}/{hash}", "/app-icons/{id}/{hash}", "/embed/avatars/{id}", "/emojis/{id}"} {
		mux.HandleFunc("GET "+pattern, s.servePicture)
	}
}

// serveFile answers 404 when the link is unsigned, forged or expired, as the CDN does.
func (s *Server) serveFile(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	expires, _ := strconv.ParseInt(q.Get("ex"), 16, 64)
	valid := hmac.Equal([]byte(q.Get("hm")), []byte(s.mac(r.URL.Path, q.Get("ex"), q.Get("is"))))
	id, _ := ParseID(r.PathValue("file"))
	s.mu.Lock()
	f := s.world.files[id]
	s.mu.Unlock()
	if f == nil || !valid || s.clock.now().Unix() > expires {
		http.Error(w, "This content is no longer available.", http.StatusNotFound)
		return
	}
	w.Header().Set("Content-Type", f.kind)
	w.Header().Set("Content-Disposition", `inline; filename="`+f.name+`"`)
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Access-Control-Allow-Origin", "*")
	http.ServeContent(w, r, "", f.id.Time(), bytes.NewReader(f.data))
}

// servePicture draws the picture of a user, guild, application or emoji.
func (s *Server) servePicture(w http.ResponseWriter, r *http.Request) {
	name, _, _ := strings.Cut(r.PathValue("id"), ".")
	id, err := ParseID(name)
	if err != nil {
		http.NotFound(w, r)
		return
	}
	s.mu.Lock()
	who := s.world.called(id)
	s.mu.Unlock()
	w.Header().Set("Content-Type", "image/png")
	w.Header().Set("Cache-Control", "public, max-age=86400")
	w.Header().Set("Access-Control-Allow-Origin", "*")
	_ = png.Encode(w, drawPicture(who, 128))
}

// called is the name of a user or a guild; of anything else the id.
func (w *world) called(id ID) string {
	if u := w.users[id]; u != nil {
		return w.userShape(id).DisplayName()
	}
	if g := w.guilds[id]; g != nil {
		return g.name
	}
	return id.String()
}
