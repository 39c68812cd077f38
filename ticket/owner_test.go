package ticket_test

import (
	"testing"

	"ticketbot/ticket"
)

func TestOwner(t *testing.T) {
	users := []ticket.User{{ID: 1, Bot: true}, {ID: 2}, {ID: 3}}
	in := func(c ticket.Component) []ticket.Component {
		return []ticket.Component{{Type: 17, Children: []ticket.Component{c}}}
	}
	for name, of := range map[string]struct {
		own  bool
		c    ticket.Content
		want int
	}{
		"somebody's words about others are theirs":      {false, ticket.Content{Text: ticket.Mention(1), Use: &ticket.Use{Person: 1}}, 0},
		"an answer belongs to whoever used the command": {true, ticket.Content{Text: ticket.Mention(1), Use: &ticket.Use{Person: 2}}, 2},
		"a message belongs to whom it names first":      {true, ticket.Content{Text: "hi " + ticket.Mention(2) + ticket.Mention(1)}, 2},
		"in components too":                             {true, ticket.Content{Components: in(ticket.Component{Type: 10, Text: ticket.Mention(2)})}, 2},
		"and in embeds":                                 {true, ticket.Content{Embeds: []ticket.Embed{{Fields: []ticket.EmbedField{{Value: ticket.Mention(2)}}}}}, 2},
		"else to the first person that Discord lists":   {true, ticket.Content{Text: "hi"}, 1},
		"naming itself, a message names the next":       {true, ticket.Content{Text: ticket.Mention(0) + ticket.Mention(2)}, 2},
		"an index beyond the list is nobody":            {true, ticket.Content{Use: &ticket.Use{Person: 7}}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			s := ticket.Sighting{Users: users, Own: of.own, Content: of.c}
			if got := s.Owner(); got != of.want {
				t.Errorf("got %d, want %d", got, of.want)
			}
		})
	}
	alone := ticket.Sighting{Users: users[:1], Own: true}
	if alone.Owner() != 0 {
		t.Error("with nobody else, it is the bot's own")
	}
}
