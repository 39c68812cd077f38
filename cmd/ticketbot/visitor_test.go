package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"testing"
	"time"

	"ticketbot/discordsim"
)

// visitor is somebody's browser on the website.
type visitor struct {
	t      *testing.T
	site   string
	client *http.Client
}

// browser is one in which nobody is logged in.
func (g *ground) browser(t *testing.T) *visitor {
	t.Helper()
	jar, err := cookiejar.New(nil)
	must(t, err)
	return &visitor{t, g.env["TICKETBOT_PUBLIC_URL"], &http.Client{Jar: jar, Timeout: 2 * time.Minute}}
}

// logIn walks through Discord's consent page as a person.
func (g *ground) logIn(t *testing.T, who discordsim.ID) *visitor {
	t.Helper()
	v := g.browser(t)
	consent, err := v.client.Get(v.site + "/login")
	must(t, err)
	consent.Body.Close()
	home, err := v.client.PostForm(consent.Request.URL.String(), url.Values{"decision": {"allow"}, "user": {who.String()}})
	must(t, err)
	home.Body.Close()
	if at := home.Request.URL.String(); home.StatusCode != http.StatusOK || at != v.site+"/tickets" {
		t.Fatalf("the login ended at %s with %s", at, home.Status)
	}
	return v
}

// get reads a page of the website.
func (v *visitor) get(address string) string {
	v.t.Helper()
	status, body := v.look(address)
	if status != http.StatusOK {
		v.t.Fatalf("%s: %d\n%s", address, status, body)
	}
	return body
}

// look is get, whatever the answer.
func (v *visitor) look(address string) (status int, body string) {
	v.t.Helper()
	r, err := v.client.Get(address)
	must(v.t, err)
	defer r.Body.Close()
	text, err := io.ReadAll(r.Body)
	must(v.t, err)
	return r.StatusCode, string(text)
}

// tickets are the ids of the visitor's own tickets, newest first.
func (v *visitor) tickets() []string {
	v.t.Helper()
	var mine struct {
		Tickets []struct {
			ID string `json:"id"`
		} `json:"tickets"`
	}
	must(v.t, json.Unmarshal([]byte(v.get(v.site+"/api/me/tickets")), &mine))
	var ids []string
	for _, one := range mine.Tickets {
		ids = append(ids, one.ID)
	}
	return ids
}

func (v *visitor) transcript(id string) string {
	v.t.Helper()
	return v.get(fmt.Sprintf("%s/transcripts/%s", v.site, id))
}
