package store

import (
	"context"

	"ticketbot/keys"
	"ticketbot/store/db"
	"ticketbot/ticket"
)

// Category reads one kind of ticket.
func (s *Store) Category(ctx context.Context, g ticket.Guild, id ticket.CategoryID) (*ticket.Category, error) {
	row, err := s.q.CategoryByID(ctx, s.pool, db.CategoryByIDParams{GuildID: g.ID, Epoch: g.Epoch, ID: id})
	if err != nil {
		return nil, found("read category", "store.no_category", err)
	}
	return s.category(row)
}

// Categories lists a guild's categories, oldest first.
func (s *Store) Categories(ctx context.Context, g ticket.Guild) ([]*ticket.Category, error) {
	rows, err := s.q.Categories(ctx, s.pool, db.CategoriesParams{GuildID: g.ID, Epoch: g.Epoch})
	if err != nil {
		return nil, explain("list categories", err)
	}
	all := make([]*ticket.Category, len(rows))
	for i, row := range rows {
		if all[i], err = s.category(row); err != nil {
			return nil, err
		}
	}
	return all, nil
}

func (s *Store) category(row db.Category) (*ticket.Category, error) {
	c := &ticket.Category{ID: row.ID, Guild: ticket.Guild{ID: row.GuildID, Epoch: row.Epoch}, CreatedAt: row.CreatedAt}
	return c, s.unseal(place(c.Guild, keys.FieldCategory, uint64(c.ID)), row.Settings, c)
}

// InsertCategory keeps a new category and gives it its ID.
func (t *tx) InsertCategory(ctx context.Context, c *ticket.Category) error {
	id, err := t.s.q.NextCategoryID(ctx, t.tx)
	if err != nil {
		return explain("number a category", err)
	}
	c.ID = ticket.CategoryID(id)
	sealed, err := t.s.seal(place(t.g, keys.FieldCategory, uint64(id)), c)
	if err != nil {
		return err
	}
	row := db.InsertCategoryParams{GuildID: t.g.ID, Epoch: t.g.Epoch, ID: c.ID, CreatedAt: c.CreatedAt, Settings: sealed}
	return explain("keep a category", t.s.q.InsertCategory(ctx, t.tx, row))
}

// Panel reads one panel.
func (s *Store) Panel(ctx context.Context, g ticket.Guild, id ticket.PanelID) (*ticket.Panel, error) {
	row, err := s.q.PanelByID(ctx, s.pool, db.PanelByIDParams{GuildID: g.ID, Epoch: g.Epoch, ID: id})
	if err != nil {
		return nil, found("read panel", "store.no_panel", err)
	}
	p := &ticket.Panel{ID: row.ID, Guild: g, Channel: row.ChannelID, Message: orZero(row.MessageID)}
	return p, s.unseal(place(g, keys.FieldPanel, uint64(id)), row.Settings, p)
}

// InsertPanel keeps a new panel and gives it its ID.
func (t *tx) InsertPanel(ctx context.Context, p *ticket.Panel) error {
	id, err := t.s.q.NextPanelID(ctx, t.tx)
	if err != nil {
		return explain("number a panel", err)
	}
	p.ID = ticket.PanelID(id)
	sealed, err := t.s.seal(place(t.g, keys.FieldPanel, uint64(id)), p)
	if err != nil {
		return err
	}
	row := db.InsertPanelParams{
		GuildID: t.g.ID, Epoch: t.g.Epoch, ID: p.ID, ChannelID: p.Channel, MessageID: orNil(p.Message), Settings: sealed,
	}
	return explain("keep a panel", t.s.q.InsertPanel(ctx, t.tx, row))
}

// SavePanel keeps what was changed of a panel.
func (t *tx) SavePanel(ctx context.Context, p *ticket.Panel) error {
	sealed, err := t.s.seal(place(t.g, keys.FieldPanel, uint64(p.ID)), p)
	if err != nil {
		return err
	}
	row := db.SavePanelParams{
		GuildID: t.g.ID, Epoch: t.g.Epoch, ID: p.ID, ChannelID: p.Channel, MessageID: orNil(p.Message), Settings: sealed,
	}
	return explain("keep a panel", t.s.q.SavePanel(ctx, t.tx, row))
}
