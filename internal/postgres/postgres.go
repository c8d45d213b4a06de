// Package postgres is how HelpHub reaches its database: two pools (one that
// writes, one that cannot), the migrations, the meaning of the server's
// errors, and the connection that listens for news.
//
// It knows PostgreSQL and nothing of tickets: it holds no query of the
// product, decides no rule and starts no server (that is pgembed's).
package postgres

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
)

// Limits on every pooled connection. They are the server's defence against
// ours: a statement or a forgotten transaction that holds locks for longer
// than a minute is a bug, and the server ends it.
const (
	statementTimeout       = 60 * time.Second
	idleTransactionTimeout = 60 * time.Second
)

// defaultConns is how many connections each pool may open when Config says
// nothing. Two pools and the listener of three instances then stay below the
// hundred connections that PostgreSQL allows by default.
const defaultConns = 12

// Config says which database to use and how.
type Config struct {
	// DSN is a PostgreSQL URL or a keyword string, as libpq takes them.
	DSN string
	// MaxConns bounds each of the two pools; 0 means 12.
	MaxConns int32
	// Name is told to the server as application_name; "" means "helphub".
	Name string
	// Log receives the slow queries; nil means silence.
	Log *slog.Logger
	// Observe, when set, is called after every query of both pools with its
	// name (see QueryName). It must be quick and safe for concurrent use.
	Observe func(ctx context.Context, name string, took time.Duration, err error)
}

// DB is the database as the program uses it. Both pools are safe for
// concurrent use and connect on demand, so a DB outlives its server.
type DB struct {
	// Write is the pool for the ledger and for jobs.
	Write *pgxpool.Pool
	// Read is the pool for pages: every transaction in it is read only, so
	// the server refuses a page that writes (SQLSTATE 25006).
	Read *pgxpool.Pool
}

// Open makes both pools and tries one connection of each. The error of an
// unreachable server satisfies IsUnavailable. Close the DB when done.
func Open(ctx context.Context, c Config) (*DB, error) {
	if c.DSN == "" {
		return nil, errors.New("open database: no DSN given")
	}
	write, err := openPool(ctx, c, false)
	if err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	read, err := openPool(ctx, c, true)
	if err != nil {
		write.Close()
		return nil, fmt.Errorf("open read-only pool: %w", err)
	}
	return &DB{Write: write, Read: read}, nil
}

// Close closes both pools after the connections in use have come back.
func (db *DB) Close() {
	db.Read.Close()
	db.Write.Close()
}

func openPool(ctx context.Context, c Config, readOnly bool) (*pgxpool.Pool, error) {
	cfg, err := pgxpool.ParseConfig(c.DSN)
	if err != nil {
		return nil, fmt.Errorf("read DSN: %w", err)
	}
	sessionSettings(cfg.ConnConfig, c.Name)
	params := cfg.ConnConfig.RuntimeParams
	params["statement_timeout"] = milliseconds(statementTimeout)
	params["idle_in_transaction_session_timeout"] = milliseconds(idleTransactionTimeout)
	if readOnly {
		params["default_transaction_read_only"] = "on"
	}
	cfg.ConnConfig.Tracer = &tracer{log: c.Log, observe: c.Observe}
	cfg.MaxConns = defaultConns
	if c.MaxConns > 0 {
		cfg.MaxConns = c.MaxConns
	}
	// A spread of life times keeps the connections from ending all at once.
	cfg.MaxConnLifetime = time.Hour
	cfg.MaxConnLifetimeJitter = 10 * time.Minute
	cfg.MaxConnIdleTime = 10 * time.Minute
	cfg.HealthCheckPeriod = 30 * time.Second

	pool, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		return nil, fmt.Errorf("make pool: %w", err)
	}
	if err := pool.Ping(ctx); err != nil {
		pool.Close()
		return nil, fmt.Errorf("connect: %w", err)
	}
	return pool, nil
}
