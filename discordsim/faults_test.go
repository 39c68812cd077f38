package discordsim_test

import (
	"io"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"ticketbot/discordsim"
)

// Every fault by name strikes when it is asked for alone, and does not when nothing is wrong.
func TestFaultsOfRequestsByName(t *testing.T) {
	for name, want := range map[string]struct {
		status   int // 0: nothing, or half of it, is answered
		happened bool
	}{
		"rest_500": {500, false}, "rest_502": {502, false}, "rest_503": {503, false}, "rest_502_after": {502, true},
		"rest_reset": {0, false}, "rest_reset_after": {0, true}, "rest_truncated": {0, true}, "rest_slow": {200, true},
		"rest_429_shared": {429, false}, "rest_429_global": {429, false}, "rest_429_cloudflare": {429, false}, "rest_bucket": {200, true},
	} {
		t.Run(name, func(t *testing.T) {
			s := newScene(t, discordsim.Options{NoRateLimits: true})
			s.ok(s.sim.Misbehave(discordsim.Faults{Seed: 1, Rate: 1, Only: []string{name}}))
			mark := s.sim.Seq()
			status := s.bare("POST", "/channels/"+s.lobby.ID.String()+"/messages", `{"content":"once"}`)
			if status != want.status {
				t.Errorf("answered with %d, want %d", status, want.status)
			}
			happened := len(s.sim.Posts(s.app.ID, mark)) == 1
			if happened != want.happened {
				t.Errorf("it happened: %t, want %t", happened, want.happened)
			}
			if s.sim.Struck()[name] != 1 {
				t.Errorf("struck: %v", s.sim.Struck())
			}
			s.ok(s.sim.Misbehave(discordsim.Faults{}))
			if status := s.bare("POST", "/channels/"+s.lobby.ID.String()+"/messages", `{"content":"twice"}`); status != 200 {
				t.Errorf("on a good day it is answered with %d", status)
			}
		})
	}
}

func TestFaultsAreTheSeeds(t *testing.T) {
	strike := func(seed uint64) (list []string) {
		s := newScene(t, discordsim.Options{NoRateLimits: true, Frozen: true, Faults: discordsim.Faults{Seed: seed, Rate: 3}})
		mark := s.sim.Seq()
		for range 60 {
			s.bare("GET", "/users/@me", "")
		}
		for _, f := range s.sim.Facts(mark) {
			if f.Kind == "fault" {
				list = append(list, f.Body)
			}
		}
		return list
	}
	one, again, other := strings.Join(strike(1), " "), strings.Join(strike(1), " "), strings.Join(strike(2), " ")
	if one != again || one == other || one == "" {
		t.Errorf("seed 1 gives\n%s\nthen\n%s\nand seed 2\n%s", one, again, other)
	}
}

func TestFaultsAreReadFromAFlag(t *testing.T) {
	f, err := discordsim.ParseFaults("7:0.5:event_twice,rest_502")
	if err != nil || f.Seed != 7 || f.Rate != 0.5 || len(f.Only) != 2 {
		t.Errorf("%+v, %v", f, err)
	}
	for _, wrong := range []string{"", "7", "x:1", "7:x", "7:-1", "7:1:no_such_fault", "7:NaN"} {
		if f, err := discordsim.ParseFaults(wrong); err == nil {
			t.Errorf("%q is %+v", wrong, f)
		}
	}
	if _, err := discordsim.Start(t.Context(), discordsim.Options{Faults: discordsim.Faults{Rate: 1, Only: []string{"no_such_fault"}}}); err == nil {
		t.Error("a simulator starts with a fault that does not exist")
	}
}

// What people do in the middle happens to the channel that the bot has just written to.
func TestFaultsOfPeopleByName(t *testing.T) {
	for name, kind := range map[string]string{
		"channel_renamed": "channel_update", "channel_deleted": "channel_delete", "overwrites_cleared": "channel_update", "bot_kicked": "bot_remove",
	} {
		t.Run(name, func(t *testing.T) {
			s := newScene(t, discordsim.Options{NoRateLimits: true})
			s.ok(s.sim.Misbehave(discordsim.Faults{Seed: 1, Rate: 1, Only: []string{name}}))
			mark := s.sim.Seq()
			if status := s.bare("POST", "/channels/"+s.lobby.ID.String()+"/messages", `{"content":"hello"}`); status != 200 {
				t.Fatalf("answered with %d", status)
			}
			limit := time.After(time.Minute)
			for {
				changed := s.sim.Changed()
				for _, f := range s.sim.Facts(mark) {
					if f.Kind == kind {
						return
					}
				}
				select {
				case <-changed:
				case <-limit:
					t.Fatalf("no %s: %+v", kind, s.sim.Facts(mark))
				}
			}
		})
	}
}

func TestTheGuideListsEveryFault(t *testing.T) {
	guide, err := os.ReadFile("../docs/simulator.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range discordsim.New(discordsim.Options{}).FaultTable() {
		if !strings.Contains(string(guide), "| `"+k.Name+"` |") {
			t.Errorf("docs/simulator.md does not list %s", k.Name)
		}
	}
}

// bare is a bot's request whose answer may be nothing at all, or half of one: 0.
func (s *scene) bare(method, path, body string) int {
	s.t.Helper()
	r, err := http.NewRequestWithContext(s.t.Context(), method, s.sim.URL()+"/api/v10"+path, strings.NewReader(body))
	s.ok(err)
	r.Header.Set("Authorization", "Bot "+s.app.Token)
	r.Header.Set("Content-Type", "application/json")
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	answer, err := client.Do(r)
	if err != nil {
		return 0
	}
	defer answer.Body.Close()
	if _, err := io.Copy(io.Discard, answer.Body); err != nil {
		return 0
	}
	return answer.StatusCode
}
