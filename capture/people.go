package capture

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"ticketbot/ticket"
)

type user struct {
	ID         id             `json:"id"`
	Username   text           `json:"username"`
	GlobalName text           `json:"global_name"`
	Avatar     text           `json:"avatar"`
	Bot        boolean        `json:"bot"`
	Member     object[member] `json:"member"` // beside a mention, in events
}

type member struct {
	User   object[user] `json:"user"`
	Nick   text         `json:"nick"`
	Avatar text         `json:"avatar"`
	Roles  list[id]     `json:"roles"`
}

// User reads a user object. What only a guild knows of them is absent, so the result is partial.
func User(raw []byte) (ticket.User, error) {
	var u user
	if err := json.Unmarshal(raw, &u); err != nil {
		return ticket.User{}, fmt.Errorf("read user: %w", err)
	}
	if u.ID == 0 {
		return ticket.User{}, errors.New("read user: no id")
	}
	return u.in(u.Member.T), nil
}

// Member reads a member object, with its user inside.
func Member(raw []byte) (ticket.User, error) {
	var m member
	if err := json.Unmarshal(raw, &m); err != nil {
		return ticket.User{}, fmt.Errorf("read member: %w", err)
	}
	if m.User.T == nil || m.User.T.ID == 0 {
		return ticket.User{}, errors.New("read member: no user")
	}
	return m.User.T.in(&m), nil
}

// in is the user as the guild shows them; m is nil where Discord does not say, as in history.
func (u *user) in(m *member) ticket.User {
	out := ticket.User{
		ID: ticket.UserID(u.ID), Username: string(u.Username), GlobalName: string(u.GlobalName),
		Avatar: string(u.Avatar), Bot: bool(u.Bot), Partial: m == nil,
	}
	if m == nil {
		return out
	}
	out.Nick, out.GuildIcon = string(m.Nick), string(m.Avatar)
	for _, r := range m.Roles {
		out.Roles = append(out.Roles, ticket.RoleID(r))
	}
	return out
}

// people gives everybody in one message an index.
type people struct {
	users []ticket.User
}

// index is the place of u, who is added unless there. The fuller of two sights of a person wins.
func (p *people) index(u ticket.User) int {
	i := slices.IndexFunc(p.users, func(have ticket.User) bool { return have.ID == u.ID })
	if i < 0 {
		p.users = append(p.users, u)
		return len(p.users) - 1
	}
	if have := p.users[i]; have.Partial && (!u.Partial || have.Username == "") {
		p.users[i] = u
	}
	return i
}

var mention = regexp.MustCompile(`<@!?[0-9]{1,20}>`)

// refer replaces mentions of people by marks. Somebody whom the payload does not list is known by id only.
func (p *people) refer(s text) string {
	if !strings.Contains(string(s), "<@") {
		return string(s)
	}
	return mention.ReplaceAllStringFunc(string(s), func(found string) string {
		n, err := strconv.ParseUint(strings.Trim(found, "<@!>"), 10, 64)
		if err != nil || n == 0 {
			return found
		}
		return ticket.Mention(p.index(ticket.User{ID: ticket.UserID(n), Partial: true}))
	})
}
