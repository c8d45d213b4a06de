package worker

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// Queue is how much work waits.
type Queue struct {
	// Jobs is the number of jobs by state, those that are over left out but
	// for the discarded: they failed for good.
	Jobs map[string]int64
	// Oldest is how long the job has waited that could have been taken first;
	// zero when none waits.
	Oldest time.Duration
}

// LookAtQueue counts the jobs. The table is River's, so the query stands here
// and not with ours.
func LookAtQueue(ctx context.Context, pool *pgxpool.Pool) (Queue, error) {
	const sql = `-- name: LookAtQueue :many
		SELECT state::text, count(*), coalesce(extract(epoch FROM now() - min(scheduled_at)), 0)::float8
		FROM river_job
		WHERE state IN ('available', 'retryable', 'running', 'scheduled', 'discarded')
		GROUP BY state`
	rows, err := pool.Query(ctx, sql)
	if err != nil {
		return Queue{}, fmt.Errorf("look at queue: %w", err)
	}
	q := Queue{Jobs: map[string]int64{"available": 0, "retryable": 0, "running": 0, "scheduled": 0, "discarded": 0}}
	var state string
	var count int64
	var waited float64
	_, err = pgx.ForEachRow(rows, []any{&state, &count, &waited}, func() error {
		q.Jobs[state] = count
		if state == "available" {
			q.Oldest = time.Duration(max(0, waited) * float64(time.Second))
		}
		return nil
	})
	if err != nil {
		return Queue{}, fmt.Errorf("look at queue: %w", err)
	}
	return q, nil
}
