package admin

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"helphub/internal/fault"
	"helphub/internal/ledger"
	"helphub/internal/locale"
	"helphub/internal/password"
	"helphub/internal/staff"
	"helphub/queries"
)

// ErrCurrentPassword refuses a new password without the old one.
var ErrCurrentPassword = fault.New(fault.Invalid, "profile.wrong_password")

// ErrPasswordsDiffer refuses a new password that was typed two ways.
var ErrPasswordsDiffer = fault.New(fault.Invalid, "profile.passwords_differ")

// Profile is what a person sets about themselves.
type Profile struct {
	Name, Email, Phone string
	Language           string // empty: the company's
	Theme              string // empty: the system's
	TimelineOrder      string // asc, desc
}

// UpdateProfile saves the actor's own profile.
func (o *Office) UpdateProfile(ctx context.Context, by staff.Actor, p Profile) error {
	checked, faults := NewStaff{Name: p.Name, Username: by.Username, Email: p.Email, Phone: p.Phone}.check()
	if _, ok := locale.ParseLang(p.Language); p.Language != "" && !ok {
		faults.Add(fault.ErrUnknown.On("language"))
	}
	switch p.Theme {
	case "", "light", "dark", "comfort":
	default:
		faults.Add(fault.ErrUnknown.On("theme"))
	}
	if p.TimelineOrder != "asc" && p.TimelineOrder != "desc" {
		faults.Add(fault.ErrUnknown.On("timeline_order"))
	}
	if err := faults.Err(); err != nil {
		return err
	}
	return o.ledger.Write(ctx, by, staff.SignedIn, func(ctx context.Context, c *ledger.Change) error {
		was, err := c.Q.LockStaff(ctx, by.ID)
		if err != nil {
			return missing(err, "lock staff")
		}
		err = c.Q.UpdateProfile(ctx, queries.UpdateProfileParams{
			ID: by.ID, Name: checked.Name, Email: checked.Email, Phone: checked.Phone,
			Language: p.Language, Theme: p.Theme, TimelineOrder: p.TimelineOrder, UpdatedAt: c.Now,
		})
		if err != nil {
			return fmt.Errorf("update profile: %w", taken(err))
		}
		before := Profile{Name: was.Name, Email: was.Email, Phone: was.Phone, Language: was.Language, Theme: was.Theme, TimelineOrder: was.TimelineOrder}
		return c.Audit("profile.updated", "staff", by.ID, before, p)
	})
}

// NewPassword is what the form of a new password posts.
type NewPassword struct{ Current, New, Again string }

// ChangePassword sets the actor's own password and ends all their sessions
// but this one (D-37).
func (o *Office) ChangePassword(ctx context.Context, by staff.Actor, n NewPassword) error {
	account, err := o.read.StaffByUsername(ctx, by.Username)
	if err != nil {
		return missing(err, "look for account")
	}
	ok, _, err := password.Verify(ctx, n.Current, account.PasswordHash)
	if err != nil {
		return fmt.Errorf("check password: %w", err)
	}
	var faults fault.Faults
	if !ok {
		faults.Add(ErrCurrentPassword.On("current_password"))
	}
	hashed, f, err := hash(ctx, "new_password", n.New, by.Username, by.Name)
	if err != nil {
		return err
	}
	faults.Add(f)
	if n.New != n.Again {
		faults.Add(ErrPasswordsDiffer.On("new_password_again"))
	}
	if err := faults.Err(); err != nil {
		return err
	}
	return o.ledger.Write(ctx, by, staff.SignedIn, func(ctx context.Context, c *ledger.Change) error {
		return setPassword(ctx, c, by.ID, hashed, by.Session)
	})
}

// ResetPassword sets somebody's password from the command line.
func (o *Office) ResetPassword(ctx context.Context, username, pw string) error {
	account, err := o.read.StaffByUsername(ctx, username)
	if err != nil {
		return missing(err, "look for account")
	}
	hashed, f, err := hash(ctx, "password", pw, account.Username, account.Name)
	if err != nil {
		return err
	}
	if f != nil {
		return f
	}
	return o.ledger.Write(ctx, staff.System("command line"), staff.StaffManage, func(ctx context.Context, c *ledger.Change) error {
		return setPassword(ctx, c, account.ID, hashed, uuid.Nil)
	})
}

func setPassword(ctx context.Context, c *ledger.Change, id uuid.UUID, hashed string, keep uuid.UUID) error {
	err := c.Q.UpdatePassword(ctx, queries.UpdatePasswordParams{ID: id, PasswordHash: hashed, UpdatedAt: c.Now})
	if err != nil {
		return fmt.Errorf("update password: %w", err)
	}
	if err := endSessions(ctx, c, id, keep); err != nil {
		return err
	}
	return c.Audit("staff.password_changed", "staff", id, nil, nil)
}
