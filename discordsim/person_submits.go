package discordsim

import (
	"fmt"
	"strings"
)

// Fields are what a person filled into a form, by custom_id. A checkbox is "true" or "false".
type Fields struct {
	Values map[string][]string
	Files  map[string][]File
}

// Submit sends the form that an interaction opened.
func (s *Server) Submit(user, opener ID, fields Fields) (*Interaction, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	from := s.world.interactions[opener]
	if from == nil || from.user != user || from.state != StateModal {
		return nil, errUnknownInteraction
	}
	c := s.world.channels[from.channel]
	if c == nil {
		return nil, errUnknownChannel
	}
	i := &interaction{app: from.app, kind: kindModal, user: user, guild: from.guild, channel: from.channel, source: from.source, opener: from, command: from.command}
	filled := submission{s: s, channel: c, fields: fields}
	components, err := filled.all(objects(from.modal["components"]))
	if err != nil {
		return nil, err
	}
	i.data = Object{"custom_id": from.modal["custom_id"], "components": components, "resolved": s.resolve(user, c, filled.named)}
	return s.begin(i), nil
}

// submission turns a form and what was filled in into what Discord sends.
type submission struct {
	s       *Server
	channel *channel
	fields  Fields
	named   []string // IDs that the answers name
}

func (f *submission) all(components []Object) ([]Object, error) {
	out := []Object{}
	for _, c := range components {
		sent := Object{"type": c["type"], "id": c["id"]}
		var err error
		switch number(c["type"], 0) {
		case componentRow:
			var inner []Object
			inner, err = f.each(objects(c["components"]))
			sent["components"] = inner
		case componentLabel:
			inner, _ := c["component"].(Object)
			sent["component"], err = f.one(inner)
		}
		if err != nil {
			return nil, err
		}
		out = append(out, sent)
	}
	return out, nil
}

func (f *submission) each(components []Object) ([]Object, error) {
	var out []Object
	for _, c := range components {
		sent, err := f.one(c)
		if err != nil {
			return nil, err
		}
		out = append(out, sent)
	}
	return out, nil
}

func (f *submission) one(c Object) (Object, error) {
	id, _ := c["custom_id"].(string)
	kind := number(c["type"], 0)
	values := f.fields.Values[id]
	sent := Object{"type": kind, "id": c["id"], "custom_id": id}
	required := c["required"] != false
	switch kind {
	case componentTextInput:
		text := strings.Join(values, "\n")
		sent["value"] = text
		return sent, checkText(c, id, text, required)
	case componentCheckbox:
		sent["value"] = len(values) > 0 && values[0] == "true"
		return sent, nil
	case componentRadio:
		sent["value"] = nil
		if len(values) > 0 {
			sent["value"] = values[0]
		}
		return sent, checkChoice(c, id, values, required, 1)
	case componentUpload:
		for _, file := range f.fields.Files[id] {
			values = append(values, f.s.keepFile(f.channel.id, file).id.String())
		}
		f.named = append(f.named, values...)
		sent["values"] = append([]string{}, values...)
		return sent, checkCount(c, id, values, required)
	}
	if kind != componentSelect && kind != componentCheckboxes {
		f.named = append(f.named, values...)
		sent["values"] = append([]string{}, values...)
		return sent, checkCount(c, id, values, required)
	}
	sent["values"] = append([]string{}, values...)
	return sent, checkChoice(c, id, values, required, number(c["max_values"], len(objects(c["options"]))))
}

func checkText(c Object, id, text string, required bool) error {
	n := count(text)
	switch least, most := number(c["min_length"], 0), number(c["max_length"], 4000); {
	case n == 0 && required:
		return fmt.Errorf("%q is required", id)
	case n > 0 && n < least:
		return fmt.Errorf("%q must be %d or more in length", id, least)
	case n > most:
		return fmt.Errorf("%q must be %d or fewer in length", id, most)
	}
	return nil
}

func checkCount(c Object, id string, values []string, required bool) error {
	least, most := number(c["min_values"], 1), number(c["max_values"], 1)
	if len(values) == 0 && !required {
		return nil
	}
	if len(values) < least || len(values) > most {
		return fmt.Errorf("%q takes %d to %d", id, least, most)
	}
	return nil
}

func checkChoice(c Object, id string, values []string, required bool, most int) error {
	if len(values) == 0 && required && number(c["min_values"], 1) > 0 {
		return fmt.Errorf("%q is required", id)
	}
	if len(values) > most {
		return fmt.Errorf("%q takes at most %d", id, most)
	}
	for _, v := range values {
		if !hasOption(c, v) {
			return fmt.Errorf("%q is not among the options of %q", v, id)
		}
	}
	return nil
}
