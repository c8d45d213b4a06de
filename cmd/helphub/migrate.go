package main

import (
	"context"
	"fmt"

	"helphub/internal/postgres"
)

type migrateCmd struct{}

// Run brings the schema up to date. Serving does the same by itself; this is
// for those who want it to happen at a moment of their own.
func (migrateCmd) Run(ctx context.Context, p *program) error {
	db, err := p.openDatabase(ctx, nil)
	if err != nil {
		return err
	}
	defer db.close(ctx)
	have, want, err := postgres.Migrated(ctx, db.Write)
	if err != nil {
		return fmt.Errorf("read schema version: %w", err)
	}
	_, err = fmt.Fprintf(p.out, "the schema is at version %d of %d\n", have, want)
	return err
}
