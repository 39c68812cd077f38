package discordsim_test

import (
	"fmt"
	"maps"
	"testing"
	"time"

	"ticketbot/discordsim"
	"ticketbot/internal/discordjs"
)

// TestRateLimits_of_a_client_that_heeds_them runs @discordjs/rest as fast as it goes: 300 messages, 100 edits, as many
// other requests and three renames, in each of ten channels at once. The one refusal that a client cannot foresee is the
// third rename's: Discord announces that limit by no header. Its time and the simulator's move together, so that neither
// a slow machine nor a fast one changes what happens.
func TestRateLimits_of_a_client_that_heeds_them(t *testing.T) {
	if err := discordjs.Install(t.Context(), nodeClients); err != nil {
		t.Fatal(err)
	}
	s := frozenScene(t)
	const channels = 10
	for i := range channels {
		must(s.sim.NewChannel(s.guild, discordsim.ChannelOptions{Name: fmt.Sprint("busy-", i)}))(t)
	}
	since, began := s.sim.Seq(), s.sim.Now()
	c := library{name: "@discordjs/rest", command: []string{"node", "rates.mjs"}, folder: nodeClients}.start(t, s, fmt.Sprint(began.UnixMilli()))
	var last object
	for last = c.saw("time", nil); last["over"] != true; last = c.saw("time", nil) {
		s.sim.Advance(time.Duration(last["ms"].(float64)) * time.Millisecond)
		c.order("moved", nil)
	}
	statuses, scopes := s.answers(since)
	if want := map[string]int{"shared": channels}; !maps.Equal(scopes, want) {
		t.Errorf("429 by scope: %v, want %v", scopes, want)
	}
	if other := statuses[200] + statuses[204] + statuses[429]; other != len(s.sim.Calls(since)) {
		t.Errorf("answers by status: %v", statuses)
	}
	if n := s.sim.CallCounts(since)["POST /channels/{channel}/messages"]; n != 30*channels {
		t.Errorf("%d messages were posted, want %d", n, 30*channels)
	}
	t.Logf("%d requests in %s of the simulator's time, 429 by scope %v; the client held requests back %v times", len(s.sim.Calls(since)), s.sim.Now().Sub(began), scopes, last["limited"])

	// That the count can tell: a client that heeds nothing.
	s.sim.Advance(time.Hour)
	since = s.sim.Seq()
	for range 60 {
		s.rest("POST", s.postPath(), object{"content": "x"})
	}
	if _, scopes := s.answers(since); scopes["user"] != 45 || scopes["global"] != 10 {
		t.Errorf("60 posts at once are refused %v, want 45 by their bucket and 10 by the global limit", scopes)
	}
}

// answers counts the answers since a line by status, and those of 429 by scope.
func (s *scene) answers(since int64) (statuses map[int]int, scopes map[string]int) {
	statuses, scopes = map[int]int{}, map[string]int{}
	for _, call := range s.sim.Calls(since) {
		statuses[call.Status]++
		if call.Status == 429 {
			scopes[call.Scope]++
		}
	}
	return statuses, scopes
}
