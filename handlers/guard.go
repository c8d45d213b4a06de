package handlers

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/justinas/nosurf"

	"helphub/internal/fault"
	"helphub/internal/staff"
)

// guard stands before every route: the set-up comes first of all, then who is
// asking, then whether the form is ours, then whether they may.
func (a *App) guard(needs staff.Permission, next http.HandlerFunc) http.Handler {
	allowed := a.do(func(w http.ResponseWriter, r *http.Request) error {
		if err := visitorOf(r).Actor.Check(needs); err != nil {
			return err
		}
		next(w, r)
		return nil
	})
	tokened := a.tokened(allowed)
	return a.do(func(w http.ResponseWriter, r *http.Request) error {
		v := visitorOf(r)
		if needs != staff.Anyone && v.Actor.ID == zeroID {
			return a.turnAway(w, r, v)
		}
		if r.URL.Path == "/live" {
			allowed(w, r) // a stream takes no form and must set no cookie
			return nil
		}
		tokened.ServeHTTP(w, r)
		return nil
	})
}

// turnAway answers a stranger: a page leads to the login and back, everything
// else is told 401.
func (a *App) turnAway(w http.ResponseWriter, r *http.Request, v visitor) error {
	to := "/login"
	if v.NeedsSetup {
		to = "/setup"
	} else if r.Method == http.MethodGet && r.URL.Path != "/" && !fromHTMX(r) && !piece(r.URL.Path) {
		to += "?next=" + url.QueryEscape(r.URL.RequestURI())
	}
	if r.URL.Path == "/live" || (r.Method != http.MethodGet && r.Method != http.MethodHead) {
		return errNoPerson
	}
	if fromHTMX(r) {
		w.Header().Set("HX-Redirect", to)
		return errNoPerson
	}
	return a.redirect(w, r, to, "")
}

// piece reports whether a path answers with a piece of a page, which is nowhere
// to lead a person after the login.
func piece(path string) bool {
	switch path {
	case "/rail", "/notifications/bell", "/notifications/list":
		return true
	}
	for _, end := range []string{"/rows", "/live", "/options", "/presence", "/customer"} {
		if strings.HasSuffix(path, end) {
			return true
		}
	}
	return false
}

// tokened is the check that a form came from a page of ours.
func (a *App) tokened(next http.Handler) http.Handler {
	h := a.newCSRF(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Sec-Fetch-Site") == "" && r.Header.Get("Origin") == "" && r.Header.Get("Referer") == "" {
			// No browser hides all three on a post: this is a script, which no
			// other site can make act for somebody. The token alone decides.
			r.Header.Set("Sec-Fetch-Site", "same-origin")
		}
		h.ServeHTTP(w, r)
	})
}

// csrfSeconds is how long a page's token lives: longer than any page stays open.
const csrfSeconds = 365 * 24 * 3600

func (a *App) newCSRF(next http.Handler) *nosurf.CSRFHandler {
	h := nosurf.New(next)
	h.SetBaseCookie(http.Cookie{
		Name: a.cookieName("csrf"), Path: "/", MaxAge: csrfSeconds,
		HttpOnly: true, Secure: a.secure, SameSite: http.SameSiteLaxMode,
	})
	h.SetIsTLSFunc(func(*http.Request) bool { return a.secure })
	h.SetFailureHandler(a.do(func(http.ResponseWriter, *http.Request) error { return errToken }))
	return h
}

// renewToken ends the tokens of before a login or logout.
func (a *App) renewToken(w http.ResponseWriter, r *http.Request) {
	a.newCSRF(nil).RegenerateToken(w, r)
}

// token is the form token of the page being drawn.
func token(r *http.Request) string { return nosurf.Token(r) }

// nextPage is where a login leads: a path of ours, never another host (D-45).
func nextPage(next string) string {
	u, err := url.Parse(next)
	if err != nil || u.Scheme != "" || u.Host != "" || u.User != nil || !strings.HasPrefix(next, "/") ||
		strings.HasPrefix(next, "//") || strings.ContainsAny(next, "\\") || !fault.Readable(next) || strings.ContainsAny(next, "\r\n\t") {
		return "/"
	}
	return next
}
