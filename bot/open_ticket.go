package bot

import (
	"context"
	"strconv"
	"strings"

	"ticketbot/internal/fault"
	"ticketbot/internal/say"
	"ticketbot/ticket"

	"github.com/disgoorg/disgo/discord"
)

// openFromPanel is the button of a panel: it asks the category's form, or opens at once if there is none.
func (b *Bot) openFromPanel(ctx context.Context, c *call) (reply, error) {
	id, err := c.category()
	if err != nil {
		return reply{}, err
	}
	return b.askOrOpen(ctx, c, id)
}

// openByCommand is /open. With one category there is nothing to choose.
func (b *Bot) openByCommand(ctx context.Context, c *call) (reply, error) {
	all, err := b.Tickets.Categories(ctx, c.guild)
	if err != nil {
		return reply{}, err
	}
	chosen, err := choose(all, c.text("category"))
	if err != nil {
		return reply{}, err
	}
	return b.askOrOpen(ctx, c, chosen.ID)
}

// openWithAnswers is the form coming back.
func (b *Bot) openWithAnswers(ctx context.Context, c *call) (reply, error) {
	id, err := c.category()
	if err != nil {
		return reply{}, err
	}
	return b.open(ctx, c, ticket.OpenRequest{Category: id, Submitted: c.submitted()})
}

// suggestCategories completes the option of /open while it is typed.
func (b *Bot) suggestCategories(ctx context.Context, c *call) (reply, error) {
	all, err := b.Tickets.Categories(ctx, c.guild)
	if err != nil {
		return reply{}, err
	}
	typed := strings.ToLower(c.text("category"))
	choices := []discord.AutocompleteChoice{}
	for _, one := range all {
		if strings.Contains(strings.ToLower(one.Name), typed) && len(choices) < ticket.MaxOptions {
			choices = append(choices, discord.AutocompleteChoiceString{Name: one.Name, Value: number(one.ID)})
		}
	}
	return reply{choices: choices}, nil
}

func (b *Bot) askOrOpen(ctx context.Context, c *call, id ticket.CategoryID) (reply, error) {
	category, err := b.Tickets.BeforeOpen(ctx, c.guild, c.actor, id)
	if err != nil {
		return reply{}, err
	}
	if len(category.Form.Questions) > 0 {
		return reply{modal: askForm(category)}, nil
	}
	c.answer.deferIfSlow(ctx)
	return b.open(ctx, c, ticket.OpenRequest{Category: id})
}

func (b *Bot) open(ctx context.Context, c *call, req ticket.OpenRequest) (reply, error) {
	req.Request = uint64(c.ID)
	t, err := b.Tickets.Open(ctx, c.guild, c.actor, req)
	if err != nil {
		return reply{}, err
	}
	switch t.State {
	case ticket.Open:
		return privately(say.T("bot.open.done", "ticket", t.Name(), "channel", t.Channel)), nil
	case ticket.Opening: // another process is at it
		return reply{}, fault.New(fault.Conflict, "ticket.open.limit_opening")
	}
	return privately(say.T("bot.open.over", "ticket", t.Name())), nil
}

// category is the one that a custom id names.
func (c *call) category() (ticket.CategoryID, error) {
	n, err := strconv.ParseInt(c.argument, 10, 64)
	if err != nil {
		return 0, fault.New(fault.NotFound, "bot.stale")
	}
	return ticket.CategoryID(n), nil
}

// choose finds a category by its id, which a completion fills in, or by its name; without either, the only one there is.
func choose(all []*ticket.Category, name string) (*ticket.Category, error) {
	if len(all) == 0 {
		return nil, fault.New(fault.NotFound, "bot.open.none")
	}
	if name == "" && len(all) == 1 {
		return all[0], nil
	}
	var names []string
	for _, c := range all {
		if number(c.ID) == name || strings.EqualFold(c.Name, name) {
			return c, nil
		}
		names = append(names, c.Name)
	}
	return nil, fault.New(fault.Invalid, "bot.open.which", "categories", strings.Join(names, ", "))
}

func number(id ticket.CategoryID) string { return strconv.FormatInt(int64(id), 10) }
