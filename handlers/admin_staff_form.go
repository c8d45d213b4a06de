package handlers

import (
	"errors"
	"fmt"
	"net/http"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"helphub/components"
	"helphub/internal/admin"
	"helphub/internal/customer"
	"helphub/internal/fault"
	"helphub/internal/locale"
	"helphub/queries"
)

// newStaff is the form of a new account.
func (a *App) newStaff(w http.ResponseWriter, r *http.Request) error {
	return a.drawStaff(w, r, http.StatusOK, components.StaffForm{FormView: components.FormView{FormID: newFormID()}})
}

// createStaff makes the account and leads to the team.
func (a *App) createStaff(w http.ResponseWriter, r *http.Request) error {
	n := typedStaff(r)
	n.Active = startsActive(r)
	form, err := formIDOf(r)
	if err == nil {
		n.Form = form
		_, err = a.Office.CreateStaff(r.Context(), visitorOf(r).Actor, n)
	}
	if err == nil {
		return a.redirect(w, r, staffPath, "staff_created")
	}
	fs, ok := refusedForm(err)
	if !ok {
		return err
	}
	view := staffForm(n, r.PostFormValue("role_id"), fs)
	view.FormID = formIDAgain(r)
	if errors.Is(err, admin.ErrStaffMade) {
		view.FormID = newFormID()
	}
	return a.drawStaff(w, r, statusOf(err), view)
}

// editStaff is the form of an existing account.
func (a *App) editStaff(w http.ResponseWriter, r *http.Request) error {
	row, err := a.getStaff(r)
	if err != nil {
		return err
	}
	return a.drawStaff(w, r, http.StatusOK, storedStaff(row, nil))
}

// updateStaff saves the form, or shows it again with what somebody else saved
// meanwhile. Who took the right to be here from themself is led elsewhere.
func (a *App) updateStaff(w http.ResponseWriter, r *http.Request) error {
	id, err := pathID(r)
	if err != nil {
		return err
	}
	actor, n := visitorOf(r).Actor, typedStaff(r)
	err = a.Office.UpdateStaff(r.Context(), actor, id, n)
	if err == nil {
		to := staffPath
		if id == actor.ID && n.RoleID != actor.Role.ID {
			to = "/"
		}
		return a.redirect(w, r, to, "staff_saved")
	}
	fs, ok := refusedForm(err)
	if !ok {
		return err
	}
	row, err := a.getStaff(r)
	if err != nil {
		return err
	}
	form := staffForm(n, r.PostFormValue("role_id"), fs)
	form.ID, form.Called, form.Version = id, row.Name, n.Version
	if fs.Is(admin.ErrVersion) {
		form.Version = int(row.Version)
	}
	if stale := staleOf(fs); stale != nil {
		m := stale.Merged
		form.Version, form.Name, form.Username, form.Email = stale.Version, m["name"], m["username"], m["email"]
		form.Phone, form.RoleID, form.Active = customer.Phone(m["phone"]).Masked(), m["role_id"], m["active"] == "1"
		fields, err := a.staffFields(r)
		if err != nil {
			return err
		}
		form.Conflict = clashes(r.Context(), stale, fields)
	}
	return a.drawStaff(w, r, statusOf(fs), form)
}

// deactivateStaff puts somebody out at once, everywhere.
func (a *App) deactivateStaff(w http.ResponseWriter, r *http.Request) error {
	return a.setStaffActive(w, r, false, "staff_deactivated")
}

// activateStaff lets somebody in again.
func (a *App) activateStaff(w http.ResponseWriter, r *http.Request) error {
	return a.setStaffActive(w, r, true, "staff_activated")
}

func (a *App) setStaffActive(w http.ResponseWriter, r *http.Request, active bool, message string) error {
	id, err := pathID(r)
	if err != nil {
		return err
	}
	err = a.Office.SetStaffActive(r.Context(), visitorOf(r).Actor, id, active)
	if err == nil {
		return a.redirect(w, r, staffPath, message)
	}
	fs, ok := refusedForm(err)
	if !ok {
		return err
	}
	row, err := a.getStaff(r)
	if err != nil {
		return err
	}
	return a.drawStaff(w, r, statusOf(fs), storedStaff(row, fs))
}

func (a *App) getStaff(r *http.Request) (queries.GetStaffRow, error) {
	id, err := pathID(r)
	if err != nil {
		return queries.GetStaffRow{}, err
	}
	row, err := a.read.GetStaff(r.Context(), id)
	if errors.Is(err, pgx.ErrNoRows) {
		return row, errNoPage
	}
	if err != nil {
		return row, fmt.Errorf("get staff: %w", err)
	}
	return row, nil
}

func (a *App) drawStaff(w http.ResponseWriter, r *http.Request, status int, form components.StaffForm) error {
	l := locale.From(r.Context())
	var err error
	if form.Roles, err = a.roleOptions(r); err != nil {
		return err
	}
	form.CSRF, form.Back, form.Action = token(r), staffPath, staffPath
	title := l.T("staff.new")
	if form.ID != uuid.Nil {
		form.Action, title = staffPath+"/"+form.ID.String()+"/edit", form.Called
	}
	form.MayEnd = form.ID != visitorOf(r).Actor.ID
	form.Others = othersOf(form.Faults, func(id string) string { return staffPath + "/" + id + "/edit" })
	shell, err := a.shell(w, r, frame{
		Title: title, Section: components.SectionStaff, Class: "pad",
		Trail: []components.Crumb{{Text: l.T("shell.staff"), Href: staffPath}, {Text: title}},
	})
	if err != nil {
		return err
	}
	return render(w, r, status, components.StaffFormPage(shell, form))
}

// roleOptions are the roles there are, the built-in ones by their translated
// names.
func (a *App) roleOptions(r *http.Request) ([]components.Option, error) {
	roles, err := a.read.ListRoles(r.Context())
	if err != nil {
		return nil, fmt.Errorf("list roles: %w", err)
	}
	var options []components.Option
	for _, role := range roles {
		options = append(options, components.Option{
			Value: role.ID.String(), Text: components.RoleName(r.Context(), namedRole(role.Key, role.Name)),
		})
	}
	return options, nil
}

// staffFields are the form's fields as a conflict tells of them.
func (a *App) staffFields(r *http.Request) ([]formField, error) {
	roles, err := a.roleOptions(r)
	if err != nil {
		return nil, err
	}
	l := locale.From(r.Context())
	role := func(id string) string {
		for _, o := range roles {
			if o.Value == id {
				return o.Text
			}
		}
		return id
	}
	return []formField{
		{"name", l.T("staff.name"), nil}, {"username", l.T("staff.username"), nil}, {"email", l.T("staff.email"), nil},
		{"phone", l.T("staff.phone"), func(s string) string { return customer.Phone(s).Masked() }},
		{"role_id", l.T("staff.role"), role}, {"active", l.T("staff.active"), yesNo(l)},
	}, nil
}

// typedStaff is what the form posted, as it was typed.
func typedStaff(r *http.Request) admin.NewStaff {
	return admin.NewStaff{
		Name: r.PostFormValue("name"), Username: r.PostFormValue("username"), Email: r.PostFormValue("email"),
		Phone: r.PostFormValue("phone"), RoleID: chosenID(r.PostFormValue("role_id")), Password: r.PostFormValue("password"),
		Active: ticked(r, "active"), Version: versionOf(r),
	}
}

// staffForm is the form as it was typed, but for the password: no page holds
// one.
func staffForm(n admin.NewStaff, role string, fs fault.Faults) components.StaffForm {
	return components.StaffForm{
		FormView: components.FormView{Faults: fs}, Name: n.Name, Username: n.Username, Email: n.Email, Phone: n.Phone,
		RoleID: role, Active: n.Active,
	}
}

func storedStaff(row queries.GetStaffRow, fs fault.Faults) components.StaffForm {
	return components.StaffForm{
		FormView: components.FormView{Version: int(row.Version), Faults: fs}, ID: row.ID, Called: row.Name,
		Name: row.Name, Username: row.Username, Email: row.Email, Phone: customer.Phone(row.Phone).Masked(),
		RoleID: row.RoleID.String(), Active: row.Active,
	}
}
