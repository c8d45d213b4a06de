package handlers

import (
	"net/http"

	"helphub/components"
	"helphub/internal/ticket"
)

// newClosure is the form that closes a ticket.
func (a *App) newClosure(w http.ResponseWriter, r *http.Request) error {
	return a.offer(w, r, components.Closure, nil)
}

func (a *App) createClosure(w http.ResponseWriter, r *http.Request) error {
	return a.move(w, r, components.Closure, ticket.Closed, "ticket_closed")
}
