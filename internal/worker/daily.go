package worker

import (
	"fmt"
	"time"
)

// daily is a time of day by the company's clock at which something happens
// exactly once for each date, whatever the clock does that night.
type daily struct{ hour, minute int }

// parseDaily reads a rule as it is stored, "daily 03:05".
func parseDaily(rule string) (daily, error) {
	t, err := time.Parse("daily 15:04", rule)
	if err != nil {
		return daily{}, fmt.Errorf("read rule %q: %w", rule, err)
	}
	return daily{t.Hour(), t.Minute()}, nil
}

// rule is how it is stored.
func (d daily) rule() string { return fmt.Sprintf("daily %02d:%02d", d.hour, d.minute) }

// next is the first run after a moment.
func (d daily) next(after time.Time, zone *time.Location) time.Time {
	y, m, day := after.In(zone).Date()
	// Yesterday's run may still be ahead where a zone went back over midnight,
	// and where one left out a whole date two runs fall on one moment.
	for day--; ; day++ {
		if run := d.on(y, m, day, zone); run.After(after) {
			return run
		}
	}
}

// on is the moment of a date's run: when the clock first shows the time, or,
// on the night that leaves it out, when the clock jumps over it. time.Date
// promises neither.
func (d daily) on(y int, m time.Month, day int, zone *time.Location) time.Time {
	reading := time.Date(y, m, day, d.hour, d.minute, 0, 0, time.UTC)
	// No zone is further than 14 hours from UTC, so the clock's offset a day
	// before and a day after the reading are the two it can have.
	before := offset(reading.Add(-24*time.Hour), zone)
	after := offset(reading.Add(24*time.Hour), zone)
	early, late := reading.Add(-before), reading.Add(-after)
	if late.Before(early) {
		early, late = late, early
	}
	for _, run := range []time.Time{early, late} {
		if offset(run, zone) == reading.Sub(run) {
			return run
		}
	}
	// Left out: by the old offset it would be past the jump.
	jump, _ := reading.Add(-before).In(zone).ZoneBounds()
	return jump.UTC()
}

func offset(t time.Time, zone *time.Location) time.Duration {
	_, seconds := t.In(zone).Zone()
	return time.Duration(seconds) * time.Second
}
