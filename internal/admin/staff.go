package admin

import (
	"context"
	"errors"
	"fmt"
	"net/mail"
	"regexp"
	"strings"

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
	ErrUsernameTaken = fault.New(fault.Invalid, "staff.username_taken")
	ErrEmailTaken    = fault.New(fault.Invalid, "staff.email_taken")
	ErrUsername      = fault.New(fault.Invalid, "staff.username_form")
	ErrEmail         = fault.New(fault.Invalid, "staff.email_form")
	ErrPhone         = fault.New(fault.Invalid, "staff.phone_form")
	// ErrLastAdministrator: somebody must be left who can undo this (D-27).
	ErrLastAdministrator = fault.New(fault.Conflict, "staff.last_administrator")
	// ErrStaleStaff: somebody else saved this person meanwhile.
	ErrStaleStaff = fault.New(fault.Conflict, "staff.stale")
)

// NewStaff is what the form of a person posts.
type NewStaff struct {
	Form                         uuid.UUID // the form's hidden id becomes the person's
	Name, Username, Email, Phone string
	RoleID                       uuid.UUID
	Password                     string // empty on an edit: unchanged
	Active                       bool
	Version                      int
	Origin                       string // the name in the system imported from
}

var (
	usernameForm = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]{1,59}$`)
	phoneForm    = regexp.MustCompile(`^(\+?[0-9]{8,15})?$`)
	phoneNoise   = strings.NewReplacer("(", "", ")", "", "-", "", " ", "", ".", "")
)

// check returns the person's texts trimmed and normalised, and what does not fit.
func (n NewStaff) check() (NewStaff, fault.Faults) {
	var faults fault.Faults
	var f *fault.Fault
	n.Name, f = fault.Line("name", n.Name, 1, 120)
	faults.Add(f)
	n.Username, f = fault.Line("username", strings.ToLower(n.Username), 1, 60)
	if f == nil && !usernameForm.MatchString(n.Username) {
		f = ErrUsername.On("username")
	}
	faults.Add(f)
	n.Email, f = fault.Line("email", n.Email, 0, 254)
	if f == nil && n.Email != "" {
		if a, err := mail.ParseAddress(n.Email); err != nil || a.Address != n.Email || !strings.Contains(n.Email[strings.LastIndex(n.Email, "@"):], ".") {
			f = ErrEmail.On("email")
		}
	}
	faults.Add(f)
	n.Phone = phoneNoise.Replace(strings.TrimSpace(n.Phone))
	if !phoneForm.MatchString(n.Phone) {
		faults.Add(ErrPhone.On("phone"))
	}
	return n, faults
}

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
	err = o.ledger.Write(ctx, by, staff.StaffManage, func(ctx context.Context, c *ledger.Change) error {
		if n.Form != uuid.Nil {
			if _, err := c.Q.GetStaff(ctx, n.Form); err == nil {
				return c.Nothing()
			}
		}
		if _, err := c.Q.GetRole(ctx, n.RoleID); errors.Is(err, pgx.ErrNoRows) {
			faults.Add(fault.ErrUnknown.On("role_id"))
		} else if err != nil {
			return fmt.Errorf("get role: %w", err)
		}
		if err := faults.Err(); err != nil {
			return err
		}
		if id, err = insertStaff(ctx, c, n, hashed); err != nil {
			return err
		}
		c.Tell(live.Admin)
		return c.Audit("staff.created", "staff", id, nil, n.trace())
	})
	return id, err
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
	return o.ledger.Write(ctx, by, staff.StaffManage, func(ctx context.Context, c *ledger.Change) error {
		if err := keepAnAdministrator(ctx, c, id, n.RoleID, n.Active); err != nil {
			return err
		}
		was, err := c.Q.LockStaff(ctx, id)
		if err != nil {
			return missing(err, "lock staff")
		}
		if _, err := c.Q.GetRole(ctx, n.RoleID); errors.Is(err, pgx.ErrNoRows) {
			faults.Add(fault.ErrUnknown.On("role_id"))
		}
		if err := faults.Err(); err != nil {
			return err
		}
		if n.Version < int(was.Version) {
			return ErrStaleStaff
		}
		err = c.Q.UpdateStaff(ctx, queries.UpdateStaffParams{
			ID: id, Name: n.Name, Username: n.Username, Email: n.Email, Phone: n.Phone,
			RoleID: n.RoleID, Active: n.Active, UpdatedAt: c.Now,
		})
		if err != nil {
			return fmt.Errorf("update staff: %w", taken(err))
		}
		if hashed != "" {
			if err := c.Q.UpdatePassword(ctx, queries.UpdatePasswordParams{ID: id, PasswordHash: hashed, UpdatedAt: c.Now}); err != nil {
				return fmt.Errorf("update password: %w", err)
			}
		}
		if hashed != "" || !n.Active || n.RoleID != was.RoleID {
			if err := endSessions(ctx, c, id, exceptOwn(by, id)); err != nil {
				return err
			}
		}
		c.Tell(live.Admin, live.Tickets)
		before := NewStaff{Name: was.Name, Username: was.Username, Email: was.Email, Phone: was.Phone, RoleID: was.RoleID, Active: was.Active}
		return c.Audit("staff.updated", "staff", id, before.trace(), n.trace())
	})
}

// SetStaffActive lets a person in again, or out at once.
func (o *Office) SetStaffActive(ctx context.Context, by staff.Actor, id uuid.UUID, active bool) error {
	return o.ledger.Write(ctx, by, staff.StaffManage, func(ctx context.Context, c *ledger.Change) error {
		administrators, err := c.Q.LockAdministrators(ctx)
		if err != nil {
			return fmt.Errorf("lock administrators: %w", err)
		}
		was, err := c.Q.LockStaff(ctx, id)
		if err != nil {
			return missing(err, "lock staff")
		}
		if !active && len(administrators) == 1 && administrators[0] == id {
			return ErrLastAdministrator
		}
		if was.Active == active {
			return c.Nothing()
		}
		err = c.Q.UpdateStaff(ctx, queries.UpdateStaffParams{
			ID: id, Name: was.Name, Username: was.Username, Email: was.Email, Phone: was.Phone,
			RoleID: was.RoleID, Active: active, UpdatedAt: c.Now,
		})
		if err != nil {
			return fmt.Errorf("update staff: %w", err)
		}
		action := "staff.activated"
		if !active {
			action = "staff.deactivated"
			if err := endSessions(ctx, c, id, uuid.Nil); err != nil {
				return err
			}
		}
		c.Tell(live.Admin, live.Tickets)
		return c.Audit(action, "staff", id, map[string]any{"active": was.Active}, map[string]any{"active": active})
	})
}

// keepAnAdministrator refuses the edit that would leave none. The
// administrators are locked first, so that two of them cannot leave at once.
func keepAnAdministrator(ctx context.Context, c *ledger.Change, id, roleID uuid.UUID, active bool) error {
	administrators, err := c.Q.LockAdministrators(ctx)
	if err != nil {
		return fmt.Errorf("lock administrators: %w", err)
	}
	if len(administrators) != 1 || administrators[0] != id {
		return nil
	}
	role, err := c.Q.GetRole(ctx, roleID)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return fmt.Errorf("get role: %w", err)
	}
	stays := err == nil && role.Key != nil && *role.Key == string(staff.Administrator)
	if !stays || !active {
		return ErrLastAdministrator
	}
	return nil
}

func endSessions(ctx context.Context, c *ledger.Change, id, except uuid.UUID) error {
	_, err := c.Q.RevokeSessions(ctx, queries.RevokeSessionsParams{StaffID: id, ExceptID: except, Now: &c.Now})
	if err != nil {
		return fmt.Errorf("revoke sessions: %w", err)
	}
	c.EndStreams(id)
	return nil
}

func exceptOwn(by staff.Actor, id uuid.UUID) uuid.UUID {
	if by.ID == id {
		return by.Session
	}
	return uuid.Nil
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

// trace is the person as an audit record keeps them: never the password.
func (n NewStaff) trace() map[string]any {
	return map[string]any{
		"name": n.Name, "username": n.Username, "email": n.Email, "phone": n.Phone,
		"role": n.RoleID, "active": n.Active, "password_set": n.Password != "",
	}
}
