package transcript

import (
	"net/url"
	"strings"

	"ticketbot/ticket"
)

// webLink makes a link of an address out of the conversation: http or https, with a host, and nothing a browser would
// quietly remove before it reads the scheme.
func webLink(address string) (link, bool) {
	if strings.ContainsFunc(address, func(r rune) bool { return r <= ' ' || r == 0x7f || r == '\\' }) {
		return "", false
	}
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return "", false
	}
	return link(address), true
}

// anchor is the place of a message on this page.
func anchor(m ticket.MessageID) link { return link("#m" + m.String()) }

// host is the part of an address that says whose it is.
func host(l link) string {
	u, err := url.Parse(string(l))
	if err != nil {
		return ""
	}
	return u.Host
}
