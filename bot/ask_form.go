package bot

import (
	"regexp"

	"ticketbot/ticket"

	"github.com/disgoorg/disgo/discord"
	"github.com/disgoorg/snowflake/v2"
)

// Discord's limit for the title of a modal, in characters.
const maxModalTitle = 45

// askForm shows a category's questions. What comes back bears the same custom id and the ids of the questions.
func askForm(c *ticket.Category) *discord.ModalCreate {
	m := discord.NewModalCreate(customID("open", number(c.ID)), cut(c.Name, maxModalTitle))
	for _, q := range c.Form.Questions {
		label := discord.NewLabel(cut(q.Label, ticket.MaxLabel), askQuestion(q))
		label.Description = q.Description
		m.Components = append(m.Components, label)
	}
	return &m
}

func askQuestion(q ticket.Question) discord.LabelSubComponent {
	if q.Kind == ticket.Select {
		return askChoice(q)
	}
	input := discord.NewTextInput(q.ID, discord.TextInputStyleShort)
	if q.Kind == ticket.Paragraph {
		input.Style = discord.TextInputStyleParagraph
	}
	input.Required, input.Placeholder, input.MaxLength = q.Required, q.Placeholder, q.Max
	if q.Min > 0 {
		input.MinLength = &q.Min
	}
	return input
}

func askChoice(q ticket.Question) discord.LabelSubComponent {
	menu := discord.NewStringSelectMenu(q.ID, q.Placeholder)
	menu.Required = q.Required
	if !q.Required {
		menu = menu.WithMinValues(0)
	}
	for _, o := range q.Options {
		menu.Options = append(menu.Options, discord.StringSelectMenuOption{
			Label: o.Label, Value: o.Value, Description: o.Description, Emoji: emoji(o.Emoji),
		})
	}
	return menu
}

var customEmoji = regexp.MustCompile(`^<(a?):(\w+):(\d+)>$`)

// emoji reads what people write: a character, or Discord's <:name:id>.
func emoji(written string) *discord.ComponentEmoji {
	if written == "" {
		return nil
	}
	parts := customEmoji.FindStringSubmatch(written)
	if parts == nil {
		return &discord.ComponentEmoji{Name: written}
	}
	id, err := snowflake.Parse(parts[3])
	if err != nil {
		return nil
	}
	return &discord.ComponentEmoji{ID: id, Name: parts[2], Animated: parts[1] != ""}
}

// customID is what a component of this release is called.
func customID(verb, argument string) string {
	id := version + ":" + verb
	if argument != "" {
		id += ":" + argument
	}
	return id
}
