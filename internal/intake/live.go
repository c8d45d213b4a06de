package intake

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"helphub/internal/fault"
	"helphub/internal/ticket"
)

// moment is one step of one incident.
type moment struct {
	incident int
	step     Step
}

// Perform replays the log in its own rhythm, speed times as fast, as if it
// happened now: every step is announced and open screens move. It runs until
// the log ends or ctx does, which is no error.
func (im *Importer) Perform(ctx context.Context, incidents []Incident, speed float64) (Report, error) {
	began := time.Now()
	report := Report{Incidents: len(incidents)}
	cast, err := im.cast(ctx, incidents, &report)
	if err != nil {
		return report, err
	}
	var moments []moment
	for i, in := range incidents {
		report.Rows += len(in.Rows)
		for _, s := range plan(in) {
			moments = append(moments, moment{i, s})
		}
	}
	slices.SortStableFunc(moments, func(a, b moment) int {
		return cmp.Or(a.step.At.Compare(b.step.At), cmp.Compare(a.incident, b.incident))
	})
	protocols := make([]ticket.Protocol, len(incidents))
	for n, m := range moments {
		if err := wait(ctx, began.Add(time.Duration(float64(m.step.At.Sub(moments[0].step.At))/speed))); err != nil {
			break
		}
		p, err := im.step(ctx, im.Desk, incidents[m.incident], cast, m.step, protocols[m.incident])
		switch {
		case ctx.Err() != nil:
		case fault.Of(err) != nil:
			report.Refused = append(report.Refused, Refusal{Line: m.step.Line, Why: err.Error()})
		case err != nil:
			return report, fmt.Errorf("replay %s: %w", incidents[m.incident].Number, err)
		default:
			protocols[m.incident] = p
			report.Steps++
		}
		if im.Progress != nil {
			im.Progress(n+1, len(moments))
		}
	}
	report.Took = time.Since(began)
	return report, nil
}

func wait(ctx context.Context, until time.Time) error {
	timer := time.NewTimer(time.Until(until))
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
