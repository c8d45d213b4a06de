package helpdesk

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"helphub/internal/fault"
	"helphub/internal/ledger"
	"helphub/internal/live"
	"helphub/internal/staff"
	"helphub/queries"
)

// EnsureCustomer returns the customer of that origin (the name they have in
// the system they come from), made without a document when there is none yet:
// "documento pendente". created says which.
func (d *Desk) EnsureCustomer(ctx context.Context, by staff.Actor, origin, name string) (id uuid.UUID, created bool, err error) {
	name, f := fault.Line("legal_name", name, 2, 160)
	if f != nil {
		return uuid.Nil, false, f
	}
	err = d.ledger.Write(ctx, by, staff.CustomerWrite, func(ctx context.Context, c *ledger.Change) error {
		row, err := c.Q.CustomerByOrigin(ctx, &origin)
		if err == nil {
			id = row.ID
			return c.Nothing()
		}
		if !errors.Is(err, pgx.ErrNoRows) {
			return fmt.Errorf("look for customer by origin: %w", err)
		}
		if id, err = uuid.NewV7(); err != nil {
			return fmt.Errorf("name customer: %w", err)
		}
		err = c.Q.InsertCustomer(ctx, queries.InsertCustomerParams{ID: id, LegalName: name, Active: true, Origin: &origin})
		if err != nil {
			return fmt.Errorf("insert customer: %w", err)
		}
		created = true
		c.Tell(live.Customers)
		return c.Audit("customer.imported", "customer", id, nil, map[string]any{"legal_name": name, "origin": origin})
	})
	return id, created, err
}
