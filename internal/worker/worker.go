// Package worker is the door that time comes in by: it works through the queue
// that changes have filled, and knows what runs by itself and when. What a job
// changes it changes through commands and the ledger, as a person would; it
// decides no rule of its own, and any number of workers may run at once.
package worker

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivertype"

	"helphub/internal/admin"
	"helphub/internal/helpdesk"
	"helphub/internal/ledger"
	"helphub/internal/postgres"
)

// A job that a killed worker had begun is taken up again after rescueAfter, by
// a look every 30 s, a wait of a second and a look every 5 s: within 111 s. It
// must be longer than any job takes, or one that still runs would run twice.
const (
	jobTimeout  = time.Minute
	rescueAfter = 75 * time.Second
)

const (
	// slots is how many jobs one worker does at once: each holds a connection.
	slots = 4
	// softStop is how long running jobs may finish when the worker stops; then
	// they are cut off, and another worker takes them up at once.
	softStop = 10 * time.Second
)

// Options are what a worker needs from the rest of the house.
type Options struct {
	DB     *postgres.DB
	Ledger *ledger.Ledger
	Desk   *helpdesk.Desk
	Office *admin.Office
	Log    *slog.Logger
	// Observe counts a finished job for the metrics; may be nil. The result is
	// done, failed or put_off.
	Observe func(kind, result string, took time.Duration)
	// Now is the clock; nil means time.Now.
	Now func() time.Time
}

// Worker takes jobs from the queue from Start to Stop.
type Worker struct {
	o      Options
	tasks  []task
	client *river.Client[pgx.Tx]
	end    context.CancelFunc
	over   chan struct{}
}

// New returns a worker that does nothing yet.
func New(o Options) (*Worker, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Observe == nil {
		o.Observe = func(string, string, time.Duration) {}
	}
	w := &Worker{o: o, tasks: plan(), over: make(chan struct{})}
	client, err := river.NewClient(riverpgxv5.New(o.DB.Write), w.config())
	if err != nil {
		return nil, fmt.Errorf("make worker: %w", err)
	}
	w.client = client
	return w, nil
}

func (w *Worker) config() *river.Config {
	workers := river.NewWorkers()
	river.AddWorker(workers, &notifier{ledger: w.o.Ledger})
	river.AddWorker(workers, &janitor{desk: w.o.Desk, db: w.o.DB, now: w.o.Now, log: w.o.Log})
	river.AddWorker(workers, &sweeper{office: w.o.Office})
	return &river.Config{
		Queues:               map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: slots}},
		Workers:              workers,
		Middleware:           []rivertype.Middleware{&witness{w: w}},
		JobTimeout:           jobTimeout,
		RescueStuckJobsAfter: rescueAfter,
		SoftStopTimeout:      softStop,
		ReindexerSchedule:    quietHour{w},
		Logger:               w.o.Log,
	}
}

// Start begins to work. It returns when the worker has begun; Stop ends it,
// ctx does not.
func (w *Worker) Start(ctx context.Context) error {
	ctx, w.end = context.WithCancel(context.WithoutCancel(ctx))
	// The client ends by Stop alone, in its own two steps.
	if err := w.client.Start(context.WithoutCancel(ctx)); err != nil {
		w.end()
		return fmt.Errorf("start worker: %w", err)
	}
	go w.keepTime(ctx)
	return nil
}

// Stop takes no further job and waits for those that run: ten seconds by
// themselves, then cut off. It returns ctx's error when that comes first.
func (w *Worker) Stop(ctx context.Context) error {
	w.end()
	<-w.over
	if err := w.client.Stop(ctx); err != nil {
		return fmt.Errorf("stop worker: %w", err)
	}
	return nil
}

// witness sees every job end: it counts it, and notes how something that runs
// by itself ended.
type witness struct {
	river.MiddlewareDefaults
	w *Worker
}

// Work implements rivertype.WorkerMiddleware.
func (m *witness) Work(ctx context.Context, job *rivertype.JobRow, do func(context.Context) error) error {
	began := time.Now()
	err := do(ctx)
	result := "done"
	var snooze *river.JobSnoozeError
	switch {
	case errors.As(err, &snooze):
		result = "put_off"
	case err != nil:
		result = "failed"
	}
	m.w.o.Observe(job.Kind, result, time.Since(began))
	if result != "put_off" && m.w.planned(job.Kind) {
		m.w.note(ctx, job.Kind, result, err)
	}
	return err
}
