package handlers

import (
	"fmt"
	"net/http"
	"strconv"

	"github.com/google/uuid"

	"helphub/components"
	"helphub/internal/fault"
	"helphub/internal/helpdesk"
	"helphub/internal/live"
	"helphub/internal/locale"
	"helphub/internal/ticket"
	"helphub/queries"
)

// What the forms of a ticket's actions share. Each is a page of its own, and a
// dialog over the ticket for who has the script: the same address, the same
// form.

// offer shows an action's form, filled by fill, unless the ticket does not
// allow the action as it stands.
func (a *App) offer(w http.ResponseWriter, r *http.Request, action components.Action, fill func(*components.ActionView)) error {
	p, err := protocolOf(r)
	if err != nil {
		return err
	}
	mark := a.Hub.Mark()
	row, err := a.getTicket(r.Context(), p)
	if err != nil {
		return err
	}
	view := actionView(r, action, row)
	if err := possible(action, view.Ticket.Status); err != nil {
		return err
	}
	if fill != nil {
		fill(&view)
	}
	return a.drawAction(w, r, mark, http.StatusOK, view)
}

// possible says why an action makes no sense on a ticket as it stands.
func possible(action components.Action, s ticket.Status) error {
	switch {
	case action == components.Deletion:
		return nil
	case action == components.Reopening && s == ticket.Open:
		return ticket.ErrTransition
	case action == components.Reopening:
		return nil
	case s == ticket.Closed:
		return ticket.ErrClosed
	case action == components.Waiting && s == ticket.Pending:
		return ticket.ErrTransition
	}
	return nil
}

// refuse draws an action's form again after a refusal: what was typed and why it
// was refused. Who was told of others' changes gets the version of now, so that
// one more click sends it; who was not keeps the one they saw.
func (a *App) refuse(w http.ResponseWriter, r *http.Request, action components.Action, err error, fill func(*components.ActionView)) error {
	fs := fault.Of(err)
	if len(fs) == 0 || (fs[0].Kind != fault.Invalid && fs[0].Kind != fault.Conflict) {
		return err
	}
	p, protocolErr := protocolOf(r)
	if protocolErr != nil {
		return protocolErr
	}
	mark := a.Hub.Mark()
	row, getErr := a.getTicket(r.Context(), p)
	if getErr != nil {
		return getErr
	}
	view := actionView(r, action, row)
	view.FormID = formIDAgain(r)
	view.Faults = fs
	if view.Conflict, err = a.conflictOf(r.Context(), fs); err != nil {
		return err
	}
	if seen := versionOf(r); seen > 0 && view.Conflict == nil {
		view.Version = seen
	}
	fill(&view)
	return a.drawAction(w, r, mark, statusOf(fs), view)
}

// drawAction draws the form for a dialog or as a page.
func (a *App) drawAction(w http.ResponseWriter, r *http.Request, mark live.Mark, status int, view components.ActionView) error {
	if err := a.fillChoices(r, &view); err != nil {
		return err
	}
	if fromHTMX(r) {
		return render(w, r, status, components.TicketAction(view))
	}
	title := view.Title(r.Context())
	shell, err := a.shell(w, r, frame{
		Title: title, Section: components.SectionTickets, Class: "pad", Mark: mark,
		Trail: ticketTrail(r.Context(), view.Ticket, title),
	})
	if err != nil {
		return err
	}
	return render(w, r, status, components.TicketActionPage(shell, view))
}

// fillChoices reads whom the ticket can be given to, where the form asks.
func (a *App) fillChoices(r *http.Request, view *components.ActionView) error {
	switch view.Action {
	case components.Transfer, components.Escalation:
		teams, err := a.departmentOptions(r.Context())
		if err != nil {
			return err
		}
		view.Departments = teams
	case components.Assignment:
	default:
		return nil
	}
	people, err := a.read.ListTechnicians(r.Context())
	if err != nil {
		return fmt.Errorf("list technicians: %w", err)
	}
	for _, one := range people {
		view.Technicians = append(view.Technicians, components.Option{Value: one.ID.String(), Text: one.Name})
	}
	return nil
}

// done answers a change that happened: a browser is led back to the ticket, a
// script gets a word about it, an empty dialog, and a nudge to its live part.
func (a *App) done(w http.ResponseWriter, r *http.Request, p ticket.Protocol, message string) error {
	if !fromHTMX(r) {
		return a.redirect(w, r, components.TicketPath(p, ""), message)
	}
	nudge(w)
	return render(w, r, http.StatusOK, components.ToastPartial(goodToast(r, message)))
}

// nudge makes the author's own page ask again at once, also while its stream
// is away.
func nudge(w http.ResponseWriter) { w.Header().Set("HX-Trigger", `{"told":{"target":"#timeline"}}`) }

func goodToast(r *http.Request, message string) components.Toast {
	return components.Toast{Kind: components.Good, Title: locale.From(r.Context()).T("flash." + message)}
}

// leave leads away from the page, to the result of what was posted.
func (a *App) leave(w http.ResponseWriter, r *http.Request, to, message string) error {
	if !fromHTMX(r) {
		return a.redirect(w, r, to, message)
	}
	if message != "" {
		a.flash(w, message)
	}
	w.Header().Set("HX-Redirect", to)
	w.WriteHeader(http.StatusNoContent)
	return nil
}

func actionView(r *http.Request, action components.Action, row queries.GetTicketRow) components.ActionView {
	k := ticketOf(row)
	return components.ActionView{
		Action: action, Ticket: k, To: components.TicketPath(k.Protocol, string(action)), Back: components.TicketPath(k.Protocol, ""),
		Version: k.Version, FormID: newFormID(), CSRF: token(r),
	}
}

// onTicket is which ticket a form is about and what it was made from.
func onTicket(r *http.Request) (helpdesk.On, error) {
	p, err := protocolOf(r)
	if err != nil {
		return helpdesk.On{}, err
	}
	form, err := formIDOf(r)
	return helpdesk.On{Protocol: p, Version: versionOf(r), Form: form}, err
}

// versionOf is the version a form was made from; 0 when it does not say.
func versionOf(r *http.Request) int {
	n, err := strconv.ParseInt(r.PostFormValue("version"), 10, 32)
	if err != nil || n < 0 {
		return 0
	}
	return int(n)
}

// formIDOf is the form's hidden id. A script that sends none wants its change
// every time it asks; an id that is none is a form gone wrong.
func formIDOf(r *http.Request) (uuid.UUID, error) {
	text := r.PostFormValue("form_id")
	if text == "" {
		id, err := uuid.NewV7()
		if err != nil {
			return id, fmt.Errorf("name form: %w", err)
		}
		return id, nil
	}
	id, err := uuid.Parse(text)
	if err != nil || id == uuid.Nil {
		return uuid.Nil, helpdesk.ErrFormUsed
	}
	return id, nil
}

// formIDAgain keeps a refused form's id: it was not used up.
func formIDAgain(r *http.Request) string {
	if id, err := uuid.Parse(r.PostFormValue("form_id")); err == nil && id != uuid.Nil {
		return id.String()
	}
	return newFormID()
}

// newFormID names a form before it is sent: what it makes carries its id.
func newFormID() string { return uuid.Must(uuid.NewV7()).String() }
