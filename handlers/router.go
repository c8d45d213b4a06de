package handlers

import (
	"net/http"

	"github.com/go-chi/chi/v5"

	"helphub/internal/staff"
)

// handler answers a request or says why it cannot; do turns the error into an answer.
type handler func(w http.ResponseWriter, r *http.Request) error

// Route is one line of the table of contents.
type Route struct {
	Method  string
	Pattern string
	Needs   staff.Permission
}

// table is a router on which every route names the permission it needs: there
// is no way to add one that does not.
type table struct {
	app    *App
	mux    chi.Router
	routes *[]Route
}

func (t table) get(pattern string, needs staff.Permission, h handler) {
	t.add(http.MethodGet, pattern, needs, h)
}

func (t table) post(pattern string, needs staff.Permission, h handler) {
	t.add(http.MethodPost, pattern, needs, h)
}

func (t table) add(method, pattern string, needs staff.Permission, h handler) {
	*t.routes = append(*t.routes, Route{Method: method, Pattern: pattern, Needs: needs})
	guarded := t.app.guard(needs, t.app.do(h))
	t.mux.Method(method, pattern, guarded)
	if method == http.MethodGet {
		t.mux.Method(http.MethodHead, pattern, guarded)
	}
}
