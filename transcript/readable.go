package transcript

import (
	"slices"
	"strings"

	"ticketbot/ticket"
)

// readable copies a content with {@ref} in the place of marks, which only we can read.
func readable(c ticket.Content, people []ticket.PersonID) ticket.Content {
	r := func(s string) string { return withRefs(s, people) }
	c.Text = r(c.Text)
	c.Embeds = slices.Clone(c.Embeds)
	for i := range c.Embeds {
		e := &c.Embeds[i]
		e.Title, e.Description = r(e.Title), r(e.Description)
		e.Author.Text, e.Provider.Text, e.Footer.Text = r(e.Author.Text), r(e.Provider.Text), r(e.Footer.Text)
		e.Fields = slices.Clone(e.Fields)
		for j := range e.Fields {
			e.Fields[j].Name, e.Fields[j].Value = r(e.Fields[j].Name), r(e.Fields[j].Value)
		}
	}
	c.Components = readableComponents(c.Components, r, 0)
	if c.Forward != nil {
		forward := readable(*c.Forward, people)
		c.Forward = &forward
	}
	return c
}

func readableComponents(all []ticket.Component, r func(string) string, depth int) []ticket.Component {
	if depth > maxNesting {
		return nil
	}
	all = slices.Clone(all)
	for i := range all {
		c := &all[i]
		c.Label, c.Text = r(c.Label), r(c.Text)
		c.Children = readableComponents(c.Children, r, depth+1)
		if c.Accessory != nil {
			if beside := readableComponents([]ticket.Component{*c.Accessory}, r, depth+1); beside != nil {
				c.Accessory = &beside[0]
			}
		}
	}
	return all
}

func withRefs(s string, people []ticket.PersonID) string {
	if !strings.Contains(s, "\x00") {
		return s
	}
	var b strings.Builder
	ticket.Mentions(s, func(t string) { b.WriteString(t) }, func(i int) {
		if i >= 0 && i < len(people) {
			b.WriteString("{@" + string(refOf(people[i])) + "}")
		}
	})
	return b.String()
}
