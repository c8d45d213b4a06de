package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"helphub/internal/pgembed"
	"helphub/internal/postgres"
)

// databaseDir is where in the data folder the embedded database lives.
func (c Config) databaseDir() string { return filepath.Join(c.Data, "database") }

// embedded reports whether the database is ours to run.
func (c Config) embedded() bool { return c.DatabaseURL == "" }

// embeddedConns bounds each pool on the embedded server, which allows sixty
// connections to all processes together.
const embeddedConns = 8

// database is the opened database and, when it is embedded, our share in it.
type database struct {
	*postgres.DB
	dsn string
	log *slog.Logger

	embed  pgembed.Options
	mu     sync.Mutex
	share  *pgembed.Instance // nil with DATABASE_URL
	keeper func()            // ends the watch; nil with DATABASE_URL
	// complaint is what the watch said last, so that it says it once.
	complaint string
}

// dsnOf is the database's address, with the embedded server running.
func (p *program) dsnOf(ctx context.Context) (dsn string, share *pgembed.Instance, err error) {
	if !p.cfg.embedded() {
		return p.cfg.DatabaseURL, nil, nil
	}
	if p.cfg.DataWhy != "" {
		p.log.InfoContext(ctx, "data folder", "path", p.cfg.Data, "because", p.cfg.DataWhy)
	}
	if err := makeData(p.cfg.Data); err != nil {
		return "", nil, folderProblem(err)
	}
	share, err = pgembed.Start(ctx, p.embedOptions())
	if err != nil {
		return "", nil, embedProblem(err)
	}
	return share.DSN(), share, nil
}

// makeData makes the data folder. Root's must let the server's user pass.
func makeData(path string) error {
	if os.Geteuid() == 0 {
		return os.MkdirAll(path, 0o711)
	}
	return os.MkdirAll(path, 0o700)
}

func (p *program) embedOptions() pgembed.Options {
	return pgembed.Options{Data: p.cfg.databaseDir(), Bin: p.cfg.PGBin, Log: p.log}
}

// openDatabase starts the embedded database if there is no other, brings the
// schema up to date and opens the pools.
func (p *program) openDatabase(ctx context.Context, observe func(context.Context, string, time.Duration, error)) (*database, error) {
	dsn, share, err := p.dsnOf(ctx)
	if err != nil {
		return nil, err
	}
	db := &database{dsn: dsn, log: p.log, embed: p.embedOptions(), share: share}
	if err := postgres.Migrate(ctx, dsn); err != nil {
		db.leave(ctx)
		return nil, databaseProblem(p.cfg, err)
	}
	c := postgres.Config{DSN: dsn, Log: p.log, Observe: observe}
	if share != nil {
		c.MaxConns = embeddedConns
	}
	if db.DB, err = postgres.Open(ctx, c); err != nil {
		db.leave(ctx)
		return nil, databaseProblem(p.cfg, err)
	}
	if share != nil {
		db.keep(ctx)
	}
	return db, nil
}

// leaveLimit is how long the embedded server may take to stop; it gives its
// own processes thirty seconds before it insists.
const leaveLimit = 45 * time.Second

// close closes the pools and gives up our share of the embedded server; the
// last one out stops it.
func (d *database) close(ctx context.Context) {
	if d.keeper != nil {
		d.keeper()
	}
	d.DB.Close()
	d.leave(ctx)
}

func (d *database) leave(ctx context.Context) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.share == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), leaveLimit)
	defer cancel()
	if err := d.share.Stop(ctx); err != nil {
		d.log.ErrorContext(ctx, "stop embedded database", "error", err)
	}
}

// How the embedded server is watched: it is looked at every keepEvery, and
// brought up again when it cannot be reached twice in a row. Nobody else would
// do it: its owner has no system administrator.
const (
	keepEvery = time.Second
	keepLimit = 2 * time.Second
)

func (d *database) keep(ctx context.Context) {
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	d.keeper = func() { cancel(); <-done }
	go func() {
		defer close(done)
		tick := time.NewTicker(keepEvery)
		defer tick.Stop()
		away := 0
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			}
			if d.reached(ctx) {
				away = 0
				continue
			}
			if away++; away >= 2 {
				d.revive(ctx)
			}
		}
	}()
}

// reached reports false only when the server is not there; a slow answer or
// our own end is no absence.
func (d *database) reached(ctx context.Context) bool {
	ctx, cancel := context.WithTimeout(ctx, keepLimit)
	defer cancel()
	err := d.Write.Ping(ctx)
	return err == nil || ctx.Err() != nil || !postgres.IsUnavailable(err)
}

// revive starts the server again, or attaches to one that another process of
// ours has started meanwhile.
func (d *database) revive(ctx context.Context) {
	share, err := pgembed.Start(ctx, d.embed)
	if err != nil {
		if text := err.Error(); ctx.Err() == nil && text != d.complaint {
			d.complaint = text
			d.log.ErrorContext(ctx, "bring embedded database up again", "error", err)
		}
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	// The old share ends after the new one began, so the server stays.
	if err := d.share.Stop(ctx); err != nil {
		d.log.WarnContext(ctx, "give up old share of the database", "error", err)
	}
	d.share, d.complaint = share, ""
	d.log.WarnContext(ctx, "embedded database is reachable again")
}

func folderProblem(err error) *problem {
	return &problem{code: exitFolder, text: fmt.Sprintf("the data folder cannot be used: %v; name another with HELPHUB_DATA", err), err: err}
}

// embedProblem tells a folder that cannot be used from a server that is not
// there. pgembed says what to do in either case.
func embedProblem(err error) *problem {
	for _, folder := range []error{
		fs.ErrPermission, syscall.ENOTDIR, syscall.EROFS, syscall.ENOSPC, pgembed.ErrNotOurs,
	} {
		if errors.Is(err, folder) {
			return folderProblem(err)
		}
	}
	return &problem{code: exitUnavailable, text: fmt.Sprintf("the embedded database does not start: %v", err), err: err}
}

func databaseProblem(c Config, err error) *problem {
	switch {
	case errors.Is(err, postgres.ErrSchemaNewer):
		return &problem{code: exitSchema, text: err.Error(), err: err}
	case postgres.IsUnavailable(err):
		where := "the embedded database"
		if !c.embedded() {
			where = "the database at " + redacted(c.DatabaseURL)
		}
		return &problem{code: exitUnavailable, text: where + " cannot be reached: " + oneLine(err), err: err}
	}
	return &problem{code: exitFailed, text: fmt.Sprintf("the database cannot be used: %v", err), err: err}
}

// oneLine is an error on one line: a failed connection is told with a line for
// each address and try, many of them alike.
func oneLine(err error) string {
	var said []string
	for line := range strings.SplitSeq(err.Error(), "\n") {
		if line = strings.TrimSpace(line); line != "" && !slices.Contains(said, line) {
			said = append(said, line)
		}
	}
	return strings.Join(said, " ")
}
