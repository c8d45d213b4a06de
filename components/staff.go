package components

import (
	"context"
	"time"

	"github.com/a-h/templ"
	"github.com/google/uuid"

	"helphub/internal/fault"
	"helphub/internal/staff"
)

// StaffList is the team as somebody asked for it.
type StaffList struct {
	Rows []StaffRow
	// Q and Show are what it is filtered by.
	Q, Show string
	Tabs    []Tab
	Chips   []Chip
	// URL is the list's live part.
	URL   string
	Empty EmptyView
	// Cut says that there are more than the list shows.
	Cut bool
}

// StaffRow is one person in the list.
type StaffRow struct {
	ID                    uuid.UUID
	Name, Username, Email string
	Role                  staff.Role
	Active                bool
	// Me marks the reader.
	Me bool
	// Seen is when they were last here; zero when nobody knows any more.
	Seen    time.Time
	Version int
}

// StaffForm makes or changes an account.
type StaffForm struct {
	FormView
	ID                                   uuid.UUID
	Called                               string // who it is now; empty for a new one
	Name, Username, Email, Phone, RoleID string
	Roles                                []Option
	Active                               bool
	// MayEnd offers to deactivate the account: not one's own.
	MayEnd bool
}

// staffPath is a page of an account.
func staffPath(id uuid.UUID, what string) string { return "/admin/staff/" + id.String() + "/" + what }

// Limits of an account's texts, in characters; the commands have the same.
const (
	maxStaffName = 120
	maxUsername  = 60
	maxPassword  = 128
)

// RoleName is what a role is called: translated when it is built in.
func RoleName(ctx context.Context, r staff.Role) string {
	if r.Key != "" {
		return t(ctx, roleKey(r))
	}
	return r.Name
}

func (f StaffForm) fields(ctx context.Context) []FieldView {
	name := FieldView{Name: "name", Label: t(ctx, "staff.name"), Value: f.Name, Required: true, Max: maxStaffName, Attrs: noFill(nil)}
	password := FieldView{Name: "password", Label: t(ctx, "staff.new_password"), Type: "password", Max: maxPassword,
		Help: t(ctx, "staff.new_password_help"), Attrs: templ.Attributes{"autocomplete": "new-password"}}
	if f.IsNew() {
		password.Label, password.Help, password.Required = t(ctx, "staff.password"), t(ctx, "staff.password_help"), true
		if len(f.Faults) == 0 {
			name.Attrs["autofocus"] = true
		}
	}
	return f.fill(ctx, []FieldView{
		name,
		{Name: "username", Label: t(ctx, "staff.username"), Value: f.Username, Required: true, Max: maxUsername, Help: t(ctx, "staff.username_help"),
			Attrs: noFill(templ.Attributes{"autocapitalize": "none", "spellcheck": "false"})},
		{Name: "email", Label: t(ctx, "staff.email"), Value: f.Email, Type: "email", Max: fault.MaxEmail, Attrs: noFill(nil)},
		{Name: "phone", Label: t(ctx, "staff.phone"), Value: f.Phone, Type: "tel", Max: maxTypedPhone, Attrs: noFill(templ.Attributes{"data-mask": "phone"})},
		{Name: "role_id", Label: t(ctx, "staff.role"), Value: f.RoleID, Required: true, Options: f.Roles, Blank: t(ctx, "ui.choose"), Help: t(ctx, "staff.role_help")},
		password,
	})
}

func (f StaffForm) title(ctx context.Context) string {
	if f.IsNew() {
		return t(ctx, "staff.new")
	}
	return f.Called
}
