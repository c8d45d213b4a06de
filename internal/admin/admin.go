// Package admin is what administrators do, and what everybody does to their
// own account: the commands on set-up, sessions, staff, departments and the
// company. Like the helpdesk's, each is one change of the ledger.
package admin

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"helphub/internal/fault"
	"helphub/internal/ledger"
	"helphub/internal/password"
	"helphub/queries"
)

// Office runs the commands against one ledger.
type Office struct {
	ledger *ledger.Ledger
	// read is where passwords are looked up before a change is opened: hashing
	// takes tens of milliseconds and no transaction waits for it.
	read *queries.Queries
	now  func() time.Time
}

// New returns an office that writes through l and reads from read.
func New(l *ledger.Ledger, read *queries.Queries) *Office {
	return &Office{ledger: l, read: read, now: time.Now}
}

// At returns an office whose commands happen at another time than now.
func (o *Office) At(now time.Time) *Office {
	return &Office{ledger: o.ledger.At(now), read: o.read, now: func() time.Time { return now }}
}

// Quietly returns an office whose commands announce nothing (see ledger.Quietly).
func (o *Office) Quietly() *Office {
	return &Office{ledger: o.ledger.Quietly(), read: o.read, now: o.now}
}

// hash checks a new password against the policy and hashes it.
func hash(ctx context.Context, field, pw, username, name string) (string, *fault.Fault, error) {
	if f := password.Check(pw, username, name); f != nil {
		return "", f.On(field), nil
	}
	h, err := password.Hash(ctx, pw)
	if err != nil {
		return "", nil, fmt.Errorf("hash password: %w", err)
	}
	return h, nil, nil
}

// missing turns "no such row" into the fault people see.
func missing(err error, doing string) error {
	if errors.Is(err, pgx.ErrNoRows) {
		return fault.ErrMissing
	}
	return fmt.Errorf("%s: %w", doing, err)
}
