package worker

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"helphub/internal/helpdesk"
	"helphub/internal/job"
	"helphub/internal/postgres"
	"helphub/internal/staff"
	"helphub/internal/ticket"
	"helphub/queries"
)

const (
	// bite is how many tickets are read at a time.
	bite = 100
	// janitorTime is how long one run works before it puts the rest off, well
	// within a job's time.
	janitorTime = 30 * time.Second
)

// janitor closes what has been pending for longer than the company allows.
type janitor struct {
	river.WorkerDefaults[job.Janitor]
	desk *helpdesk.Desk
	db   *postgres.DB
	now  func() time.Time
	log  *slog.Logger
}

// Work closes each forgotten ticket in a change of its own, so that one that
// cannot be closed keeps none of the others open.
func (j *janitor) Work(ctx context.Context, _ *river.Job[job.Janitor]) error {
	q := queries.New(j.db.Read)
	company, err := q.GetCompany(ctx)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("get company: %w", err)
	}
	before := j.now().Add(-time.Duration(company.JanitorHours) * time.Hour)
	until := time.Now().Add(janitorTime)
	after := queries.StaleTicketsParams{Before: before, RowLimit: bite}
	closed, failed := 0, []error(nil)
	for {
		stale, err := q.StaleTickets(ctx, after)
		if err != nil {
			return fmt.Errorf("look for forgotten tickets: %w", err)
		}
		for _, t := range stale {
			after.AfterAt, after.AfterID = t.LastWordAt, t.ID
			did, err := j.desk.CloseForgotten(ctx, staff.System("janitor"), ticket.Protocol(t.Protocol), before)
			if err != nil {
				failed = append(failed, fmt.Errorf("close %s: %w", t.Protocol, err))
			}
			if did {
				closed++
			}
		}
		if len(stale) < bite || len(failed) >= bite {
			break
		}
		if time.Now().After(until) {
			return river.JobSnooze(time.Second)
		}
	}
	j.log.InfoContext(ctx, "janitor has been", "closed", closed, "failed", len(failed))
	return errors.Join(failed...)
}
