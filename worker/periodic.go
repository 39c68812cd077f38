package worker

import (
	"context"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"
)

// How often what the clock asks for is done. One process of all does it.
const (
	catchUpEvery     = 15 * time.Second
	sweepEvery       = time.Hour
	erasuresEvery    = time.Hour
	membershipsEvery = 6 * time.Hour
)

func periodic() []*river.PeriodicJob {
	every := func(d time.Duration, args river.JobArgs, opts func() *river.InsertOpts) *river.PeriodicJob {
		return river.NewPeriodicJob(river.PeriodicInterval(d),
			func() (river.JobArgs, *river.InsertOpts) { return args, opts() },
			&river.PeriodicJobOpts{RunOnStart: true})
	}
	return []*river.PeriodicJob{
		every(catchUpEvery, catchUpJob{}, once), every(sweepEvery, sweepJob{}, once),
		every(erasuresEvery, erasuresJob{}, once),
		every(membershipsEvery, membershipsJob{}, tried),
	}
}

// once keeps at most one such job waiting or running. It is not tried again: its time comes again soon enough.
func once() *river.InsertOpts {
	return &river.InsertOpts{Queue: QueuePeriodic, MaxAttempts: 1, UniqueOpts: river.UniqueOpts{ByState: []rivertype.JobState{
		rivertype.JobStateAvailable, rivertype.JobStatePending, rivertype.JobStateRunning,
		rivertype.JobStateRetryable, rivertype.JobStateScheduled,
	}}}
}

// tried is for what must not wait for its next time. Twice at once does no harm, and one that a dead process has begun
// must not keep the next from being added.
func tried() *river.InsertOpts { return &river.InsertOpts{Queue: QueuePrivacy, MaxAttempts: 25} }

type catchUpJob struct{}

func (catchUpJob) Kind() string { return "catch_up" }

// catchUp carries out effects that nobody carries out although they should be.
type catchUp struct {
	river.WorkerDefaults[catchUpJob]
	tickets Tickets
}

func (w *catchUp) Work(ctx context.Context, _ *river.Job[catchUpJob]) error {
	return kindOnly(func() error { return w.tickets.CatchUp(ctx) })
}

type sweepJob struct{}

func (sweepJob) Kind() string { return "sweep" }

type sweep struct {
	river.WorkerDefaults[sweepJob]
	do func(context.Context) error
}

func (w *sweep) Work(ctx context.Context, _ *river.Job[sweepJob]) error {
	return kindOnly(func() error { return w.do(ctx) })
}
