package postgres_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"helphub/internal/dbtest"
	"helphub/internal/postgres"
)

// Seen to fail when openPool left default_transaction_read_only out.
func TestThePoolForPagesCannotWrite(t *testing.T) {
	t.Parallel()
	db := dbtest.New(t)
	_, err := db.Read.Exec(t.Context(), "INSERT INTO setup_code (hash) VALUES ('x')")
	var pg *pgconn.PgError
	if !errors.As(err, &pg) || pg.Code != "25006" {
		t.Errorf("writing on the read pool: %v, want SQLSTATE 25006", err)
	}
	if _, err := db.Write.Exec(t.Context(), "INSERT INTO setup_code (hash) VALUES ('x')"); err != nil {
		t.Errorf("writing on the write pool: %v", err)
	}
}

func TestConnectionsCarryTheirNameZoneAndLimits(t *testing.T) {
	t.Parallel()
	db, err := postgres.Open(t.Context(), postgres.Config{DSN: dbtest.DSN(t), Name: "helphub web", MaxConns: 2})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	want := []string{"helphub web", "UTC", "1min", "1min"}
	for _, pool := range []interface {
		QueryRow(context.Context, string, ...any) pgx.Row
	}{db.Read, db.Write} {
		var got []string
		err := pool.QueryRow(t.Context(), `SELECT ARRAY[current_setting('application_name'), current_setting('timezone'),
			current_setting('statement_timeout'), current_setting('idle_in_transaction_session_timeout')]`).Scan(&got)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Error(d)
		}
	}
}

func TestTheQueriesOfAContextAreCounted(t *testing.T) {
	t.Parallel()
	db := dbtest.New(t)
	ctx, n := postgres.CountQueries(t.Context())
	if _, err := db.Read.Exec(ctx, "SELECT 1"); err != nil {
		t.Fatal(err)
	}
	err := pgx.BeginFunc(ctx, db.Write, func(tx pgx.Tx) error {
		b := &pgx.Batch{}
		b.Queue("SELECT 2")
		b.Queue("SELECT 3")
		if err := tx.SendBatch(ctx, b).Close(); err != nil {
			return err
		}
		_, err := tx.CopyFrom(ctx, pgx.Identifier{"setup_code"}, []string{"hash"}, pgx.CopyFromRows([][]any{{[]byte("x")}}))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Read.Exec(t.Context(), "SELECT 4"); err != nil {
		t.Fatal(err)
	}
	if n.Load() != 4 {
		t.Errorf("counted %d; want one query, two of a batch and a copy", n.Load())
	}
}

func TestEveryQueryIsObservedByName(t *testing.T) {
	t.Parallel()
	type seen struct {
		Name   string
		Failed bool
	}
	var mu sync.Mutex
	var got []seen
	db, err := postgres.Open(t.Context(), postgres.Config{
		DSN: dbtest.Empty(t), MaxConns: 1,
		Observe: func(_ context.Context, name string, _ time.Duration, err error) {
			mu.Lock()
			defer mu.Unlock()
			got = append(got, seen{name, err != nil})
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	mu.Lock()
	got = nil // Connecting pings.
	mu.Unlock()
	if _, err := db.Read.Exec(t.Context(), "-- name: Good :exec\nSELECT 1"); err != nil {
		t.Fatal(err)
	}
	if _, err := db.Read.Exec(t.Context(), "-- name: Bad :exec\nSELECT 1/0"); err == nil {
		t.Fatal("1/0 went well")
	}
	mu.Lock()
	defer mu.Unlock()
	if d := cmp.Diff([]seen{{"Good", false}, {"Bad", true}}, got); d != "" {
		t.Error(d)
	}
}
