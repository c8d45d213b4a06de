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
		words := helpdesk.Words{Form: on.Form, Body: typed}
		on.Form = after(on.Form)
		err = a.Desk.MoveTicket(r.Context(), visitorOf(r).Actor, on, to, words)
	}
	if err != nil {
		return a.refuse(w, r, action, err, func(v *components.ActionView) { v.Body = typed })
	}
	return a.done(w, r, on.Protocol, message)
}

// after is the id that follows one: the event of a form that also brings words
// carries it, so that it is told from them and stands behind them.
func after(id uuid.UUID) uuid.UUID {
	for i := len(id) - 1; i >= 0; i-- {
		id[i]++
		if id[i] != 0 {
			break
		}
	}
	return id
}
