package handlers

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"helphub/components"
	"helphub/internal/admin"
	"helphub/internal/fault"
	"helphub/internal/live"
	"helphub/internal/locale"
	"helphub/internal/staff"
	"helphub/queries"
)

const departmentsPath = "/admin/departments"

// listDepartments is the list of departments.
func (a *App) listDepartments(w http.ResponseWriter, r *http.Request) error {
	mark := a.Hub.Mark()
	view, err := a.departmentList(r.Context())
	if err != nil {
		return err
	}
	title := locale.From(r.Context()).T("shell.departments")
	shell, err := a.shell(w, r, frame{
		Title: title, Section: components.SectionDepartments, Trail: []components.Crumb{{Text: title}},
		Class: "grid-page grid-plain", Mark: mark, Topics: []live.Topic{live.Admin},
	})
	if err != nil {
		return err
	}
	return render(w, r, http.StatusOK, components.Departments(shell, view))
}

// showDepartmentRows is the list as a live part.
func (a *App) showDepartmentRows(w http.ResponseWriter, r *http.Request) error {
	return a.part(w, r, live.Part{
		Topics: []live.Topic{live.Admin, live.Tickets},
		Render: func(ctx context.Context) ([]byte, error) {
			view, err := a.departmentList(ctx)
			if err != nil {
				return nil, err
			}
			return html(ctx, components.DepartmentRows(view))
		},
	})
}

func (a *App) departmentList(ctx context.Context) (components.DepartmentList, error) {
	v, _ := ctx.Value(visitorKey{}).(visitor)
	rows, err := a.read.ListDepartments(ctx, countCap+1)
	if err != nil {
		return components.DepartmentList{}, fmt.Errorf("list departments: %w", err)
	}
	view := components.DepartmentList{URL: departmentsPath + "/rows", MayTickets: v.Actor.Can(staff.TicketRead)}
	for _, d := range rows {
		view.Rows = append(view.Rows, components.DepartmentRow{
			ID: d.ID, Name: d.Name, Email: d.Email, Description: d.Description, Active: d.Active,
			Tickets: capped(locale.From(ctx), d.ActiveTickets), Version: int(d.Version),
		})
	}
	return view, nil
}

// newDepartment is the form of a new department.
func (a *App) newDepartment(w http.ResponseWriter, r *http.Request) error {
	return a.drawDepartment(w, r, http.StatusOK, components.DepartmentForm{
		FormView: components.FormView{FormID: newFormID()}, Active: true,
	})
}

// createDepartment makes the department and leads to the list.
func (a *App) createDepartment(w http.ResponseWriter, r *http.Request) error {
	n := typedDepartment(r)
	n.Active = startsActive(r)
	form, err := formIDOf(r)
	if err == nil {
		n.Form = form
		_, err = a.Office.CreateDepartment(r.Context(), visitorOf(r).Actor, n)
	}
	if err == nil {
		return a.redirect(w, r, departmentsPath, "department_created")
	}
	fs, ok := refusedForm(err)
	if !ok {
		return err
	}
	view := departmentForm(n, fs)
	view.FormID = formIDAgain(r)
	if errors.Is(err, admin.ErrDepartmentMade) {
		view.FormID = newFormID()
	}
	return a.drawDepartment(w, r, statusOf(err), view)
}

// editDepartment is the form of an existing department.
func (a *App) editDepartment(w http.ResponseWriter, r *http.Request) error {
	row, err := a.getDepartment(r)
	if err != nil {
		return err
	}
	return a.drawDepartment(w, r, http.StatusOK, storedDepartment(row, nil))
}

// updateDepartment saves the form, or shows it again with what somebody else
// saved meanwhile.
func (a *App) updateDepartment(w http.ResponseWriter, r *http.Request) error {
	id, err := pathID(r)
	if err != nil {
		return err
	}
	n := typedDepartment(r)
	err = a.Office.UpdateDepartment(r.Context(), visitorOf(r).Actor, id, n)
	if err == nil {
		return a.redirect(w, r, departmentsPath, "department_saved")
	}
	fs, ok := refusedForm(err)
	if !ok {
		return err
	}
	row, err := a.getDepartment(r)
	if err != nil {
		return err
	}
	form := departmentForm(n, fs)
	form.ID, form.Called, form.Version = id, row.Name, n.Version
	if fs.Is(admin.ErrVersion) {
		form.Version = int(row.Version)
	}
	if stale := staleOf(fs); stale != nil {
		form.Version = stale.Version
		form.Name, form.Email, form.Description = stale.Merged["name"], stale.Merged["email"], stale.Merged["description"]
		form.Active = stale.Merged["active"] == "1"
		l := locale.From(r.Context())
		form.Conflict = clashes(r.Context(), stale, []formField{
			{"name", l.T("department.name"), nil}, {"email", l.T("department.email"), nil},
			{"description", l.T("department.description"), nil}, {"active", l.T("department.active"), yesNo(l)},
		})
	}
	return a.drawDepartment(w, r, statusOf(fs), form)
}

// deleteDepartment deletes a department that has no tickets; of one that has
// some it offers the deactivation.
func (a *App) deleteDepartment(w http.ResponseWriter, r *http.Request) error {
	id, err := pathID(r)
	if err != nil {
		return err
	}
	err = a.Office.DeleteDepartment(r.Context(), visitorOf(r).Actor, id)
	if err == nil {
		return a.redirect(w, r, departmentsPath, "department_deleted")
	}
	fs, ok := refusedForm(err)
	if !ok {
		return err
	}
	row, err := a.getDepartment(r)
	if err != nil {
		return err
	}
	form := storedDepartment(row, fs)
	form.InUse = fs.Is(admin.ErrDepartmentUsed)
	return a.drawDepartment(w, r, statusOf(fs), form)
}

func (a *App) getDepartment(r *http.Request) (queries.GetDepartmentRow, error) {
	id, err := pathID(r)
	if err != nil {
		return queries.GetDepartmentRow{}, err
	}
	row, err := a.read.GetDepartment(r.Context(), id)
	if errors.Is(err, pgx.ErrNoRows) {
		return row, errNoPage
	}
	if err != nil {
		return row, fmt.Errorf("get department: %w", err)
	}
	return row, nil
}

func (a *App) drawDepartment(w http.ResponseWriter, r *http.Request, status int, form components.DepartmentForm) error {
	l := locale.From(r.Context())
	form.CSRF, form.Back = token(r), departmentsPath
	form.Action = departmentsPath
	title := l.T("department.new")
	if form.ID != uuid.Nil {
		form.Action = departmentsPath + "/" + form.ID.String() + "/edit"
		title = form.Called
	}
	form.Others = othersOf(form.Faults, func(id string) string { return departmentsPath + "/" + id + "/edit" })
	shell, err := a.shell(w, r, frame{
		Title: title, Section: components.SectionDepartments, Class: "pad",
		Trail: []components.Crumb{{Text: l.T("shell.departments"), Href: departmentsPath}, {Text: title}},
	})
	if err != nil {
		return err
	}
	return render(w, r, status, components.DepartmentFormPage(shell, form))
}

// typedDepartment is what the form posted, as it was typed.
func typedDepartment(r *http.Request) admin.NewDepartment {
	return admin.NewDepartment{
		Name: r.PostFormValue("name"), Email: r.PostFormValue("email"), Description: r.PostFormValue("description"),
		Active: ticked(r, "active"), Version: versionOf(r),
	}
}

func departmentForm(n admin.NewDepartment, fs fault.Faults) components.DepartmentForm {
	return components.DepartmentForm{
		FormView: components.FormView{Faults: fs}, Name: n.Name, Email: n.Email, Description: n.Description, Active: n.Active,
	}
}

func storedDepartment(row queries.GetDepartmentRow, fs fault.Faults) components.DepartmentForm {
	return components.DepartmentForm{
		FormView: components.FormView{Version: int(row.Version), Faults: fs}, ID: row.ID, Called: row.Name,
		Name: row.Name, Email: row.Email, Description: row.Description, Active: row.Active,
	}
}
