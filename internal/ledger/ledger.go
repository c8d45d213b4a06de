// Package ledger is the only door through which anything is written: one
// transaction holds the rows, the timeline, the audit record, the jobs and the
// announcement of a change, or none of them. It decides nothing about tickets
// or people; the commands above it do.
package ledger

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"

	"helphub/internal/live"
	"helphub/internal/postgres"
	"helphub/internal/staff"
	"helphub/queries"
)

// Ledger opens changes on one database.
type Ledger struct {
	pool  *pgxpool.Pool
	jobs  *river.Client[pgx.Tx]
	heard func(...live.Topic)
	now   func() time.Time
	past  bool // changes happen at a time of their own, not at the clock's
	quiet bool
}

// New returns a ledger that writes to pool and inserts jobs with a client that
// works none. heard is called after each commit with what was announced, so
// that this instance's pages need not wait for the database to tell them; it
// may be nil.
func New(pool *pgxpool.Pool, jobs *river.Client[pgx.Tx], heard func(...live.Topic)) *Ledger {
	if heard == nil {
		heard = func(...live.Topic) {}
	}
	return &Ledger{pool: pool, jobs: jobs, heard: heard, now: time.Now}
}

// At returns a ledger whose changes happen at another time than now: an import
// replays the past.
func (l *Ledger) At(now time.Time) *Ledger {
	c := *l
	c.now, c.past = func() time.Time { return now }, true
	return &c
}

// Quietly returns a ledger that announces nothing and inserts no jobs. Bulk
// work uses it, because announcing serialises commits, and calls Announce once
// at its end.
func (l *Ledger) Quietly() *Ledger {
	c := *l
	c.quiet = true
	return &c
}

// Write asks whether the actor may, then runs fn inside one transaction and
// settles everything it recorded. A serialization failure or a deadlock is
// tried once more. Faults come back bare; they roll everything back.
func (l *Ledger) Write(ctx context.Context, actor staff.Actor, needs staff.Permission, fn func(context.Context, *Change) error) error {
	if err := actor.Check(needs); err != nil {
		return err
	}
	err := l.write(ctx, actor, fn)
	if postgres.IsRetryable(err) {
		err = l.write(ctx, actor, fn)
	}
	return err
}

func (l *Ledger) write(ctx context.Context, actor staff.Actor, fn func(context.Context, *Change) error) error {
	id, err := uuid.NewV7()
	if err != nil {
		return fmt.Errorf("name change: %w", err)
	}
	c := &Change{ID: id, Actor: actor, Now: l.now().UTC().Truncate(time.Microsecond), past: l.past}
	err = pgx.BeginFunc(ctx, l.pool, func(tx pgx.Tx) error {
		c.Tx, c.Q = tx, queries.New(tx)
		if err := fn(ctx, c); err != nil {
			return err
		}
		return l.settle(ctx, c)
	})
	if errors.Is(err, errNothing) {
		return nil
	}
	if err != nil {
		return err
	}
	if !l.quiet {
		l.heard(c.topics...)
	}
	return nil
}

// settle writes what the change recorded, in the transaction that made it.
func (l *Ledger) settle(ctx context.Context, c *Change) error {
	if c.audit == nil {
		return fmt.Errorf("settle change: no audit record")
	}
	for _, line := range c.timeline {
		if err := c.Q.InsertEntry(ctx, line); err != nil {
			return fmt.Errorf("insert entry: %w", err)
		}
	}
	if err := c.Q.InsertAudit(ctx, *c.audit); err != nil {
		return fmt.Errorf("insert audit: %w", err)
	}
	if l.quiet {
		return nil
	}
	if len(c.jobs) > 0 {
		if _, err := l.jobs.InsertManyTx(ctx, c.Tx, c.jobs); err != nil {
			return fmt.Errorf("insert jobs: %w", err)
		}
	}
	return announce(ctx, c.Q, c.payloads())
}

// Announce tells every open page that the given topics changed, outside of any
// change: the end of bulk work.
func (l *Ledger) Announce(ctx context.Context, topics ...live.Topic) error {
	c := Change{topics: topics}
	if err := announce(ctx, queries.New(l.pool), c.payloads()); err != nil {
		return err
	}
	l.heard(topics...)
	return nil
}

// Heard tells this instance's pages at once what a Touch announced to all.
func (l *Ledger) Heard(topics ...live.Topic) { l.heard(topics...) }

func announce(ctx context.Context, q *queries.Queries, payloads []string) error {
	if len(payloads) == 0 {
		return nil
	}
	if err := q.Announce(ctx, payloads); err != nil {
		return fmt.Errorf("announce change: %w", err)
	}
	return nil
}

// Touch runs housekeeping that nobody's change is: when a session was last
// seen, what has expired. It leaves no audit record and announces nothing.
func (l *Ledger) Touch(ctx context.Context, fn func(context.Context, *queries.Queries) error) error {
	return pgx.BeginFunc(ctx, l.pool, func(tx pgx.Tx) error { return fn(ctx, queries.New(tx)) })
}

// Plan is Touch for what runs by itself: the jobs that fn returns are inserted
// in its transaction, so that a run is noted and queued together or not at all.
func (l *Ledger) Plan(ctx context.Context, fn func(context.Context, *queries.Queries) ([]river.JobArgs, error)) error {
	return pgx.BeginFunc(ctx, l.pool, func(tx pgx.Tx) error {
		due, err := fn(ctx, queries.New(tx))
		if err != nil || len(due) == 0 {
			return err
		}
		jobs := make([]river.InsertManyParams, len(due))
		for i, args := range due {
			jobs[i] = river.InsertManyParams{Args: args}
		}
		if _, err := l.jobs.InsertManyTx(ctx, tx, jobs); err != nil {
			return fmt.Errorf("insert jobs: %w", err)
		}
		return nil
	})
}
