package dbtest

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// What databases of ours are called. A test's own carries the token of its
// process; a template and the shared one carry the hash of the migrations.
const (
	testPrefix     = "helphub_test_"
	templatePrefix = "helphub_template_"
	sharedPrefix   = "helphub_shared_"
)

// templateLock is the key of the advisory lock for making templates: any
// number that nothing else uses.
const templateLock int64 = 0x64627465737401

// templateAge is how long templates of other migrations are kept: another
// branch's tests may want them back today.
const templateAge = "1 day"

func (h *host) templateName() string { return templatePrefix + h.hash }
func (h *host) sharedName() string   { return sharedPrefix + h.hash }

// drop drops a test's database in the background. What is left when the
// process ends is dropped by the next one.
func (h *host) drop(name string) {
	select {
	case h.dropping <- name:
	default: // So many that the next process may as well do it.
	}
}

// sweep drops what earlier processes left, then this one's as tests end. It
// is a favour: what fails is tried again by another process.
func (h *host) sweep() {
	ctx := context.Background()
	_ = h.touch(ctx)
	if names, err := h.abandoned(ctx); err == nil {
		for _, name := range names {
			_ = h.dropNow(ctx, name)
		}
	}
	for name := range h.dropping {
		_ = h.dropNow(ctx, name)
	}
}

func (h *host) dropNow(ctx context.Context, name string) error {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	_, err := h.admin.Exec(ctx, "DROP DATABASE IF EXISTS "+quote(name)+" WITH (FORCE)")
	return err
}

// touch notes the day of use.
func (h *host) touch(ctx context.Context) error {
	for _, name := range []string{h.templateName(), h.sharedName()} {
		if _, err := h.admin.Exec(ctx, usedNow(name)); err != nil {
			return err
		}
	}
	return nil
}

// usedNow notes in a database's comment that it is in use: the catalog has no
// other place for a time.
func usedNow(name string) string {
	return fmt.Sprintf("COMMENT ON DATABASE %s IS '%s'", quote(name), time.Now().UTC().Format(time.RFC3339))
}

// abandoned lists the databases of processes that are gone, and templates of
// other migrations that have not been used for a day.
func (h *host) abandoned(ctx context.Context) ([]string, error) {
	rows, err := h.admin.Query(ctx, `
		SELECT d.datname
		FROM pg_database AS d
		WHERE (starts_with(d.datname, @test) AND NOT EXISTS (
		          SELECT FROM pg_stat_activity AS a
		          WHERE a.application_name = 'dbtest ' || split_part(substr(d.datname, length(@test) + 1), '_', 1)))
		   OR ((starts_with(d.datname, @template) OR starts_with(d.datname, @shared))
		       AND right(d.datname, length(@hash)) <> @hash
		       AND shobj_description(d.oid, 'pg_database')::timestamptz < now() - @age::interval)
		ORDER BY d.datname`, pgx.NamedArgs{
		"test": testPrefix, "template": templatePrefix, "shared": sharedPrefix, "hash": h.hash, "age": templateAge,
	})
	if err != nil {
		return nil, fmt.Errorf("list abandoned test databases: %w", err)
	}
	return pgx.CollectRows(rows, pgx.RowTo[string])
}

// whenUnused tries again while the server says that somebody is connected
// (SQLSTATE 55006, object_in_use): a session that has just closed takes a
// moment to be gone.
func whenUnused(ctx context.Context, do func() error) error {
	for {
		err := do()
		var pg *pgconn.PgError
		if err == nil || !errors.As(err, &pg) || pg.Code != "55006" {
			return err
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(10 * time.Millisecond):
		}
	}
}
