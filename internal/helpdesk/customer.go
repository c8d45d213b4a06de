package helpdesk

import (
	"context"
	"errors"
	"fmt"
	"maps"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"helphub/internal/customer"
	"helphub/internal/fault"
	"helphub/internal/ledger"
	"helphub/internal/live"
	"helphub/internal/postgres"
	"helphub/internal/staff"
	"helphub/internal/taxid"
	"helphub/queries"
)

// The refusals of customer forms that are not about one field's text.
var (
	// ErrStaleCustomer: somebody else changed the same field meanwhile; its
	// detail is a *ledger.Stale.
	ErrStaleCustomer = fault.New(fault.Conflict, "customer.stale")
	// ErrCustomerMade: the form has made another customer already.
	ErrCustomerMade = fault.New(fault.Invalid, "customer.form_used")
)

// NewCustomer is what the form of a customer posts.
type NewCustomer struct {
	// Form is the form's hidden id and becomes the customer's: sent twice, one
	// is made. The zero id draws one.
	Form uuid.UUID
	customer.Draft
	// Version an edit was made from; not used when one is made.
	Version int
	// Origin names the customer in the system they were imported from; such a
	// one may lack the tax number ("documento pendente").
	Origin string
}

// customerTries bounds how often a change is tried again that lost a race for
// a tax number or for a form's id: the second try sees who won.
const customerTries = 3

// CreateCustomer makes a customer and returns its id. Faults: those of
// customer.Draft.Check, customer.ErrTaxIDTaken with a fault.Other as its
// detail, ErrCustomerMade.
func (d *Desk) CreateCustomer(ctx context.Context, by staff.Actor, n NewCustomer) (uuid.UUID, error) {
	id := n.Form
	if id == uuid.Nil {
		var err error
		if id, err = uuid.NewV7(); err != nil {
			return uuid.Nil, fmt.Errorf("name customer: %w", err)
		}
	}
	err := retryTaken(func() error {
		return d.ledger.Write(ctx, by, staff.CustomerWrite, func(ctx context.Context, c *ledger.Change) error {
			return createCustomer(ctx, c, id, n)
		})
	})
	return id, err
}

func createCustomer(ctx context.Context, c *ledger.Change, id uuid.UUID, n NewCustomer) error {
	required, err := requiresTaxID(ctx, c)
	if err != nil {
		return err
	}
	made, draftErr := n.Check(required && n.Origin == "")
	switch row, err := c.Q.GetCustomer(ctx, id); {
	case err == nil && draftErr == nil && maps.Equal(fieldsOf(made), fieldsOf(fromCustomerRow(row))):
		return c.Nothing()
	case err == nil:
		return ErrCustomerMade
	case !errors.Is(err, pgx.ErrNoRows):
		return fmt.Errorf("look for the form's customer: %w", err)
	}
	if draftErr != nil {
		return draftErr
	}
	if err := refuseTwin(ctx, c, id, made.TaxID); err != nil {
		return err
	}
	row := queries.InsertCustomerParams{
		ID: id, LegalName: made.LegalName, TradeName: made.TradeName, TaxID: textOrNil(made.TaxID), Email: made.Email,
		Phone: string(made.Phone), PostalCode: string(made.Address.PostalCode), Street: made.Address.Street,
		Number: made.Address.Number, Complement: made.Address.Complement, District: made.Address.District,
		City: made.Address.City, State: made.Address.State, Notes: made.Notes, Active: made.Active,
		Origin: textOrNil(n.Origin),
	}
	if err := c.Q.InsertCustomer(ctx, row); err != nil {
		return fmt.Errorf("insert customer: %w", err)
	}
	c.Tell(live.Customers)
	return c.Audit("customer.created", "customer", id, nil, fieldsOf(made).At(1))
}

// UpdateCustomer saves a customer. Besides the faults of CreateCustomer:
// fault.ErrMissing, ErrVersion, ErrStaleCustomer. One who was imported without
// a tax number may go on without it.
func (d *Desk) UpdateCustomer(ctx context.Context, by staff.Actor, id uuid.UUID, n NewCustomer) error {
	return retryTaken(func() error {
		return d.ledger.Write(ctx, by, staff.CustomerWrite, func(ctx context.Context, c *ledger.Change) error {
			return updateCustomer(ctx, c, id, n)
		})
	})
}

func updateCustomer(ctx context.Context, c *ledger.Change, id uuid.UUID, n NewCustomer) error {
	row, err := lockCustomer(ctx, c, id)
	if err != nil {
		return err
	}
	if n.Version <= 0 {
		return ErrVersion
	}
	required, err := requiresTaxID(ctx, c)
	if err != nil {
		return err
	}
	imported := row.Origin != nil && row.TaxID == nil
	asked, err := n.Check(required && !imported)
	if err != nil {
		return err
	}
	was := fieldsOf(fromLockedRow(row))
	is := fieldsOf(asked)
	if n.Version < int(row.Version) {
		thing := ledger.Thing{Entity: "customer", ID: id, From: n.Version, Version: int(row.Version)}
		merged, stale, err := c.Merge(ctx, thing, was, is)
		if err != nil {
			return err
		}
		if stale != nil {
			return ErrStaleCustomer.Detailed(stale)
		}
		is = merged
	}
	if maps.Equal(was, is) {
		return c.Nothing()
	}
	if err := refuseTwin(ctx, c, id, taxid.ID(is["tax_id"])); err != nil {
		return err
	}
	return saveCustomer(ctx, c, id, int(row.Version), was, is)
}

// lockCustomer holds the customer until the end of the change; a customer that
// is not there is fault.ErrMissing.
func lockCustomer(ctx context.Context, c *ledger.Change, id uuid.UUID) (queries.LockCustomerRow, error) {
	row, err := c.Q.LockCustomer(ctx, id)
	if errors.Is(err, pgx.ErrNoRows) {
		return row, fault.ErrMissing
	}
	if err != nil {
		return row, fmt.Errorf("lock customer: %w", err)
	}
	return row, nil
}

func saveCustomer(ctx context.Context, c *ledger.Change, id uuid.UUID, version int, was, is ledger.Fields) error {
	err := c.Q.UpdateCustomer(ctx, queries.UpdateCustomerParams{
		ID: id, LegalName: is["legal_name"], TradeName: is["trade_name"], TaxID: textOrNil(is["tax_id"]), Email: is["email"],
		Phone: is["phone"], PostalCode: is["postal_code"], Street: is["street"], Number: is["number"],
		Complement: is["complement"], District: is["district"], City: is["city"], State: is["state"], Notes: is["notes"],
		Active: is["active"] == "1", UpdatedAt: c.Now,
	})
	if err != nil {
		return fmt.Errorf("update customer: %w", err)
	}
	// Grids show the name, the pages of their tickets all of it.
	c.Tell(live.Customers, live.Tickets)
	tickets, err := c.Q.TicketsOfCustomer(ctx, id)
	if err != nil {
		return fmt.Errorf("list tickets of customer: %w", err)
	}
	for _, ticket := range tickets {
		c.Tell(live.Ticket(ticket))
	}
	return c.Audit("customer.updated", "customer", id, was.At(version), is.At(version+1))
}

// refuseTwin says who has the tax number already.
func refuseTwin(ctx context.Context, c *ledger.Change, id uuid.UUID, number taxid.ID) error {
	if number == "" {
		return nil
	}
	other, err := c.Q.CustomerByTaxID(ctx, textOrNil(number))
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return nil
	case err != nil:
		return fmt.Errorf("look for the tax number: %w", err)
	case other.ID == id:
		return nil
	}
	return customer.ErrTaxIDTaken.Detailed(fault.Other{ID: other.ID.String(), Name: displayName(other.LegalName, other.TradeName)})
}

func requiresTaxID(ctx context.Context, c *ledger.Change) (bool, error) {
	company, err := c.Q.GetCompany(ctx)
	if err != nil {
		return false, fmt.Errorf("get company: %w", err)
	}
	return company.RequireTaxID, nil
}

// retryTaken runs a change again that somebody else got ahead of: then the
// checks before the insert see what the constraint saw.
func retryTaken(change func() error) error {
	var err error
	for range customerTries {
		err = change()
		if !postgres.Violated(err, "tax_id_is_taken") && !postgres.Violated(err, "customer_pkey") {
			return err
		}
	}
	return fmt.Errorf("save customer in %d tries: %w", customerTries, err)
}
