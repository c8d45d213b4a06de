package postgres_test

import (
	"context"
	"fmt"
	"path/filepath"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"helphub/internal/dbtest"
	"helphub/internal/postgres"
)

func TestAConstraintIsKnownByItsName(t *testing.T) {
	t.Parallel()
	db := tables(t, `CREATE TABLE thing (
		id   int CONSTRAINT thing_is_unique PRIMARY KEY,
		size int NOT NULL CONSTRAINT size_is_positive CHECK (size > 0),
		of   int CONSTRAINT of_a_thing REFERENCES thing)`, `INSERT INTO thing VALUES (1, 1, NULL)`)
	for _, c := range []struct{ values, want string }{
		{"(1, 1, NULL)", "thing_is_unique"},
		{"(2, 0, NULL)", "size_is_positive"},
		{"(2, 1, 7)", "of_a_thing"},
		{"(2, NULL, NULL)", "thing.size"},
		{"(2, 1/0, NULL)", ""},
	} {
		_, err := db.Exec(t.Context(), "INSERT INTO thing VALUES "+c.values)
		if err == nil {
			t.Fatalf("%s went in", c.values)
		}
		wrapped := fmt.Errorf("insert thing: %w", err)
		if got := postgres.Constraint(wrapped); got != c.want {
			t.Errorf("%s violates %q, want %q", c.values, got, c.want)
		}
		if postgres.Violated(wrapped, c.want) != (c.want != "") || postgres.Violated(wrapped, "another") {
			t.Errorf("%s: Violated and Constraint disagree", c.values)
		}
		if postgres.IsUnavailable(wrapped) || postgres.IsRetryable(wrapped) {
			t.Errorf("%s: %v counts as unavailable or retryable", c.values, err)
		}
	}
	if postgres.Constraint(nil) != "" || postgres.Violated(nil, "") {
		t.Error("no error violates something")
	}
}

func TestASerializationFailureIsRetryable(t *testing.T) {
	t.Parallel()
	db := tables(t, "CREATE TABLE thing (n int)", "INSERT INTO thing VALUES (1)")
	ctx := t.Context()
	begin := func() pgx.Tx {
		tx, err := db.BeginTx(ctx, pgx.TxOptions{IsoLevel: pgx.Serializable})
		if err != nil {
			t.Fatal(err)
		}
		var n int
		if err := tx.QueryRow(ctx, "SELECT n FROM thing").Scan(&n); err != nil {
			t.Fatal(err)
		}
		return tx
	}
	a, b := begin(), begin()
	defer b.Rollback(context.Background())
	if _, err := a.Exec(ctx, "UPDATE thing SET n = 2"); err != nil {
		t.Fatal(err)
	}
	if err := a.Commit(ctx); err != nil {
		t.Fatal(err)
	}
	_, err := b.Exec(ctx, "UPDATE thing SET n = 3")
	if !postgres.IsRetryable(err) || postgres.IsUnavailable(err) {
		t.Errorf("%v is not retryable", err)
	}
}

func TestADeadlockIsRetryable(t *testing.T) {
	t.Parallel()
	db := tables(t, "CREATE TABLE thing (id int PRIMARY KEY, n int)", "INSERT INTO thing VALUES (1, 1), (2, 1)")
	ctx := t.Context()
	var tx [2]pgx.Tx
	for i := range tx {
		var err error
		if tx[i], err = db.Begin(ctx); err != nil {
			t.Fatal(err)
		}
		defer tx[i].Rollback(context.Background())
		if _, err := tx[i].Exec(ctx, "UPDATE thing SET n = 0 WHERE id = $1", i+1); err != nil {
			t.Fatal(err)
		}
	}
	results := make(chan error, 2)
	for i := range tx {
		go func() {
			_, err := tx[i].Exec(ctx, "UPDATE thing SET n = 0 WHERE id = $1", 2-i)
			if err != nil {
				// The victim must let go, or the other waits for ever.
				_ = tx[i].Rollback(ctx)
			}
			results <- err
		}()
	}
	a, b := <-results, <-results
	if (a == nil) == (b == nil) {
		t.Fatalf("want one victim, got %v and %v", a, b)
	}
	if a == nil {
		a = b
	}
	if !postgres.IsRetryable(a) {
		t.Errorf("%v is not retryable", a)
	}
}

// Within a transaction the driver cannot prepare anew behind our back.
func TestAPlanThatAMigrationMadeStaleIsRetryable(t *testing.T) {
	t.Parallel()
	db := tables(t, "CREATE TABLE thing (n int)")
	ctx := t.Context()
	conn, err := db.Acquire(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Release()
	read := func(q interface {
		Exec(context.Context, string, ...any) (pgconn.CommandTag, error)
	}) error {
		_, err := q.Exec(ctx, "SELECT * FROM thing WHERE n > $1", 0)
		return err
	}
	if err := read(conn); err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec(ctx, "ALTER TABLE thing ADD COLUMN more text"); err != nil {
		t.Fatal(err)
	}
	tx, err := conn.Begin(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback(context.Background())
	if err := read(tx); !postgres.IsRetryable(err) {
		t.Errorf("%v is not retryable", err)
	}
}

func TestAServerThatIsNotThereIsUnavailable(t *testing.T) {
	t.Parallel()
	for name, dsn := range map[string]string{
		"no socket": "postgres://x@/x?host=" + filepath.Join(t.TempDir(), "none"),
		"no port":   "postgres://x@127.0.0.1:1/x",
	} {
		_, err := postgres.Open(t.Context(), postgres.Config{DSN: dsn})
		if !postgres.IsUnavailable(err) {
			t.Errorf("%s: %v is not unavailable", name, err)
		}
	}
}

func TestAConnectionThatTheServerEndsIsUnavailableAndTheNextOneWorks(t *testing.T) {
	t.Parallel()
	db := tables(t)
	ctx := t.Context()
	conn, err := db.Acquire(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec(ctx, "SELECT pg_terminate_backend($1)", conn.Conn().PgConn().PID()); err != nil {
		t.Fatal(err)
	}
	for range 2 { // First the server's answer, then the closed connection.
		if _, err := conn.Exec(ctx, "SELECT 1"); !postgres.IsUnavailable(err) {
			t.Errorf("%v is not unavailable", err)
		}
	}
	conn.Release()
	if _, err := db.Exec(ctx, "SELECT 1"); err != nil {
		t.Errorf("the pool did not recover: %v", err)
	}
	db.Close()
	if _, err := db.Exec(ctx, "SELECT 1"); !postgres.IsUnavailable(err) {
		t.Errorf("closed pool: %v is not unavailable", err)
	}
}

func TestACallerWhoGaveUpDoesNotMakeTheDatabaseUnavailable(t *testing.T) {
	t.Parallel()
	db := tables(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := db.Exec(ctx, "SELECT 1"); err == nil || postgres.IsUnavailable(err) {
		t.Errorf("%v counts as unavailable", err)
	}
	if postgres.IsUnavailable(nil) || postgres.IsRetryable(nil) {
		t.Error("no error counts as one")
	}
}

// tables is the write pool of an empty database after some statements.
func tables(t *testing.T, statements ...string) *pgxpool.Pool {
	t.Helper()
	db, err := postgres.Open(t.Context(), postgres.Config{DSN: dbtest.Empty(t), MaxConns: 4})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	for _, sql := range statements {
		if _, err := db.Write.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	return db.Write
}
