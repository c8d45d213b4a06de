package worker

import (
	"context"
	"fmt"

	"github.com/riverqueue/river"

	"helphub/internal/admin"
	"helphub/internal/job"
)

// sweeper deletes what has expired.
type sweeper struct {
	river.WorkerDefaults[job.Sweep]
	office *admin.Office
}

// Work may run at any time and any number of times.
func (s *sweeper) Work(ctx context.Context, _ *river.Job[job.Sweep]) error {
	if err := s.office.Sweep(ctx); err != nil {
		return fmt.Errorf("sweep: %w", err)
	}
	return nil
}
