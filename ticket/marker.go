package ticket

import (
	"regexp"
	"strings"
)

// The marker ties a channel to its ticket on Discord's side, so that a channel can be found again when the answer to
// the request that made it was lost. It stands in the channel's topic, behind what people read.
const markerPrefix = "ticketbot:"

var marker = regexp.MustCompile(`(?:^|\s)` + markerPrefix + `([A-Za-z0-9_-]{8,64})$`)

// TopicOf is the topic of a ticket's channel: "Ticket #0042 · ticketbot:<public id>".
func TopicOf(t *Ticket) string { return "Ticket " + t.Name() + " · " + markerPrefix + t.PublicID }

// MarkerIn finds the public id of a ticket in a channel's topic.
func MarkerIn(topic string) (publicID string, ok bool) {
	found := marker.FindStringSubmatch(strings.TrimSpace(topic))
	if found == nil {
		return "", false
	}
	return found[1], true
}
