package worker

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivertype"

	"ticketbot/internal/clock"
	"ticketbot/ticket"
)

const (
	queueEffects  = "effects"
	queueFiles    = "files"
	queuePeriodic = "periodic"

	jobTimeout = 45 * time.Second
	// rescueAfter is when a job whose process died is given to another.
	rescueAfter = time.Minute
)

// Tickets is what jobs ask of the domain.
type Tickets interface {
	CarryOut(ctx context.Context, g ticket.Guild, id ticket.EffectID) error
	CatchUp(ctx context.Context) error
	CopyFile(ctx context.Context, g ticket.Guild, id ticket.AttachmentID) error
}

// Options of New. All are required but CleanUp.
type Options struct {
	Pool    *pgxpool.Pool
	Schema  string
	Tickets Tickets
	CleanUp func(context.Context) error // sessions and logins that have run out
	Clock   clock.Clock
	Logger  *slog.Logger
}

// Worker works the queues until it is stopped.
type Worker struct {
	client *river.Client[pgx.Tx]
}

// New makes a worker; Start begins.
func New(o Options) (*Worker, error) {
	workers := river.NewWorkers()
	river.AddWorker(workers, &effectWorker{tickets: o.Tickets})
	river.AddWorker(workers, &copyWorker{tickets: o.Tickets})
	river.AddWorker(workers, &catchUpWorker{tickets: o.Tickets})
	river.AddWorker(workers, &cleanUpWorker{cleanUp: o.CleanUp})
	client, err := river.NewClient(riverpgxv5.New(o.Pool), &river.Config{
		Schema: o.Schema,
		Queues: map[string]river.QueueConfig{
			queueEffects:  {MaxWorkers: 8},
			queueFiles:    {MaxWorkers: 4},
			queuePeriodic: {MaxWorkers: 2},
		},
		Workers:              workers,
		PeriodicJobs:         periodic(),
		JobTimeout:           jobTimeout,
		RescueStuckJobsAfter: rescueAfter,
		RetryPolicy:          retries{o.Clock},
		Logger:               slog.New(quiet{o.Logger.Handler()}),
		Test:                 river.TestConfig{Time: now{o.Clock}},
	})
	if err != nil {
		return nil, fmt.Errorf("make the job client: %w", err)
	}
	return &Worker{client}, nil
}

// Start begins to work. It returns at once.
func (w *Worker) Start(ctx context.Context) error {
	// The jobs at hand finish although the process was asked to stop: Stop ends them.
	if err := w.client.Start(context.WithoutCancel(ctx)); err != nil {
		return fmt.Errorf("start jobs: %w", err)
	}
	return nil
}

// Stop lets the jobs at hand finish, and cancels them when ctx ends.
func (w *Worker) Stop(ctx context.Context) error {
	if err := w.client.Stop(ctx); err == nil {
		return nil
	}
	cancelled, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	return w.client.StopAndCancel(cancelled)
}

// retries waits 2, 4, 8 … seconds, an hour at most, each up to a tenth longer so that many do not come at once.
type retries struct{ clock clock.Clock }

func (r retries) NextRetry(job *rivertype.JobRow) time.Time {
	wait := min(time.Second<<min(len(job.Errors)+1, 12), time.Hour)
	return r.clock.Now().Add(wait + rand.N(wait/10+1))
}

// now makes River's time ours.
type now struct{ clock clock.Clock }

func (n now) Now() time.Time { return n.clock.Now() }

func (n now) NowOrNil() *time.Time {
	t := n.clock.Now()
	return &t
}

// quiet drops what River says about its own housekeeping.
type quiet struct{ slog.Handler }

func (q quiet) Enabled(ctx context.Context, l slog.Level) bool {
	return l >= slog.LevelWarn && q.Handler.Enabled(ctx, l)
}
