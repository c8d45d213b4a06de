package handlers

import (
	"net/http"

	"github.com/google/uuid"

	"helphub/components"
	"helphub/internal/helpdesk"
	"helphub/internal/ticket"
)

// newPending is the form that makes a ticket wait for the customer.
func (a *App) newPending(w http.ResponseWriter, r *http.Request) error {
	return a.offer(w, r, components.Waiting, nil)
}

func (a *App) createPending(w http.ResponseWriter, r *http.Request) error {
	return a.move(w, r, components.Waiting, ticket.Pending, "ticket_pending")
}

// move is what the forms that change a status do, with a last word to the
// customer when one was written.
func (a *App) move(w http.ResponseWriter, r *http.Request, action components.Action, to ticket.Status, message string) error {
	typed := r.PostFormValue("body")
	on, err := onTicket(r)
	if err == nil {
		// The event carries the form's id, the words one made from it.
		words := helpdesk.Words{Form: uuid.NewSHA1(on.Form, []byte("words")), Body: typed}
		err = a.Desk.MoveTicket(r.Context(), visitorOf(r).Actor, on, to, words)
	}
	if err != nil {
		return a.refuse(w, r, action, err, func(v *components.ActionView) { v.Body = typed })
	}
	return a.done(w, r, on.Protocol, message)
}
