package main

import (
	"context"
	"fmt"
	"time"

	"helphub/handlers"
	"helphub/internal/postgres"
)

// readyLimit is how long a probe waits for the database.
const readyLimit = 2 * time.Second

// ready says whether this instance can serve people. A probe is told what is
// wrong but not how: that is in the log.
func (w *web) ready(ctx context.Context) handlers.Readiness {
	ctx, cancel := context.WithTimeout(ctx, readyLimit)
	defer cancel()
	r := handlers.Readiness{Database: "ok", Migrations: "ok", Listener: "ok"}
	if have, want, err := postgres.Migrated(ctx, w.db.Read); err != nil {
		r.Database, r.Migrations = "unreachable", "unknown"
		w.log.WarnContext(ctx, "not ready", "error", err)
	} else if have != want {
		r.Migrations = fmt.Sprintf("%d of %d", have, want)
	}
	switch {
	case w.closing.Load():
		r.Listener = "closing"
	case !w.listener.Healthy():
		r.Listener = "silent"
	}
	r.Ready = r.Database == "ok" && r.Migrations == "ok" && r.Listener == "ok"
	return r
}
