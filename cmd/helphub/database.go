package main

import (
	"context"
	"errors"
	"fmt"

	"helphub/internal/pgembed"
)

type dbCmd struct {
	Stop dbStopCmd `cmd:"" help:"Stop an embedded database that a killed HelpHub left running."`
}

type dbStopCmd struct{}

// Run stops the embedded server, unless a process of ours uses it.
func (dbStopCmd) Run(ctx context.Context, p *program) error {
	if !p.cfg.embedded() {
		return &problem{code: exitUsage, text: "DATABASE_URL is set, so the database is not ours to stop"}
	}
	stopped, err := pgembed.StopServer(ctx, p.cfg.databaseDir())
	switch {
	case errors.Is(err, pgembed.ErrInUse):
		return &problem{code: exitFailed, text: err.Error(), err: err}
	case err != nil:
		return embedProblem(err)
	}
	line := "no embedded database was running"
	if stopped {
		line = "the embedded database is stopped"
	}
	_, err = fmt.Fprintln(p.out, line)
	return err
}
