package bot_test

import (
	"encoding/json"
	"strings"
	"testing"

	"ticketbot/discordsim"
	"ticketbot/ticket"
)

// forget carries out somebody's wish to be forgotten, to its end.
func (h *house) forget(who discordsim.ID) {
	h.Helper()
	_, err := h.privacy.ForgetPerson(h.Context(), ticket.UserID(who))
	must(h, err)
	must(h, h.privacy.ContinueErasures(h.Context()))
}

// naming are the bot's messages on the whole of Discord that name somebody, in whatever part of them.
func (h *house) naming(who discordsim.ID) (found []string) {
	h.Helper()
	look := func(reader, channel discordsim.ID) {
		all, err := h.sim.Messages(reader, channel, 0, 100)
		must(h, err)
		for _, m := range all {
			raw, err := json.Marshal(m)
			must(h, err)
			if m.Author.ID == h.App.ID && strings.Contains(string(raw), who.String()) {
				found = append(found, string(raw))
			}
		}
	}
	for _, channel := range append(h.ticketChannels(), h.TicketLog, h.Support, h.General) {
		look(h.Olivia, channel)
	}
	for _, person := range []discordsim.ID{h.Mia, h.Sam, h.Ben, h.Leo, h.Olivia} {
		dm, err := h.sim.OpenDM(person, h.App.ID)
		must(h, err)
		look(person, dm.ID)
	}
	return found
}

// dueNow lets waiting effects be tried again without waiting.
func (h *house) dueNow() {
	h.Helper()
	_, err := h.store.Pool().Exec(h.Context(), "update effect set due_at = '2000-01-01' where holder is null and state = 'pending'")
	must(h, err)
	must(h, h.tickets.CatchUp(h.Context()))
}

// closing is a house with a ticket of Mia's that Sam claimed, and the channel of her direct messages.
func closing(t *testing.T) (h *house, channel, dm discordsim.ID) {
	t.Helper()
	h = newHouse(t, discordsim.SupportOptions{})
	channel = h.open(h.Mia, h.setUp(nil))
	h.told(h.press(h.Sam, h.bots(h.Mia, channel), "v1:claim"))
	direct, err := h.sim.OpenDM(h.Mia, h.App.ID)
	must(t, err)
	return h, channel, direct.ID
}

// TestForgottenWhilePostIsOnItsWay: a notice that was rendered before somebody was forgotten, and reaches Discord after all
// of that is done, names them no longer, and still names the others.
func TestForgottenWhilePostIsOnItsWay(t *testing.T) {
	for _, c := range []struct {
		name   string
		direct bool
		who    func(*house) discordsim.ID
		stays  func(*house) []discordsim.ID
	}{
		{"log, its opener", false, func(h *house) discordsim.ID { return h.Mia }, func(h *house) []discordsim.ID { return []discordsim.ID{h.Sam, h.Ben} }},
		{"log, its claimer", false, func(h *house) discordsim.ID { return h.Sam }, func(h *house) []discordsim.ID { return []discordsim.ID{h.Mia, h.Ben} }},
		{"a direct message to them", true, func(h *house) discordsim.ID { return h.Mia }, func(h *house) []discordsim.ID { return []discordsim.ID{h.Sam, h.Ben} }},
		{"a direct message to somebody else", true, func(h *house) discordsim.ID { return h.Ben }, func(h *house) []discordsim.ID { return []discordsim.ID{h.Sam, h.Mia} }},
	} {
		t.Run(c.name, func(t *testing.T) {
			h, channel, dm := closing(t)
			held := h.TicketLog
			if c.direct {
				held = dm
			}
			arrived, release := h.sim.HoldREST("POST", "/channels/"+held.String()+"/messages")
			defer release()
			_, err := h.sim.Command(h.Ben, channel, "close", map[string]any{"reason": "done"})
			must(t, err)
			<-arrived
			h.forget(c.who(h))
			release()
			h.until("the channel is gone", func() bool { return len(h.ticketChannels()) == 0 })
			if found := h.naming(c.who(h)); len(found) > 0 {
				t.Errorf("still named: %s", found)
			}
			for _, other := range c.stays(h) {
				if len(h.naming(other)) == 0 {
					t.Errorf("%s is named nowhere", other)
				}
			}
			mail, err := h.sim.Messages(h.Mia, dm, 0, 10)
			must(t, err)
			if want := c.who(h) != h.Mia; (len(mail) == 1) != want {
				t.Errorf("the opener has %d messages", len(mail))
			}
		})
	}
}

// TestForgottenBeforePostIsFoundAgain: the answer to the post was lost, so that an erasure could not know of it.
func TestForgottenBeforePostIsFoundAgain(t *testing.T) {
	h, channel, _ := closing(t)
	over := h.sim.FailREST(discordsim.Fault{Method: "POST", Path: "/channels/" + h.TicketLog.String() + "/messages", Late: true})
	h.told(h.sim.Command(h.Ben, channel, "close", nil))
	h.until("the channel is gone", func() bool { return len(h.ticketChannels()) == 0 })
	h.calm()
	over()
	if len(h.naming(h.Sam)) == 0 {
		t.Fatal("nothing was posted")
	}
	h.forget(h.Sam)
	h.dueNow()
	if found := h.naming(h.Sam); len(found) > 0 {
		t.Errorf("still named: %s", found)
	}
	if len(h.naming(h.Ben)) == 0 {
		t.Error("who closed it is named nowhere")
	}
}

// TestForgottenWhileTheWelcomeIsOnItsWay: a ticket for nobody does not come about, nor does its greeting stay.
func TestForgottenWhileTheWelcomeIsOnItsWay(t *testing.T) {
	h := newHouse(t, discordsim.SupportOptions{})
	i, err := h.press(h.Mia, h.setUp(nil), "v1:open:")
	h.answered(i, err)
	arrived, release := h.sim.HoldREST("POST", "/channels/*/messages")
	defer release()
	submitted, err := h.sim.Submit(h.Mia, i.ID, form)
	must(t, err)
	<-arrived
	h.forget(h.Mia)
	release()
	h.answered(submitted, nil)
	h.dueNow()
	h.until("the channel is gone", func() bool { return len(h.ticketChannels()) == 0 })
	if found := h.naming(h.Mia); len(found) > 0 {
		t.Errorf("still named: %s", found)
	}
}
