package postgres

import (
	"context"
	"log/slog"
	"strings"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
)

// slowQuery is the time above which a query is worth a line in the log: a
// page has some 100 ms in all, so one query of 200 ms has already lost it.
const slowQuery = 200 * time.Millisecond

type (
	countKey struct{}
	spanKey  struct{}
)

// CountQueries returns a context whose queries are counted, so that a test
// can say how many a page needs. Every query of a batch counts as one; BEGIN,
// COMMIT, ROLLBACK and savepoints do not count.
func CountQueries(ctx context.Context) (context.Context, *atomic.Int64) {
	n := new(atomic.Int64)
	return context.WithValue(ctx, countKey{}, n), n
}

// QueryName is the name that a query goes by in logs and metrics: what stands
// behind "-- name:" in its first line, else its first word in lower case, so
// that the number of names stays small.
func QueryName(sql string) string {
	sql = strings.TrimSpace(sql)
	if rest, ok := strings.CutPrefix(sql, "-- name:"); ok {
		return firstWord(rest)
	}
	return strings.ToLower(firstWord(sql))
}

func firstWord(s string) string {
	s = strings.TrimSpace(s)
	if i := strings.IndexAny(s, " \t\r\n;("); i > 0 {
		return s[:i]
	}
	return s
}

// tracer is the one place that sees every query: it counts, times and reports.
type tracer struct {
	log     *slog.Logger
	observe func(ctx context.Context, name string, took time.Duration, err error)
}

type span struct {
	name  string
	start time.Time
}

// TraceQueryStart implements pgx.QueryTracer.
func (t *tracer) TraceQueryStart(ctx context.Context, _ *pgx.Conn, d pgx.TraceQueryStartData) context.Context {
	return t.start(ctx, QueryName(d.SQL))
}

// TraceQueryEnd implements pgx.QueryTracer.
func (t *tracer) TraceQueryEnd(ctx context.Context, _ *pgx.Conn, d pgx.TraceQueryEndData) {
	t.end(ctx, d.Err)
}

// TraceCopyFromStart implements pgx.CopyFromTracer.
func (t *tracer) TraceCopyFromStart(ctx context.Context, _ *pgx.Conn, d pgx.TraceCopyFromStartData) context.Context {
	return t.start(ctx, "copy "+strings.Join(d.TableName, "."))
}

// TraceCopyFromEnd implements pgx.CopyFromTracer.
func (t *tracer) TraceCopyFromEnd(ctx context.Context, _ *pgx.Conn, d pgx.TraceCopyFromEndData) {
	t.end(ctx, d.Err)
}

// TraceBatchStart implements pgx.BatchTracer.
func (t *tracer) TraceBatchStart(ctx context.Context, _ *pgx.Conn, _ pgx.TraceBatchStartData) context.Context {
	return ctx
}

// TraceBatchQuery implements pgx.BatchTracer.
func (t *tracer) TraceBatchQuery(ctx context.Context, _ *pgx.Conn, d pgx.TraceBatchQueryData) {
	name := QueryName(d.SQL)
	count(ctx, name)
	t.report(ctx, span{name: name, start: d.ReadStartTime}, d.Err)
}

// TraceBatchEnd implements pgx.BatchTracer.
func (t *tracer) TraceBatchEnd(context.Context, *pgx.Conn, pgx.TraceBatchEndData) {}

func (t *tracer) start(ctx context.Context, name string) context.Context {
	count(ctx, name)
	return context.WithValue(ctx, spanKey{}, span{name: name, start: time.Now()})
}

func (t *tracer) end(ctx context.Context, err error) {
	if s, ok := ctx.Value(spanKey{}).(span); ok {
		t.report(ctx, s, err)
	}
}

func (t *tracer) report(ctx context.Context, s span, err error) {
	took := time.Since(s.start)
	if t.observe != nil {
		t.observe(ctx, s.name, took, err)
	}
	if t.log != nil && took > slowQuery {
		t.log.LogAttrs(ctx, slog.LevelWarn, "slow query",
			slog.String("query", s.name), slog.Duration("took", took), slog.Bool("failed", err != nil))
	}
}

func count(ctx context.Context, name string) {
	n, ok := ctx.Value(countKey{}).(*atomic.Int64)
	if !ok {
		return
	}
	switch name {
	case "begin", "commit", "rollback", "savepoint", "release":
	default:
		n.Add(1)
	}
}
