package ticket

import (
	"slices"
	"strings"
	"unicode/utf8"

	"ticketbot/internal/fault"
)

// Kind is how a question is asked.
type Kind string

const (
	Short     Kind = "short"
	Paragraph Kind = "paragraph"
	Select    Kind = "select"
)

// Discord's limits for a modal, which bound a form: at most 5 labels, 45 characters a label, 25 options a select.
const (
	MaxQuestions = 5
	MaxLabel     = 45
	MaxOptions   = 25
	MaxAnswer    = 4000
)

// Form is what a member is asked before a ticket opens; without questions none is shown.
type Form struct {
	Questions []Question `json:"questions,omitempty"`
}

// Question is one field of a form. ID is stable, so that a form can change while somebody fills it.
type Question struct {
	ID          string   `json:"id"`
	Label       string   `json:"label"`
	Description string   `json:"description,omitempty"`
	Placeholder string   `json:"placeholder,omitempty"`
	Kind        Kind     `json:"kind"`
	Required    bool     `json:"required,omitempty"`
	Min         int      `json:"min,omitempty"` // characters
	Max         int      `json:"max,omitempty"` // characters; 0: Discord's 4000
	Options     []Option `json:"options,omitempty"`
}

// Option is one choice of a select.
type Option struct {
	Label       string `json:"label"`
	Value       string `json:"value"`
	Description string `json:"description,omitempty"`
	Emoji       string `json:"emoji,omitempty"`
}

// Answer keeps the question's wording beside what was answered: the form may change later.
type Answer struct {
	Question string   `json:"question"`
	Kind     Kind     `json:"kind"`
	Values   []string `json:"values"`
}

// Fill pairs what a member submitted, by question id, with the questions. Discord checks lengths in its own client
// only; a client of somebody's making may send anything.
func (f Form) Fill(submitted map[string][]string) ([]Answer, error) {
	answers := make([]Answer, 0, len(f.Questions))
	for _, q := range f.Questions {
		values := slices.DeleteFunc(slices.Clone(submitted[q.ID]), func(v string) bool { return strings.TrimSpace(v) == "" })
		if err := q.check(values); err != nil {
			return nil, err
		}
		if q.Kind == Select {
			values = q.labels(values)
		}
		answers = append(answers, Answer{Question: q.Label, Kind: q.Kind, Values: values})
	}
	return answers, nil
}

func (q Question) check(values []string) error {
	if q.Required && len(values) == 0 {
		return fault.New(fault.Invalid, "ticket.form.required", "question", q.Label)
	}
	limit := q.Max
	if limit == 0 {
		limit = MaxAnswer
	}
	for _, v := range values {
		n := utf8.RuneCountInString(v)
		if q.Kind != Select && (n > limit || n < q.Min) {
			return fault.New(fault.Invalid, "ticket.form.length", "question", q.Label, "min", q.Min, "max", limit)
		}
		known := func(o Option) bool { return o.Value == v }
		if q.Kind == Select && !slices.ContainsFunc(q.Options, known) {
			return fault.New(fault.Invalid, "ticket.form.option", "question", q.Label)
		}
	}
	return nil
}

func (q Question) labels(values []string) []string {
	labels := make([]string, len(values))
	for i, v := range values {
		labels[i] = q.Options[slices.IndexFunc(q.Options, func(o Option) bool { return o.Value == v })].Label
	}
	return labels
}

// DefaultForm is what /setup gives a new category; it can be changed later.
func DefaultForm() Form {
	return Form{Questions: []Question{
		{ID: "subject", Label: "What is it about?", Kind: Short, Required: true, Max: 100, Placeholder: "A few words"},
		{ID: "details", Label: "Tell us more", Kind: Paragraph, Max: 1500, Description: "What happened, and what did you expect?"},
		{ID: "urgency", Label: "How urgent is it?", Kind: Select, Required: true, Options: []Option{
			{Label: "It can wait", Value: "low"}, {Label: "This week, please", Value: "normal"}, {Label: "I cannot go on without help", Value: "high"},
		}},
	}}
}
