package admin

import (
	"maps"
	"regexp"
	"strings"

	"github.com/google/uuid"

	"helphub/internal/customer"
	"helphub/internal/fault"
	"helphub/internal/ledger"
	"helphub/queries"
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

// Limits of a person's texts, in characters. The database has the same.
const (
	MaxStaffName = 120
	MaxUsername  = 60
)

var usernameForm = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]{1,59}$`)

// check returns the person's texts trimmed and normalised, and what does not fit.
func (n NewStaff) check() (NewStaff, fault.Faults) {
	var faults fault.Faults
	var f *fault.Fault
	n.Name, f = fault.Line("name", n.Name, 1, MaxStaffName)
	faults.Add(f)
	n.Username, f = fault.Line("username", strings.ToLower(n.Username), 1, MaxUsername)
	if f == nil && !usernameForm.MatchString(n.Username) {
		f = ErrUsername.On("username")
	}
	faults.Add(f)
	n.Email, f = fault.Email("email", n.Email)
	faults.Add(f)
	phone, err := customer.ParsePhone(n.Phone)
	if err != nil {
		faults.Add(customer.ErrPhone.On("phone"))
	} else {
		n.Phone = string(phone)
	}
	return n, faults
}

// fields is the account as its form has it; never the password.
func (n NewStaff) fields() ledger.Fields {
	return ledger.Fields{
		"name": n.Name, "username": n.Username, "email": n.Email, "phone": n.Phone,
		"role_id": n.RoleID.String(), "active": ticked(n.Active),
	}
}

// trace is the person as the record of an import keeps them.
func (n NewStaff) trace() ledger.Fields { return n.fields().At(1) }

// staffFields is a stored account as its form has it.
func staffFields(r queries.LockStaffRow) ledger.Fields {
	return NewStaff{
		Name: r.Name, Username: r.Username, Email: r.Email, Phone: r.Phone, RoleID: r.RoleID, Active: r.Active,
	}.fields()
}

func staffThing(r queries.LockStaffRow, from int) ledger.Thing {
	return ledger.Thing{Entity: "staff", ID: r.ID, From: from, Version: int(r.Version)}
}

// record is an account as an audit record keeps it: with the fields of both its
// forms, the administrator's and its owner's, so that each finds in it what it
// showed. step is 0 for the state before a change and 1 for the one after.
func record(r queries.LockStaffRow, is ledger.Fields, step int) ledger.Fields {
	all := staffFields(r)
	maps.Copy(all, profileFields(r))
	maps.Copy(all, is)
	return all.At(int(r.Version) + step)
}

// ticked is a box as a form has it.
func ticked(on bool) string {
	if on {
		return "1"
	}
	return ""
}
