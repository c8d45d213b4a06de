package postgres

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivermigrate"

	"helphub/migrations"
)

// riverVersion is the version of the job tables that this program's River
// expects. It moves together with River in go.mod; a test compares them.
const riverVersion = 8

// migrationLock is the key of the advisory lock that one migrating process
// holds. Any number does, so long as it never changes: "helphub" in ASCII.
const migrationLock int64 = 0x68656c70687562

// migrationLockTimeout is how long a migration waits for a table that the
// program of another instance is using. Everybody else's queries queue up
// behind a waiting ALTER TABLE, so it is short and tried again.
const migrationLockTimeout = 5 * time.Second

// migrationTries is how often a migration that met the lock timeout is tried.
const migrationTries = 3

// ErrSchemaNewer says that a newer program has already changed the schema.
// Running against it could lose what the newer one keeps.
var ErrSchemaNewer = errors.New("the database schema is newer than this program: use the newer program, or restore the backup taken before the upgrade")

// Migrate brings the database to this program's schema: River's tables first,
// then ours. It may run in any number of instances at once; one works, the
// others wait and find nothing left to do. On ErrSchemaNewer and on a missing
// extension nothing has been changed; killed half-way, the next call goes on.
func Migrate(ctx context.Context, dsn string) error {
	return MigrateFS(ctx, dsn, migrations.FS)
}

// MigrateFS is Migrate with other files in place of the program's own.
func MigrateFS(ctx context.Context, dsn string, files fs.FS) error {
	release, err := lockMigrations(ctx, dsn)
	if err != nil {
		return fmt.Errorf("lock migrations: %w", err)
	}
	defer release()

	pool, err := migrationPool(ctx, dsn)
	if err != nil {
		return fmt.Errorf("open database to migrate: %w", err)
	}
	defer pool.Close()

	want, err := newest(files)
	if err != nil {
		return err
	}
	have, err := schemaVersions(ctx, pool)
	if err != nil {
		return err
	}
	if have.ours > want || have.river > riverVersion {
		return fmt.Errorf("%w (schema %d and %d, program %d and %d)", ErrSchemaNewer, have.ours, have.river, want, riverVersion)
	}
	if err := requireExtensions(ctx, pool); err != nil {
		return err
	}
	if err := migrateRiver(ctx, pool); err != nil {
		return err
	}
	return retryLockTimeout(ctx, func() error { return migrateOurs(ctx, pool, files) })
}

// Migrated reports the version that the schema has and the one that this
// program wants; they are equal when it may serve. It changes nothing. River's
// tables being behind is an error, since they have no place in the answer.
func Migrated(ctx context.Context, pool *pgxpool.Pool) (have, want int64, err error) {
	if want, err = newest(migrations.FS); err != nil {
		return 0, 0, err
	}
	v, err := schemaVersions(ctx, pool)
	if err != nil {
		return 0, want, err
	}
	if v.river != riverVersion {
		return v.ours, want, fmt.Errorf("job tables have version %d, want %d", v.river, riverVersion)
	}
	return v.ours, want, nil
}

// lockMigrations waits for the lock on a connection of its own: it must last
// as long as the work, and a process that is killed frees it with the
// connection.
func lockMigrations(ctx context.Context, dsn string) (release func(), err error) {
	cfg, err := pgx.ParseConfig(dsn)
	if err != nil {
		return nil, fmt.Errorf("read DSN: %w", err)
	}
	sessionSettings(cfg, "helphub migration lock")
	conn, err := pgx.ConnectConfig(ctx, cfg)
	if err != nil {
		return nil, fmt.Errorf("connect: %w", err)
	}
	// The context may have ended by then, and closing is what unlocks.
	release = func() {
		closing, cancel := context.WithTimeout(context.WithoutCancel(ctx), connectTimeout)
		defer cancel()
		_ = conn.Close(closing) // The server drops the lock however the connection ends.
	}
	if _, err := conn.Exec(ctx, "SELECT pg_advisory_lock($1)", migrationLock); err != nil {
		release()
		return nil, fmt.Errorf("wait for another migration: %w", err)
	}
	return release, nil
}

// migrationPool has no statement timeout: building an index takes its time.
func migrationPool(ctx context.Context, dsn string) (*pgxpool.Pool, error) {
	cfg, err := pgxpool.ParseConfig(dsn)
	if err != nil {
		return nil, fmt.Errorf("read DSN: %w", err)
	}
	sessionSettings(cfg.ConnConfig, "helphub migration")
	cfg.ConnConfig.RuntimeParams["lock_timeout"] = milliseconds(migrationLockTimeout)
	cfg.MaxConns = 3
	return pgxpool.NewWithConfig(ctx, cfg)
}

func migrateRiver(ctx context.Context, pool *pgxpool.Pool) error {
	m, err := rivermigrate.New(riverpgxv5.New(pool), &rivermigrate.Config{Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		return fmt.Errorf("prepare job tables: %w", err)
	}
	return retryLockTimeout(ctx, func() error {
		if _, err := m.Migrate(ctx, rivermigrate.DirectionUp, &rivermigrate.MigrateOpts{TargetVersion: riverVersion}); err != nil {
			return fmt.Errorf("migrate job tables: %w", err)
		}
		return nil
	})
}

func migrateOurs(ctx context.Context, pool *pgxpool.Pool, files fs.FS) error {
	db := stdlib.OpenDBFromPool(pool)
	defer db.Close()
	provider, err := goose.NewProvider(goose.DialectPostgres, db, files,
		goose.WithDisableGlobalRegistry(true), goose.WithSlog(slog.New(slog.DiscardHandler)))
	if err != nil {
		return fmt.Errorf("read migrations: %w", err)
	}
	if _, err := provider.Up(ctx); err != nil {
		return fmt.Errorf("migrate schema: %w", err)
	}
	return nil
}

func retryLockTimeout(ctx context.Context, do func() error) error {
	for try := 1; ; try++ {
		err := do()
		pg, ok := server(err)
		if !ok || pg.Code != codeLockTimeout || try == migrationTries {
			return err
		}
		// The pause lets those through who queued up behind us.
		select {
		case <-ctx.Done():
			return err
		case <-time.After(time.Duration(try) * time.Second):
		}
	}
}
