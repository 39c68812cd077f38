package worker

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"ticketbot/internal/clock"
	"ticketbot/privacy"
	"ticketbot/ticket"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
)

// Schema is where the queue's tables are.
const Schema = "river"

// Queues, each with workers of its own, so that large files never hold up a close, nor a crowd of closes the clock's work.
const (
	QueueEffects  = "effects"
	QueueFiles    = "files"
	QueuePeriodic = "periodic"
	QueuePrivacy  = privacy.Queue
)

const (
	jobTimeout = 45 * time.Second
	stuckAfter = time.Minute // since a process that died cannot say so; must be longer than jobTimeout
	softStop   = 10 * time.Second
)

// Tickets is what jobs ask for; [ticket.Service] is it.
type Tickets interface {
	CarryOut(ctx context.Context, g ticket.Guild, id ticket.EffectID) error
	CopyFile(ctx context.Context, g ticket.Guild, id ticket.AttachmentID) error
	CatchUp(ctx context.Context) error
}

// Options are what a worker has to be told.
type Options struct {
	Pool    *pgxpool.Pool
	Tickets Tickets
	Privacy Privacy
	Sweep   func(context.Context) error // deletes sessions and logins that are over
	Clock   clock.Clock
	Logger  *slog.Logger
}

// Worker runs jobs. Several processes may each have one on the same database.
type Worker struct {
	client *river.Client[pgx.Tx]
}

// New makes a worker; it runs nothing before Start.
func New(o Options) (*Worker, error) {
	workers := river.NewWorkers()
	river.AddWorker(workers, &carryOut{tickets: o.Tickets})
	river.AddWorker(workers, &copyFile{tickets: o.Tickets})
	river.AddWorker(workers, &catchUp{tickets: o.Tickets})
	river.AddWorker(workers, &sweep{do: o.Sweep})
	river.AddWorker(workers, &confirm{privacy: o.Privacy, again: patience{o.Clock}})
	river.AddWorker(workers, &forgetGuild{privacy: o.Privacy})
	river.AddWorker(workers, &erasure{privacy: o.Privacy})
	river.AddWorker(workers, &erasures{privacy: o.Privacy})
	river.AddWorker(workers, &memberships{privacy: o.Privacy})
	client, err := river.NewClient(riverpgxv5.New(o.Pool), &river.Config{
		Schema:  Schema,
		Logger:  o.Logger,
		Workers: workers,
		Queues: map[string]river.QueueConfig{
			QueueEffects:  {MaxWorkers: 32},
			QueueFiles:    {MaxWorkers: 8},
			QueuePeriodic: {MaxWorkers: 2},
			QueuePrivacy:  {MaxWorkers: 8},
		},
		PeriodicJobs:                periodic(),
		RetryPolicy:                 patience{o.Clock},
		JobTimeout:                  jobTimeout,
		RescueStuckJobsAfter:        stuckAfter,
		SoftStopTimeout:             softStop,
		CompletedJobRetentionPeriod: time.Hour,
		DiscardedJobRetentionPeriod: 7 * 24 * time.Hour,
		Test:                        river.TestConfig{Time: theClock{o.Clock}}, // it is for more than tests: the demo moves time
	})
	if err != nil {
		return nil, fmt.Errorf("make the job worker: %w", err)
	}
	return &Worker{client: client}, nil
}

// Start begins to run jobs, until Stop or the end of ctx.
func (w *Worker) Start(ctx context.Context) error {
	if err := w.client.Start(ctx); err != nil {
		return fmt.Errorf("start the job worker: %w", err)
	}
	return nil
}

// Stop lets running jobs finish for a moment, then interrupts them; they are run again later.
func (w *Worker) Stop(ctx context.Context) error {
	if err := w.client.Stop(ctx); err != nil && !errors.Is(err, context.Canceled) {
		return fmt.Errorf("stop the job worker: %w", err)
	}
	return nil
}

// theClock is our clock as River wants it.
type theClock struct{ clock clock.Clock }

func (t theClock) Now() time.Time { return t.clock.Now() }

func (t theClock) NowOrNil() *time.Time {
	now := t.clock.Now()
	return &now
}
