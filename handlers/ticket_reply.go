package handlers

import (
	"context"
	"net/http"

	"helphub/components"
	"helphub/internal/fault"
	"helphub/internal/helpdesk"
	"helphub/internal/staff"
	"helphub/internal/ticket"
)

// createReply writes to the customer.
func (a *App) createReply(w http.ResponseWriter, r *http.Request) error {
	return a.write(w, r, ticket.Reply, a.Desk.Reply, "replied")
}

// write is what both voices of the composer do. A script gets a blank composer,
// a browser is led to what it wrote; refused, both get back what was typed.
func (a *App) write(w http.ResponseWriter, r *http.Request, kind ticket.Kind,
	say func(context.Context, staff.Actor, helpdesk.On, helpdesk.Words) error, message string,
) error {
	actor := visitorOf(r).Actor
	on, err := onTicket(r)
	if err == nil {
		err = say(r.Context(), actor, on, helpdesk.Words{Form: on.Form, Body: r.PostFormValue("body"), Status: chosenStatus(r)})
	}
	if fault.KindOf(err) == fault.Invalid || fault.KindOf(err) == fault.Conflict {
		return a.refuseWords(w, r, kind, fault.Of(err))
	}
	if err != nil {
		return err
	}
	to := components.TicketPath(on.Protocol, "") + "#" + components.EntryAnchor(on.Form)
	if !fromHTMX(r) {
		return a.redirect(w, r, to, message)
	}
	row, err := a.getTicket(r.Context(), on.Protocol)
	if err != nil {
		return err
	}
	a.Presence.Rest(row.ID, actor.ID)
	composer := composerOf(r, ticketOf(row))
	composer.Kind, composer.Focus = kind, true
	if composer.Writing, err = a.writing(r.Context(), row.ID); err != nil {
		return err
	}
	nudge(w)
	return render(w, r, http.StatusOK, components.Composed(composer, goodToast(r, message)))
}

// chosenStatus is the status the person chose with what they wrote: none unless
// they did, and none when they decided to keep the one somebody else set.
func chosenStatus(r *http.Request) string {
	if r.PostFormValue("keep") == "1" {
		return ""
	}
	return r.PostFormValue("status")
}

// refuseWords gives the composer back with what was typed in it.
func (a *App) refuseWords(w http.ResponseWriter, r *http.Request, kind ticket.Kind, fs fault.Faults) error {
	p, err := protocolOf(r)
	if err != nil {
		return err
	}
	mark := a.Hub.Mark()
	row, err := a.getTicket(r.Context(), p)
	if err != nil {
		return err
	}
	k := ticketOf(row)
	composer := composerOf(r, k)
	composer.Kind, composer.Body, composer.Chosen = kind, r.PostFormValue("body"), chosenStatus(r)
	composer.FormID, composer.Version, composer.Faults = formIDAgain(r), k.Version, fs
	composer.State.Refused = fs.Is(ticket.ErrClosed)
	if composer.Conflict, err = a.conflictOf(r.Context(), fs); err != nil {
		return err
	}
	if !fromHTMX(r) {
		return a.drawTicket(w, r, mark, row, statusOf(fs), composer)
	}
	if composer.Writing, err = a.writing(r.Context(), row.ID); err != nil {
		return err
	}
	return render(w, r, statusOf(fs), components.Composer(composer))
}

// composerOf is a blank composer of the ticket as it stands.
func composerOf(r *http.Request, k ticket.Ticket) components.ComposerView {
	return components.ComposerView{
		Ticket: k.ID, Protocol: k.Protocol, State: composerState(visitorOf(r).Actor, k),
		Kind: ticket.Reply, FormID: newFormID(), CSRF: token(r),
	}
}

// composerState is what of the composer follows the ticket. Scheduled is
// reached by booking a visit only, escalated by a form of its own.
func composerState(by staff.Actor, k ticket.Ticket) components.ComposerState {
	s := components.ComposerState{Ticket: k, Reopen: ticketMay(by, k.Status).Reopen}
	if k.Status == ticket.Closed {
		return s
	}
	for _, to := range []ticket.Status{ticket.Open, ticket.Pending, ticket.Closed} {
		if k.Status.May(to) {
			s.Targets = append(s.Targets, to)
		}
	}
	return s
}
