package handlers

import (
	"net/http"

	"helphub/components"
)

// newEscalation is the form that raises a ticket a level.
func (a *App) newEscalation(w http.ResponseWriter, r *http.Request) error {
	return a.offer(w, r, components.Escalation, nil)
}

func (a *App) createEscalation(w http.ResponseWriter, r *http.Request) error {
	on, err := onTicket(r)
	if err == nil {
		err = a.Desk.EscalateTicket(r.Context(), visitorOf(r).Actor, on, passingOf(r))
	}
	if err != nil {
		return a.refuse(w, r, components.Escalation, err, typedPassing(r))
	}
	return a.done(w, r, on.Protocol, "ticket_escalated")
}
