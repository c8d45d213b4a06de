package dbtest

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"helphub/migrations"
)

// host is the server that tests use, seen from this process.
type host struct {
	base  *url.URL
	admin *pgxpool.Pool
	// token marks this process's databases; a connection named after it says
	// that the process is alive.
	token string
	hash  string

	mu     sync.Mutex
	serial int

	sharedPool func() (*pgxpool.Pool, error)
	dropping   chan string
}

// setUp runs once per process, for the first test that needs the server.
var setUp = sync.OnceValues(func() (*host, error) {
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	return newHost(ctx)
})

func server(t testing.TB) *host {
	t.Helper()
	h, err := setUp()
	if err != nil {
		t.Fatalf("dbtest: %v", err)
	}
	return h
}

func newHost(ctx context.Context) (*host, error) {
	dsn := os.Getenv("TEST_DATABASE_URL")
	if dsn == "" {
		var err error
		if dsn, err = startCluster(ctx); err != nil {
			return nil, err
		}
	}
	base, err := url.Parse(dsn)
	if err != nil || base.Scheme == "" {
		return nil, fmt.Errorf("TEST_DATABASE_URL must be a URL (postgres://…)")
	}
	hash, err := hashFiles(migrations.FS)
	if err != nil {
		return nil, err
	}
	h := &host{base: base, hash: hash, token: strings.ToLower(rand.Text()[:12]), dropping: make(chan string, 1024)}
	h.sharedPool = sync.OnceValues(h.openShared)
	cfg, err := pgxpool.ParseConfig(dsn)
	if err != nil {
		return nil, fmt.Errorf("read DSN of the test server: %w", err)
	}
	cfg.ConnConfig.RuntimeParams["application_name"] = presence(h.token)
	cfg.MaxConns = 5
	if h.admin, err = pgxpool.NewWithConfig(ctx, cfg); err != nil {
		return nil, fmt.Errorf("open test server: %w", err)
	}
	// One connection is never given back: while it is there, so are we.
	if _, err := h.admin.Acquire(ctx); err != nil {
		return nil, fmt.Errorf("reach test server: %w", err)
	}
	if err := h.ensureTemplates(ctx); err != nil {
		return nil, err
	}
	go h.sweep()
	return h, nil
}

// presence is the application_name by which a living test process is known.
func presence(token string) string { return "dbtest " + token }

// dsn is the URL of another database on the same server.
func (h *host) dsn(database string) string {
	u := *h.base
	u.Path = "/" + database
	return u.String()
}

// hashFiles is short: it names databases.
func hashFiles(files fs.FS) (string, error) {
	names, err := fs.Glob(files, "*.sql")
	if err != nil {
		return "", fmt.Errorf("list migrations: %w", err)
	}
	sum := sha256.New()
	for _, name := range names {
		b, err := fs.ReadFile(files, name)
		if err != nil {
			return "", fmt.Errorf("read migration: %w", err)
		}
		fmt.Fprintf(sum, "%s %d\n%s", name, len(b), b)
	}
	return hex.EncodeToString(sum.Sum(nil)[:8]), nil
}

func (h *host) openShared() (*pgxpool.Pool, error) {
	cfg, err := pgxpool.ParseConfig(h.dsn(h.sharedName()))
	if err != nil {
		return nil, fmt.Errorf("read DSN of the shared test database: %w", err)
	}
	cfg.ConnConfig.RuntimeParams["timezone"] = "UTC"
	cfg.ConnConfig.RuntimeParams["application_name"] = "test"
	cfg.MaxConns = 32 // As many transactions as tests in parallel, and some.
	return pgxpool.NewWithConfig(context.Background(), cfg)
}

// copyTemplate makes a database with the schema.
func (h *host) copyTemplate(t testing.TB) string {
	t.Helper()
	name := h.nextName()
	h.create(t, fmt.Sprintf("CREATE DATABASE %s TEMPLATE %s STRATEGY FILE_COPY", quote(name), quote(h.templateName())))
	return name
}

// createEmpty makes a database without anything.
func (h *host) createEmpty(t testing.TB) string {
	t.Helper()
	name := h.nextName()
	h.create(t, fmt.Sprintf("CREATE DATABASE %s TEMPLATE template0 STRATEGY FILE_COPY", quote(name)))
	return name
}

func (h *host) create(t testing.TB, sql string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	if _, err := h.admin.Exec(ctx, sql); err != nil {
		t.Fatalf("dbtest: make database: %v", err)
	}
}

func (h *host) nextName() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.serial++
	return fmt.Sprintf("%s%s_%d", testPrefix, h.token, h.serial)
}

func quote(name string) string { return pgx.Identifier{name}.Sanitize() }
