package discordsim_test

import (
	"fmt"
	"slices"
	"testing"

	"ticketbot/discordsim"
)

// The same acts on a good day make the same oracle: facts and calls in the same order, with ids and times left out.
func TestTheSameDayTwiceIsTheSameOracle(t *testing.T) {
	first, second := oneDay(t, "hello"), oneDay(t, "hello")
	if !slices.Equal(first, second) {
		t.Errorf("one day is\n%q\nand the same again\n%q", first, second)
	}
	if len(first) < 15 {
		t.Errorf("a day of %d lines shows little", len(first))
	}
	if slices.Equal(first, oneDay(t, "good morning")) {
		t.Error("another day is the same: nothing is compared")
	}
}

func oneDay(t *testing.T, greeting string) []string {
	s := newScene(t, discordsim.Options{NoRateLimits: true})
	mark := s.sim.Seq()
	m := must(s.sim.Say(s.mia.ID, s.lobby.ID, discordsim.SayOptions{Content: greeting}))(t)
	must(s.sim.Edit(s.mia.ID, m.ID, greeting+", all"))(t)
	s.ok(s.sim.React(s.mia.ID, m.ID, "👋"))
	s.bare("POST", "/channels/"+s.lobby.ID.String()+"/messages", `{"content":"welcome"}`)
	s.bare("GET", "/channels/"+s.lobby.ID.String()+"/messages", "")
	s.bare("GET", "/channels/1", "")
	s.ok(s.sim.Delete(s.mia.ID, m.ID))
	s.ok(s.sim.KickBotSilently(s.app.ID, s.guild))
	s.ok(s.sim.InviteBot(s.app.ID, s.guild))
	s.ok(s.sim.SendOddDelete(s.app.ID, s.guild))
	s.ok(s.sim.BeginOutage(s.guild))
	s.ok(s.sim.EndOutage(s.guild))
	role := must(s.sim.NewRole(s.guild, discordsim.RoleOptions{Name: "Guest"}))(t)
	s.ok(s.sim.GiveRole(s.mia.ID, s.guild, role.ID))
	s.ok(s.sim.DeleteRole(s.guild, role.ID))
	s.ok(s.sim.RenameChannel(s.lobby.ID, "hall"))
	s.ok(s.sim.Leave(s.mia.ID, s.guild))

	numbers := map[discordsim.ID]int{}
	number := func(id discordsim.ID) int {
		if _, known := numbers[id]; !known {
			numbers[id] = len(numbers)
		}
		return numbers[id]
	}
	type line struct {
		seq  int64
		text string
	}
	var lines []line
	for _, f := range s.sim.Facts(mark) {
		body := f.Body
		if f.Kind == "bot_add" {
			body = "" // when it joined
		}
		lines = append(lines, line{f.Seq, fmt.Sprint(f.Seq-mark, f.Kind, number(f.Guild), number(f.Channel), number(f.Message), number(f.User), body)})
	}
	for _, c := range s.sim.Calls(mark) {
		lines = append(lines, line{c.Seq, fmt.Sprint(c.Seq-mark, c.Method, c.Route, c.Status)})
	}
	slices.SortFunc(lines, func(a, b line) int { return int(a.seq - b.seq) })
	var out []string
	for _, l := range lines {
		out = append(out, l.text)
	}
	return out
}
