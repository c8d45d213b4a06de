package main

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"helphub/internal/pgembed"
	"helphub/internal/postgres"
	"helphub/queries"
)

// folder looks at the data folder.
func (d *doctor) folder() {
	d.section("Data folder")
	info, err := os.Stat(d.cfg.Data)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		d.line("state", "not there yet; it is made at the first start")
		d.writable(existingParent(d.cfg.Data))
		if closed := closedParent(d.cfg.Data); d.cfg.embedded() && os.Geteuid() == 0 && closed != "" {
			d.wrong("as root the database server runs as another user, who cannot enter %s: name a folder elsewhere with HELPHUB_DATA, for example %s", closed, systemData)
		}
		return
	case err != nil:
		d.wrong("the data folder cannot be looked at: %v", err)
		return
	case !info.IsDir():
		d.wrong("%s is no folder", d.cfg.Data)
		return
	}
	d.line("mode", "%s", info.Mode())
	if info.Mode().Perm()&0o022 != 0 {
		d.wrong("other users can write to %s: chmod go-w %s", d.cfg.Data, d.cfg.Data)
	}
	d.writable(d.cfg.Data)
}

func (d *doctor) writable(dir string) {
	f, err := os.CreateTemp(dir, ".helphub-doctor-*")
	if err != nil {
		d.wrong("%s cannot be written to: %v", dir, err)
		return
	}
	_ = f.Close()           // Nothing was written.
	_ = os.Remove(f.Name()) // It was only made to see whether it can be.
	d.line("writable", "yes")
}

func existingParent(path string) string {
	for {
		if _, err := os.Stat(path); err == nil || path == filepath.Dir(path) {
			return path
		}
		path = filepath.Dir(path)
	}
}

// databaseLimit bounds everything that the database is asked.
const databaseLimit = 30 * time.Second

// database looks for the database and at what is in it.
func (d *doctor) database(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, databaseLimit)
	defer cancel()
	d.section("Database")
	dsn := d.cfg.DatabaseURL
	if d.cfg.embedded() {
		share := d.embeddedDatabase(ctx)
		if share == nil {
			return
		}
		defer d.leave(ctx, share)
		dsn = share.DSN()
		d.line("DSN", "%s", dsn)
		d.line("look inside", "psql '%s' (while HelpHub runs)", dsn)
	}
	db, err := postgres.Open(ctx, postgres.Config{DSN: dsn, MaxConns: 2, Name: "helphub doctor"})
	if err != nil {
		d.wrong("%s", databaseProblem(d.cfg, err).text)
		return
	}
	defer db.Close()
	d.inside(ctx, db)
}

// embeddedDatabase shows what was looked at and attaches to the server; nil
// when there is none to look into.
func (d *doctor) embeddedDatabase(ctx context.Context) *pgembed.Instance {
	found, looked, err := pgembed.Locate(ctx, pgembed.Search{Bin: d.cfg.PGBin, Offline: true})
	for _, c := range looked {
		state := "version " + c.Version
		if c.Problem != "" {
			state = c.Problem
		}
		d.line("looked at", "%s (%s): %s", c.Dir, c.Source, state)
	}
	if err != nil {
		// Without one it would be downloaded, where npm is there to do so.
		d.remark("%v", err)
	} else {
		d.line("PostgreSQL", "%s in %s", found.Version, found.Dir)
	}
	if _, err := os.Stat(filepath.Join(d.cfg.databaseDir(), "pg", "data", "PG_VERSION")); errors.Is(err, fs.ErrNotExist) {
		d.line("state", "not there yet; it is made at the first start")
		return nil
	}
	options := d.embedOptions()
	options.Log, options.Offline = nil, true
	share, err := pgembed.Start(ctx, options)
	if err != nil {
		d.wrong("%s", embedProblem(err).text)
		return nil
	}
	return share
}

func (d *doctor) leave(ctx context.Context, share *pgembed.Instance) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), leaveLimit)
	defer cancel()
	if err := share.Stop(ctx); err != nil {
		d.wrong("the embedded database does not stop: %v", err)
	}
}

// inside looks at server, schema, company, queue and schedule.
func (d *doctor) inside(ctx context.Context, db *postgres.DB) {
	f, err := postgres.Inspect(ctx, db.Read)
	if err != nil {
		d.wrong("the database cannot be read: %v", err)
		return
	}
	d.line("server", "PostgreSQL %s, database %s, user %s", f.Version, f.Database, f.User)
	if len(f.Missing) > 0 {
		d.wrong("the server lacks the extensions %s; they come with its contrib modules", strings.Join(f.Missing, ", "))
	} else {
		d.line("extensions", "all there")
	}
	d.line("schema", "version %d of %d, job tables %d of %d", f.Schema, f.WantSchema, f.Jobs, f.WantJobs)
	switch {
	case f.Schema > f.WantSchema || f.Jobs > f.WantJobs:
		d.wrong("%v", postgres.ErrSchemaNewer)
		return
	case f.Schema < f.WantSchema || f.Jobs < f.WantJobs:
		d.remark("the schema is older than this program; the next start brings it up to date")
		return
	}
	q := queries.New(db.Read)
	company, err := q.GetCompany(ctx)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		d.remark("nobody has set HelpHub up yet: helphub serve prints the link")
		return
	case err != nil:
		d.wrong("the company cannot be read: %v", err)
		return
	}
	d.line("company", "%s, %s", company.Name, company.TimeZone)
	zone, err := time.LoadLocation(company.TimeZone)
	if err != nil {
		d.wrong("the company's time zone is unknown: %v", err)
		zone = time.UTC
	}
	d.schedule(ctx, q, zone)
}

// overdue is how late a run may be before somebody should look: a worker
// looks every minute.
const overdue = 10 * time.Minute

func (d *doctor) schedule(ctx context.Context, q *queries.Queries, zone *time.Location) {
	rows, err := q.ListSchedules(ctx)
	if err != nil {
		d.wrong("the schedule cannot be read: %v", err)
		return
	}
	if len(rows) == 0 {
		d.remark("no worker has run yet, so nothing happens by itself and nobody is told of anything: helphub serve, or helphub worker")
	}
	for _, r := range rows {
		last := "never ran"
		if r.LastRunAt != nil {
			last = "last " + r.LastRunAt.In(zone).Format(time.RFC3339)
		}
		if r.LastResult != nil {
			last += ", " + *r.LastResult
		}
		d.line(r.Name, "%s, next %s, %s", r.Rule, r.NextRunAt.In(zone).Format(time.RFC3339), last)
		if late := time.Since(r.NextRunAt); late > overdue {
			d.wrong("%s should have run %s ago: is a worker running?", r.Name, late.Round(time.Minute))
		}
		if r.LastResult != nil && *r.LastResult == "failed" {
			d.wrong("%s failed: %q", r.Name, r.LastError)
		}
	}
}
