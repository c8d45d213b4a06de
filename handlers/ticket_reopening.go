package handlers

import (
	"net/http"

	"helphub/components"
	"helphub/internal/ticket"
)

// newReopening is the form that opens a ticket again, closed or not.
func (a *App) newReopening(w http.ResponseWriter, r *http.Request) error {
	return a.offer(w, r, components.Reopening, nil)
}

func (a *App) createReopening(w http.ResponseWriter, r *http.Request) error {
	return a.move(w, r, components.Reopening, ticket.Open, "ticket_reopened")
}
