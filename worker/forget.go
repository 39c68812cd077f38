package worker

import (
	"context"
	"errors"
	"time"

	"ticketbot/privacy"
	"ticketbot/ticket"

	"github.com/riverqueue/river"
)

// Privacy is what the jobs of forgetting ask for; [privacy.Service] is it.
type Privacy interface {
	Confirm(ctx context.Context, g ticket.Guild) error
	ForgetGuild(ctx context.Context, g ticket.Guild) error
	ContinueErasure(ctx context.Context, id int64) error
	ContinueErasures(ctx context.Context) error
	Sweep(ctx context.Context) error
}

// inSlices does work that may take longer than any job may: cut off by the job's time-out, it goes on at once. A job
// without a time-out would never be run again if its process died.
func inSlices(ctx context.Context, work func() error) error {
	err := kindOnly(work)
	if err != nil && errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return river.JobSnooze(0)
	}
	return err
}

// confirm asks Discord whether the bot is still in a guild.
type confirm struct {
	river.WorkerDefaults[privacy.ConfirmJob]
	privacy Privacy
	again   patience
}

func (w *confirm) Work(ctx context.Context, job *river.Job[privacy.ConfirmJob]) error {
	g := ticket.Guild{ID: ticket.GuildID(job.Args.Guild), Epoch: job.Args.Epoch}
	return kindOnly(func() error { return w.privacy.Confirm(ctx, g) })
}

// NextRetry asks often in the first minutes: what Discord reported is believed a minute later, answered or not.
func (w *confirm) NextRetry(job *river.Job[privacy.ConfirmJob]) time.Time {
	if len(job.Errors) < 24 {
		return w.again.clock.Now().Add(5 * time.Second)
	}
	return w.again.NextRetry(job.JobRow)
}

// forgetGuild forgets a membership that is over.
type forgetGuild struct {
	river.WorkerDefaults[privacy.ForgetGuildJob]
	privacy Privacy
}

func (w *forgetGuild) Work(ctx context.Context, job *river.Job[privacy.ForgetGuildJob]) error {
	g := ticket.Guild{ID: ticket.GuildID(job.Args.Guild), Epoch: job.Args.Epoch}
	return inSlices(ctx, func() error { return w.privacy.ForgetGuild(ctx, g) })
}

// erasure goes on with forgetting a person.
type erasure struct {
	river.WorkerDefaults[privacy.ErasureJob]
	privacy Privacy
}

func (w *erasure) Work(ctx context.Context, job *river.Job[privacy.ErasureJob]) error {
	return inSlices(ctx, func() error { return w.privacy.ContinueErasure(ctx, job.Args.Erasure) })
}

type erasuresJob struct{}

func (erasuresJob) Kind() string { return "erasures" }

// erasures goes on with those whose job was given up, as long as Discord keeps refusing for example.
type erasures struct {
	river.WorkerDefaults[erasuresJob]
	privacy Privacy
}

func (w *erasures) Work(ctx context.Context, _ *river.Job[erasuresJob]) error {
	return inSlices(ctx, func() error { return w.privacy.ContinueErasures(ctx) })
}

type membershipsJob struct{}

func (membershipsJob) Kind() string { return "memberships" }

// memberships finds what ended while nobody listened.
type memberships struct {
	river.WorkerDefaults[membershipsJob]
	privacy Privacy
}

// Timeout is enough for the list of a hundred thousand guilds.
func (w *memberships) Timeout(*river.Job[membershipsJob]) time.Duration { return 10 * time.Minute }

func (w *memberships) Work(ctx context.Context, _ *river.Job[membershipsJob]) error {
	return kindOnly(func() error { return w.privacy.Sweep(ctx) })
}
