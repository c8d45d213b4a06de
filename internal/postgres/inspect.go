package postgres

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"helphub/migrations"
)

// Facts are what an administrator wants to know of a database.
type Facts struct {
	Version    string // of the server, "15.14"
	Database   string
	User       string
	Missing    []string // extensions that the server does not offer
	Schema     int64    // newest applied migration, 0 for none
	WantSchema int64    // newest migration of this program
	Jobs       int64    // version of the job tables, 0 for none
	WantJobs   int64
}

// Inspect reads the facts and changes nothing; the database may be empty.
func Inspect(ctx context.Context, pool *pgxpool.Pool) (Facts, error) {
	f := Facts{WantJobs: riverVersion}
	err := pool.QueryRow(ctx, "-- name: ServerFacts :one\nSELECT current_setting('server_version'), current_database(), current_user").
		Scan(&f.Version, &f.Database, &f.User)
	if err != nil {
		return f, fmt.Errorf("ask for version: %w", err)
	}
	rows, err := pool.Query(ctx, `-- name: MissingExtensions :many
		SELECT e FROM unnest($1::text[]) AS e WHERE e NOT IN (SELECT name FROM pg_available_extensions) ORDER BY e`, extensions)
	if err != nil {
		return f, fmt.Errorf("list available extensions: %w", err)
	}
	if f.Missing, err = pgx.CollectRows(rows, pgx.RowTo[string]); err != nil {
		return f, fmt.Errorf("list available extensions: %w", err)
	}
	have, err := schemaVersions(ctx, pool)
	if err != nil {
		return f, err
	}
	f.Schema, f.Jobs = have.ours, have.river
	f.WantSchema, err = newest(migrations.FS)
	return f, err
}
