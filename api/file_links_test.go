package api_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"ticketbot/api"
	"ticketbot/ticket"
)

var png = []byte("\x89PNG\r\n\x1a\n" + strings.Repeat("\x00", 600))

// links are the addresses of files in a page of ours.
func links(t *testing.T, h *house, page answer) []string {
	t.Helper()
	if page.status != http.StatusOK {
		t.Fatalf("no transcript but %d: %s", page.status, page.body)
	}
	var all []string
	for _, found := range regexp.MustCompile(`"`+regexp.QuoteMeta(h.url)+`(/transcripts/[^"]+/files/[^"]+)"`).FindAllStringSubmatch(page.body, -1) {
		all = append(all, strings.ReplaceAll(found[1], "&amp;", "&"))
	}
	if len(all) == 0 {
		t.Fatalf("no link to a file in %s", page.body)
	}
	return all
}

func TestFileLinks(t *testing.T) {
	h := newHouse(t)
	mine, other := h.newTicket(h.category, h.Mia, "Mia"), h.newTicket(h.category, h.Leo, "Leo")
	mia := ticket.User{ID: ticket.UserID(h.Mia), Username: "mia"}
	h.say(mine, mia, 11, "look", file{501, "shot.png", "image/png", png})
	h.say(other, mia, 12, "look", file{502, "other.png", "image/png", png})
	v, stranger := h.loggedIn(h.Mia), h.visitor()
	page := "/transcripts/" + mine.PublicID
	link := links(t, h, v.get(page))[0]

	t.Run("works without a cookie, as a sandboxed page asks", func(t *testing.T) {
		got := stranger.get(link)
		if got.status != http.StatusOK || got.body != string(png) {
			t.Fatalf("%d, %d bytes", got.status, len(got.body))
		}
	})

	t.Run("is for one file of one ticket, as it was signed", func(t *testing.T) {
		sam := h.loggedIn(h.Sam)
		theirs := links(t, h, sam.get("/transcripts/"+other.PublicID))[0]
		q, theirQ := query(t, link), query(t, theirs)
		with := func(name, value string) string {
			changed := url.Values{}
			for k := range q {
				changed.Set(k, q.Get(k))
			}
			changed.Set(name, value)
			return page + "/files/501?" + changed.Encode()
		}
		for what, forged := range map[string]string{
			"another file":              strings.Replace(link, "/501?", "/502?", 1),
			"another ticket":            strings.Replace(link, mine.PublicID, other.PublicID, 1),
			"another ticket's file":     strings.Replace(strings.Replace(link, "/501?", "/502?", 1), mine.PublicID, other.PublicID, 1),
			"another spelling":          strings.Replace(link, "/501?", "/0501?", 1),
			"a later end":               with("e", "9999999999"),
			"another session":           with("b", theirQ.Get("b")),
			"another link's signature":  with("s", theirQ.Get("s")),
			"no signature":              with("s", ""),
			"a shortened signature":     with("s", q.Get("s")[:20]),
			"a moved line break":        page + "%0A501/files/x?" + q.Encode(),
			"no query at all":           page + "/files/501",
			"the other file's own path": page + "/files/502?" + theirQ.Encode(),
		} {
			refused(t, stranger.get(forged), http.StatusNotFound, "api.file.link")
			refused(t, v.get(forged), http.StatusNotFound, "api.file.link")
			if t.Failed() {
				t.Fatalf("that was %s: %s", what, forged)
			}
		}
	})

	t.Run("ends with its time", func(t *testing.T) {
		h.clock.Advance(api.LinkTime - 1)
		if got := stranger.get(link).status; got != http.StatusOK {
			t.Fatalf("just before its end: %d", got)
		}
		h.clock.Advance(1)
		refused(t, stranger.get(link), http.StatusNotFound, "api.file.link")
	})

	t.Run("ends with the session", func(t *testing.T) {
		link := links(t, h, v.get(page))[0]
		if got := stranger.get(link).status; got != http.StatusOK {
			t.Fatalf("before: %d", got)
		}
		v.ask("POST", "/api/logout")
		refused(t, stranger.get(link), http.StatusNotFound, "api.file.link")
	})
}

func TestFilesAreServedAsWhatTheyAre(t *testing.T) {
	h := newHouse(t)
	k := h.newTicket(h.category, h.Mia, "Mia")
	cases := []struct {
		name, claims, head string
		kind, disposition  string
	}{
		{"a.png", "image/png", string(png), "image/png", "inline"},
		{"a.jpg", "image/jpeg", "\xFF\xD8\xFF\xE0", "image/jpeg", "inline"},
		{"a.gif", "image/gif", "GIF89a", "image/gif", "inline"},
		{"a.webp", "image/webp", "RIFF\x00\x00\x00\x00WEBPVP8 ", "image/webp", "inline"},
		{"a.avif", "image/avif", "\x00\x00\x00\x1cftypavif\x00\x00\x00\x00", "image/avif", "inline"},
		{"a.mp4", "video/mp4", "\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom", "video/mp4", "inline"},
		{"a.webm", "video/webm", "\x1A\x45\xDF\xA3", "video/webm", "inline"},
		{"a.ogg", "audio/ogg", "OggS\x00", "audio/ogg", "inline"},
		{"a.mp3", "audio/mpeg", "ID3\x03", "audio/mpeg", "inline"},
		{"b.mp3", "audio/mpeg", "\xFF\xFB\x90\x64", "audio/mpeg", "inline"},
		{"a.svg", "image/svg+xml", `<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)">`, "application/octet-stream", "attachment"},
		{"liar.png", "image/png", "<html><script>alert(1)</script>", "application/octet-stream", "attachment"},
		{"a.html", "text/html", "<!doctype html><script>alert(1)</script>", "application/octet-stream", "attachment"},
		{"a.pdf", "application/pdf", "%PDF-1.7", "application/octet-stream", "attachment"},
		{"a.js", "text/javascript", "alert(1)", "application/octet-stream", "attachment"},
		{"a.xml", "application/xml", `<?xml version="1.0"?><x:script xmlns:x="http://www.w3.org/1999/xhtml"/>`, "application/octet-stream", "attachment"},
		{"empty", "", "", "application/octet-stream", "attachment"},
		{"ü \"quoted\"\r\nX-Evil: 1;.png", "image/png", string(png), "image/png", "inline"},
		{"", "image/png", string(png), "image/png", "inline"},
	}
	var files []file
	for i, c := range cases {
		files = append(files, file{ticket.AttachmentID(600 + i), c.name, c.claims, []byte(c.head)})
	}
	h.say(k, ticket.User{ID: ticket.UserID(h.Mia), Username: "mia"}, 21, "files", files...)
	page := h.loggedIn(h.Mia).get("/transcripts/" + k.PublicID)
	seen := map[string]bool{}
	for _, link := range links(t, h, page) {
		u, err := url.Parse(link)
		must(t, err)
		id := u.Path[strings.LastIndex(u.Path, "/")+1:]
		seen[id] = true
		var c = cases[atoi(t, id)-600]
		got := h.visitor().get(link)
		kind, disposition := got.header.Get("Content-Type"), got.header.Get("Content-Disposition")
		if kind != c.kind || !strings.HasPrefix(disposition, c.disposition+"; filename") || got.body != c.head {
			t.Errorf("%q: %s, %s, %d bytes", c.name, kind, disposition, len(got.body))
		}
		if got.header.Get("X-Evil") != "" || got.header.Get("X-Content-Type-Options") != "nosniff" ||
			!strings.Contains(got.header.Get("Content-Security-Policy"), "sandbox") || got.header.Get("Cache-Control") != "no-store" {
			t.Errorf("%q: headers %v", c.name, got.header)
		}
	}
	if len(seen) != len(cases) {
		t.Errorf("%d of %d files are in the page", len(seen), len(cases))
	}
}

func atoi(t *testing.T, s string) int {
	t.Helper()
	n := 0
	for _, digit := range s {
		n = n*10 + int(digit-'0')
	}
	return n
}
