package worker

import (
	"context"
	"time"

	"github.com/riverqueue/river"
)

// periodic is what runs when. The schedules are in memory, so each job is idempotent and also runs at start.
func periodic() []*river.PeriodicJob {
	at := func(every time.Duration, args river.JobArgs) *river.PeriodicJob {
		job := func() (river.JobArgs, *river.InsertOpts) {
			return args, &river.InsertOpts{Queue: queuePeriodic, MaxAttempts: 1}
		}
		return river.NewPeriodicJob(river.PeriodicInterval(every), job, &river.PeriodicJobOpts{RunOnStart: true})
	}
	return []*river.PeriodicJob{
		at(15*time.Second, catchUpJob{}),
		at(time.Hour, cleanUpJob{}),
	}
}

// catchUpJob carries out effects that a dead process had begun.
type catchUpJob struct{}

func (catchUpJob) Kind() string { return "catch_up" }

type catchUpWorker struct {
	river.WorkerDefaults[catchUpJob]
	tickets Tickets
}

func (w *catchUpWorker) Work(ctx context.Context, _ *river.Job[catchUpJob]) error {
	return outcome(w.tickets.CatchUp(ctx))
}

// cleanUpJob deletes sessions and logins that have run out.
type cleanUpJob struct{}

func (cleanUpJob) Kind() string { return "clean_up" }

type cleanUpWorker struct {
	river.WorkerDefaults[cleanUpJob]
	cleanUp func(context.Context) error
}

func (w *cleanUpWorker) Work(ctx context.Context, _ *river.Job[cleanUpJob]) error {
	if w.cleanUp == nil {
		return nil
	}
	return outcome(w.cleanUp(ctx))
}
