package components

import (
	"context"

	"github.com/google/uuid"

	"helphub/internal/fault"
)

// DepartmentList is the list of departments.
type DepartmentList struct {
	Rows []DepartmentRow
	// URL is the list's live part.
	URL string
	// MayTickets shows how many active tickets each has.
	MayTickets bool
}

// DepartmentRow is one department in the list.
type DepartmentRow struct {
	ID                       uuid.UUID
	Name, Email, Description string
	Active                   bool
	// Tickets are how many active ones it has, as shown.
	Tickets string
	Version int
}

// DepartmentForm makes or changes a department.
type DepartmentForm struct {
	FormView
	ID                       uuid.UUID
	Called                   string // what it is called now; empty for a new one
	Name, Email, Description string
	Active                   bool
	// InUse says that it was to be deleted and has tickets: deactivating it is
	// offered instead, unless it is inactive already.
	InUse bool
}

// departmentPath is a page of a department.
func departmentPath(id uuid.UUID, what string) string {
	return "/admin/departments/" + id.String() + "/" + what
}

// Limits of a department's texts, in characters; the commands have the same.
const (
	maxDepartmentName        = 80
	maxDepartmentDescription = 500
)

func (f DepartmentForm) fields(ctx context.Context) []FieldView {
	name := FieldView{Name: "name", Label: t(ctx, "department.name"), Value: f.Name, Required: true, Max: maxDepartmentName, Attrs: noFill(nil)}
	if f.IsNew() && len(f.Faults) == 0 {
		name.Attrs["autofocus"] = true
	}
	return f.fill(ctx, []FieldView{
		name,
		{Name: "email", Label: t(ctx, "department.email"), Value: f.Email, Type: "email", Max: fault.MaxEmail, Attrs: noFill(nil)},
		{Name: "description", Label: t(ctx, "department.description"), Value: f.Description, Max: maxDepartmentDescription,
			Help: t(ctx, "department.description_help")},
		{Name: "active", Label: t(ctx, "department.active"), Value: checked(f.Active), Help: t(ctx, "department.active_help")},
	})
}

func (f DepartmentForm) title(ctx context.Context) string {
	if f.IsNew() {
		return t(ctx, "department.new")
	}
	return f.Called
}
