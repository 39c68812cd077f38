package transcript

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"time"

	"ticketbot/ticket"
)

// record is a conversation as JSON. People are listed once and meant by ref; ids are strings, since JavaScript's numbers
// cannot hold them. In texts, {@ref} stands for a person.
type record struct {
	Ticket   recordTicket    `json:"ticket"`
	People   []recordPerson  `json:"people"`
	Messages []recordMessage `json:"messages"`
}

type recordTicket struct {
	Server   string          `json:"server,omitempty"`
	Number   uint32          `json:"number"`
	ID       string          `json:"id"`
	Category string          `json:"category,omitempty"`
	State    ticket.State    `json:"state"`
	Opener   ref             `json:"opener"`
	Claimer  ref             `json:"claimer,omitempty"`
	Closer   ref             `json:"closer,omitempty"`
	OpenedAt time.Time       `json:"opened_at"`
	ClosedAt time.Time       `json:"closed_at,omitzero"`
	Reason   string          `json:"close_reason,omitempty"`
	Answers  []ticket.Answer `json:"answers,omitempty"`
}

// ref means a person within one record; "" is nobody.
type ref string

func refOf(id ticket.PersonID) ref {
	if id == 0 {
		return ""
	}
	return ref("p" + strconv.FormatInt(int64(id), 10))
}

type recordPerson struct {
	Ref      ref    `json:"ref"`
	ID       string `json:"id,omitempty"`
	Username string `json:"username,omitempty"`
	Name     string `json:"name"`
	App      bool   `json:"app,omitempty"`
	Erased   bool   `json:"erased,omitempty"`
}

type recordMessage struct {
	ID        string           `json:"id"`
	Author    ref              `json:"author,omitempty"`
	People    []ref            `json:"people,omitempty"` // what the indexes in content mean
	At        time.Time        `json:"at"`
	EditedAt  time.Time        `json:"edited_at,omitzero"`
	DeletedAt time.Time        `json:"deleted_at,omitzero"`
	Content   recordContent    `json:"content"`
	Earlier   []recordRevision `json:"earlier,omitempty"`
}

type recordRevision struct {
	At      time.Time     `json:"at"`
	People  []ref         `json:"people,omitempty"`
	Content recordContent `json:"content"`
}

// RenderJSON writes the conversation for programs.
func RenderJSON(w io.Writer, c *ticket.Conversation, o Options) error {
	p := newPage(w, c, o)
	out := record{Ticket: p.recordTicket(), People: p.recordPeople(), Messages: make([]recordMessage, len(c.Messages))}
	for i := range c.Messages {
		out.Messages[i] = recordOf(&c.Messages[i])
	}
	encoder := json.NewEncoder(p.w)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(out); err != nil {
		return fmt.Errorf("write transcript as JSON: %w", err)
	}
	if err := p.w.Flush(); err != nil {
		return fmt.Errorf("write transcript as JSON: %w", err)
	}
	return nil
}

func (p *page) recordTicket() recordTicket {
	t := p.c.Ticket
	out := recordTicket{
		Server: p.o.Server, Number: t.Number, ID: t.PublicID, State: t.State,
		Opener: refOf(t.Opener), Claimer: refOf(t.Claimer), Closer: refOf(t.Closer),
		OpenedAt: t.OpenedAt.UTC(), ClosedAt: t.ClosedAt.UTC(), Reason: t.CloseReason, Answers: t.Answers,
	}
	if p.c.Category != nil {
		out.Category = p.c.Category.Name
	}
	return out
}

func (p *page) recordPeople() []recordPerson {
	out := make([]recordPerson, 0, len(p.c.People))
	for _, id := range slices.Sorted(maps.Keys(p.c.People)) {
		who := p.c.People[id]
		v := p.person(id)
		one := recordPerson{Ref: refOf(id), Name: v.name, App: v.app, Erased: v.erased}
		if !who.Erased {
			one.ID, one.Username = who.Profile.ID.String(), who.Profile.Username
		}
		out = append(out, one)
	}
	return out
}

func recordOf(m *ticket.Message) recordMessage {
	out := recordMessage{
		ID: m.ID.String(), Author: refOf(m.Author), People: refs(m.People),
		At: m.At.UTC(), EditedAt: m.EditedAt.UTC(), DeletedAt: m.DeletedAt.UTC(), Content: recordContent(readable(m.Content, m.People)),
	}
	for i := range m.Revisions {
		r := &m.Revisions[i]
		out.Earlier = append(out.Earlier, recordRevision{At: r.At.UTC(), People: refs(r.People), Content: recordContent(readable(r.Content, r.People))})
	}
	return out
}

// recordContent is a content whose ids are strings.
type recordContent ticket.Content

// MarshalJSON implements [json.Marshaler].
func (c recordContent) MarshalJSON() ([]byte, error) {
	raw, err := json.Marshal(ticket.Content(c))
	if err != nil {
		return nil, err
	}
	var tree any
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.UseNumber()
	if err := decoder.Decode(&tree); err != nil {
		return nil, err
	}
	quoteIDs(tree)
	return json.Marshal(tree)
}

func quoteIDs(tree any) {
	switch node := tree.(type) {
	case []any:
		for _, v := range node {
			quoteIDs(v)
		}
	case map[string]any:
		for k, v := range node {
			if n, ok := v.(json.Number); ok && (k == "id" || k == "message" || k == "thread") {
				node[k] = n.String()
			}
			quoteIDs(v)
		}
	}
}

func refs(people []ticket.PersonID) []ref {
	out := make([]ref, len(people))
	for i, id := range people {
		out[i] = refOf(id)
	}
	return out
}
