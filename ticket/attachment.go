package ticket

import (
	"context"
	"errors"

	"ticketbot/internal/fault"
)

// FileState is what became of an attachment.
type FileState string

const (
	FileWaiting FileState = "waiting"
	FileStored  FileState = "stored"
	FileGivenUp FileState = "given_up"
)

// File is one attachment on its way into our own sealed store. A message's sighting makes it, with the job that copies.
type File struct {
	Guild   Guild
	Ticket  ID
	Number  uint32 // the ticket's, for its key
	Message MessageID
	Author  PersonID
	ID      AttachmentID
	State   FileState
	Object  string // random name in the blob store; never a hash of the content
	Tries   int
	Detail  FileDetail // sealed
}

// FileDetail is what the copy needs, and why it was given up.
type FileDetail struct {
	Name   string `json:"name"`
	Type   string `json:"type,omitempty"`
	Size   int64  `json:"size"`
	URL    string `json:"url"`
	Reason string `json:"reason,omitempty"`
}

// maxFileTries is how often a copy is begun before the file is given up: with the pauses of its job, more than two hours.
const maxFileTries = 20

// CopyFile copies one attachment, once. Discord deletes files with their message, so it is done when the message is
// seen and not when the ticket is closed.
func (s *Service) CopyFile(ctx context.Context, g Guild, id AttachmentID) error {
	ctx, leave := s.fence.enter(ctx, g)
	defer leave()
	f, err := s.store.File(ctx, g, id)
	if fault.KindOf(err) == fault.NotFound {
		return nil
	}
	if err != nil || f.State != FileWaiting {
		return err
	}
	f.Tries++
	failed := s.files.Copy(ctx, f)
	refusal := fault.From(failed)
	switch {
	case failed == nil:
		f.State = FileStored
	case refusal != nil && refusal.Kind != fault.Unavailable:
		f.State, f.Detail.Reason, failed = FileGivenUp, refusal.Key, nil
	case f.Tries >= maxFileTries:
		f.State, f.Detail.Reason = FileGivenUp, "ticket.file.unreachable"
	}
	return errors.Join(failed, s.store.SaveFile(ctx, f))
}

// copyFiles copies what a ticket still waits for, within fileWait; the rest is given up with a reason.
func (s *Service) copyFiles(ctx context.Context, t *Ticket) error {
	waiting, err := s.store.WaitingFiles(ctx, t.Guild, t.ID)
	if err != nil {
		return err
	}
	bounded, cancel := context.WithTimeout(ctx, fileWait)
	defer cancel()
	for i := range waiting {
		if err := s.CopyFile(bounded, t.Guild, waiting[i].ID); err == nil {
			continue
		}
		f, err := s.store.File(ctx, t.Guild, waiting[i].ID)
		if err != nil {
			return err
		}
		if f.State == FileWaiting {
			f.State, f.Detail.Reason = FileGivenUp, "ticket.file.unreachable"
			if err := s.store.SaveFile(ctx, f); err != nil {
				return err
			}
		}
	}
	return nil
}
