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
	if method == http.MethodGet && pattern != "/live" { // a stream has no head to ask for
		t.mux.Method(http.MethodHead, pattern, guarded)
	}
}

// refuseMethod says which methods the address takes (RFC 9110, 15.5.6).
func refuseMethod(w http.ResponseWriter, r *http.Request) error {
	if tree := chi.RouteContext(r.Context()); tree != nil && tree.Routes != nil {
		for _, method := range []string{http.MethodGet, http.MethodHead, http.MethodPost} {
			if tree.Routes.Match(chi.NewRouteContext(), method, r.URL.Path) {
				w.Header().Add("Allow", method)
			}
		}
	}
	return errMethod
}
