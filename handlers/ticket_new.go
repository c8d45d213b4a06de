package handlers

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"helphub/components"
	"helphub/internal/customer"
	"helphub/internal/fault"
	"helphub/internal/helpdesk"
	"helphub/internal/locale"
	"helphub/internal/taxid"
	"helphub/internal/ticket"
	"helphub/queries"
)

// newTicket is the form of a new ticket, with the customer chosen already when
// the address names one.
func (a *App) newTicket(w http.ResponseWriter, r *http.Request) error {
	form := components.TicketForm{
		Customer: r.URL.Query().Get("customer"), Priority: ticket.Normal.String(), FormID: newFormID(), CSRF: token(r), Back: "/tickets",
	}
	return a.drawTicketForm(w, r, http.StatusOK, form)
}

// createTicket opens the ticket and leads to it.
func (a *App) createTicket(w http.ResponseWriter, r *http.Request) error {
	form := typedTicket(r)
	id, err := formIDOf(r)
	if err == nil {
		n := newTicketOf(form)
		n.Form = id
		var p ticket.Protocol
		if p, err = a.Desk.OpenTicket(r.Context(), visitorOf(r).Actor, n); err == nil {
			return a.leave(w, r, components.TicketPath(p, ""), "ticket_opened")
		}
	}
	if fault.KindOf(err) != fault.Invalid {
		return err
	}
	form.Faults, form.FormID, form.Back = fault.Of(err), formIDAgain(r), "/tickets"
	return a.drawTicketForm(w, r, statusOf(err), form)
}

// typedTicket is what the form of a ticket posted, as it was typed.
func typedTicket(r *http.Request) components.TicketForm {
	return components.TicketForm{
		Customer: r.PostFormValue("customer_id"), Department: r.PostFormValue("department_id"), Priority: r.PostFormValue("priority"),
		Subject: r.PostFormValue("subject"), Description: r.PostFormValue("description"), CSRF: token(r),
	}
}

func newTicketOf(f components.TicketForm) helpdesk.NewTicket {
	return helpdesk.NewTicket{
		Subject: f.Subject, Description: f.Description, Priority: f.Priority,
		CustomerID: chosenID(f.Customer), DepartmentID: chosenID(f.Department),
	}
}

// drawTicketForm draws the form of a new or an edited ticket: for a script the
// form alone.
func (a *App) drawTicketForm(w http.ResponseWriter, r *http.Request, status int, form components.TicketForm) error {
	mark := a.Hub.Mark()
	var err error
	if form.Departments, err = a.departmentOptions(r.Context()); err != nil {
		return err
	}
	form.Departments = withKept(form.Departments, form.KeptDepartment)
	if form.Customers, err = a.customerChoices(r.Context(), form.Customer); err != nil {
		return err
	}
	if fromHTMX(r) {
		return render(w, r, status, components.TicketFormFields(form))
	}
	title := locale.From(r.Context()).T("ticket.new")
	trail := []components.Crumb{{Text: locale.From(r.Context()).T("shell.tickets"), Href: "/tickets"}, {Text: title}}
	if form.Protocol != "" {
		title = locale.From(r.Context()).T("ticket.edit")
		trail = ticketTrail(r.Context(), ticket.Ticket{Protocol: form.Protocol}, title)
	}
	shell, err := a.shell(w, r, frame{Title: title, Section: components.SectionTickets, Trail: trail, Class: "pad", Mark: mark})
	if err != nil {
		return err
	}
	return render(w, r, status, components.TicketFormPage(shell, form))
}

// recentCustomers is how many customers a picker shows before anybody types.
const recentCustomers = 30

// customerChoices are the customers of the latest tickets, and the chosen one;
// where there are no tickets yet, the first by name.
func (a *App) customerChoices(ctx context.Context, chosen string) ([]components.Option, error) {
	var options []components.Option
	recent, err := a.read.RecentCustomers(ctx, recentCustomers)
	if err != nil {
		return nil, fmt.Errorf("list recent customers: %w", err)
	}
	for _, c := range recent {
		options = append(options, customerChoice(c.ID, c.LegalName, c.TradeName, c.TaxID, c.City))
	}
	if len(options) == 0 {
		if options, err = a.firstCustomers(ctx); err != nil {
			return nil, err
		}
	}
	id := chosenID(chosen)
	if id == uuid.Nil || id == uuid.Max || slices.ContainsFunc(options, func(o components.Option) bool { return o.Value == id.String() }) {
		return options, nil
	}
	c, err := a.read.GetCustomer(ctx, id)
	if errors.Is(err, pgx.ErrNoRows) {
		return options, nil
	}
	if err != nil {
		return nil, fmt.Errorf("get customer: %w", err)
	}
	return append([]components.Option{customerChoice(c.ID, c.LegalName, c.TradeName, c.TaxID, c.City)}, options...), nil
}

// firstCustomers are the first customers by name.
func (a *App) firstCustomers(ctx context.Context) ([]components.Option, error) {
	rows, err := a.read.CustomerOptions(ctx, queries.CustomerOptionsParams{RowLimit: recentCustomers})
	if err != nil {
		return nil, fmt.Errorf("list customers: %w", err)
	}
	options := make([]components.Option, len(rows))
	for i, c := range rows {
		options[i] = customerChoice(c.ID, c.LegalName, c.TradeName, c.TaxID, c.City)
	}
	return options, nil
}

// withKept adds the choice a ticket has already to those on offer.
func withKept(options []components.Option, kept components.Option) []components.Option {
	if kept.Value == "" || slices.ContainsFunc(options, func(o components.Option) bool { return o.Value == kept.Value }) {
		return options
	}
	return append([]components.Option{kept}, options...)
}

func customerChoice(id uuid.UUID, legal, trade string, taxID *string, city string) components.Option {
	c := customer.Customer{LegalName: legal, TradeName: trade}
	o := components.Option{Value: id.String(), Text: c.DisplayName()}
	if taxID != nil {
		o.Help = taxid.ID(*taxID).Masked()
	}
	if city != "" && o.Help != "" {
		o.Help += ", "
	}
	o.Help += city
	return o
}
