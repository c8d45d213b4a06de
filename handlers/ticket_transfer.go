package handlers

import (
	"net/http"

	"helphub/components"
)

// newTransfer is the form that hands a ticket to a department, level or person.
func (a *App) newTransfer(w http.ResponseWriter, r *http.Request) error {
	return a.offer(w, r, components.Transfer, nil)
}

func (a *App) createTransfer(w http.ResponseWriter, r *http.Request) error {
	on, err := onTicket(r)
	if err == nil {
		err = a.Desk.TransferTicket(r.Context(), visitorOf(r).Actor, on, passingOf(r))
	}
	if err != nil {
		return a.refuse(w, r, components.Transfer, err, typedPassing(r))
	}
	return a.done(w, r, on.Protocol, "ticket_transferred")
}
