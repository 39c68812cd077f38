package api_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"ticketbot/api"
	"ticketbot/discordsim"
	"ticketbot/store/storetest"
	"ticketbot/ticket"
)

// matrix says what each route answers to somebody who may, somebody who may not, and nobody at all. A route without a
// line here fails the test below.
var matrix = map[api.Route]struct{ may, mayNot, nobody int }{
	{"GET", "/{$}"}:                                 {303, 303, 200},
	{"GET", "/assets/{file...}"}:                    {200, 200, 200},
	{"GET", "/favicon.ico"}:                         {302, 302, 302},
	{"GET", "/login"}:                               {302, 302, 302},
	{"GET", "/auth/callback"}:                       {400, 400, 400}, // without a login under way; see TestLogin
	{"GET", "/tickets"}:                             {200, 200, 302},
	{"GET", "/privacy"}:                             {200, 200, 200},
	{"GET", "/receipts/key"}:                        {200, 200, 200},
	{"GET", "/receipts/{id}"}:                       {404, 404, 302}, // of nobody here; see TestReceipts
	{"GET", "/api/me/receipts"}:                     {200, 200, 401},
	{"GET", "/api/me/receipts/{id}"}:                {404, 404, 401},
	{"POST", "/api/me/erase"}:                       {202, 202, 401},
	{"GET", "/api/me"}:                              {200, 200, 401},
	{"GET", "/api/me/tickets"}:                      {200, 200, 401},
	{"POST", "/api/logout"}:                         {204, 204, 401},
	{"GET", "/api/tickets/{id}"}:                    {200, 404, 401},
	{"GET", "/t/{id}"}:                              {302, 302, 302}, // to /transcripts/{id} or to log in
	{"GET", "/transcripts/{id}"}:                    {200, 404, 302},
	{"GET", "/transcripts/{id}/files/{attachment}"}: {404, 404, 404}, // without a link; see TestFileLinks
}

func TestEveryRouteIsInTheMatrix(t *testing.T) {
	known := map[api.Route]bool{}
	for _, r := range api.Routes() {
		known[r] = true
		if _, ok := matrix[r]; !ok {
			t.Errorf("%s %s: say in the matrix who gets what", r.Method, r.Path)
		}
	}
	for r := range matrix {
		if !known[r] {
			t.Errorf("%s %s is no route any more", r.Method, r.Path)
		}
	}
}

// cast is everybody who may come, and the tickets they may ask for.
type cast struct {
	people  map[string]*visitor
	tickets map[string]*ticket.Ticket
}

// mayRead is the whole truth of who may read what.
var mayRead = map[string][]string{
	"Mia's, in support":                       {"opener", "staff", "admin", "owner"},
	"one in billing of somebody who has left": {"opener who left", "staff of another category", "admin", "owner"},
	"one on another server":                   {"owner of another server"},
}

func newCast(h *house) cast {
	h.Helper()
	sim := h.sim
	role := func(o discordsim.RoleOptions) discordsim.ID {
		r, err := sim.NewRole(h.Guild, o)
		must(h, err)
		return r.ID
	}
	give := func(who discordsim.ID, r discordsim.ID) { must(h, sim.GiveRole(who, h.Guild, r)) }
	billing := role(discordsim.RoleOptions{Name: "Billing"})
	manager := role(discordsim.RoleOptions{Name: "Manager", Permissions: 1 << 5}) // Manage Server

	must(h, sim.TakeRole(h.Ben, h.Guild, h.SupportRole))
	give(h.Ben, manager)
	give(h.Ava, billing)
	newcomer := func(name string) discordsim.ID {
		u := sim.NewUser(name, name)
		must(h, sim.Join(u.ID, h.Guild))
		return u.ID
	}
	demoted, dismissed, fallen := newcomer("demoted"), newcomer("dismissed"), newcomer("fallen")
	give(demoted, h.SupportRole)
	give(dismissed, h.SupportRole)
	give(fallen, manager)
	outsider, olaf := sim.NewUser("outsider", "Outsider").ID, sim.NewUser("olaf", "Olaf").ID
	elsewhere, err := sim.NewGuild(olaf, "Elsewhere")
	must(h, err)
	must(h, sim.AddBot(h.App.ID, elsewhere, discordsim.UsualBotPermissions))
	there := storetest.Join(h, h.store, ticket.GuildID(elsewhere))

	c := cast{people: map[string]*visitor{"nobody": h.visitor()}}
	for name, id := range map[string]discordsim.ID{
		"opener": h.Mia, "opener who left": h.Leo, "other member": h.Noah, "staff": h.Sam, "staff of another category": h.Ava,
		"admin": h.Ben, "owner": h.Olivia, "outsider": outsider, "owner of another server": olaf,
		"staff who lost the role": demoted, "staff who left": dismissed, "admin who lost the role": fallen,
	} {
		c.people[name] = h.loggedIn(id)
	}
	c.tickets = map[string]*ticket.Ticket{
		"Mia's, in support":                       h.newTicket(h.category, h.Mia, "Mia"),
		"one in billing of somebody who has left": h.newTicket(h.newCategory(h.guild, "Billing", billing), h.Leo, "Leo"),
		"one on another server":                   h.newTicket(h.newCategory(there, "Support", h.SupportRole), olaf, "Olaf"),
	}
	// While they could, they looked: what is remembered of them must not help them later.
	path := "/transcripts/" + c.tickets["Mia's, in support"].PublicID
	for _, name := range []string{"staff who lost the role", "staff who left", "admin who lost the role"} {
		if got := c.people[name].get(path).status; got != http.StatusOK {
			h.Fatalf("%s: %d before", name, got)
		}
	}
	must(h, sim.TakeRole(demoted, h.Guild, h.SupportRole))
	must(h, sim.TakeRole(fallen, h.Guild, manager))
	must(h, sim.Leave(dismissed, h.Guild))
	must(h, sim.Leave(h.Leo, h.Guild))
	return c
}

func TestAuthorization(t *testing.T) {
	h := newHouse(t)
	c := newCast(h)
	for name, who := range c.people {
		for about, k := range c.tickets {
			t.Run(name+"/"+about, func(t *testing.T) {
				c.check(t, who, name == "nobody", contains(mayRead[about], name), k.PublicID)
			})
		}
		t.Run(name+"/no such ticket", func(t *testing.T) {
			c.check(t, who, name == "nobody", false, "AAAAAAAAAAAAAAAAAAAAAA")
			c.check(t, who, name == "nobody", false, "1")
			c.check(t, who, name == "nobody", false, "%27%20or%201=1--")
		})
	}
}

func contains(all []string, one string) bool {
	for _, s := range all {
		if s == one {
			return true
		}
	}
	return false
}

// check asks every route about one ticket.
func (c cast) check(t *testing.T, who *visitor, nobody, may bool, id string) {
	t.Helper()
	fill := strings.NewReplacer("{id}", id, "{attachment}", "1", "{file...}", "site.css", "{$}", "")
	for route, want := range matrix {
		if route.Path == "/api/logout" && !nobody {
			continue // it would end what the other rows need; see TestSession
		}
		status := want.mayNot
		switch {
		case nobody:
			status = want.nobody
		case may:
			status = want.may
		}
		if got := who.ask(route.Method, fill.Replace(route.Path)); got.status != status {
			t.Errorf("%s %s: %d, want %d", route.Method, route.Path, got.status, status)
		}
	}
}

func TestWhatIsNotForYouDoesNotExist(t *testing.T) {
	h := newHouse(t)
	k := h.newTicket(h.category, h.Mia, "Mia")
	h.say(k, ticket.User{ID: ticket.UserID(h.Mia), Username: "mia"}, 77, "hello")
	noah := h.loggedIn(h.Noah)
	for _, path := range []string{"/transcripts/%s", "/api/tickets/%s", "/transcripts/%s/files/77"} {
		foreign, missing := noah.get(fmt.Sprintf(path, k.PublicID)), noah.get(fmt.Sprintf(path, "AAAAAAAAAAAAAAAAAAAAAA"))
		if a, b := foreign.whole(), missing.whole(); a != b || foreign.status != http.StatusNotFound {
			t.Errorf("%s: these differ:\n%s\n\n%s", path, a, b)
		}
	}
}

// whole is all that could tell one answer from another.
func (a answer) whole() string {
	header := a.header.Clone()
	header.Del("Date")
	return fmt.Sprint(a.status, header, a.body)
}

func TestAServerThatTheBotLeftIsDenied(t *testing.T) {
	h := newHouse(t)
	k := h.newTicket(h.category, h.Mia, "Mia")
	mia := h.loggedIn(h.Mia)
	path := "/transcripts/" + k.PublicID
	if got := mia.get(path).status; got != http.StatusOK {
		t.Fatalf("before: %d", got)
	}
	storetest.Leave(t, h.store, h.guild.ID)
	if got := mia.get(path).status; got != http.StatusNotFound {
		t.Errorf("transcript: %d", got)
	}
	if got := mia.get("/api/me/tickets").body; !strings.Contains(got, `"tickets":[]`) {
		t.Errorf("my tickets: %s", got)
	}
}
