package admin

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"helphub/internal/fault"
	"helphub/internal/ledger"
	"helphub/internal/password"
	"helphub/internal/staff"
	"helphub/internal/throttle"
	"helphub/queries"
)

// ErrCurrentPassword refuses a new password without the old one.
var ErrCurrentPassword = fault.New(fault.Invalid, "profile.wrong_password")

// ErrPasswordsDiffer refuses a new password that was typed two ways.
var ErrPasswordsDiffer = fault.New(fault.Invalid, "profile.passwords_differ")

// NewPassword is what the form of a new password posts.
type NewPassword struct{ Current, New, Again string }

// ChangePassword sets the actor's own password and ends all their sessions
// but this one (D-37). Guessing the current one at a desk that was left open is
// counted like a login: ErrThrottled.
func (o *Office) ChangePassword(ctx context.Context, by staff.Actor, n NewPassword) error {
	desk := count{throttle.AccountKey("own password of " + by.ID.String()), loginTriesAccount}
	tries, err := o.admit(ctx, by, door{"password", by.ID}, desk)
	if err != nil {
		return err
	}
	account, err := o.read.StaffByUsername(ctx, by.Username)
	if err != nil {
		return missing(err, "look for account")
	}
	var faults fault.Faults
	ok, _, err := password.Verify(ctx, n.Current, account.PasswordHash)
	if err != nil {
		return fmt.Errorf("check password: %w", err)
	}
	if !ok {
		faults.Add(ErrCurrentPassword.On("current_password"))
	}
	if f := password.Check(n.New, by.Username, by.Name); f != nil {
		faults.Add(f.On("new_password"))
	}
	if n.New != n.Again {
		faults.Add(ErrPasswordsDiffer.On("new_password_again"))
	}
	if err := faults.Err(); err != nil {
		return err
	}
	hashed, err := password.Hash(ctx, n.New)
	if err != nil {
		return fmt.Errorf("hash password: %w", err)
	}
	return o.ledger.Write(ctx, by, staff.SignedIn, func(ctx context.Context, c *ledger.Change) error {
		if err := c.Q.ForgetLoginAttempts(ctx, queries.ForgetLoginAttemptsParams{Account: desk.key, Tries: tries}); err != nil {
			return fmt.Errorf("forget tries: %w", err)
		}
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
