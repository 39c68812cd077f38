package worker

import (
	"context"
	"errors"

	"github.com/riverqueue/river"

	"ticketbot/internal/fault"
	"ticketbot/ticket"
)

// effectWorker carries out what a verb's own breath did not.
type effectWorker struct {
	river.WorkerDefaults[ticket.EffectJob]
	tickets Tickets
}

func (w *effectWorker) Work(ctx context.Context, job *river.Job[ticket.EffectJob]) error {
	g := ticket.Guild{ID: ticket.GuildID(job.Args.Guild), Epoch: job.Args.Epoch}
	return outcome(w.tickets.CarryOut(ctx, g, ticket.EffectID(job.Args.Effect)))
}

// copyWorker copies an attachment.
type copyWorker struct {
	river.WorkerDefaults[ticket.CopyFileJob]
	tickets Tickets
}

func (w *copyWorker) Work(ctx context.Context, job *river.Job[ticket.CopyFileJob]) error {
	g := ticket.Guild{ID: ticket.GuildID(job.Args.Guild), Epoch: job.Args.Epoch}
	return outcome(w.tickets.CopyFile(ctx, g, ticket.AttachmentID(job.Args.Attachment)))
}

// outcome is what River may keep of an error: its kind. A guild that is gone has nothing left to do for it.
func outcome(err error) error {
	switch kind := fault.KindOf(err); {
	case err == nil:
		return nil
	case kind == fault.NotFound:
		return river.JobCancel(errors.New(kind.String()))
	default:
		return errors.New(kind.String())
	}
}
