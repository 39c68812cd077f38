package bot

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"ticketbot/capture"
	"ticketbot/ticket"
)

// interaction is Discord's, as far as it is understood here. It is lenient: options and components of kinds that
// Discord adds tomorrow are passed over.
type interaction struct {
	ID          looseID         `json:"id"`
	Application looseID         `json:"application_id"`
	Token       string          `json:"token"` // secret: with it anybody may answer
	Type        int             `json:"type"`
	Guild       looseID         `json:"guild_id"`
	Channel     looseID         `json:"channel_id"`
	Member      json.RawMessage `json:"member"` // absent in a DM
	User        json.RawMessage `json:"user"`   // present only there
	Data        interactionData `json:"data"`
}

type interactionData struct {
	Name       string          `json:"name"`
	CustomID   string          `json:"custom_id"`
	Options    []option        `json:"options"`
	Components []field         `json:"components"`
	Resolved   json.RawMessage `json:"resolved"`
}

type option struct {
	Name    string          `json:"name"`
	Type    int             `json:"type"`
	Options []option        `json:"options"` // of a subcommand
	Value   json.RawMessage `json:"value"`
	Focused bool            `json:"focused"`
}

// field is a node of what was submitted: rows and labels hold others, the rest holds values.
type field struct {
	CustomID   string          `json:"custom_id"`
	Value      json.RawMessage `json:"value"`
	Values     json.RawMessage `json:"values"`
	Component  *field          `json:"component"`
	Components []field         `json:"components"`
}

// Discord's interaction types.
const (
	typeCommand    = 2
	typeComponent  = 3
	typeCompletion = 4
	typeModal      = 5
)

const typeSubcommand = 1 // of an option

func readInteraction(data []byte) (*interaction, error) {
	var in interaction
	if err := json.Unmarshal(data, &in); err != nil {
		return nil, fmt.Errorf("read interaction: %w", err)
	}
	if in.ID == 0 || in.Token == "" {
		return nil, errors.New("read interaction: no id or token")
	}
	return &in, nil
}

func (in *interaction) kind() kind {
	return map[int]kind{typeCommand: command, typeComponent: button, typeCompletion: completion, typeModal: modal}[in.Type]
}

// command is what was typed, with its subcommand.
func (in *interaction) command() string {
	if o := in.Data.Options; len(o) == 1 && o[0].Type == typeSubcommand {
		return in.Data.Name + " " + o[0].Name
	}
	return in.Data.Name
}

// by is whoever did it, in a server or not.
func (in *interaction) by() (ticket.UserID, error) {
	user, err := capture.User(in.User)
	if len(in.Member) > 0 {
		user, err = capture.Member(in.Member)
	}
	if err != nil {
		return 0, fmt.Errorf("read interaction: %w", err)
	}
	return user.ID, nil
}

// Discord's permission bits that make an admin here.
const permissionsOfAdmins = 1<<3 | 1<<5 // ADMINISTRATOR, MANAGE_GUILD; an owner has all

// actor is whoever did it, as Discord vouches for at this moment.
func (in *interaction) actor() (ticket.Actor, error) {
	user, err := capture.Member(in.Member)
	if err != nil {
		return ticket.Actor{}, fmt.Errorf("read interaction: %w", err)
	}
	var m struct {
		Permissions looseID `json:"permissions"`
	}
	if err := json.Unmarshal(in.Member, &m); err != nil {
		return ticket.Actor{}, fmt.Errorf("read interaction: %w", err)
	}
	return ticket.Actor{User: user, Roles: user.Roles, Admin: m.Permissions&permissionsOfAdmins != 0}, nil
}

// text is the value of an option as written; empty if it was not given.
func (in *interaction) text(name string) string {
	for _, o := range in.Data.Options {
		if o.Name == name {
			return loose(o.Value)
		}
	}
	return ""
}

// id is the value of an option that names a user, role or channel; 0 if it was not given.
func (in *interaction) id(name string) uint64 {
	n, _ := strconv.ParseUint(in.text(name), 10, 64)
	return n
}

// user is the person whom an option names; member says whether they are in the guild.
func (in *interaction) user(name string) (u ticket.User, member bool, err error) {
	var resolved struct {
		Users   map[string]json.RawMessage `json:"users"`
		Members map[string]json.RawMessage `json:"members"`
	}
	if err := json.Unmarshal(in.Data.Resolved, &resolved); err != nil {
		return u, false, fmt.Errorf("read interaction: %w", err)
	}
	key := in.text(name)
	if u, err = capture.User(resolved.Users[key]); err != nil {
		return u, false, err
	}
	if raw, ok := resolved.Members[key]; ok {
		u, err = asMember(u, raw)
		return u, true, err
	}
	return u, false, nil
}

// asMember completes a user by a member object, which beside its user holds no copy of it.
func asMember(u ticket.User, raw json.RawMessage) (ticket.User, error) {
	m := map[string]json.RawMessage{}
	if err := json.Unmarshal(raw, &m); err != nil {
		return u, fmt.Errorf("read member: %w", err)
	}
	m["user"] = json.RawMessage(`{"id":"` + u.ID.String() + `"}`)
	joined, err := json.Marshal(m)
	if err != nil {
		return u, fmt.Errorf("read member: %w", err)
	}
	as, err := capture.Member(joined)
	if err != nil {
		return u, err
	}
	u.Nick, u.GuildIcon, u.Roles, u.Partial = as.Nick, as.GuildIcon, as.Roles, false
	return u, nil
}

// submitted is what a form was filled in with, by custom id.
func (in *interaction) submitted() map[string][]string {
	all := map[string][]string{}
	gather(in.Data.Components, all)
	return all
}

func gather(fields []field, into map[string][]string) {
	for _, f := range fields {
		if f.Component != nil {
			gather([]field{*f.Component}, into)
		}
		gather(f.Components, into)
		if f.CustomID == "" {
			continue
		}
		var values []json.RawMessage
		if json.Unmarshal(f.Values, &values) != nil {
			values = []json.RawMessage{f.Value}
		}
		for _, v := range values {
			if s := loose(v); s != "" {
				into[f.CustomID] = append(into[f.CustomID], ticket.CleanText(s))
			}
		}
	}
}

// loose is a string, number or boolean as text.
func loose(raw json.RawMessage) string {
	var s string
	if json.Unmarshal(raw, &s) == nil {
		return s
	}
	if text := string(raw); text != "null" && !strings.ContainsAny(text, "{[") {
		return text
	}
	return ""
}

// looseID is an id, or a set of permissions, written as a string or as a number.
type looseID uint64

func (v *looseID) UnmarshalJSON(raw []byte) error {
	n, _ := strconv.ParseUint(strings.Trim(string(raw), `"`), 10, 64)
	*v = looseID(n)
	return nil
}
