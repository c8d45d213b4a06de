package handlers

import (
	"fmt"
	"net/http"
	"net/url"

	"github.com/a-h/templ"

	"helphub/components"
	"helphub/internal/admin"
	"helphub/internal/fault"
	"helphub/internal/locale"
	"helphub/internal/throttle"
)

func (a *App) newSession(w http.ResponseWriter, r *http.Request) error {
	v := visitorOf(r)
	next := nextPage(r.URL.Query().Get("next"))
	switch {
	case v.NeedsSetup:
		return a.redirect(w, r, "/setup", "")
	case v.Actor.Session != zeroID:
		return a.redirect(w, r, next, "")
	}
	return render(w, r, http.StatusOK, a.loginPage(w, r, components.LoginView{Next: next}))
}

func (a *App) createSession(w http.ResponseWriter, r *http.Request) error {
	v := visitorOf(r)
	if v.NeedsSetup {
		return a.redirect(w, r, "/setup", "")
	}
	username, next := r.PostFormValue("username"), nextPage(r.PostFormValue("next"))
	remember := r.PostFormValue("remember") == "1" || r.PostFormValue("remember") == "on"
	form := components.LoginView{Username: username, Remember: remember, Next: next}
	session, err := a.signIn(r, username, remember)
	if err != nil {
		fs := fault.Of(err)
		if len(fs) == 0 {
			return err
		}
		if fs[0].Kind == fault.TooMany {
			w.Header().Set("Retry-After", fmt.Sprint(waitOf(err)))
		}
		form.Error = components.Message(r.Context(), fs[0])
		return render(w, r, statusOf(err), a.loginPage(w, r, form))
	}
	if v.Actor.Session != zeroID {
		// Whoever logs in where somebody is logged in takes their place.
		if err := a.Office.SignOut(r.Context(), v.Actor); err != nil && fault.KindOf(err) != fault.Missing {
			return err
		}
	}
	if err := a.sessions.RenewToken(r.Context()); err != nil {
		return fmt.Errorf("renew session: %w", err)
	}
	a.sessions.RememberMe(r.Context(), remember)
	a.sessions.Put(r.Context(), sessionKey, session.ID.String())
	a.renewToken(w, r)
	return a.redirect(w, r, next, "")
}

func (a *App) signIn(r *http.Request, username string, remember bool) (admin.Session, error) {
	if !fault.Readable(username) {
		return admin.Session{}, admin.ErrSignIn
	}
	return a.Office.SignIn(r.Context(), visitorOf(r).Actor, admin.Credentials{
		Username: username, Password: r.PostFormValue("password"), Remember: remember,
		AddressKey: throttle.AddressKey(clientIP(r)),
	})
}

func (a *App) deleteSession(w http.ResponseWriter, r *http.Request) error {
	if err := a.Office.SignOut(r.Context(), visitorOf(r).Actor); err != nil && fault.KindOf(err) != fault.Missing {
		return err
	}
	if err := a.sessions.Destroy(r.Context()); err != nil {
		return fmt.Errorf("destroy session: %w", err)
	}
	a.renewToken(w, r)
	// Live parts are kept by the browser for their 304; nobody's stay behind.
	w.Header().Set("Clear-Site-Data", `"cache"`)
	return a.redirect(w, r, "/login", "")
}

func (a *App) loginPage(w http.ResponseWriter, r *http.Request, form components.LoginView) templ.Component {
	frame := a.public(r)
	frame.Title = locale.From(r.Context()).T("login.title")
	frame.Toasts = a.flashed(w, r)
	frame.LanguageHref, frame.LanguageName = otherLanguage(r, "/login", url.Values{"next": {form.Next}})
	form.Lang = r.FormValue("lang")
	return components.Login(frame, form)
}

// otherLanguage is the link to the same door in the other language.
func otherLanguage(r *http.Request, path string, q url.Values) (href, name string) {
	other := locale.En
	if locale.From(r.Context()).Lang == locale.En {
		other = locale.PtBR
	}
	q.Set("lang", string(other))
	return path + "?" + q.Encode(), locale.Locale{Lang: other}.T("login.language")
}
