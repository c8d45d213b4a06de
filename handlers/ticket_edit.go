package handlers

import (
	"context"
	"fmt"
	"net/http"

	"github.com/google/uuid"

	"helphub/components"
	"helphub/internal/fault"
	"helphub/internal/ticket"
	"helphub/queries"
)

// editTicket is the form of an existing ticket.
func (a *App) editTicket(w http.ResponseWriter, r *http.Request) error {
	p, err := protocolOf(r)
	if err != nil {
		return err
	}
	row, err := a.getTicket(r.Context(), p)
	if err != nil {
		return err
	}
	if ticket.Status(row.Status) == ticket.Closed {
		return ticket.ErrClosed
	}
	form := formOf(row)
	form.Version, form.CSRF, form.Back = int(row.Version), token(r), components.TicketPath(p, "")
	return a.drawEdit(w, r, http.StatusOK, row, form)
}

// updateTicket saves the form. What others changed meanwhile stays unless this
// form changed the same field: then it is shown again with both.
func (a *App) updateTicket(w http.ResponseWriter, r *http.Request) error {
	on, err := onTicket(r)
	form := typedTicket(r)
	if err == nil {
		err = a.Desk.EditTicket(r.Context(), visitorOf(r).Actor, on, newTicketOf(form))
	}
	if err == nil {
		return a.leave(w, r, components.TicketPath(on.Protocol, ""), "ticket_edited")
	}
	fs := fault.Of(err)
	if len(fs) == 0 || (fs[0].Kind != fault.Invalid && fs[0].Kind != fault.Conflict) {
		return err
	}
	row, err := a.getTicket(r.Context(), on.Protocol)
	if err != nil {
		return err
	}
	form.Faults, form.CSRF, form.Back, form.Version = fs, token(r), components.TicketPath(on.Protocol, ""), versionOf(r)
	if form.Conflict, err = a.conflictOf(r.Context(), fs); err != nil {
		return err
	}
	if form.Conflict != nil {
		if err := a.catchUp(r.Context(), row, &form); err != nil {
			return err
		}
	}
	return a.drawEdit(w, r, statusOf(fs), row, form)
}

// catchUp brings a form that was made from an older version to the one of now:
// what the person left alone takes the value others gave it, what they typed
// stays. So the next sending overwrites only what they were told of.
func (a *App) catchUp(ctx context.Context, row queries.GetTicketRow, form *components.TicketForm) error {
	since, err := a.read.TicketChangesSince(ctx, queries.TicketChangesSinceParams{TicketID: row.ID, Version: int32(form.Version)}) //nolint:gosec // versionOf reads 32 bits
	if err != nil {
		return fmt.Errorf("read changes since version %d: %w", form.Version, err)
	}
	now := formOf(row)
	for field, value := range map[ticket.Field]struct{ typed, now *string }{
		ticket.FieldSubject: {&form.Subject, &now.Subject}, ticket.FieldDescription: {&form.Description, &now.Description},
		ticket.FieldPriority: {&form.Priority, &now.Priority}, ticket.FieldCustomer: {&form.Customer, &now.Customer},
		ticket.FieldDepartment: {&form.Department, &now.Department},
	} {
		typed, _ := fault.Text("", *value.typed, 0, 0) // as it would be stored: browsers send other line ends
		if was, changed := before(since, field); changed && was == typed {
			*value.typed = *value.now
		}
	}
	form.Version = int(row.Version)
	return nil
}

// before is what a field was before the first of these changes to it.
func before(since []queries.TicketChangesSinceRow, field ticket.Field) (string, bool) {
	for _, c := range since {
		if c.Field == string(field) {
			return c.Was, true
		}
	}
	return "", false
}

// drawEdit draws the form with the ticket's own customer and department among
// the choices, also when they are no longer offered to others.
func (a *App) drawEdit(w http.ResponseWriter, r *http.Request, status int, row queries.GetTicketRow, form components.TicketForm) error {
	form.Protocol = ticket.Protocol(row.Protocol)
	if row.DepartmentID != nil {
		form.KeptDepartment = components.Option{Value: row.DepartmentID.String(), Text: row.DepartmentName}
	}
	return a.drawTicketForm(w, r, status, form)
}

// formOf is a ticket as its form shows it.
func formOf(row queries.GetTicketRow) components.TicketForm {
	f := components.TicketForm{
		Customer: row.CustomerID.String(), Priority: ticket.Priority(row.Priority).String(), Subject: row.Subject, Description: row.Description,
	}
	if row.DepartmentID != nil && *row.DepartmentID != uuid.Nil {
		f.Department = row.DepartmentID.String()
	}
	return f
}
