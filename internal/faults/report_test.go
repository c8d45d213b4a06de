package faults

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// report collects the figures of a run.
type report struct {
	kinds       []kind
	deaf        int // connections of listeners that were cut
	interrupted []interruption
	again       int           // jobs of killed workers that were taken up again
	longest     time.Duration // from the kill to the end of such a job
	settled     time.Duration // from the last form to the last job
}

// interruption is a worker that was killed, and the jobs that were under way
// then: its own, and the other worker's.
type interruption struct {
	at   time.Time
	jobs []int64
}

// kind is one kind of fault and the slowest recovery from it.
type kind struct {
	what          string
	times         int
	answer, right time.Duration
}

func (r *report) count(what string, answer, right time.Duration) {
	for i := range r.kinds {
		if k := &r.kinds[i]; k.what == what {
			k.times++
			k.answer, k.right = max(k.answer, answer), max(k.right, right)
			return
		}
	}
	r.kinds = append(r.kinds, kind{what: what, times: 1, answer: answer, right: right})
}

// rescued measures how long the jobs of killed workers took from the kill to
// their end.
func (r *run) rescued(ctx context.Context) error {
	for _, i := range r.report.interrupted {
		rows, err := r.conn.Query(ctx, "SELECT finalized_at FROM river_job WHERE id = ANY ($1) AND attempt > 1", i.jobs)
		if err != nil {
			return err
		}
		ends, err := pgx.CollectRows(rows, pgx.RowTo[time.Time])
		if err != nil {
			return err
		}
		for _, end := range ends {
			r.report.again++
			r.report.longest = max(r.report.longest, end.Sub(i.at))
		}
	}
	return nil
}

// table is the figures as people read them.
func (r *run) table(f *finding) []string {
	c := &r.load.counts
	lines := []string{
		fmt.Sprintf("%-28s %6s %22s %22s", "fault", "times", "first good answer", "open pages right"),
	}
	for _, k := range r.report.kinds {
		lines = append(lines, fmt.Sprintf("%-28s %6d %22s %22s", k.what, k.times, figure(k.answer, 5*time.Second), figure(k.right, 15*time.Second)))
	}
	for _, line := range []struct {
		what  string
		value any
	}{
		{"forms acknowledged", len(r.load.acknowledged)},
		{"lost", f.lost},
		{"done twice", f.doubled},
		{"refused (409, 422), and not there", c.refused.Load()},
		{"requests cut off", c.cut.Load()},
		{"503, each with Retry-After", c.away.Load()},
		{"listener connections cut", r.report.deaf},
		{"jobs done", len(f.jobs)},
		{"jobs of killed workers", fmt.Sprintf("%d, done after %s", r.report.again, figure(r.report.longest, 120*time.Second))},
		{"last job after the last form", r.report.settled.Round(10 * time.Millisecond)},
		{"people told", len(f.notices)},
		{"objections of the checker", len(f.objections)},
	} {
		lines = append(lines, fmt.Sprintf("%-34s %v", line.what, line.value))
	}
	return lines
}

// figure is a time and its target, "-" when there is none to measure.
func figure(d, target time.Duration) string {
	if d == 0 {
		return "–"
	}
	return fmt.Sprintf("%s (≤ %s)", d.Round(time.Millisecond), target)
}
