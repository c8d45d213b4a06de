package postgres_test

import (
	"context"
	"errors"
	"io/fs"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivermigrate"

	"helphub/internal/dbtest"
	"helphub/internal/postgres"
)

// The files prove by plain CREATE TABLE that nothing runs twice. Seen to fail
// (seven of eight) with the advisory lock taken out of MigrateFS.
func TestEightInstancesAtOnceMigrateOnce(t *testing.T) {
	t.Parallel()
	dsn := dbtest.Empty(t)
	files := migrationFiles("CREATE TABLE one (n int)", "CREATE TABLE two (n int); INSERT INTO one VALUES (1)")
	var wg sync.WaitGroup
	errs := make([]error, 8)
	for i := range errs {
		wg.Go(func() { errs[i] = postgres.MigrateFS(t.Context(), dsn, files) })
	}
	wg.Wait()
	for i, err := range errs {
		if err != nil {
			t.Errorf("instance %d: %v", i, err)
		}
	}
	if n := scan[int](t, dsn, "SELECT count(*) FROM one"); n != 1 {
		t.Errorf("the second migration ran %d times", n)
	}
	if n := scan[int](t, dsn, "SELECT max(version)::int FROM river_migration"); n != postgres.RiverVersion {
		t.Errorf("the job tables have version %d", n)
	}
}

func TestTheProgramsOwnMigrationsArriveWhereReadyzWantsThem(t *testing.T) {
	t.Parallel()
	pool := open(t, dbtest.Empty(t))
	have, want, err := postgres.Migrated(t.Context(), pool)
	if err == nil || have == want {
		t.Errorf("an empty database is at %d of %d (%v)", have, want, err)
	}
	if err := postgres.Migrate(t.Context(), pool.Config().ConnString()); err != nil {
		t.Fatal(err)
	}
	have, want, err = postgres.Migrated(t.Context(), pool)
	if err != nil || have != want || want < 1 {
		t.Errorf("a migrated database is at %d of %d (%v)", have, want, err)
	}
}

// Seen to fail with the comparison taken out of MigrateFS: goose does not mind.
func TestASchemaFromANewerProgramIsRefusedAndLeftAlone(t *testing.T) {
	t.Parallel()
	dsn := dbtest.Empty(t)
	newer := migrationFiles("CREATE TABLE one (n int)", "CREATE TABLE two (n int)")
	older := fstest.MapFS{"0001_x.sql": newer["0001_x.sql"]}
	if err := postgres.MigrateFS(t.Context(), dsn, newer); err != nil {
		t.Fatal(err)
	}
	if err := postgres.MigrateFS(t.Context(), dsn, older); !errors.Is(err, postgres.ErrSchemaNewer) {
		t.Errorf("older program on a newer schema: %v", err)
	}
	if _, err := open(t, dsn).Exec(t.Context(), "INSERT INTO river_migration (line, version) VALUES ('main', 999)"); err != nil {
		t.Fatal(err)
	}
	if err := postgres.MigrateFS(t.Context(), dsn, newer); !errors.Is(err, postgres.ErrSchemaNewer) {
		t.Errorf("newer job tables: %v", err)
	}
}

func TestAMigrationKilledHalfWayIsDoneByTheNextStart(t *testing.T) {
	t.Parallel()
	dsn := dbtest.Empty(t)
	pool := open(t, dsn)
	const second = "CREATE TABLE two (n int);"
	slow := migrationFiles("CREATE TABLE one (n int)", second+" SELECT pg_sleep(600)")
	result := make(chan error, 1)
	go func() { result <- postgres.MigrateFS(t.Context(), dsn, slow) }()
	// Everything of it dies at once, as with kill -9: the lock, and the work.
	eventually(t, "the migration is killed", func() bool {
		tag, err := pool.Exec(t.Context(), `
			SELECT pg_terminate_backend(pid) FROM pg_stat_activity
			WHERE datname = current_database() AND pid <> pg_backend_pid()
			  AND EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep')`)
		return err == nil && tag.RowsAffected() >= 2
	})
	if err := <-result; err == nil {
		t.Fatal("the killed migration went well")
	}
	if err := postgres.MigrateFS(t.Context(), dsn, migrationFiles("CREATE TABLE one (n int)", second)); err != nil {
		t.Fatal(err)
	}
	if v := scan[int](t, dsn, "SELECT max(version_id)::int FROM goose_db_version"); v != 2 {
		t.Errorf("the schema is at %d", v)
	}
}

func TestAMigrationThatFailsLeavesWhatCameBeforeIt(t *testing.T) {
	t.Parallel()
	dsn := dbtest.Empty(t)
	err := postgres.MigrateFS(t.Context(), dsn, migrationFiles("CREATE TABLE one (n int)", "CREATE TABLE two (n int); SELECT 1/0"))
	if err == nil || !strings.Contains(err.Error(), "version:2") {
		t.Errorf("the error does not name the file: %v", err)
	}
	if got := scan[string](t, dsn, "SELECT concat_ws(',', to_regclass('one'), to_regclass('two'))"); got != "one" {
		t.Errorf("tables are %q", got)
	}
}

// A table that is in use must not be waited for while everybody queues up
// behind; seen to fail without the second try in retryLockTimeout.
func TestAMigrationThatMeetsABusyTableStepsBackAndTriesAgain(t *testing.T) {
	t.Parallel()
	dsn := dbtest.Empty(t)
	if err := postgres.MigrateFS(t.Context(), dsn, migrationFiles("CREATE TABLE one (n int)")); err != nil {
		t.Fatal(err)
	}
	pool := open(t, dsn)
	busy, err := pool.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer busy.Rollback(context.Background())
	if _, err := busy.Exec(t.Context(), "SELECT * FROM one"); err != nil {
		t.Fatal(err)
	}
	result := make(chan error, 1)
	go func() {
		result <- postgres.MigrateFS(t.Context(), dsn, migrationFiles("CREATE TABLE one (n int)", "ALTER TABLE one ADD COLUMN m int"))
	}()
	waiting := func() bool {
		return scan[bool](t, dsn, "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND relation = 'one'::regclass)")
	}
	eventually(t, "the migration waits for the table", waiting)
	eventually(t, "the migration steps back", func() bool { return !waiting() })
	if err := busy.Rollback(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := <-result; err != nil {
		t.Error(err)
	}
}

func TestThePinnedJobTablesAreThoseOfTheRiverInUse(t *testing.T) {
	t.Parallel()
	m, err := rivermigrate.New(riverpgxv5.New(nil), nil)
	if err != nil {
		t.Fatal(err)
	}
	all := m.AllVersions()
	if newest := all[len(all)-1].Version; newest != postgres.RiverVersion {
		t.Errorf("River has version %d of its tables, and %d is pinned", newest, postgres.RiverVersion)
	}
}

// migrationFiles makes numbered goose files of plain SQL.
func migrationFiles(sql ...string) fstest.MapFS {
	files := fstest.MapFS{}
	for i, s := range sql {
		name := "000" + string(rune('1'+i)) + "_x.sql"
		files[name] = &fstest.MapFile{Data: []byte("-- +goose Up\n" + s + ";\n"), Mode: fs.ModePerm}
	}
	return files
}

func open(t *testing.T, dsn string) *pgxpool.Pool {
	t.Helper()
	db, err := postgres.Open(t.Context(), postgres.Config{DSN: dsn, MaxConns: 2})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	return db.Write
}

func scan[T any](t *testing.T, dsn, sql string) (v T) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	if err := conn.QueryRow(t.Context(), sql).Scan(&v); err != nil {
		t.Fatal(err)
	}
	return v
}

// eventually polls until something is so; a minute is for dead machines.
func eventually(t *testing.T, what string, so func() bool) {
	t.Helper()
	deadline := time.Now().Add(time.Minute)
	for !so() {
		if time.Now().After(deadline) {
			t.Fatalf("it never came that %s", what)
		}
		time.Sleep(5 * time.Millisecond)
	}
}
