package helpdesk

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"helphub/internal/fault"
	"helphub/internal/ledger"
	"helphub/internal/live"
	"helphub/internal/postgres"
	"helphub/internal/staff"
)

// ErrCustomerUsed: a customer with tickets is deactivated, not deleted (D-26).
var ErrCustomerUsed = fault.New(fault.Conflict, "customer.has_tickets")

// DeleteCustomer deletes a customer for whom no ticket was ever opened. Whether
// there is one is the database's answer, so that a ticket opened in the same
// moment keeps its customer. Faults: fault.ErrMissing, ErrCustomerUsed.
func (d *Desk) DeleteCustomer(ctx context.Context, by staff.Actor, id uuid.UUID) error {
	err := d.ledger.Write(ctx, by, staff.CustomerDelete, func(ctx context.Context, c *ledger.Change) error {
		row, err := lockCustomer(ctx, c, id)
		if err != nil {
			return err
		}
		if err := c.Q.DeleteCustomer(ctx, id); err != nil {
			return fmt.Errorf("delete customer: %w", err)
		}
		c.Tell(live.Customers)
		return c.Audit("customer.deleted", "customer", id, fieldsOf(fromLockedRow(row)).At(int(row.Version)), nil)
	})
	if postgres.Violated(err, "ticket_has_a_customer") {
		return ErrCustomerUsed
	}
	return err
}
