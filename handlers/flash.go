package handlers

import (
	"net/http"

	"helphub/components"
	"helphub/internal/locale"
)

// A flash is the name of one message, carried by a cookie from a post to the
// page it redirects to. It holds a key of the catalog and nothing a person
// typed, so reading it changes nothing and forging it shows one of our own
// sentences.

const flashSeconds = 60

func (a *App) flash(w http.ResponseWriter, key string) {
	http.SetCookie(w, &http.Cookie{
		Name: a.cookieName("flash"), Value: key, Path: "/", MaxAge: flashSeconds,
		HttpOnly: true, Secure: a.secure, SameSite: http.SameSiteLaxMode,
	})
}

// flashed takes the message that waits for this page, if any.
func (a *App) flashed(w http.ResponseWriter, r *http.Request) []components.Toast {
	c, err := r.Cookie(a.cookieName("flash"))
	if err != nil {
		return nil
	}
	http.SetCookie(w, &http.Cookie{
		Name: a.cookieName("flash"), Path: "/", MaxAge: -1,
		HttpOnly: true, Secure: a.secure, SameSite: http.SameSiteLaxMode,
	})
	l := locale.From(r.Context())
	if key := "flash." + c.Value; l.Has(key) {
		return []components.Toast{{Kind: components.Good, Title: l.T(key)}}
	}
	return nil
}
