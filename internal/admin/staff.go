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

// The refusals of staff forms.
var (
	// ErrUsernameTaken and ErrEmailTaken: somebody else has it; the detail is a
	// fault.Other that says who.
	ErrUsernameTaken = fault.New(fault.Invalid, "staff.username_taken")
	ErrEmailTaken    = fault.New(fault.Invalid, "staff.email_taken")
	ErrUsername      = fault.New(fault.Invalid, "staff.username_form")
	// ErrStaffMade: the form has made another account already.
	ErrStaffMade = fault.New(fault.Invalid, "staff.form_used")
	// ErrLastAdministrator: somebody must be left who can undo this (D-27).
	ErrLastAdministrator = fault.New(fault.Conflict, "staff.last_administrator")
	// ErrStaleStaff: somebody else changed the same field meanwhile; its detail
	// is a *ledger.Stale.
	ErrStaleStaff = fault.New(fault.Conflict, "staff.stale")
)

// CreateStaff makes an account and returns its id. Sent twice with the same
// form id it makes one.
func (o *Office) CreateStaff(ctx context.Context, by staff.Actor, n NewStaff) (uuid.UUID, error) {
	n, faults := n.check()
	hashed, f, err := hash(ctx, "password", n.Password, n.Username, n.Name)
	if err != nil {
		return uuid.Nil, err
	}
	faults.Add(f)
	id := n.Form
	err = retryForm("staff_pkey", func() error {
		return o.ledger.Write(ctx, by, staff.StaffManage, func(ctx context.Context, c *ledger.Change) error {
			if made, err := sameStaff(ctx, c, n); err != nil {
				return err
			} else if made {
				return c.Nothing()
			}
			_, roleFault, err := roleOf(ctx, c, n.RoleID)
			if err != nil {
				return err
			}
			all := faults
			all.Add(roleFault)
			if err := all.Err(); err != nil {
				return err
			}
			if id, err = insertStaff(ctx, c, n, hashed); err != nil {
				return err
			}
			c.Tell(live.Admin)
			return c.Audit("staff.created", "staff", id, nil, n.fields().At(1))
		})
	})
	return id, o.whoHas(ctx, err, n)
}

// sameStaff reports whether the form has made this account already.
func sameStaff(ctx context.Context, c *ledger.Change, n NewStaff) (bool, error) {
	if n.Form == uuid.Nil {
		return false, nil
	}
	row, err := c.Q.GetStaff(ctx, n.Form)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return false, nil
	case err != nil:
		return false, fmt.Errorf("look for the form's account: %w", err)
	case row.Username != n.Username:
		return false, ErrStaffMade
	}
	return true, nil
}

func insertStaff(ctx context.Context, c *ledger.Change, n NewStaff, hashed string) (uuid.UUID, error) {
	id := n.Form
	if id == uuid.Nil {
		var err error
		if id, err = uuid.NewV7(); err != nil {
			return uuid.Nil, fmt.Errorf("name staff: %w", err)
		}
	}
	row := queries.InsertStaffParams{
		ID: id, Name: n.Name, Username: n.Username, Email: n.Email, Phone: n.Phone,
		PasswordHash: hashed, RoleID: n.RoleID, Active: n.Active,
	}
	if n.Origin != "" {
		row.Origin = &n.Origin
	}
	if err := c.Q.InsertStaff(ctx, row); err != nil {
		return uuid.Nil, fmt.Errorf("insert staff: %w", taken(err))
	}
	return id, nil
}

// UpdateStaff saves a person. A new role, password or a deactivation ends
// their sessions and streams everywhere; the last administrator stays one.
func (o *Office) UpdateStaff(ctx context.Context, by staff.Actor, id uuid.UUID, n NewStaff) error {
	n, faults := n.check()
	var hashed string
	if n.Password != "" {
		h, f, err := hash(ctx, "password", n.Password, n.Username, n.Name)
		if err != nil {
			return err
		}
		hashed = h
		faults.Add(f)
	}
	err := o.ledger.Write(ctx, by, staff.StaffManage, func(ctx context.Context, c *ledger.Change) error {
		administrators, was, err := lockStaff(ctx, c, id)
		if err != nil {
			return err
		}
		is, err := decideStaff(ctx, c, was, n, faults)
		if err != nil {
			return err
		}
		if maps.Equal(is, staffFields(was)) && hashed == "" {
			return c.Nothing()
		}
		role, roleFault, err := roleOf(ctx, c, uuid.MustParse(is["role_id"]))
		if err != nil {
			return err
		}
		if roleFault != nil {
			return roleFault
		}
		active := is["active"] == "1"
		if !active || !isAdministrator(role) {
			if err := leaveAnother(administrators, id); err != nil {
				return err
			}
		}
		if err := saveStaff(ctx, c, was, is, hashed); err != nil {
			return err
		}
		if hashed != "" || !active || role.ID != was.RoleID {
			if err := endSessions(ctx, c, id, exceptOwn(by, id, active)); err != nil {
				return err
			}
		}
		c.Tell(live.Admin)
		if err := tellName(ctx, c, id, was.Name, is["name"]); err != nil {
			return err
		}
		return c.Audit("staff.updated", "staff", id, record(was, nil, 0), record(was, is, 1))
	})
	return o.whoHas(ctx, err, n)
}

// decideStaff is what the account becomes: what the form asks for, held against
// what others saved since it was drawn.
func decideStaff(ctx context.Context, c *ledger.Change, was queries.LockStaffRow, n NewStaff, faults fault.Faults) (ledger.Fields, error) {
	if n.Version <= 0 {
		return nil, ErrVersion
	}
	if _, f, err := roleOf(ctx, c, n.RoleID); err != nil {
		return nil, err
	} else if f != nil {
		faults = append(faults, f)
	}
	if err := faults.Err(); err != nil {
		return nil, err
	}
	return changed(ctx, c, staffThing(was, n.Version), staffFields(was), n.fields(), ErrStaleStaff)
}

// saveStaff writes what an account's form holds, and a new password if there
// is one.
func saveStaff(ctx context.Context, c *ledger.Change, was queries.LockStaffRow, is ledger.Fields, hashed string) error {
	roleID, err := uuid.Parse(is["role_id"])
	if err != nil {
		return fmt.Errorf("read role: %w", err)
	}
	err = c.Q.UpdateStaff(ctx, queries.UpdateStaffParams{
		ID: was.ID, Name: is["name"], Username: is["username"], Email: is["email"], Phone: is["phone"],
		RoleID: roleID, Active: is["active"] == "1", UpdatedAt: c.Now,
	})
	if err != nil {
		return fmt.Errorf("update staff: %w", taken(err))
	}
	if hashed == "" {
		return nil
	}
	err = c.Q.UpdatePassword(ctx, queries.UpdatePasswordParams{ID: was.ID, PasswordHash: hashed, UpdatedAt: c.Now})
	if err != nil {
		return fmt.Errorf("update password: %w", err)
	}
	return nil
}

// roleOf returns a role that exists, or the refusal of one that does not; the
// zero id is a choice left out.
func roleOf(ctx context.Context, c *ledger.Change, id uuid.UUID) (queries.GetRoleRow, *fault.Fault, error) {
	if id == uuid.Nil {
		return queries.GetRoleRow{}, fault.ErrRequired.On("role_id"), nil
	}
	role, err := c.Q.GetRole(ctx, id)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return role, fault.ErrUnknown.On("role_id"), nil
	case err != nil:
		return role, nil, fmt.Errorf("get role: %w", err)
	}
	return role, nil, nil
}

func taken(err error) error {
	switch {
	case postgres.Violated(err, "username_is_taken"):
		return ErrUsernameTaken.On("username")
	case postgres.Violated(err, "staff_email_is_taken"):
		return ErrEmailTaken.On("email")
	}
	return err
}

// whoHas adds to a refused name or address who has it, for a link.
func (o *Office) whoHas(ctx context.Context, err error, n NewStaff) error {
	var other fault.Other
	switch {
	case errors.Is(err, ErrUsernameTaken):
		row, lookErr := o.read.StaffByUsername(ctx, n.Username)
		if lookErr != nil {
			return err
		}
		other = fault.Other{ID: row.ID.String(), Name: row.Name}
		return ErrUsernameTaken.On("username").Detailed(other)
	case errors.Is(err, ErrEmailTaken):
		row, lookErr := o.read.StaffByEmail(ctx, n.Email)
		if lookErr != nil {
			return err
		}
		other = fault.Other{ID: row.ID.String(), Name: row.Name}
		return ErrEmailTaken.On("email").Detailed(other)
	}
	return err
}
