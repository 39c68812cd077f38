package worker

import (
	"context"

	"ticketbot/ticket"

	"github.com/riverqueue/river"
)

// carryOut does an effect that the process which wrote it did not.
type carryOut struct {
	river.WorkerDefaults[ticket.EffectJob]
	tickets Tickets
}

func (w *carryOut) Work(ctx context.Context, job *river.Job[ticket.EffectJob]) error {
	g := ticket.Guild{ID: ticket.GuildID(job.Args.Guild), Epoch: job.Args.Epoch}
	return kindOnly(func() error { return w.tickets.CarryOut(ctx, g, ticket.EffectID(job.Args.Effect)) })
}
