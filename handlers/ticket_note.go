package handlers

import (
	"net/http"

	"helphub/internal/ticket"
)

// createNote writes for the team alone.
func (a *App) createNote(w http.ResponseWriter, r *http.Request) error {
	return a.write(w, r, ticket.Note, a.Desk.Note, "noted")
}
