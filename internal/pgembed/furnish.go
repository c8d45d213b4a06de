package pgembed

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// connectLimit is how long a running server may take to answer.
const connectLimit = 10 * time.Second

// dsn is the URL of a database behind a socket.
func dsn(socket, as, database string) string {
	u := url.URL{
		Scheme: "postgres", User: url.User(as), Path: "/" + database,
		RawQuery: url.Values{"host": {socket}, "port": {"5432"}}.Encode(),
	}
	return u.String()
}

// furnish makes sure that our role can reach our database, and makes both
// where they are missing: a process may be killed after making the cluster.
func (c *cluster) furnish(ctx context.Context, socket string) error {
	err := c.exec(ctx, dsn(socket, role, database))
	if err == nil {
		return nil
	}
	var pg *pgconn.PgError
	if !errors.As(err, &pg) {
		return err
	}
	switch pg.Code {
	case "53300": // It has no connection left, so it runs and is in use.
		return nil
	case "28000", "3D000": // no such role, no such database
	default:
		return err
	}
	var hasRole, hasDatabase bool
	admin := dsn(socket, superuser, "postgres")
	if err := c.query(ctx, admin, `SELECT
		EXISTS (SELECT FROM pg_roles WHERE rolname = $1),
		EXISTS (SELECT FROM pg_database WHERE datname = $2)`, []any{role, database}, &hasRole, &hasDatabase); err != nil {
		return err
	}
	var todo []string
	if !hasRole {
		todo = append(todo, "CREATE ROLE "+role+" LOGIN CREATEDB")
	}
	if !hasDatabase {
		todo = append(todo, "CREATE DATABASE "+database+" OWNER "+role)
	}
	return c.exec(ctx, admin, todo...)
}

// permanent reports whether waiting cannot help: the server answered and
// refused, for a reason other than that it is starting or stopping.
func permanent(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && pg.Code != "57P03" && pg.Code != "57P01" && pg.Code != "57P02"
}

func (c *cluster) exec(ctx context.Context, dsn string, statements ...string) error {
	return c.connect(ctx, dsn, func(ctx context.Context, conn *pgx.Conn) error {
		for _, sql := range statements {
			if _, err := conn.Exec(ctx, sql); err != nil {
				return fmt.Errorf("%s: %w", sql, err)
			}
		}
		return nil
	})
}

func (c *cluster) query(ctx context.Context, dsn, sql string, args []any, into ...any) error {
	return c.connect(ctx, dsn, func(ctx context.Context, conn *pgx.Conn) error {
		return conn.QueryRow(ctx, sql, args...).Scan(into...)
	})
}

func (c *cluster) connect(ctx context.Context, dsn string, do func(context.Context, *pgx.Conn) error) error {
	ctx, cancel := context.WithTimeout(ctx, connectLimit)
	defer cancel()
	conn, err := pgx.Connect(ctx, dsn)
	if err != nil {
		return fmt.Errorf("connect to the embedded database: %w", err)
	}
	defer conn.Close(ctx)
	return do(ctx, conn)
}
