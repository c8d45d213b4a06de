package admin

import (
	"context"
	"errors"
	"fmt"
	"maps"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"helphub/internal/fault"
	"helphub/internal/ledger"
	"helphub/internal/live"
	"helphub/internal/postgres"
	"helphub/internal/staff"
	"helphub/queries"
)

// The refusals of department forms.
var (
	// ErrDepartmentTaken: another department has the name; its detail is a
	// fault.Other that says which.
	ErrDepartmentTaken = fault.New(fault.Invalid, "department.name_taken")
	// ErrDepartmentMade: the form has made another department already.
	ErrDepartmentMade = fault.New(fault.Invalid, "department.form_used")
	// ErrDepartmentUsed: a department with tickets is deactivated, not deleted (D-26).
	ErrDepartmentUsed = fault.New(fault.Conflict, "department.has_tickets")
	// ErrStaleDepartment: somebody else changed the same field meanwhile; its
	// detail is a *ledger.Stale.
	ErrStaleDepartment = fault.New(fault.Conflict, "department.stale")
)

// Limits of a department's texts, in characters. The database has the same.
const (
	MaxDepartmentName = 80
	MaxDescription    = 500
)

// NewDepartment is what the form of a department posts.
type NewDepartment struct {
	Form                     uuid.UUID // the form's hidden id becomes the department's
	Name, Email, Description string
	Active                   bool
	Version                  int
	Origin                   string
}

func (n NewDepartment) check() (NewDepartment, fault.Faults) {
	var faults fault.Faults
	var f *fault.Fault
	n.Name, f = fault.Line("name", n.Name, 1, MaxDepartmentName)
	faults.Add(f)
	n.Email, f = fault.Email("email", n.Email)
	faults.Add(f)
	n.Description, f = fault.Text("description", n.Description, 0, MaxDescription)
	faults.Add(f)
	return n, faults
}

func (n NewDepartment) fields() ledger.Fields {
	return ledger.Fields{"name": n.Name, "email": n.Email, "description": n.Description, "active": ticked(n.Active)}
}

// CreateDepartment makes a department and returns its id. Sent twice with the
// same form id it makes one.
func (o *Office) CreateDepartment(ctx context.Context, by staff.Actor, n NewDepartment) (uuid.UUID, error) {
	n, faults := n.check()
	id := n.Form
	if id == uuid.Nil {
		var err error
		if id, err = uuid.NewV7(); err != nil {
			return uuid.Nil, fmt.Errorf("name department: %w", err)
		}
	}
	err := retryForm("department_pkey", func() error {
		return o.ledger.Write(ctx, by, staff.DepartmentManage, func(ctx context.Context, c *ledger.Change) error {
			switch made, err := c.Q.GetDepartment(ctx, id); {
			case err == nil && made.Name == n.Name:
				return c.Nothing()
			case err == nil:
				return ErrDepartmentMade
			case !errors.Is(err, pgx.ErrNoRows):
				return fmt.Errorf("look for the form's department: %w", err)
			}
			if err := faults.Err(); err != nil {
				return err
			}
			row := queries.InsertDepartmentParams{ID: id, Name: n.Name, Email: n.Email, Description: n.Description, Active: n.Active}
			if n.Origin != "" {
				row.Origin = &n.Origin
			}
			if err := c.Q.InsertDepartment(ctx, row); err != nil {
				return fmt.Errorf("insert department: %w", err)
			}
			c.Tell(live.Admin)
			return c.Audit("department.created", "department", id, nil, n.fields().At(1))
		})
	})
	return id, o.nameTaken(ctx, err, n.Name)
}

// UpdateDepartment saves a department.
func (o *Office) UpdateDepartment(ctx context.Context, by staff.Actor, id uuid.UUID, n NewDepartment) error {
	n, faults := n.check()
	err := o.ledger.Write(ctx, by, staff.DepartmentManage, func(ctx context.Context, c *ledger.Change) error {
		row, err := c.Q.LockDepartment(ctx, id)
		if err != nil {
			return missing(err, "lock department")
		}
		if n.Version <= 0 {
			return ErrVersion
		}
		if err := faults.Err(); err != nil {
			return err
		}
		was := departmentFields(row)
		thing := ledger.Thing{Entity: "department", ID: id, From: n.Version, Version: int(row.Version)}
		is, err := changed(ctx, c, thing, was, n.fields(), ErrStaleDepartment)
		if err != nil {
			return err
		}
		if maps.Equal(was, is) {
			return c.Nothing()
		}
		err = c.Q.UpdateDepartment(ctx, queries.UpdateDepartmentParams{
			ID: id, Name: is["name"], Email: is["email"], Description: is["description"], Active: is["active"] == "1", UpdatedAt: c.Now,
		})
		if err != nil {
			return fmt.Errorf("update department: %w", err)
		}
		c.Tell(live.Admin)
		if was["name"] != is["name"] {
			tickets, err := c.Q.TicketsOfDepartment(ctx, &id)
			if err := tellTickets(c, tickets, err); err != nil {
				return err
			}
		}
		return c.Audit("department.updated", "department", id, was.At(thing.Version), is.At(thing.Version+1))
	})
	return o.nameTaken(ctx, err, n.Name)
}

// DeleteDepartment deletes a department that has no ticket.
func (o *Office) DeleteDepartment(ctx context.Context, by staff.Actor, id uuid.UUID) error {
	err := o.ledger.Write(ctx, by, staff.DepartmentManage, func(ctx context.Context, c *ledger.Change) error {
		row, err := c.Q.LockDepartment(ctx, id)
		if err != nil {
			return missing(err, "lock department")
		}
		if _, err := c.Q.DeleteDepartment(ctx, id); err != nil {
			return fmt.Errorf("delete department: %w", err)
		}
		c.Tell(live.Admin)
		return c.Audit("department.deleted", "department", id, departmentFields(row).At(int(row.Version)), nil)
	})
	if postgres.Violated(err, "ticket_department_exists") {
		return ErrDepartmentUsed
	}
	return err
}

func departmentFields(r queries.LockDepartmentRow) ledger.Fields {
	return NewDepartment{Name: r.Name, Email: r.Email, Description: r.Description, Active: r.Active}.fields()
}

// nameTaken says which department has the name, so that the form can link to it.
func (o *Office) nameTaken(ctx context.Context, err error, name string) error {
	if !postgres.Violated(err, "department_name_is_taken") {
		return err
	}
	refused := ErrDepartmentTaken.On("name")
	other, lookErr := o.read.DepartmentByName(ctx, name)
	if errors.Is(lookErr, pgx.ErrNoRows) {
		return refused
	}
	if lookErr != nil {
		return fmt.Errorf("look for the department of that name: %w", lookErr)
	}
	return refused.Detailed(fault.Other{ID: other.ID.String(), Name: other.Name})
}
