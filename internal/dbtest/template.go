package dbtest

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"helphub/internal/postgres"
)

// ensureTemplates makes the database that tests copy and the one that they
// share, once per content of the migrations and server.
func (h *host) ensureTemplates(ctx context.Context) error {
	conn, err := h.admin.Acquire(ctx)
	if err != nil {
		return fmt.Errorf("make test template: %w", err)
	}
	defer conn.Release()
	if _, err := conn.Exec(ctx, "SELECT pg_advisory_lock($1)", templateLock); err != nil {
		return fmt.Errorf("lock test template: %w", err)
	}
	defer func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
		defer cancel()
		// If this fails the connection is broken, and the lock gone with it.
		_, _ = conn.Exec(ctx, "SELECT pg_advisory_unlock($1)", templateLock)
	}()
	if err := h.ensureTemplate(ctx, conn); err != nil {
		return fmt.Errorf("make test template: %w", err)
	}
	return nil
}

func (h *host) ensureTemplate(ctx context.Context, conn *pgxpool.Conn) error {
	have, err := databaseExists(ctx, conn, h.sharedName())
	if err != nil || have {
		return err
	}
	// The shared one is made last, so its absence means that both are to be
	// made. We hold the lock, so any that is half-made has been deserted.
	building := h.templateName() + buildingSuffix
	deserted, err := halfMade(ctx, conn)
	if err != nil {
		return err
	}
	for _, name := range append(deserted, h.templateName()) {
		if _, err := conn.Exec(ctx, "DROP DATABASE IF EXISTS "+quote(name)+" WITH (FORCE)"); err != nil {
			return err
		}
	}
	if _, err := conn.Exec(ctx, "CREATE DATABASE "+quote(building)+" TEMPLATE template0 STRATEGY FILE_COPY"); err != nil {
		return err
	}
	if err := postgres.Migrate(ctx, h.dsn(building)); err != nil {
		return err
	}
	for _, sql := range []string{
		// Nobody may connect to it: a template in use cannot be copied.
		fmt.Sprintf("ALTER DATABASE %s ALLOW_CONNECTIONS false", quote(building)),
		fmt.Sprintf("ALTER DATABASE %s RENAME TO %s", quote(building), quote(h.templateName())),
		usedNow(h.templateName()),
		fmt.Sprintf("CREATE DATABASE %s TEMPLATE %s STRATEGY FILE_COPY", quote(h.sharedName()), quote(h.templateName())),
		usedNow(h.sharedName()),
	} {
		if err := whenUnused(ctx, func() error { _, err := conn.Exec(ctx, sql); return err }); err != nil {
			return err
		}
	}
	return nil
}

func databaseExists(ctx context.Context, conn *pgxpool.Conn, name string) (have bool, err error) {
	err = conn.QueryRow(ctx, "SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)", name).Scan(&have)
	return have, err
}

const buildingSuffix = "_building"

func halfMade(ctx context.Context, conn *pgxpool.Conn) ([]string, error) {
	rows, err := conn.Query(ctx, "SELECT datname FROM pg_database WHERE starts_with(datname, $1) AND right(datname, length($2)) = $2",
		templatePrefix, buildingSuffix)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[string])
}
