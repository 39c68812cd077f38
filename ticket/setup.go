package ticket

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"ticketbot/internal/fault"
)

// DefaultLimit is how many tickets of a category a member may have at once, unless the category says otherwise.
const DefaultLimit = 1

// SetupRequest is the least a guild has to say to have a working panel.
type SetupRequest struct {
	Name    string // of the category
	Staff   RoleID
	Parent  ChannelID // 0: channels stand at the top
	Log     ChannelID // 0: no log
	Channel ChannelID // where the panel goes
	Limit   int       // 0: DefaultLimit
	NoForm  bool
}

// Setup makes a category and posts a panel for it.
func (s *Service) Setup(ctx context.Context, g Guild, by Actor, req SetupRequest) (*Panel, error) {
	if err := May(by, VerbSetup, nil, nil); err != nil {
		return nil, err
	}
	c, p, err := req.build(g)
	if err != nil {
		return nil, err
	}
	var effect *Effect
	err = s.store.InTx(ctx, g, func(tx Tx) error {
		me, err := tx.Meet(ctx, by.User)
		if err != nil {
			return err
		}
		c.CreatedAt = s.clock.Now()
		if err := tx.InsertCategory(ctx, c); err != nil {
			return err
		}
		p.Categories = []CategoryID{c.ID}
		if err := tx.InsertPanel(ctx, p); err != nil {
			return err
		}
		if err := tx.Append(ctx, Event{Verb: VerbSetup, Person: me, At: s.clock.Now(), Detail: EventDetail{Text: c.Name}}); err != nil {
			return err
		}
		effect = &Effect{Guild: g, Kind: EffectPostPanel, At: s.clock.Now(), Detail: EffectDetail{Panel: p.ID}}
		return tx.AddEffect(ctx, effect)
	})
	if err != nil {
		return nil, fmt.Errorf("set up: %w", err)
	}
	return p, s.CarryOut(ctx, g, effect.ID)
}

func (req SetupRequest) build(g Guild) (*Category, *Panel, error) {
	name := strings.TrimSpace(req.Name)
	if name == "" {
		name = "Support"
	}
	if len([]rune(name)) > 80 { // Discord's limit for a button's label
		return nil, nil, fault.New(fault.Invalid, "ticket.setup.name_long", "limit", 80)
	}
	if req.Staff == RoleID(g.ID) { // the role everybody has bears the guild's id
		return nil, nil, fault.New(fault.Invalid, "ticket.setup.everyone")
	}
	c := &Category{Guild: g, Name: name, StaffRoles: []RoleID{req.Staff}, Parent: req.Parent, Log: req.Log, Limit: req.Limit}
	if c.Limit <= 0 {
		c.Limit = DefaultLimit
	}
	if !req.NoForm {
		c.Form = DefaultForm()
	}
	p := &Panel{Guild: g, Channel: req.Channel, Title: name}
	return c, p, nil
}

// postPanel is the effect of Setup.
func (s *Service) postPanel(ctx context.Context, e *Effect) error {
	p, err := s.store.Panel(ctx, e.Guild, e.Detail.Panel)
	if err != nil {
		return err
	}
	var categories []*Category
	for _, id := range p.Categories {
		c, err := s.store.Category(ctx, e.Guild, id)
		if err != nil {
			return err
		}
		categories = append(categories, c)
	}
	p.Message, err = s.discord.PostPanel(ctx, p, categories, e.Attempts > 1)
	if f := fault.From(err); f != nil && f.Kind != fault.Unavailable || errors.Is(err, ErrChannelGone) {
		// An admin has read why and runs /setup again; a panel popping up later would surprise them.
		e.Detail.Note = reasonOf(err)
		return errors.Join(err, s.done(ctx, e))
	}
	if err != nil {
		return err
	}
	return s.store.InTx(ctx, e.Guild, func(tx Tx) error {
		if err := tx.SavePanel(ctx, p); err != nil {
			return err
		}
		return tx.FinishEffect(ctx, e)
	})
}
