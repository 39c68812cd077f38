package discordsim_test

import (
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestControl_life(t *testing.T) {
	sim, world, control := startWorld(t)
	c := client{t, control.URL()}
	guild := "/guilds/" + world.Guild.String()
	life := guild + "/bots/" + world.App.ID.String() + "/life"
	state := func() object {
		return c.want("GET", "/state?as="+world.Olivia.String(), nil)["guilds"].([]any)[0].(object)
	}
	last := func(kind string) {
		t.Helper()
		facts := sim.Facts(0)
		for _, f := range facts[max(len(facts)-5, 0):] {
			if f.Kind == kind {
				return
			}
		}
		t.Errorf("%s is not among the last facts", kind)
	}
	c.want("PUT", guild+"/outage", nil)
	last("outage_begin")
	if state()["outage"] != true {
		t.Error("the client is not told of the outage")
	}
	c.want("DELETE", guild+"/outage", nil)
	last("outage_end")
	for _, step := range []struct{ action, kind string }{
		{"odd_delete", "odd_delete"}, {"hide", "ready_hides"}, {"list", "ready_lists"}, {"hide", "ready_hides"},
		{"kick", "bot_remove"}, {"resend", "resend"}, {"invite", "bot_add"}, {"kick_silently", "bot_remove"},
	} {
		c.want("POST", life, object{"action": step.action, "order": []int{0}})
		last(step.kind)
	}
	for action, says := range map[string]string{"dance": "one of invite", "kick": "Unknown Member"} {
		status, out := c.call("POST", life, object{"action": action})
		if said, _ := out["error"].(string); status < 400 || !strings.Contains(said, says) {
			t.Errorf("%s: %d %v, want %q", action, status, out, says)
		}
	}
}

func TestControl_faults_and_holds(t *testing.T) {
	sim, world, control := startWorld(t)
	c := client{t, control.URL()}
	get := func() int {
		t.Helper()
		r, err := http.NewRequestWithContext(t.Context(), "GET", sim.URL()+"/api/v10/users/@me", nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", "Bot "+world.App.Token)
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			return 0
		}
		_ = answer.Body.Close()
		return answer.StatusCode
	}
	list := func() []any { return c.want("GET", "/faults", nil)["list"].([]any) }
	c.want("POST", "/faults", object{"method": "GET", "path": "/users/@me", "status": 500, "for": "1m"})
	if got := get(); got != 500 || len(list()) != 1 {
		t.Errorf("status %d with %v", got, list())
	}
	sim.Advance(time.Minute)
	if got := get(); got != 200 || len(list()) != 0 {
		t.Errorf("after its time: status %d with %v", got, list())
	}
	c.want("POST", "/faults", object{})
	if got := get(); got != 0 {
		t.Errorf("cut, and the status is %d", got)
	}
	c.want("DELETE", "/faults/2", nil)

	c.want("POST", "/holds", object{"method": "GET", "path": "/users/@me"})
	done := make(chan int)
	go func() { done <- get() }()
	waitUntil(t, sim, "a request waits", func() bool { return list()[0].(object)["arrived"] == true })
	c.want("DELETE", "/faults/3", nil)
	if got := <-done; got != 200 {
		t.Errorf("after the hold: %d", got)
	}
	for _, bad := range []object{{"status": 200}, {"for": "soon"}, {"count": -1}} {
		if status, _ := c.call("POST", "/faults", bad); status != 400 {
			t.Errorf("%v: %d", bad, status)
		}
	}
	if status, _ := c.call("DELETE", "/faults/99", nil); status != 404 {
		t.Errorf("an unknown fault: %d", status)
	}
}
