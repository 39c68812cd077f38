package store

import (
	"context"
	"encoding/json"
	"errors"

	"ticketbot/keys"
	"ticketbot/store/db"
	"ticketbot/ticket"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
)

// addFiles makes a row and a copying job for each attachment that is seen for the first time.
func (b *batch) addFiles(ctx context.Context, records []*archived) error {
	var params []db.InsertFileParams
	for _, a := range records {
		for _, w := range a.ordered() {
			rows, err := b.fileRows(a, w)
			if err != nil {
				return err
			}
			params = append(params, rows...)
		}
	}
	if len(params) == 0 {
		return nil
	}
	var jobs []river.InsertManyParams
	var err error
	b.s.q.InsertFile(ctx, b.tx, params).QueryRow(func(i int, id ticket.AttachmentID, rowErr error) {
		switch {
		case errors.Is(rowErr, pgx.ErrNoRows): // seen before
		case rowErr != nil:
			err = errors.Join(err, rowErr)
		default:
			job := ticket.CopyFileJob{Guild: uint64(params[i].GuildID), Epoch: params[i].Epoch, Attachment: uint64(id)}
			jobs = append(jobs, river.InsertManyParams{Args: job, InsertOpts: &river.InsertOpts{Queue: queueFiles}})
		}
	})
	if err != nil || len(jobs) == 0 {
		return err
	}
	_, err = b.s.jobs.InsertManyTx(ctx, b.tx, jobs)
	return err
}

func (b *batch) fileRows(a *archived, w wording) ([]db.InsertFileParams, error) {
	var content ticket.Content
	if err := json.Unmarshal(w.body, &content); err != nil {
		return nil, err
	}
	var rows []db.InsertFileParams
	for _, at := range attachments(&content) {
		detail := ticket.FileDetail{Name: at.Name, Type: at.Type, Size: at.Size, URL: at.URL}
		sealed, err := b.s.seal(b.wordingPlace(a, w, keys.FieldBlobMeta, uint64(at.ID)), detail)
		if err != nil {
			return nil, err
		}
		rows = append(rows, db.InsertFileParams{
			GuildID: a.room.Guild.ID, Epoch: a.room.Guild.Epoch, AttachmentID: at.ID, TicketID: a.room.Ticket, MessageID: a.message,
			Author: orNil(w.owner), Object: randomName(), Detail: sealed,
		})
	}
	return rows, nil
}

// attachments are those of a message and of what it forwards.
func attachments(c *ticket.Content) []ticket.Attachment {
	all := c.Attachments
	if c.Forward != nil {
		all = append(all[:len(all):len(all)], attachments(c.Forward)...)
	}
	return all
}

// fileRow is what every file query returns.
type fileRow struct {
	File         db.File
	TicketNumber uint32
	AuthorPath   []byte
}

func (s *Store) file(row fileRow) (*ticket.File, error) {
	r := row.File
	f := &ticket.File{
		Guild: ticket.Guild{ID: r.GuildID, Epoch: r.Epoch}, Ticket: r.TicketID, Number: row.TicketNumber, Message: r.MessageID,
		Author: orZero(r.Author), ID: r.AttachmentID, State: r.State, Object: r.Object, Tries: int(r.Tries),
	}
	ref, err := filePlace(f, keys.FieldBlobMeta, row.AuthorPath)
	if err != nil {
		return nil, err
	}
	return f, s.unseal(ref, r.Detail, &f.Detail)
}

// filePlace: a file lies under who sent it and the ticket.
func filePlace(f *ticket.File, field keys.Field, authorPath []byte) (keys.Ref, error) {
	return ofPerson(ofTicket(place(f.Guild, field, uint64(f.ID)), f.Number), authorPath)
}

// File reads one attachment's row; fault NotFound if there is none.
func (s *Store) File(ctx context.Context, g ticket.Guild, id ticket.AttachmentID) (*ticket.File, error) {
	row, err := s.fileRow(ctx, g, id)
	if err != nil {
		return nil, err
	}
	return s.file(row)
}

func (s *Store) fileRow(ctx context.Context, g ticket.Guild, id ticket.AttachmentID) (fileRow, error) {
	row, err := s.q.FileByID(ctx, s.pool, db.FileByIDParams{GuildID: g.ID, Epoch: g.Epoch, AttachmentID: id})
	return fileRow(row), found("read file", "store.no_file", err)
}

// Files are a ticket's attachments, by id.
func (s *Store) Files(ctx context.Context, g ticket.Guild, id ticket.ID) (map[ticket.AttachmentID]ticket.File, error) {
	rows, err := s.q.FilesOfTicket(ctx, s.pool, db.FilesOfTicketParams{GuildID: g.ID, Epoch: g.Epoch, TicketID: id})
	if err != nil {
		return nil, explain("list files", err)
	}
	files := make(map[ticket.AttachmentID]ticket.File, len(rows))
	for _, row := range rows {
		f, err := s.file(fileRow(row))
		if err != nil {
			return nil, err
		}
		files[f.ID] = *f
	}
	return files, nil
}

// WaitingFiles are a ticket's attachments that are neither copied nor given up, oldest first.
func (s *Store) WaitingFiles(ctx context.Context, g ticket.Guild, id ticket.ID) ([]ticket.File, error) {
	rows, err := s.q.FilesOfTicket(ctx, s.pool, db.FilesOfTicketParams{GuildID: g.ID, Epoch: g.Epoch, TicketID: id})
	if err != nil {
		return nil, explain("list files", err)
	}
	var waiting []ticket.File
	for _, row := range rows {
		if row.File.State != ticket.FileWaiting {
			continue
		}
		f, err := s.file(fileRow(row))
		if err != nil {
			return nil, err
		}
		waiting = append(waiting, *f)
	}
	return waiting, nil
}

// SaveFile keeps what became of an attachment.
func (s *Store) SaveFile(ctx context.Context, f *ticket.File) error {
	row, err := s.fileRow(ctx, f.Guild, f.ID)
	if err != nil {
		return err
	}
	ref, err := filePlace(f, keys.FieldBlobMeta, row.AuthorPath)
	if err != nil {
		return err
	}
	sealed, err := s.seal(ref, f.Detail)
	if errors.Is(err, keys.ErrForgotten) { // whose it was: what was copied meanwhile is nobody's
		return s.deleteObject(ctx, f.Object)
	}
	if err != nil {
		return err
	}
	return explain("keep a file", s.q.SaveFile(ctx, s.pool, db.SaveFileParams{
		State: f.State, Tries: int32(f.Tries), Detail: sealed, GuildID: f.Guild.ID, Epoch: f.Guild.Epoch, AttachmentID: f.ID,
	}))
}
