package worker

import (
	"context"

	"ticketbot/ticket"

	"github.com/riverqueue/river"
)

// copyFile brings an attachment into our own store.
type copyFile struct {
	river.WorkerDefaults[ticket.CopyFileJob]
	tickets Tickets
}

func (w *copyFile) Work(ctx context.Context, job *river.Job[ticket.CopyFileJob]) error {
	g := ticket.Guild{ID: ticket.GuildID(job.Args.Guild), Epoch: job.Args.Epoch}
	return kindOnly(func() error { return w.tickets.CopyFile(ctx, g, ticket.AttachmentID(job.Args.Attachment)) })
}
