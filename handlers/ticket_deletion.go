package handlers

import (
	"net/http"

	"helphub/components"
)

// newDeletion asks before a ticket is deleted, and says what is lost.
func (a *App) newDeletion(w http.ResponseWriter, r *http.Request) error {
	return a.offer(w, r, components.Deletion, nil)
}

func (a *App) deleteTicket(w http.ResponseWriter, r *http.Request) error {
	p, err := protocolOf(r)
	if err != nil {
		return err
	}
	if err := a.Desk.DeleteTicket(r.Context(), visitorOf(r).Actor, p); err != nil {
		return err
	}
	return a.leave(w, r, "/tickets", "ticket_deleted")
}
