package discordsim

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"time"
)

// This file is a guild's life and failing requests over HTTP: guildlife.go and restfaults.go.

// life lets something happen between a bot and a guild.
func (c *Control) life(r *http.Request) (any, error) {
	var in struct {
		Action string `json:"action"`
		Order  []int  `json:"order"`
	}
	guild, err := into(r, "guild", &in)
	if err != nil {
		return nil, err
	}
	app, err := idPath(r, "app")
	if err != nil {
		return nil, err
	}
	s := c.sim
	switch in.Action {
	case "invite":
		return nil, s.InviteBot(app, guild)
	case "kick":
		return nil, s.KickBot(app, guild)
	case "kick_silently":
		return nil, s.KickBotSilently(app, guild)
	case "odd_delete":
		return nil, s.SendOddDelete(app, guild)
	case "hide", "list":
		return nil, s.HideFromReady(app, guild, in.Action == "hide")
	case "resend":
		return nil, s.ResendGuildEvents(app, guild, in.Order...)
	}
	return nil, badRequest("action: one of invite, kick, kick_silently, odd_delete, hide, list, resend, not %q", in.Action)
}

func (c *Control) beginOutage(r *http.Request) (any, error) { return c.outage(r, c.sim.BeginOutage) }
func (c *Control) endOutage(r *http.Request) (any, error)   { return c.outage(r, c.sim.EndOutage) }

func (c *Control) outage(r *http.Request, do func(ID) error) (any, error) {
	guild, err := idPath(r, "guild")
	if err != nil {
		return nil, err
	}
	return nil, do(guild)
}

// interference is what was asked of REST and can be taken back.
type interference struct {
	mu   sync.Mutex
	last int
	list []interferer
}

type interferer struct {
	ID     int    `json:"id"`
	Method string `json:"method"`
	Path   string `json:"path"`

	// of a fault
	Status int        `json:"status"`
	Until  *time.Time `json:"until,omitempty"`
	Count  int        `json:"count,omitempty"`

	// of a hold
	Holds   bool `json:"holds"`
	Arrived bool `json:"arrived"`

	arrived <-chan struct{}
	end     func()
}

func (i *interference) add(x interferer) any {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.last++
	x.ID = i.last
	i.list = append(i.list, x)
	return Object{"id": x.ID}
}

func (c *Control) newFault(r *http.Request) (any, error) {
	var in struct {
		Method string `json:"method"`
		Path   string `json:"path"`
		Status int    `json:"status"`
		Code   int    `json:"code"`
		Count  int    `json:"count"`
		For    string `json:"for"`
		Late   bool   `json:"late"`
	}
	if _, err := read(r, &in); err != nil {
		return nil, err
	}
	f := Fault{Method: in.Method, Path: in.Path, Status: in.Status, Code: in.Code, Count: in.Count, Late: in.Late}
	if f.Status != 0 && (f.Status < 400 || f.Status > 599) || f.Count < 0 {
		return nil, badRequest("status is from 400 to 599, or 0 to cut the connection; count is not negative")
	}
	x := interferer{Method: f.Method, Path: f.Path, Status: f.Status, Count: f.Count}
	if in.For != "" {
		d, err := time.ParseDuration(in.For)
		if err != nil || d <= 0 {
			return nil, badRequest("for is a duration, such as 30s")
		}
		f.Until = c.sim.Now().Add(d)
		x.Until = &f.Until
	}
	x.end = c.sim.FailREST(f)
	return c.meddling.add(x), nil
}

func (c *Control) newHold(r *http.Request) (any, error) {
	var in struct {
		Method string `json:"method"`
		Path   string `json:"path"`
	}
	if _, err := read(r, &in); err != nil {
		return nil, err
	}
	x := interferer{Method: in.Method, Path: in.Path, Holds: true}
	x.arrived, x.end = c.sim.HoldREST(in.Method, in.Path)
	return c.meddling.add(x), nil
}

// listMeddling is what has not been taken back and, of faults, whose time has not passed.
func (c *Control) listMeddling(*http.Request) (any, error) {
	i, now := &c.meddling, c.sim.Now()
	i.mu.Lock()
	defer i.mu.Unlock()
	i.list = slices.DeleteFunc(i.list, func(x interferer) bool { return x.Until != nil && !now.Before(*x.Until) })
	out := []interferer{}
	for _, x := range i.list {
		select {
		case <-x.arrived:
			x.Arrived = true
		default:
		}
		out = append(out, x)
	}
	return out, nil
}

// endMeddling takes a fault or a hold back.
func (c *Control) endMeddling(r *http.Request) (any, error) {
	id, err := strconv.Atoi(r.PathValue("id"))
	i := &c.meddling
	i.mu.Lock()
	defer i.mu.Unlock()
	at, found := slices.BinarySearchFunc(i.list, id, func(x interferer, id int) int { return cmp.Compare(x.ID, id) })
	if err != nil || !found {
		return nil, &APIError{Status: http.StatusNotFound, Message: "There is no such fault or hold any more."}
	}
	i.list[at].end()
	i.list = slices.Delete(i.list, at, at+1)
	return nil, nil
}
