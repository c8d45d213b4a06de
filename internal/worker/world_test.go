package worker

import (
	"context"
	"log/slog"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivertest"

	"helphub/internal/admin"
	"helphub/internal/dbtest"
	"helphub/internal/helpdesk"
	"helphub/internal/ledger"
	"helphub/internal/postgres"
	"helphub/internal/sample"
	"helphub/internal/staff"
	"helphub/internal/ticket"
	"helphub/queries"
)

// world is a company with Ana, Bruno and Célia on a database of its own, and
// one worker that has not started.
type world struct {
	t       *testing.T
	db      *postgres.DB
	q       *queries.Queries
	ledger  *ledger.Ledger
	desk    *helpdesk.Desk
	clock   atomic.Pointer[time.Time]
	worker  *Worker
	padaria uuid.UUID
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := emptyWorld(t)
	ctx := t.Context()
	must(t, w.q.InsertCompany(ctx, queries.InsertCompanyParams{Name: sample.Company, TimeZone: "America/Sao_Paulo", Language: "pt-BR"}))
	for _, who := range []staff.Actor{sample.Ana, sample.Bruno, sample.Celia} {
		key := string(who.Role.Key)
		var permissions []string
		for _, p := range who.Role.Permissions {
			permissions = append(permissions, string(p))
		}
		must(t, w.q.InsertRole(ctx, queries.InsertRoleParams{ID: who.Role.ID, Key: &key, Name: key, Permissions: permissions}))
		must(t, w.q.InsertStaff(ctx, queries.InsertStaffParams{
			ID: who.ID, Name: who.Name, Username: who.Username, PasswordHash: "-", RoleID: who.Role.ID, Active: true,
		}))
	}
	w.padaria = uuid.New()
	must(t, w.q.InsertCustomer(ctx, queries.InsertCustomerParams{ID: w.padaria, LegalName: "Padaria Central Ltda", Active: true}))
	return w
}

// emptyWorld is a database where nobody has set anything up.
func emptyWorld(t *testing.T) *world {
	t.Helper()
	w := &world{t: t, db: dbtest.New(t)}
	w.setClock(sample.Now)
	w.q = queries.New(w.db.Write)
	w.worker = w.another()
	w.ledger, w.desk = w.worker.o.Ledger, w.worker.o.Desk
	return w
}

// another is a worker of another process on the same database.
func (w *world) another() *Worker {
	w.t.Helper()
	jobs, err := river.NewClient(riverpgxv5.New(w.db.Write), &river.Config{})
	must(w.t, err)
	book := ledger.New(w.db.Write, jobs, nil)
	made, err := New(Options{
		DB: w.db, Ledger: book, Desk: helpdesk.New(book), Office: admin.New(book, queries.New(w.db.Read)),
		Log: slog.New(slog.NewTextHandler(w.t.Output(), &slog.HandlerOptions{Level: slog.LevelWarn})),
		Now: func() time.Time { return *w.clock.Load() },
	})
	must(w.t, err)
	return made
}

func (w *world) setClock(now time.Time) { w.clock.Store(&now) }

// open opens a ticket of Padaria Central at a moment.
func (w *world) open(at time.Time, by staff.Actor, priority ticket.Priority) ticket.Protocol {
	w.t.Helper()
	p, err := w.desk.At(at).OpenTicket(w.t.Context(), by, helpdesk.NewTicket{
		Form: uuid.New(), Subject: "Câmara fria não gela", Description: "Desde cedo.", Priority: priority.String(), CustomerID: w.padaria,
	})
	must(w.t, err)
	return p
}

// on names a ticket as it is now.
func (w *world) on(p ticket.Protocol) helpdesk.On {
	w.t.Helper()
	return helpdesk.On{Protocol: p, Version: value[int](w, "SELECT version FROM ticket WHERE protocol = $1", p)}
}

func (w *world) status(p ticket.Protocol) string {
	return value[string](w, "SELECT status FROM ticket WHERE protocol = $1", p)
}

// value reads one value.
func value[T any](w *world, sql string, args ...any) T {
	w.t.Helper()
	var v T
	must(w.t, w.db.Write.QueryRow(w.t.Context(), sql, args...).Scan(&v))
	return v
}

// work runs one job as River would, with everything around it; it must go well.
func work[T river.JobArgs](w *world, worker river.Worker[T], args T) *rivertest.WorkResult {
	w.t.Helper()
	result, err := tryWork(w, worker, args)
	must(w.t, err)
	return result
}

// tryWork is work for a job that may fail.
func tryWork[T river.JobArgs](w *world, worker river.Worker[T], args T) (result *rivertest.WorkResult, failure error) {
	w.t.Helper()
	must(w.t, pgx.BeginFunc(w.t.Context(), w.db.Write, func(tx pgx.Tx) error {
		result, failure = rivertest.NewWorker(w.t, riverpgxv5.New(w.db.Write), w.worker.config(), worker).Work(w.t.Context(), w.t, tx, args, nil)
		return nil
	}))
	return result, failure
}

// eventually asks until the answer is yes; what it waits for is named when it
// never comes.
func eventually(t *testing.T, what string, yes func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for !yes() {
		select {
		case <-ctx.Done():
			t.Fatalf("never seen: %s", what)
		case <-tick.C:
		}
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
