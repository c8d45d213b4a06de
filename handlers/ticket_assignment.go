package handlers

import (
	"net/http"

	"github.com/google/uuid"

	"helphub/components"
)

// newAssignment is the form that names the ticket's technician.
func (a *App) newAssignment(w http.ResponseWriter, r *http.Request) error {
	return a.offer(w, r, components.Assignment, func(v *components.ActionView) {
		if !v.Ticket.Technician.None() {
			v.Technician = v.Ticket.Technician.ID.String()
		}
	})
}

func (a *App) createAssignment(w http.ResponseWriter, r *http.Request) error {
	typed := r.PostFormValue("technician_id")
	on, err := onTicket(r)
	if err == nil {
		id := uuid.Nil
		if typed != components.NoneChosen {
			id = chosenID(typed)
		}
		err = a.Desk.AssignTicket(r.Context(), visitorOf(r).Actor, on, id)
	}
	if err != nil {
		return a.refuse(w, r, components.Assignment, err, func(v *components.ActionView) { v.Technician = typed })
	}
	return a.done(w, r, on.Protocol, "ticket_assigned")
}
