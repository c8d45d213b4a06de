package admin

import (
	"context"
	"fmt"

	"helphub/internal/fault"
	"helphub/internal/ledger"
	"helphub/internal/postgres"
)

// ErrVersion: the form does not say from which version it was made.
var ErrVersion = fault.New(fault.Invalid, "fault.version")

// changed is what a thing becomes: what its form asks for, held against what
// others saved since the form was drawn; stale is the refusal when both changed
// the same field.
func changed(ctx context.Context, c *ledger.Change, thing ledger.Thing, was, asked ledger.Fields, stale *fault.Fault) (ledger.Fields, error) {
	if thing.From >= thing.Version {
		return asked, nil
	}
	merged, clash, err := c.Merge(ctx, thing, was, asked)
	if err != nil {
		return nil, err
	}
	if clash != nil {
		return nil, stale.Detailed(clash)
	}
	return merged, nil
}

// formTries bounds how often a change is tried again that arrived together
// with another of the same form id: the second try sees what the first made.
const formTries = 3

func retryForm(constraint string, change func() error) error {
	var err error
	for range formTries {
		if err = change(); !postgres.Violated(err, constraint) {
			return err
		}
	}
	return fmt.Errorf("save in %d tries: %w", formTries, err)
}
