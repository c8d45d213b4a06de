package postgres

import (
	"context"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/pressly/goose/v3"
)

// extensions are what the schema needs beside PostgreSQL itself. All of them
// are contrib modules that a database's owner may create.
var extensions = []string{"btree_gist", "pg_trgm", "unaccent"}

// versions are the newest applied migrations; 0 where there is none.
type versions struct{ ours, river int64 }

func schemaVersions(ctx context.Context, pool *pgxpool.Pool) (versions, error) {
	var v versions
	for _, q := range []struct {
		sql  string
		into *int64
	}{
		{"-- name: SchemaVersion :one\nSELECT coalesce(max(version_id), 0) FROM goose_db_version WHERE is_applied", &v.ours},
		{"-- name: JobSchemaVersion :one\nSELECT coalesce(max(version), 0) FROM river_migration", &v.river},
	} {
		err := pool.QueryRow(ctx, q.sql).Scan(q.into)
		if pg, ok := server(err); ok && pg.Code == codeNoTable {
			continue
		}
		if err != nil {
			return versions{}, fmt.Errorf("read schema version: %w", err)
		}
	}
	return v, nil
}

// newest is the highest number among the migration files.
func newest(files fs.FS) (int64, error) {
	names, err := fs.Glob(files, "*.sql")
	if err != nil {
		return 0, fmt.Errorf("list migrations: %w", err)
	}
	var highest int64
	for _, name := range names {
		n, err := goose.NumericComponent(name)
		if err != nil {
			return 0, fmt.Errorf("read number of migration %s: %w", name, err)
		}
		highest = max(highest, n)
	}
	return highest, nil
}

// requireExtensions fails, before anything is changed, when the server lacks
// an extension that the schema needs, and says where it comes from.
func requireExtensions(ctx context.Context, pool *pgxpool.Pool) error {
	rows, err := pool.Query(ctx, `-- name: AvailableExtensions :many
		SELECT name FROM pg_available_extensions WHERE name = any($1::text[])`, extensions)
	if err != nil {
		return fmt.Errorf("list available extensions: %w", err)
	}
	available, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return fmt.Errorf("list available extensions: %w", err)
	}
	return missingExtensions(available)
}

func missingExtensions(available []string) error {
	var missing []string
	for _, name := range extensions {
		if !slices.Contains(available, name) {
			missing = append(missing, name)
		}
	}
	if len(missing) == 0 {
		return nil
	}
	return fmt.Errorf("the PostgreSQL server lacks %s; they come with its contrib modules: "+
		"Debian and Ubuntu have them in postgresql-<version>, Fedora and RHEL in postgresql-contrib, "+
		"Alpine in postgresql<version>-contrib; managed services offer them as extensions to allow",
		strings.Join(missing, ", "))
}
