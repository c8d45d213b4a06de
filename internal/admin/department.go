package admin

import (
	"context"
	"errors"
	"fmt"
	"net/mail"

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
	// ErrDepartmentTaken: another department has the name; its detail is that one's id.
	ErrDepartmentTaken = fault.New(fault.Invalid, "department.name_taken")
	// ErrDepartmentUsed: a department with tickets is deactivated, not deleted (D-26).
	ErrDepartmentUsed = fault.New(fault.Conflict, "department.has_tickets")
	// ErrStaleDepartment: somebody else saved it meanwhile.
	ErrStaleDepartment = fault.New(fault.Conflict, "department.stale")
)

// NewDepartment is what the form of a department posts.
type NewDepartment struct {
	Form                     uuid.UUID
	Name, Email, Description string
	Active                   bool
	Version                  int
	Origin                   string
}

func (n NewDepartment) check() (NewDepartment, fault.Faults) {
	var faults fault.Faults
	var f *fault.Fault
	n.Name, f = fault.Line("name", n.Name, 1, 80)
	faults.Add(f)
	n.Email, f = fault.Line("email", n.Email, 0, 254)
	if f == nil && n.Email != "" {
		if a, err := mail.ParseAddress(n.Email); err != nil || a.Address != n.Email {
			f = ErrEmail.On("email")
		}
	}
	faults.Add(f)
	n.Description, f = fault.Text("description", n.Description, 0, 500)
	faults.Add(f)
	return n, faults
}

// CreateDepartment makes a department and returns its id.
func (o *Office) CreateDepartment(ctx context.Context, by staff.Actor, n NewDepartment) (uuid.UUID, error) {
	n, faults := n.check()
	id := n.Form
	err := o.ledger.Write(ctx, by, staff.DepartmentManage, func(ctx context.Context, c *ledger.Change) error {
		if _, err := c.Q.GetDepartment(ctx, id); id != uuid.Nil && err == nil {
			return c.Nothing()
		}
		if err := faults.Err(); err != nil {
			return err
		}
		if id == uuid.Nil {
			var err error
			if id, err = uuid.NewV7(); err != nil {
				return fmt.Errorf("name department: %w", err)
			}
		}
		row := queries.InsertDepartmentParams{ID: id, Name: n.Name, Email: n.Email, Description: n.Description, Active: n.Active}
		if n.Origin != "" {
			row.Origin = &n.Origin
		}
		if err := c.Q.InsertDepartment(ctx, row); err != nil {
			return fmt.Errorf("insert department: %w", err)
		}
		c.Tell(live.Admin)
		return c.Audit("department.created", "department", id, nil, n)
	})
	return id, o.nameTaken(ctx, err, n.Name)
}

// UpdateDepartment saves a department.
func (o *Office) UpdateDepartment(ctx context.Context, by staff.Actor, id uuid.UUID, n NewDepartment) error {
	n, faults := n.check()
	err := o.ledger.Write(ctx, by, staff.DepartmentManage, func(ctx context.Context, c *ledger.Change) error {
		was, err := c.Q.LockDepartment(ctx, id)
		if err != nil {
			return missing(err, "lock department")
		}
		if err := faults.Err(); err != nil {
			return err
		}
		if n.Version < int(was.Version) {
			return ErrStaleDepartment
		}
		err = c.Q.UpdateDepartment(ctx, queries.UpdateDepartmentParams{
			ID: id, Name: n.Name, Email: n.Email, Description: n.Description, Active: n.Active, UpdatedAt: c.Now,
		})
		if err != nil {
			return fmt.Errorf("update department: %w", err)
		}
		c.Tell(live.Admin, live.Tickets)
		return c.Audit("department.updated", "department", id, was, n)
	})
	return o.nameTaken(ctx, err, n.Name)
}

// DeleteDepartment deletes a department that never had a ticket.
func (o *Office) DeleteDepartment(ctx context.Context, by staff.Actor, id uuid.UUID) error {
	err := o.ledger.Write(ctx, by, staff.DepartmentManage, func(ctx context.Context, c *ledger.Change) error {
		was, err := c.Q.LockDepartment(ctx, id)
		if err != nil {
			return missing(err, "lock department")
		}
		if _, err := c.Q.DeleteDepartment(ctx, id); err != nil {
			return fmt.Errorf("delete department: %w", err)
		}
		c.Tell(live.Admin)
		return c.Audit("department.deleted", "department", id, was, nil)
	})
	if postgres.Violated(err, "ticket_department_exists") {
		return ErrDepartmentUsed
	}
	return err
}

// nameTaken says which department has the name, so that the form can link to it.
func (o *Office) nameTaken(ctx context.Context, err error, name string) error {
	if !postgres.Violated(err, "department_name_is_taken") {
		return err
	}
	other, lookErr := o.read.DepartmentByName(ctx, name)
	if errors.Is(lookErr, pgx.ErrNoRows) {
		return ErrDepartmentTaken.On("name")
	}
	if lookErr != nil {
		return fmt.Errorf("look for the department of that name: %w", lookErr)
	}
	return ErrDepartmentTaken.On("name").Detailed(other.ID)
}
