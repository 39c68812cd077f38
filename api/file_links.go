package api

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"net/url"
	"strconv"
	"strings"
	"time"

	"ticketbot/ticket"
)

// linkTime is how long a transcript's links to its files work. They also end with the session.
const linkTime = 5 * time.Minute

// fileLink is the right to fetch one file of one ticket, given to one session for a while. The page it is in sends no
// cookie, so it has to be in the address.
type fileLink struct {
	ticket  string // public id
	file    ticket.AttachmentID
	session [32]byte // the hash
	expires time.Time
}

func transcriptPath(public string) string { return "/transcripts/" + url.PathEscape(public) }

// linkTo signs a link.
func (s *Server) linkTo(l fileLink) string {
	expires := strconv.FormatInt(l.expires.Unix(), 10)
	session := base64.RawURLEncoding.EncodeToString(l.session[:])
	q := url.Values{"e": {expires}, "b": {session}, "s": {s.signature(l.ticket, l.file.String(), expires, session)}}
	return s.origin + transcriptPath(l.ticket) + "/files/" + l.file.String() + "?" + q.Encode()
}

// linkIn checks a link as it came: first that we signed these very words, then what they say.
func (s *Server) linkIn(public, file string, q url.Values) (l fileLink, ok bool) {
	expires, session := q.Get("e"), q.Get("b")
	if !hmac.Equal([]byte(q.Get("s")), []byte(s.signature(public, file, expires, session))) {
		return fileLink{}, false
	}
	id, err1 := strconv.ParseUint(file, 10, 64)
	at, err2 := strconv.ParseInt(expires, 10, 64)
	hash, err3 := base64.RawURLEncoding.DecodeString(session)
	if err1 != nil || err2 != nil || err3 != nil || len(hash) != 32 {
		return fileLink{}, false
	}
	l = fileLink{ticket: public, file: ticket.AttachmentID(id), session: [32]byte(hash), expires: time.Unix(at, 0)}
	return l, s.Clock.Now().Before(l.expires)
}

// signature of words of which none that linkTo signs has a line break: with the breaks between them counted, no other
// words make the same text.
func (s *Server) signature(words ...string) string {
	mac := hmac.New(sha256.New, s.linkKey)
	mac.Write([]byte(strings.Join(words, "\n")))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}
