package worker

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"helphub/internal/job"
	"helphub/queries"
)

// task is something that runs by itself. Its name is its job's kind.
type task struct {
	at daily // by the company's clock
	// catchUp says that a missed run happens when a worker is back: once,
	// however many were missed.
	catchUp bool
	args    river.JobArgs
}

func (t task) name() string { return t.args.Kind() }

// plan is everything that runs by itself, and when.
func plan() []task {
	return []task{
		{at: daily{3, 5}, catchUp: true, args: job.Janitor{}},
		{at: daily{4, 0}, catchUp: true, args: job.Sweep{}},
	}
}

func (w *Worker) planned(name string) bool {
	return slices.ContainsFunc(w.tasks, func(t task) bool { return t.name() == name })
}

const (
	// tickEvery is how often a worker looks at the schedule.
	tickEvery = time.Minute
	// missedAfter is how late a run may be and still count as on time.
	missedAfter = time.Hour
	// reindexAt is a time at which nobody works and nothing else runs.
	reindexHour, reindexMinute = 4, 40
	// defaultZone is the clock before there is a company.
	defaultZone = "America/Sao_Paulo"
)

// keepTime looks at the schedule until ctx ends. Every worker does: whoever
// comes first takes what is due.
func (w *Worker) keepTime(ctx context.Context) {
	defer close(w.over)
	tick := time.NewTicker(tickEvery)
	defer tick.Stop()
	for {
		if err := w.tick(ctx); err != nil && ctx.Err() == nil {
			w.o.Log.ErrorContext(ctx, "look at schedule", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// tick puts what is due into the queue and moves its next run, in one
// transaction.
func (w *Worker) tick(ctx context.Context) error {
	now := w.o.Now()
	return w.o.Ledger.Plan(ctx, func(ctx context.Context, q *queries.Queries) ([]river.JobArgs, error) {
		zone, err := companyZone(ctx, q)
		if errors.Is(err, pgx.ErrNoRows) {
			return nil, nil // nothing runs by itself before there is a company
		}
		if err != nil {
			return nil, err
		}
		tasks := map[string]task{}
		var names []string
		for _, t := range w.tasks {
			if err := planTask(ctx, q, t, zone, now); err != nil {
				return nil, err
			}
			tasks[t.name()] = t
			names = append(names, t.name())
		}
		rows, err := q.DueSchedules(ctx, queries.DueSchedulesParams{Now: now, Names: names})
		if err != nil {
			return nil, fmt.Errorf("read what is due: %w", err)
		}
		var due []river.JobArgs
		for _, row := range rows {
			t := tasks[row.Name]
			missed := !t.catchUp && now.Sub(row.NextRunAt) > missedAfter
			err := q.MoveSchedule(ctx, queries.MoveScheduleParams{Name: row.Name, NextRunAt: t.at.next(now, zone), Missed: missed, Now: now})
			if err != nil {
				return nil, fmt.Errorf("move schedule %s: %w", row.Name, err)
			}
			if !missed {
				due = append(due, t.args)
			}
		}
		return due, nil
	})
}

func planTask(ctx context.Context, q *queries.Queries, t task, zone *time.Location, now time.Time) error {
	err := q.PlanSchedule(ctx, queries.PlanScheduleParams{
		Name: t.name(), Rule: t.at.rule(), Zone: zone.String(), CatchUp: t.catchUp, NextRunAt: t.at.next(now, zone), Now: now,
	})
	if err != nil {
		return fmt.Errorf("plan schedule %s: %w", t.name(), err)
	}
	return nil
}

// companyZone returns pgx.ErrNoRows, bare, before the company is set up.
func companyZone(ctx context.Context, q *queries.Queries) (*time.Location, error) {
	company, err := q.GetCompany(ctx)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, err
	}
	if err != nil {
		return nil, fmt.Errorf("get company: %w", err)
	}
	zone, err := time.LoadLocation(company.TimeZone)
	if err != nil {
		return nil, fmt.Errorf("load the company's zone: %w", err)
	}
	return zone, nil
}

// maxError is as much of an error as the schedule keeps, in characters.
const maxError = 500

// note keeps how a run ended. A failed run is tried again by the queue and is
// failed until it is done (D-66, D-70).
func (w *Worker) note(ctx context.Context, name, result string, failure error) {
	end := queries.EndScheduleParams{Name: name, Result: &result, Now: w.o.Now()}
	if failure != nil {
		end.Error = clip(failure.Error())
	}
	// The job's own time may be over, which is worth noting too.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	err := w.o.Ledger.Touch(ctx, func(ctx context.Context, q *queries.Queries) error { return q.EndSchedule(ctx, end) })
	if err != nil {
		w.o.Log.ErrorContext(ctx, "note end of run", "schedule", name, "error", err)
	}
}

// clip makes text fit for its column.
func clip(text string) string {
	clean := []rune(strings.ReplaceAll(strings.ToValidUTF8(text, "?"), "\x00", "?"))
	return string(clean[:min(len(clean), maxError)])
}

// quietHour is when River rebuilds its indexes: by the company's clock, not at
// midnight in UTC, which is the evening in São Paulo.
type quietHour struct{ w *Worker }

// Next implements river.PeriodicSchedule.
func (q quietHour) Next(now time.Time) time.Time {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	zone, err := companyZone(ctx, queries.New(q.w.o.DB.Read))
	if err != nil {
		if zone, err = time.LoadLocation(defaultZone); err != nil {
			zone = time.UTC
		}
	}
	return daily{reindexHour, reindexMinute}.next(now, zone)
}
