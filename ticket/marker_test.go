package ticket

import "testing"

func TestMarker(t *testing.T) {
	t.Run("is found in the topic it was written into", func(t *testing.T) {
		topic := TopicOf(&Ticket{Number: 42, PublicID: "k3J_x-9aPq"})
		if topic != "Ticket #0042 · ticketbot:k3J_x-9aPq" {
			t.Errorf("topic is %q", topic)
		}
		if id, ok := MarkerIn(topic); !ok || id != "k3J_x-9aPq" {
			t.Errorf("found %q, %v", id, ok)
		}
	})
	for _, topic := range []string{"", "Ticket #0042", "ticketbot:", "ticketbot:short", "notticketbot:k3J_x-9aPq", "ticketbot:k3J_x-9aPq and more", "ticketbot:k3J/x-9aPq"} {
		if id, ok := MarkerIn(topic); ok {
			t.Errorf("%q bears no marker, yet %q was found", topic, id)
		}
	}
}
