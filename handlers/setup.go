package handlers

import (
	"net/http"

	"github.com/a-h/templ"

	"helphub/components"
	"helphub/internal/admin"
	"helphub/internal/fault"
	"helphub/internal/locale"
)

// newSetup is the first page anybody sees: with the console's code it asks for
// the administrator, without it tells where the code is.
func (a *App) newSetup(w http.ResponseWriter, r *http.Request) error {
	if !visitorOf(r).NeedsSetup {
		return errNoPage
	}
	form := components.SetupView{Code: r.URL.Query().Get("code")}
	if form.Code != "" {
		known, err := a.Office.KnowsSetupCode(r.Context(), form.Code)
		if err != nil {
			return err
		}
		if !known {
			fs := fault.Faults{admin.ErrSetupCode.On("code")}
			return render(w, r, http.StatusUnprocessableEntity, a.setupPage(r, form, fs))
		}
		form.CodeKnown = true
	}
	return render(w, r, http.StatusOK, a.setupPage(r, form, nil))
}

func (a *App) createSetup(w http.ResponseWriter, r *http.Request) error {
	if !visitorOf(r).NeedsSetup {
		return errNoPage
	}
	form := components.SetupView{
		Code: r.FormValue("code"), Username: r.PostFormValue("username"), Name: r.PostFormValue("name"),
		Email: r.PostFormValue("email"), CompanyName: r.PostFormValue("company_name"),
	}
	known, err := a.Office.KnowsSetupCode(r.Context(), form.Code)
	if err != nil {
		return err
	}
	form.CodeKnown = known
	err = a.Office.SetUp(r.Context(), visitorOf(r).Actor, admin.FirstRun{
		Code: form.Code, CompanyName: form.CompanyName, Language: locale.From(r.Context()).Lang,
		Person: admin.NewStaff{
			Name: form.Name, Username: form.Username, Email: form.Email, Password: r.PostFormValue("password"), Active: true,
		},
	}, false)
	if err != nil {
		return again(w, r, err, func(fs fault.Faults) templ.Component { return a.setupPage(r, form, fs) })
	}
	session, err := a.signIn(r, form.Username, false)
	if err != nil {
		return a.redirect(w, r, "/login", "set_up")
	}
	if err := a.sessions.RenewToken(r.Context()); err != nil {
		return err
	}
	a.sessions.Put(r.Context(), sessionKey, session.ID.String())
	a.renewToken(w, r)
	return a.redirect(w, r, "/", "set_up")
}

func (a *App) setupPage(r *http.Request, form components.SetupView, fs fault.Faults) templ.Component {
	frame := a.public(r)
	frame.Title = locale.From(r.Context()).T("setup.title")
	frame.LanguageHref, frame.LanguageName = otherLanguage(r, "/setup", map[string][]string{"code": {form.Code}})
	form.Lang = r.FormValue("lang")
	form.Faults = fs
	return components.Setup(frame, form)
}
