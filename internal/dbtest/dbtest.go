// Package dbtest gives tests a real PostgreSQL: a transaction that is rolled
// back, or a database of their own with the program's schema.
//
// One server per checkout and user is shared by all test processes; it stays
// up between them and is attached to in milliseconds. It is kept under the
// system's temporary directory, gives up durability for speed, and nothing in
// it is worth keeping. TEST_DATABASE_URL names another server instead: its
// role must be allowed to create databases.
//
// It is no place for fixtures or fakes: what a test needs, it makes itself.
package dbtest

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"helphub/internal/postgres"
)

// limit is how long any step of setting up may take; the slowest, the first
// start on a machine, takes seconds.
const limit = 2 * time.Minute

// conns is the size of each pool of New. Tests run in parallel, and all their
// connections together must fit into the server's.
const conns = 6

// Tx begins a transaction on a database that has the schema and nothing else,
// and rolls it back when the test ends. The database is shared with every
// other test, so a Tx must not commit; whatever needs commits, several
// connections or NOTIFY takes New. Two tests that insert the same unique
// value wait for each other: use values of your own.
func Tx(t testing.TB) pgx.Tx {
	t.Helper()
	pool := shared(t)
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	tx, err := pool.Begin(ctx)
	if err != nil {
		t.Fatalf("dbtest: begin transaction: %v", err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), limit)
		defer cancel()
		// The test may have ended it, by design or by accident.
		if err := tx.Rollback(ctx); err != nil && !errors.Is(err, pgx.ErrTxClosed) {
			t.Errorf("dbtest: roll back: %v", err)
		}
	})
	return tx
}

// New opens a database of the test's own, with the schema and nothing else.
// It is closed and dropped after the test.
func New(t testing.TB) *postgres.DB {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	db, err := postgres.Open(ctx, postgres.Config{DSN: DSN(t), MaxConns: conns, Name: "test"})
	if err != nil {
		t.Fatalf("dbtest: %v", err)
	}
	t.Cleanup(func() { closeOrTell(t, db.Close) })
	return db
}

// closeLimit is how long a pool may wait for its connections to come back.
const closeLimit = 10 * time.Second

// closeOrTell fails a test that kept a connection, instead of hanging with it.
func closeOrTell(t testing.TB, closePools func()) {
	closed := make(chan struct{}, 1)
	go func() {
		closePools()
		closed <- struct{}{}
	}()
	select {
	case <-closed:
	case <-time.After(closeLimit):
		t.Errorf("dbtest: the test still holds a connection: a transaction, rows or an acquired connection was not ended")
	}
}

// DSN is the URL of a database of the test's own, with the schema and nothing
// else. It is dropped after the test, whoever is still connected.
func DSN(t testing.TB) string {
	t.Helper()
	s := server(t)
	name := s.copyTemplate(t)
	t.Cleanup(func() { s.drop(name) })
	return s.dsn(name)
}

// Empty is the URL of a database of the test's own without any schema, for
// tests of migrations and of restoring. It is dropped after the test.
func Empty(t testing.TB) string {
	t.Helper()
	s := server(t)
	name := s.createEmpty(t)
	t.Cleanup(func() { s.drop(name) })
	return s.dsn(name)
}

// shared is the pool of the database for Tx.
func shared(t testing.TB) *pgxpool.Pool {
	t.Helper()
	pool, err := server(t).sharedPool()
	if err != nil {
		t.Fatalf("dbtest: %v", err)
	}
	return pool
}
