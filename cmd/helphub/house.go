package main

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"

	"helphub/internal/admin"
	"helphub/internal/helpdesk"
	"helphub/internal/ledger"
	"helphub/internal/live"
	"helphub/queries"
)

// house is everything between the database and the doors, built from the
// ground up. Every command that changes something builds one.
type house struct {
	*program
	db     *database
	hub    *live.Hub // hears nothing in a process that has no pages
	jobs   *river.Client[pgx.Tx]
	ledger *ledger.Ledger
	desk   *helpdesk.Desk
	office *admin.Office
}

// build opens the database and what stands on it. Close the house when done.
func (p *program) build(ctx context.Context, observe func(context.Context, string, time.Duration, error)) (*house, error) {
	db, err := p.openDatabase(ctx, observe)
	if err != nil {
		return nil, err
	}
	h := &house{program: p, db: db, hub: live.New(live.Options{})}
	// This client only inserts: the ledger's jobs are worked by another.
	h.jobs, err = river.NewClient(riverpgxv5.New(db.Write), &river.Config{Logger: quieter(p.log)})
	if err != nil {
		db.close(ctx)
		return nil, fmt.Errorf("make job client: %w", err)
	}
	h.ledger = ledger.New(db.Write, h.jobs, h.hub.Heard)
	h.desk = helpdesk.New(h.ledger)
	h.office = admin.New(h.ledger, queries.New(db.Read))
	return h, nil
}

func (h *house) close(ctx context.Context) { h.db.close(ctx) }

// quieter leaves out what River tells of every job that it takes.
func quieter(log *slog.Logger) *slog.Logger { return slog.New(atLeast{log.Handler(), slog.LevelWarn}) }

// atLeast drops what is below a level.
type atLeast struct {
	slog.Handler
	level slog.Level
}

// Enabled implements slog.Handler.
func (h atLeast) Enabled(ctx context.Context, l slog.Level) bool {
	return l >= h.level && h.Handler.Enabled(ctx, l)
}

// WithAttrs implements slog.Handler.
func (h atLeast) WithAttrs(attrs []slog.Attr) slog.Handler {
	return atLeast{h.Handler.WithAttrs(attrs), h.level}
}

// WithGroup implements slog.Handler.
func (h atLeast) WithGroup(name string) slog.Handler {
	return atLeast{h.Handler.WithGroup(name), h.level}
}
