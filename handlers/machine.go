package handlers

import (
	"encoding/json"
	"net/http"

	"helphub/assets"
)

// Readiness is what a probe is told: each part, and whether all of them stand.
type Readiness struct {
	Ready      bool   `json:"ready"`
	Database   string `json:"database"`   // ok, or what is wrong
	Migrations string `json:"migrations"` // ok, or how far they are
	Listener   string `json:"listener"`   // ok, or since when it is silent
}

// showAlive says that the process answers; it asks nobody.
func (a *App) showAlive(w http.ResponseWriter, _ *http.Request) error {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, err := w.Write([]byte("ok\n"))
	return err
}

// showReady says whether this instance can serve people.
func (a *App) showReady(w http.ResponseWriter, r *http.Request) error {
	state := a.Ready(r.Context())
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	if !state.Ready {
		w.Header().Set("Retry-After", "5")
		w.WriteHeader(http.StatusServiceUnavailable)
	}
	return json.NewEncoder(w).Encode(state)
}

// showFavicon serves browsers that ask at the old place without being told.
func (a *App) showFavicon(w http.ResponseWriter, r *http.Request) error {
	http.Redirect(w, r, assets.Path("favicon.svg"), http.StatusFound)
	return nil
}

// showVersion names the program's version to administrators.
func (a *App) showVersion(w http.ResponseWriter, _ *http.Request) error {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	return json.NewEncoder(w).Encode(map[string]string{"version": a.Version})
}

// showHome leads to the tickets, where the day's work is.
func (a *App) showHome(w http.ResponseWriter, r *http.Request) error {
	return a.redirect(w, r, "/tickets", "")
}

// showAdmin leads to the first page of the administration the person may see.
func (a *App) showAdmin(w http.ResponseWriter, r *http.Request) error {
	for _, route := range a.table {
		if route.Method == http.MethodGet && (route.Pattern == "/admin/departments" || route.Pattern == "/admin/staff") &&
			visitorOf(r).Actor.Can(route.Needs) {
			return a.redirect(w, r, route.Pattern, "")
		}
	}
	return errNoPage
}
