package bot

import (
	"encoding/json"
	"slices"
	"testing"
	"unicode/utf8"

	"ticketbot/ticket"
)

type definition struct {
	Name        string `json:"name"`
	Description string `json:"description"`
	Type        int    `json:"type"`
	Options     []struct {
		Name        string `json:"name"`
		Description string `json:"description"`
		Type        int    `json:"type"`
		Required    bool   `json:"required"`
	} `json:"options"`
	Contexts []int  `json:"contexts"`
	Needs    string `json:"default_member_permissions"`
}

func definitions(t *testing.T) []definition {
	t.Helper()
	raw, err := json.Marshal(Commands())
	if err != nil {
		t.Fatal(err)
	}
	var all []definition
	if err := json.Unmarshal(raw, &all); err != nil {
		t.Fatal(err)
	}
	return all
}

func TestCommands_and_routes_agree(t *testing.T) {
	defined := map[string]bool{}
	for _, d := range definitions(t) {
		defined[d.Name] = true
		for _, o := range d.Options {
			if o.Type == typeSubcommand {
				delete(defined, d.Name)
				defined[d.Name+" "+o.Name] = true
			}
		}
	}
	for _, r := range routes() {
		if r.kind == command && !defined[r.name] {
			t.Errorf("nobody can type /%s", r.name)
		}
		if r.kind == command {
			delete(defined, r.name)
		}
	}
	for name := range defined {
		t.Errorf("/%s leads nowhere", name)
	}
}

func TestCommands_are_what_Discord_takes(t *testing.T) {
	fits := func(what, description string) {
		if n := utf8.RuneCountInString(description); n < 1 || n > 100 {
			t.Errorf("%s: description of %d characters", what, n)
		}
	}
	for _, d := range definitions(t) {
		fits("/"+d.Name, d.Description)
		contexts := []int{0} // servers
		if d.Name == "privacy" {
			contexts = []int{0, 1} // and direct messages with the bot
		}
		if d.Type != 1 || !slices.Equal(d.Contexts, contexts) {
			t.Errorf("/%s: type %d, contexts %v", d.Name, d.Type, d.Contexts)
		}
		optional := false
		for _, o := range d.Options {
			fits("/"+d.Name+" "+o.Name, o.Description)
			if o.Required && optional {
				t.Errorf("/%s: %s is required and stands behind an optional one", d.Name, o.Name)
			}
			optional = optional || !o.Required
		}
		if want := map[string]string{"setup": "32"}[d.Name]; d.Needs != want {
			t.Errorf("/%s: needs permissions %q, want %q", d.Name, d.Needs, want)
		}
	}
}

func TestAskForm(t *testing.T) {
	c := &ticket.Category{ID: 3, Name: "A category with a name that is longer than a title may be", Form: ticket.DefaultForm()}
	c.Form.Questions[0].Min = 2
	raw, err := json.Marshal(askForm(c))
	if err != nil {
		t.Fatal(err)
	}
	var m struct {
		Title    string `json:"title"`
		CustomID string `json:"custom_id"`
		Labels   []struct {
			Type        int    `json:"type"`
			Label       string `json:"label"`
			Description string `json:"description"`
			Component   struct {
				Type     int    `json:"type"`
				CustomID string `json:"custom_id"`
				Style    int    `json:"style"`
				Required bool   `json:"required"`
				Min      int    `json:"min_length"`
				Max      int    `json:"max_length"`
				Options  []any  `json:"options"`
			} `json:"component"`
		} `json:"components"`
	}
	if err := json.Unmarshal(raw, &m); err != nil {
		t.Fatal(err)
	}
	if m.CustomID != "v1:open:3" || utf8.RuneCountInString(m.Title) != maxModalTitle || len(m.Labels) != 3 {
		t.Fatalf("%s", raw)
	}
	subject, details, urgency := m.Labels[0], m.Labels[1], m.Labels[2]
	if s := subject.Component; subject.Type != 18 || s.Type != 4 || s.Style != 1 || s.CustomID != "subject" || !s.Required || s.Min != 2 || s.Max != 100 {
		t.Errorf("subject %+v", subject)
	}
	if d := details.Component; d.Type != 4 || d.Style != 2 || d.Required || details.Description == "" {
		t.Errorf("details %+v", details)
	}
	if u := urgency.Component; u.Type != 3 || !u.Required || len(u.Options) != 3 {
		t.Errorf("urgency %+v", urgency)
	}
}
