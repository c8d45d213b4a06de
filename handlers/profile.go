package handlers

import (
	"fmt"
	"net/http"

	"helphub/components"
	"helphub/internal/admin"
	"helphub/internal/customer"
	"helphub/internal/fault"
	"helphub/internal/locale"
	"helphub/queries"
)

// editProfile is the page of one's own account.
func (a *App) editProfile(w http.ResponseWriter, r *http.Request) error {
	row, err := a.read.GetStaff(r.Context(), visitorOf(r).Actor.ID)
	if err != nil {
		return fmt.Errorf("get profile: %w", err)
	}
	return a.drawProfile(w, r, http.StatusOK, storedProfile(row))
}

// updateProfile saves who one is and how one likes to read.
func (a *App) updateProfile(w http.ResponseWriter, r *http.Request) error {
	p := admin.Profile{
		Name: r.PostFormValue("name"), Email: r.PostFormValue("email"), Phone: r.PostFormValue("phone"),
		Language: r.PostFormValue("language"), Theme: r.PostFormValue("theme"), TimelineOrder: r.PostFormValue("timeline_order"),
		Version: versionOf(r),
	}
	err := a.Office.UpdateProfile(r.Context(), visitorOf(r).Actor, p)
	if err == nil {
		return a.redirect(w, r, "/profile", "profile_saved")
	}
	fs, ok := refusedForm(err)
	if !ok {
		return err
	}
	view := components.ProfileView{
		FormView: components.FormView{Version: p.Version, Faults: fs},
		Name:     p.Name, Email: p.Email, Phone: p.Phone, Language: p.Language, Theme: p.Theme, TimelineOrder: p.TimelineOrder,
	}
	if stale := staleOf(fs); stale != nil {
		l, m := locale.From(r.Context()), stale.Merged
		view.Version, view.Name, view.Email, view.Phone = stale.Version, m["name"], m["email"], customer.Phone(m["phone"]).Masked()
		view.Language, view.Theme, view.TimelineOrder = m["language"], m["theme"], m["timeline_order"]
		view.Conflict = clashes(r.Context(), stale, []formField{
			{"name", l.T("staff.name"), nil}, {"email", l.T("staff.email"), nil},
			{"phone", l.T("staff.phone"), func(s string) string { return customer.Phone(s).Masked() }},
		})
	}
	return a.drawProfile(w, r, statusOf(fs), view)
}

// updatePassword sets one's own password; every other session ends (D-37).
func (a *App) updatePassword(w http.ResponseWriter, r *http.Request) error {
	actor := visitorOf(r).Actor
	err := a.Office.ChangePassword(r.Context(), actor, admin.NewPassword{
		Current: r.PostFormValue("current_password"), New: r.PostFormValue("new_password"), Again: r.PostFormValue("new_password_again"),
	})
	if err == nil {
		if err := a.sessions.RenewToken(r.Context()); err != nil {
			return fmt.Errorf("renew session: %w", err)
		}
		return a.redirect(w, r, "/profile", "password_changed")
	}
	fs := fault.Of(err)
	if len(fs) == 0 || fs[0].Kind != fault.Invalid {
		return err
	}
	row, err := a.read.GetStaff(r.Context(), actor.ID)
	if err != nil {
		return fmt.Errorf("get profile: %w", err)
	}
	view := storedProfile(row)
	view.Password.Faults = fs
	return a.drawProfile(w, r, statusOf(fs), view)
}

func storedProfile(row queries.GetStaffRow) components.ProfileView {
	return components.ProfileView{
		FormView: components.FormView{Version: int(row.Version)},
		Name:     row.Name, Email: row.Email, Phone: customer.Phone(row.Phone).Masked(),
		Language: row.Language, Theme: row.Theme, TimelineOrder: row.TimelineOrder,
	}
}

func (a *App) drawProfile(w http.ResponseWriter, r *http.Request, status int, view components.ProfileView) error {
	v := visitorOf(r)
	company, err := a.read.GetCompany(r.Context())
	if err != nil {
		return fmt.Errorf("get company: %w", err)
	}
	sessions, err := a.read.ListSessions(r.Context(), queries.ListSessionsParams{StaffID: v.Actor.ID, Now: a.Now()})
	if err != nil {
		return fmt.Errorf("list sessions: %w", err)
	}
	lang, _ := locale.ParseLang(company.Language)
	view.CSRF, view.Username, view.Sessions = token(r), v.Actor.Username, len(sessions)
	view.CompanyLanguage = locale.Locale{Lang: lang}.T("login.language")
	title := locale.From(r.Context()).T("shell.profile")
	shell, err := a.shell(w, r, frame{Title: title, Trail: []components.Crumb{{Text: title}}, Class: "pad"})
	if err != nil {
		return err
	}
	return render(w, r, status, components.Profile(shell, view))
}
